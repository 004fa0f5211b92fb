"""MusicXML in a zip (.mxl): what notation programs save by default; `segue.formats.musicxml` says what is kept."""

from __future__ import annotations

from segue.formats import musicxml
from segue.formats.musicxml import container
from segue.music.score import Score

NAME = "mxl"
SUFFIXES = (".mxl",)
EXAMPLE = container.pack(musicxml.EXAMPLE)


def is_like(data: bytes) -> bool:
    """Whether bytes begin as an .mxl file does."""
    return container.is_zip(data) and b"META-INF/container.xml" in data


def read(data: bytes, *, file: str = "") -> Score:
    """Read a score; FormatError where the bytes are none. MusicXML that is not zipped is read too."""
    return musicxml.read(data, file=file)


def write(score: Score) -> bytes:
    """Write a score as zipped MusicXML; the same score gives the same bytes. InputError as in MusicXML."""
    return container.pack(musicxml.write(score))
