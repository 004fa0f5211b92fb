"""A small language with a real grammar, for the engines' tests: bars of four units, notes of one to four units.

Tokens: 0 pad, 1 begin, 2 end, 4 and 5 the bars in turn, 8 + 4 * pitch + (units - 1) the notes, eight pitches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from segue.errors import InputError
from segue.models.engine.grammar import Language

SIZE, UNITS = 40, 4
BEGIN, END, BARS = 1, 2, (4, 5)


def note(pitch: int, units: int) -> int:
    """The token of a note."""
    return 8 + 4 * pitch + units - 1


def units(token: int) -> int:
    """How long a note's token lasts."""
    return (token - 8) % 4 + 1


@cache
def _notes(left: int) -> tuple[int, ...]:
    return tuple(note(pitch, length) for pitch in range(8) for length in range(1, left + 1))


@cache
def _after(bar: int) -> tuple[int, ...]:
    return (BARS[bar % 2], END) if bar else (BARS[0],)


@dataclass(frozen=True)
class Toy:
    """`bar` counts the bars begun, `left` the units still to fill in the present one."""

    is_begun: bool = False
    bar: int = 0
    left: int = 0
    is_ended: bool = False

    def legal(self) -> tuple[int, ...]:
        if self.is_ended:
            return ()
        if not self.is_begun:
            return _begin()
        return _notes(self.left) if self.left else _after(self.bar)

    def advance(self, token: int) -> Toy:
        if token not in self.legal():
            raise InputError(f"token {token} cannot stand here")
        if token == BEGIN:
            return Toy(is_begun=True)
        if token in BARS:
            return replace(self, bar=self.bar + 1, left=UNITS)
        if token == END:
            return replace(self, is_ended=True)
        return replace(self, left=self.left - units(token))


@cache
def _begin() -> tuple[int, ...]:
    return (BEGIN,)


TOY = Language(start=Toy, end=END, bars=frozenset(BARS))
