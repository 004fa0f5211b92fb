"""Small tunes for the phrase model, each a scale figure with chords."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from segue.corpora.corpus import Piece
from segue.corpora.gathering import Gathered
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score

SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
CHORDS = ("C", "F", "G7", "Am")


def tune(seed: int, bars: int = 8, up: int = 0) -> Score:
    """A random tune in eighths, quarters and halves of C major, `up` semitones higher in that key."""
    rng = np.random.default_rng(seed)
    notes = []
    for bar in range(bars):
        at = Fraction(4 * bar)
        for length in ((1, 1, 1, 1), (2, 1, 1), (1, Fraction(1, 2), Fraction(1, 2), 2))[int(rng.integers(3))]:
            notes.append(Note(at, Fraction(length), 60 + up + SCALE[int(rng.integers(8))]))
            at += length
    key = Key.parse(["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"][up % 12])
    marks = tuple(ChordAt(Fraction(4 * bar), _moved(CHORDS[int(rng.integers(4))], up, key)) for bar in range(bars))
    return Score((Part(Notes.of(notes), "Melody"),), (Bar(key=key),) * bars, marks, style="pop")


def _moved(label: str, up: int, key: Key) -> Chord:
    chord = Chord.parse(label)
    return chord if chord.root is None or not up else Chord(key.spell(chord.root.pc + up), chord.quality)


def gathered(train: int = 40, held: int = 8) -> Gathered:
    """Tunes in three splits, none of them twice."""
    pieces = [Piece(f"tune {seed}", tune(seed), "own", "pop") for seed in range(train + 2 * held)]
    return Gathered(pieces[:train], pieces[train : train + held], pieces[train + held :])
