"""What stands in a bar as one writes it: single signs and tuplets, each sign of a length that can be printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from segue.formats.abc.layers import Stack
from segue.formats.abc.lengths import is_plain, longest_sign, odd_part

_IN_TIME_OF = {3: 2, 5: 4, 7: 4, 9: 8, 11: 8, 13: 8, 15: 8}  # p notes in the time of q
_WHOLE = 4  # quarter notes
_MOST = 9  # signs of a tuplet: abcjs reads their number from one figure


@dataclass(frozen=True, slots=True)
class Piece:
    """What one sign says: a stack of notes, or a part of it, or a rest (no stack), in ticks."""

    start: int
    end: int
    stack: Stack | None

    @property
    def length(self) -> int:
        """Its ticks."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Group:
    """Signs that begin together: a tuplet, `p` in the time of `q`, or a single one (1 in the time of 1)."""

    p: int
    q: int
    pieces: tuple[Piece, ...]

    @property
    def sign(self) -> str:
        """What stands before the first: "", "(3" for three notes in the time of two, "(3:2:4" for four of these."""
        if self.p == 1:
            return ""
        count = len(self.pieces)
        return "(3" if (self.p, self.q, count) == (3, 2, 3) else f"({self.p}:{self.q}:{count}"


class Grouping:
    """Groups the pieces of bars, in ticks, `quarter` of them to a quarter note.

    A piece that no sign can say is parted. With `parts_whole_rests` so is a rest of a whole note: abcjs takes it for a
    rest of one bar of the tune's first metre, which may be shorter.
    """

    def __init__(self, quarter: int, *, parts_whole_rests: bool) -> None:
        self._quarter, self._parts_whole_rests = quarter, parts_whole_rests

    def groups(self, pieces: list[Piece]) -> Iterator[Group]:
        """Return the groups of a bar, from its pieces."""
        waiting = pieces[::-1]
        while waiting:
            self._part_beats(waiting, pieces[0].start)
            yield from self._next(waiting, pieces[0].start)

    def _next(self, waiting: list[Piece], bar_start: int) -> Iterator[Group]:
        """Take the next group from what waits (the first at the end).

        A tuplet ends with the first sign after which the time is again a whole number of undotted notes from the bar's
        start, else with the bar, or before what it cannot say.
        """
        p, q = self._tuplet(waiting[-1])
        found: list[Piece] = []
        while waiting and (not found or is_plain(waiting[-1].length * p, self._quarter * q)):
            piece = waiting[-1]
            border = self._border(piece, p, q, bar_start)
            if border < piece.end:
                _part(waiting, border)
                if not found:
                    p, q = self._tuplet(waiting[-1])
                continue
            found.append(waiting.pop())
            if p == 1 or is_plain(piece.end - bar_start, self._quarter):
                break
        for place in range(0, len(found), _MOST):
            yield Group(p, q, tuple(found[place : place + _MOST]))

    def _tuplet(self, piece: Piece) -> tuple[int, int]:
        """Return p and q of the tuplet that a piece begins; 1 and 1 where it begins none."""
        p = odd_part(self._quarter // gcd(piece.length, self._quarter))
        return (p, _IN_TIME_OF[p]) if p in _IN_TIME_OF else (1, 1)

    def _border(self, piece: Piece, p: int, q: int, bar_start: int) -> int:
        """Return the end of a piece, or where it has to be parted: in a tuplet at the next beat, else after a sign."""
        longest = longest_sign(piece.length * p, self._quarter * q) // p
        if piece.stack is None and self._parts_whole_rests and longest * p == _WHOLE * self._quarter * q:
            longest //= 2
        beat = piece.start + self._quarter - (piece.start - bar_start) % self._quarter
        return beat if p > 1 and longest < piece.length and beat < piece.end else piece.start + longest

    def _part_beats(self, waiting: list[Piece], bar_start: int) -> None:
        """Part whole beats from a piece that begins on a beat and ends within a tuplet of other lengths."""
        piece, quarter = waiting[-1], self._quarter
        length, (p, _) = piece.length, self._tuplet(piece)
        if length > quarter and not is_plain(length, quarter) and (piece.start - bar_start) % quarter == 0:
            lengths = [one.length for one in waiting[: -p - 1 : -1]]
            if p == 1 or lengths != [length] * p:
                _part(waiting, piece.end - length % quarter)


def _part(waiting: list[Piece], border: int) -> None:
    """Part the first of what waits (the first at the end) in two."""
    piece = waiting.pop()
    waiting += (Piece(border, piece.end, piece.stack), Piece(piece.start, border, piece.stack))
