"""Music as pure data and its theory: pitch, key, metre, chord, score, lyric, and the score language."""
