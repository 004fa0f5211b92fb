"""What may follow in a lyric whose lines say their length first: no word longer than what is left, and then a new line.

So every line is written (`segue.compose.lyrics.decoding`); here the same is said token by token, so that what a model
thinks of a given text can be told as it would write it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from segue.models.lyrics.vocabulary import (
    BEGIN,
    END,
    FIRST,
    LENGTHS,
    LETTERS,
    MOST,
    SECTION,
    SIGNS,
    SPELL,
    SPELLED,
    TITLE,
    UNKNOWN,
    LyricVocabulary,
)

Flags = NDArray[np.bool_]
_SIGNS = LENGTHS + MOST
_LETTERS = FIRST - len(LETTERS)


class Room:
    """The room in lines; `size_of` tells the syllables of a word (or of a character)."""

    def __init__(self, vocabulary: LyricVocabulary, size_of: Callable[[str], int]) -> None:
        self.size = vocabulary.size
        self._size_of = size_of
        self._sizes = np.array([size_of(item) for item in vocabulary.items], dtype=np.int64)
        self._signs = self._flags(range(_SIGNS, _SIGNS + len(SIGNS)))
        self._letters = self._flags([*range(_LETTERS, FIRST), SPELLED])
        self._lengths = self._flags(range(LENGTHS, _SIGNS))
        self._ends = self._lengths | self._flags([SECTION, END])
        self._fitting: dict[int, Flags] = {}

    def after(self, tokens: Sequence[int]) -> list[Flags]:
        """Return for each token of a window which tokens may follow it: (vocabulary,) each. Within a title, in a line
        that began before the window and in lines of `MOST` syllables or more that may be all."""
        everything = np.ones(self.size, dtype=bool)
        found: list[Flags] = []
        left, spelled, begins = -1, "", False  # -1: not known
        inside = False  # a spelled word
        for token in tokens:
            if token in (BEGIN, TITLE):
                left = -1
            elif LENGTHS <= token < _SIGNS:
                length = token - LENGTHS + 1
                left, begins = (-1 if length == MOST else length), True
            elif token >= FIRST or token in (UNKNOWN, SPELLED):
                size = self._said(token, spelled)
                left, begins, inside = (max(left - size, 0) if left >= 0 else left), False, False
            elif token == SPELL:
                inside, spelled = True, ""
            elif token >= _LETTERS:
                spelled += LETTERS[token - _LETTERS]
            found.append(
                self._lengths
                if token == SECTION
                else self._letters
                if inside
                else everything
                if left < 0
                else self._fits(left, begins=begins and token < _SIGNS)
            )
        return found

    def _said(self, token: int, spelled: str) -> int:
        """The syllables of an item, a spelled word, or something unknown."""
        if token == SPELLED:
            return self._size_of(spelled) if any(map(str.isalpha, spelled)) else 0
        return 1 if token == UNKNOWN else int(self._sizes[token - FIRST])

    def _fits(self, left: int, *, begins: bool) -> Flags:
        if not left:
            return self._ends
        if left not in self._fitting:
            flags = self._flags([SPELL, UNKNOWN])
            flags[FIRST:] = self._sizes <= left
            self._fitting[left] = flags
        return self._fitting[left] | self._signs if begins else self._fitting[left]

    def _flags(self, tokens: Sequence[int]) -> Flags:
        flags = np.zeros(self.size, dtype=bool)
        flags[list(tokens)] = True
        return flags
