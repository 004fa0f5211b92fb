"""A book of ABC tunes: its bytes decoded, and cut into tunes."""

from __future__ import annotations

import re

from segue.errors import FormatError
from segue.formats.abc.tune import Line, read_tune
from segue.formats.limits import check_size
from segue.music.score import Score

_MOST_TUNES, _MOST_TOLD = 20_000, 20
_HEADER = re.compile(r"%%|[A-JL-UXYZ]:")  # fields and directives of a book that hold for its tunes
_BREAK = re.compile(r"\r\n?|\n")


def read_all(data: bytes, *, file: str = "") -> list[Score]:
    """Read every tune of a book; FormatError, with the line, where none can be read.

    A tune that cannot be read among others that can is told in the notice of the first of them.
    """
    check_size(data, file=file)
    defaults, tunes = split(decode(data), file)
    scores: list[Score] = []
    errors: list[FormatError] = []
    for tune in tunes:
        try:
            scores.append(read_tune(tune, defaults, file))
        except FormatError as error:
            errors.append(error)
    if not scores:
        raise errors[0]
    if errors:
        told = tuple(f"a tune of the book not read: {error}" for error in errors[:_MOST_TOLD])
        scores[0] = scores[0].replace(notice=(*scores[0].notice, *told))
    return scores


def read(data: bytes, *, file: str = "") -> Score:
    """Read the first tune of a book; the notice says how many follow."""
    check_size(data, file=file)
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

    A tune begins with X: (the only one of a text may do without) and ends before a blank line; FormatError where there
    is none, or more than 20,000.
    """
    count = text.count("\nX:") + text.count("\rX:")
    if count > _MOST_TUNES:
        raise FormatError(f"{count:,} tunes in a book; at most {_MOST_TUNES:,} are read", file=file, place="line 1")
    before: list[Line] = []
    tunes: list[list[Line]] = []
    current = before
    has_key = False
    for number, line in enumerate(_BREAK.split(text), 1):
        if line.startswith("X:"):
            current, has_key = [], False
            tunes.append(current)
        elif has_key and not line.strip():
            current, has_key = [], False  # what stands between tunes
        if line.startswith("+:") and current:  # goes on with the field before
            current[-1] = (current[-1][0], f"{current[-1][1]} {line[2:].strip()}")
        elif line.strip():
            current.append((number, line))
            has_key = has_key or line.startswith("K:")
    if tunes:
        return [line for line in before if _HEADER.match(line[1])], tunes
    if not any(line.startswith("K:") for _, line in before):
        raise FormatError("no ABC tune: neither an X: nor a K: field", file=file, place="line 1")
    return [], [before]
