"""The harmony model: it hears a whole melody, before and behind each beat, and says which triads may lie under it."""
