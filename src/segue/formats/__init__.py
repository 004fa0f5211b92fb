"""Music files: one module per format, all in one list. A new one is one file and one line in ALL."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from segue.errors import FormatError, InputError, did_you_mean
from segue.formats import (
    abc,
    chart,
    chordpro,
    harte,
    ireal,
    lrc,
    lyrics,
    midi,
    musicxml,
    mxl,
    pdf,
    png,
    roll,
    salami,
    svg,
    wav,
)
from segue.formats.limits import read_bytes
from segue.music.lyric import Lyric
from segue.music.score import Score

Piece = Score | Lyric


class Format(Protocol):
    """A module of a format. It has `read(data, *, file) -> Score`, `write(score) -> bytes`, or both.

    Formats of words say `IS_WORDS = True` and read and write a `Lyric`. `read_all` is there where a file may hold
    several pieces. `is_like(data)` says whether a file begins like this format.
    """

    @property
    def NAME(self) -> str:
        """What it is called."""

    @property
    def SUFFIXES(self) -> tuple[str, ...]:
        """How its files end, in lower case, the usual one first."""

    @property
    def EXAMPLE(self) -> bytes:
        """A tiny real file; nothing where the format is only written."""


# where several share a suffix and none knows the beginning as its own, the first is asked first
ALL: tuple[Format, ...] = (
    *(midi, musicxml, mxl, abc),
    *(chordpro, salami, chart, harte, ireal),
    *(lrc, lyrics),
    *(svg, roll, png, pdf, wav),
)


def suffixes(*, of: str = "read") -> tuple[str, ...]:
    """Return the suffixes that can be read (`of="read"`) or written (`of="write"`), in the order of ALL."""
    return tuple(dict.fromkeys(suffix for each in ALL if hasattr(each, of) for suffix in each.SUFFIXES))


def find(path: Path, data: bytes | None = None, *, of: str = "read") -> tuple[Format, ...]:
    """Return the formats of a file, the likeliest first: those of its suffix, else those whose beginning `data` has.

    InputError, with the suffixes that are accepted, where there is none.
    """
    able = [each for each in ALL if hasattr(each, of)]
    name = path.name.lower()
    ends = [(max((len(end) for end in each.SUFFIXES if name.endswith(end)), default=0), each) for each in able]
    longest = max((length for length, _ in ends), default=0)  # ".roll.png" goes before ".png"
    named = [each for length, each in ends if length and length == longest]
    alike = [each for each in able if data is not None and _is_like(each, data)]
    found = [each for each in named if each in alike] + [each for each in named if each not in alike] or alike
    if not found:
        known = suffixes(of=of)
        what = "read" if of == "read" else "written"
        hint = did_you_mean(path.suffix.lower(), known) if path.suffix else ""
        raise InputError(f"{path.name!r} has no suffix that can be {what}: {', '.join(known)}{hint}")
    return tuple(found)


def _is_like(each: Format, data: bytes) -> bool:
    tell = getattr(each, "is_like", None)
    return tell is not None and bool(cast(Callable[[bytes], bool], tell)(data))


def read_any(path: Path) -> Piece:
    """Read a file of any format of ALL; FormatError where it is not what its suffix and its beginning promise."""
    return read_all(path)[0]


def read_all(path: Path) -> tuple[Piece, ...]:
    """Read all pieces of a file of any format: a tune book of ABC holds several, most files one."""
    data = read_bytes(path)
    refused: FormatError | None = None
    for each in find(path, data):
        try:
            return _read_with(each, data, path.name)
        except FormatError as error:
            refused = refused or error
    raise refused or InputError(f"{path.name!r} cannot be read")


def _read_with(each: Format, data: bytes, file: str) -> tuple[Piece, ...]:
    if (several := getattr(each, "read_all", None)) is not None:
        pieces = tuple(cast(Callable[..., list[Piece]], several)(data, file=file))
        if not pieces:
            raise FormatError("no piece in it", file=file)
        return pieces
    return (cast(Callable[..., Piece], each.read)(data, file=file),)  # type: ignore[attr-defined]


def read_file(path: Path) -> Score:
    """Read the (first) score of a file; FormatError where it holds words only."""
    piece = read_any(path)
    if isinstance(piece, Score):
        return piece
    raise FormatError("it holds words and no notes or chords", file=path.name)


def write_file(piece: Piece, path: Path) -> None:
    """Write a score (or words) in the format of the suffix, in one step: a reader sees the old file or the new one.

    InputError where no format has that suffix, or the format cannot say the piece.
    """
    errors: InputError | None = None
    found = [each for each in find(path, of="write") if getattr(each, "IS_WORDS", False) == isinstance(piece, Lyric)]
    if not found:
        what = "words without notes" if isinstance(piece, Lyric) else "a score"
        raise InputError(f"{path.name!r} cannot hold {what}; it can be written as {', '.join(_holding(piece))}")
    for each in found:
        try:
            data = cast(Callable[[Piece], bytes], each.write)(piece)  # type: ignore[attr-defined]
        except InputError as error:
            errors = errors or error
            continue
        replace_file(path, data)
        return
    raise errors or InputError(f"{path.name!r} cannot be written")


def _holding(piece: Piece) -> list[str]:
    is_words = isinstance(piece, Lyric)
    able = [each for each in ALL if hasattr(each, "write") and getattr(each, "IS_WORDS", False) == is_words]
    return [suffix for each in able for suffix in each.SUFFIXES]


def replace_file(path: Path, data: bytes) -> None:
    """Write bytes beside a file and put them in its place; InputError where the folder refuses that."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
