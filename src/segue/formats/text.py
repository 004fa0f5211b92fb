"""Text files: bytes to lines, whatever their encoding, within limits."""

from __future__ import annotations

import re

from segue.errors import FormatError
from segue.formats.limits import check_size

MOST_LINES = 100_000
_BREAKS = re.compile(r"\r\n|\r|\n|\x85|\u2028|\u2029")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")


def lines_of(data: bytes, *, file: str = "") -> list[str]:
    """Return the lines of a text file: UTF-8, UTF-16 with its mark, or else Windows-1252.

    FormatError where it is empty, too large, has more than 100,000 lines, or holds control characters as no text does.
    """
    check_size(data, file=file)
    text = decode(data)
    if found := _CONTROLS.search(text):
        raise FormatError(f"this is no text: it holds the character {ord(found[0])}", file=file, place="byte 0")
    lines = _BREAKS.split(text)
    if len(lines) > MOST_LINES:
        raise FormatError(f"{len(lines):,} lines; at most {MOST_LINES:,} are read", file=file)
    return lines


def decode(data: bytes) -> str:
    """Return the text of bytes; what no encoding explains becomes U+FFFD."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def head(data: bytes, most: int = 4096) -> str:
    """Return the beginning of a text, to tell a format by; bytes that are no UTF-8 are left out."""
    part = data[:most]
    return decode(part) if part[:2] in (b"\xff\xfe", b"\xfe\xff") else part.decode("utf-8-sig", errors="ignore")
