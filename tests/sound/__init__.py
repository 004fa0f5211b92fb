"""Sound: right pitches, no clicks, silence at the end."""
