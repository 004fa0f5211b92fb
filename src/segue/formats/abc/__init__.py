"""ABC 2.1: tunes as text (abcnotation.com/wiki/abc:standard:v2.1), one or many in a book."""

from __future__ import annotations

import re

from segue.formats.abc.book import read, read_all
from segue.formats.abc.writing import write, write_all

__all__ = ["EXAMPLE", "NAME", "SUFFIXES", "is_like", "read", "read_all", "write", "write_all"]

NAME = "abc"
SUFFIXES: tuple[str, ...] = (".abc",)
EXAMPLE = b"""X:1
T:Scale
M:4/4
L:1/4
K:G
|:"G"GABc|"D7"d2 d>d|1"C"e2 c2:|2"G"G4|]
w:one two three four five six
"""


def is_like(data: bytes) -> bool:
    """Say whether a file begins as an ABC tune does: with an X: field, and a K: field soon after it."""
    return re.search(rb"(?m)^X:.*(?:[\r\n]+[A-Za-z+%][:%].*)*?[\r\n]+K:", data[:20_000]) is not None
