"""Lyric models: the tokens of words and lines, the runs of words that were learned from, and folders of all that."""
