"""Bach's chorales on a grid of sixteenths, in the split of Boulanger-Lewandowski (2012).

The set says neither metre, key nor which notes are held and which struck again: bars are 4/4 from the start, the key is
found from the notes, and equal pitches that follow each other in a voice become one note.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from segue.corpora.corpus import SPLITS, Found, Piece
from segue.corpora.files import json_of
from segue.music.key import Key
from segue.music.keyfinding import find_key, weights_of_parts
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, Part, Score, bars_until

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
_FILE = "Jsb16thSeparated.json"
_STEPS = 4  # grid steps to a quarter note
_CHOIR = 52  # General MIDI's "Choir Aahs"


def read(folder: Path) -> Found:
    """Give the chorales of each split in the file's order; FormatError where the file is another one."""
    splits = json_of((folder / _FILE).read_bytes(), _FILE)
    for split in SPLITS:
        for at, steps in enumerate(splits[split]):
            key = f"{split}/{at}"
            yield Piece(key, chorale(steps), "jsb", "chorale", "Bach", split, f"{_FILE} {key}")


def chorale(steps: Sequence[Sequence[int]]) -> Score:
    """Return the score of a chorale: per sixteenth the pitches of soprano, alto, tenor, bass; -1 is a rest."""
    parts = [_voice(name, [step[at] for step in steps]) for at, name in enumerate(VOICES)]
    bar = Bar(Metre(4, 4), _key(parts))
    last = max((part.notes.end for part in parts), default=bar.length)
    return Score(tuple(part for part in parts if len(part.notes)), bars_until(last, bar), style="chorale")


def _voice(name: str, pitches: Sequence[int]) -> Part:
    starts, lengths, kept, at = [], [], [], 0
    for pitch, run in groupby(pitches):
        length = len(list(run))
        if pitch >= 0:
            starts.append(at)
            lengths.append(length)
            kept.append(pitch)
        at += length
    return Part(Notes(_STEPS, starts, lengths, kept, [80] * len(kept)), name, _CHOIR)


def _key(parts: Sequence[Part]) -> Key:
    return find_key(weights_of_parts(parts))
