"""Phrases as points of a space: an autoencoder over two and four bars of melody with chords, and what it can do."""
