"""The Groove MIDI Dataset: drummers playing to a click, with style, tempo and the official split."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from segue.corpora.corpus import Found, Piece, Split
from segue.corpora.files import each, rows
from segue.formats import midi
from segue.music.styles import style_named

_SPLITS: dict[str, Split] = {"train": "train", "validation": "valid", "test": "test"}


def read(folder: Path) -> Found:
    """Give the performances in the order of the table; a group is a drummer."""
    below = folder / "groove"
    index = {row["midi_filename"]: row for row in rows(below / "info.csv")}

    def performance(file: Path) -> Iterator[Piece]:
        name = file.relative_to(below).as_posix()
        row = index[name]
        style = style_named(row["style"].partition("/")[0])
        score = midi.read(file.read_bytes(), file=name).replace(style=style)
        yield Piece(row["id"], score, "groove", style, row["drummer"], _SPLITS[row["split"]], name)

    return each(below, [below / name for name in index], performance)
