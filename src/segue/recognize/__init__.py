"""Capability 3: what style is this, and why: scores, chords, lyrics and audio."""
