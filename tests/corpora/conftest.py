"""Tunes whose duplicates are known, and the folder of the real sets where they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score, bars_until

FOUR = Metre()
# "Frère Jacques": scale steps and lengths in quarter notes
TUNE = [
    *((0, 1), (2, 1), (4, 1), (0, 1)) * 2,
    *((4, 1), (5, 1), (7, 2)) * 2,
    *((7, 0.5), (9, 0.5), (7, 0.5), (5, 0.5), (4, 1), (0, 1)) * 2,
    *((0, 1), (-5, 1), (0, 2)) * 2,
]


def melody(steps: Sequence[tuple[int, float]], tonic: int = 60, metre: Metre = FOUR, title: str = "") -> Score:
    """A score of one part, from (semitones above the tonic, quarter notes)."""
    notes, start = [], Fraction(0)
    for step, length in steps:
        notes.append(Note(start, Fraction(length), tonic + step))
        start += Fraction(length)
    return Score((Part(Notes.of(notes), "Melody"),), bars_until(start, Bar(metre)), title=title)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the real sets; SEGUE_DATA names it, else ../shared/data."""
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("SEGUE_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no public sets in {folder} (SEGUE_DATA names another place)")
    return folder
