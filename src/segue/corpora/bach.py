"""Bach's chorales as the installed music21 brings them along, as MusicXML with words, fermatas and repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import each_file
from segue.formats import musicxml
from segue.music.keyfinding import key_of


def read(folder: Path) -> Found:
    """Give the chorales by their number in the catalogue of Bach's works; most name no mode, so the key is found."""

    def chorale(file: Path) -> Iterator[Piece]:
        score = musicxml.read(file.read_bytes(), file=file.name)
        key = key_of(score)
        bars = tuple(replace(bar, key=key) for bar in score.bars)
        score = score.replace(bars=bars, title=file.stem, composer="J. S. Bach", style="chorale")
        yield Piece(file.stem, score, "bach", "chorale", "Bach", file=file.name)

    return each_file(folder, "bwv*.mxl", chorale)
