"""Tunes for the tests of pretraining: steps up and down a scale, with chords."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from segue.corpora.corpus import Piece
from segue.music.chord import Chord
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Score, bars_until

SCALE = (0, 2, 4, 5, 7, 9, 11)


def tune(seed: int, bars: int = 8, *, with_chords: bool = True, parts: int = 1) -> Score:
    """Eighths that walk on the scale of C, so many bars of 4/4, with two chords a bar."""
    rng = np.random.default_rng(seed)
    count = 8 * bars
    made = []
    for _ in range(parts):
        degrees = np.clip(7 + np.cumsum(rng.choice([-2, -1, 1, 2], size=count)), 0, 14)
        pitches = [60 + 12 * (int(one) // 7) + SCALE[int(one) % 7] - 12 for one in degrees]
        made.append(Part(Notes(2, list(range(count)), [1] * count, pitches, [80] * count), "Melody"))
    names = rng.choice(["C", "F", "G7", "Am", "Dm"], size=2 * bars)
    chords = [ChordAt(Fraction(2 * place), Chord.parse(str(name))) for place, name in enumerate(names)]
    return Score(tuple(made), bars_until(Fraction(4 * bars), Bar()), tuple(chords) if with_chords else ())


def pieces(count: int, seed: int = 0, corpus: str = "jsb", **form: int) -> list[Piece]:
    """Tunes as pieces of a corpus."""
    return [Piece(f"{seed}.{number}", tune(1000 * seed + number, **form), corpus) for number in range(count)]
