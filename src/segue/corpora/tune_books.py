"""Tunes in ABC: the Nottingham collection, and O'Neill, Aird and Ryan as the installed music21 brings them along."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import each_file
from segue.formats import abc
from segue.music.styles import UNKNOWN, style_named

_DANCE = re.compile(
    r"slip jig|hop jig|jig|reel|hornpipe|strathspey|march|waltz|polka|clog|fling|set dance|long dance|air|quick ?step"
)
_NOTTINGHAM = {
    "jigs": "jig",
    "hpps": "hornpipe",
    "slip": "slip jig",
    "waltzes": "waltz",
    "morris": "dance",
    "playford": "dance",
    "xmas": "folk",
    "ashover": "dance",
}


def book(corpus: str, pattern: str = "*.abc") -> Callable[[Path], Found]:
    """Return a reader of tune books in ABC; a tune's key is its book and title, its style the one it names."""

    def read(folder: Path) -> Found:
        def tunes(file: Path) -> Iterator[Piece]:
            seen: Counter[str] = Counter()
            for at, score in enumerate(abc.read_all(file.read_bytes(), file=file.name)):
                seen[score.title] += 1
                style = _style(corpus, file.stem, score.style or score.title)
                key = f"{file.stem}/{score.title or at}"
                yield Piece(key, score.replace(style=style), corpus, style, file=f"{key} {seen[score.title]}")

        return each_file(folder, pattern, tunes)

    return read


def _style(corpus: str, book: str, said: str) -> str:
    """The dance of a tune: what the file says, or the last dance in its title; else what its book holds."""
    if corpus == "nottingham":
        return "reel" if book.startswith("reels") else _NOTTINGHAM.get(book, UNKNOWN)
    named = _DANCE.findall(said.casefold())
    if named:
        return "march" if named[-1].startswith("quick") else style_named(named[-1])
    return "air" if corpus == "oneill" else "folk"
