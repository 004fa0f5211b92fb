"""The Groove MIDI Dataset: drummers playing to a click, with style, tempo and the official split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from segue.corpora.corpus import Found, Piece, Split
from segue.corpora.files import each, rows
from segue.formats import midi
from segue.music.note import Notes
from segue.music.score import Part
from segue.music.styles import style_named

_SPLITS: dict[str, Split] = {"train": "train", "validation": "valid", "test": "test"}
_HI_HAT_EDGE = {22: 42, 26: 46}  # closed, open


def read(folder: Path) -> Found:
    """Give the performances in the order of the table; a group is a drummer."""
    below = folder / "groove"
    index = {row["midi_filename"]: row for row in rows(below / "info.csv")}

    def performance(file: Path) -> Iterator[Piece]:
        name = file.relative_to(below).as_posix()
        row = index[name]
        style = style_named(row["style"].partition("/")[0])
        score = midi.read(file.read_bytes(), file=name)
        score = score.replace(parts=tuple(_general(part) for part in score.parts), style=style)
        yield Piece(row["id"], score, "groove", style, row["drummer"], _SPLITS.get(row["split"]), name)

    return each(below, [below / name for name in index], performance)


def _general(part: Part) -> Part:
    """The part with General MIDI's numbers for strokes on the edge of the hi-hat, for which the kit has its own."""
    notes = part.notes
    pitches = [_HI_HAT_EDGE.get(pitch, pitch) for pitch in notes.pitches]
    return replace(part, notes=Notes(notes.resolution, notes.starts, notes.lengths, pitches, notes.velocities))
