"""What a file holds to be told: a score, chords alone, words, or a recording; and the files of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from segue.errors import FormatError, InputError
from segue.formats import find, read_any
from segue.formats.audio import SUFFIXES as AUDIO
from segue.music.lyric import Lyric
from segue.music.score import Progression, Score

Item = Score | Progression | Lyric | Path  # a path is a recording that is not decoded yet


def read_item(path: Path) -> Item:
    """Read what a file holds: a score with notes, a progression where there are chords alone, words; a recording stays
    its path. FormatError where it holds no bars and no words."""
    if path.suffix.lower() in AUDIO:
        return path
    piece = read_any(path)
    if isinstance(piece, Lyric):
        return piece
    if not piece.bars:
        raise FormatError("it holds no bars", file=path.name)
    return piece.progression if piece.chords and not any(len(part.notes) for part in piece.parts) else piece


def kind_of(item: Item) -> str:
    """Return the kind of an item, as fronts call it: "score", "chords", "lyrics", "audio"."""
    if isinstance(item, Path):
        return "audio"
    return "score" if isinstance(item, Score) else "chords" if isinstance(item, Progression) else "lyrics"


def music_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder that can be told, by name."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            if file.suffix.lower() not in AUDIO:
                try:
                    find(file)
                except InputError:
                    continue
            yield file
