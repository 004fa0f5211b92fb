"""Words for music: prosody, the frame that music sets, checking, and writers that keep within it."""
