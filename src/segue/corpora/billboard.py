"""The McGill Billboard annotations: chords, bars and sections of songs from the American charts, 1958 to 1991."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import below, each_file
from segue.formats import salami


def read(folder: Path) -> Found:
    """Give the songs by number; what was transcribed of one song twice (equal title and artist) shares its key."""

    def song(file: Path) -> Iterator[Piece]:
        score = salami.read(file.read_bytes(), file=below(folder, file)).replace(style="pop")
        key = repr((score.title, score.composer)).lower()
        yield Piece(key, score, "mcgill_billboard", "pop", score.composer, file=file.parent.name)

    return each_file(folder, "[0-9]*/salami_chords.txt", song)
