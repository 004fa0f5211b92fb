"""A book of ABC tunes: its bytes decoded, and cut into tunes."""

from __future__ import annotations

import re

from segue.errors import FormatError
from segue.formats.abc.tune import Line, read_tune
from segue.music.score import Score

_BREAK = re.compile(r"\r\n?|\n")


def read_all(data: bytes, *, file: str = "") -> list[Score]:
    """Read every tune of a book; FormatError, with the line, where one is none."""
    defaults, tunes = split(decode(data), file)
    return [read_tune(tune, defaults, file) for tune in tunes]


def read(data: bytes, *, file: str = "") -> Score:
    """Read the first tune of a book; the notice says how many follow."""
    defaults, tunes = split(decode(data), file)
    score = read_tune(tunes[0], defaults, file)
    if len(tunes) > 1:
        score = score.replace(notice=(*score.notice, f"{len(tunes) - 1} further tunes of the book not read"))
    return score


def decode(data: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, else Latin-1."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def split(text: str, file: str = "") -> tuple[list[Line], list[list[Line]]]:
    """Cut a book into (the lines before its first tune that hold for all, the lines of each tune).

    A tune begins with X: and ends before a blank line; FormatError where there is none.
    """
    defaults: list[Line] = []
    tunes: list[list[Line]] = []
    current: list[Line] | None = None
    has_key = False
    for number, line in enumerate(_BREAK.split(text), 1):
        if line.startswith("X:"):
            current, has_key = [], False
            tunes.append(current)
        elif current is not None and not line.strip():
            if has_key:
                current = None
            continue
        if current is not None:
            current.append((number, line))
            has_key = has_key or line.startswith("K:")
        elif not tunes:
            defaults.append((number, line))
    if not tunes:
        if not any(line.startswith("K:") for _, line in defaults):
            raise FormatError("no ABC tune: neither an X: nor a K: field", file=file, place="line 1")
        return [], [defaults]
    return [line for line in defaults if re.match(r"%%|[A-Za-z]:", line[1])], tunes
