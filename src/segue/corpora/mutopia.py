"""The Mutopia Project as MIDI: notated music of five centuries, with composer, style and licence of each piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import below, each, rows
from segue.formats import midi
from segue.music.styles import style_named

MOST_FILES = 4  # of one piece: two books of studies hold more than a hundred


def read(folder: Path) -> Found:
    """Give the pieces whose source was turned into MIDI without error and whole, at most four files of each."""
    index: dict[str, dict[str, str]] = {}
    count: Counter[str] = Counter()
    for row in rows(folder / "index.csv"):
        if row["ly_errors"] == row["music_ignored"] == "0" and count[row["piece"]] < MOST_FILES:
            count[row["piece"]] += 1
            index[row["midi"]] = row

    def movement(file: Path) -> Iterator[Piece]:
        row = index[file.name]
        style = style_named(row["style"])
        score = midi.read(file.read_bytes(), file=below(folder, file))
        score = score.replace(title=row["title"], composer=row["composer_name"], style=style)
        yield Piece(row["piece"], score, "mutopia_midi", style, row["composer"], file=file.name)

    return each(folder, [folder / name for name in sorted(index)], movement)
