"""Lengths as ABC writes them: notes that one can print, and tuplets."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd

# what one note can last, in quarter notes: from a breve down, with up to two dots
_VALUES = sorted(
    (
        dots * Fraction(2) ** power
        for power in range(3, -9, -1)
        for dots in (Fraction(7, 4), Fraction(3, 2), Fraction(1))
    ),
    reverse=True,
)
_TUPLETS = {3: 2, 5: 4, 7: 4, 9: 8, 11: 8, 13: 8, 15: 8}  # p notes in the time of q
_MOST_IN_TUPLET = 99


def odd_part(number: int) -> int:
    """Return a number divided by two as often as that goes."""
    return number // (number & -number)


def is_plain(ticks: int, quarter: int) -> bool:
    """Return whether a length needs no tuplet: a quarter note halved some times, or a multiple of that."""
    return odd_part(quarter // gcd(ticks, quarter)) == 1


@lru_cache(maxsize=4096)
def printable(ticks: int, quarter: int) -> tuple[int, ...]:
    """Split a length into those of notes with up to two dots, the longest first; tuplets' lengths stay whole.

    `quarter` is the ticks of a quarter note.
    """
    if not is_plain(ticks, quarter):
        return (ticks,)
    left, found = Fraction(ticks, quarter), []
    for value in _VALUES:
        while value <= left:
            found.append(int(value * quarter))
            left -= value
    rest = ticks - sum(found)
    return (*found, rest) if rest else tuple(found)


@lru_cache(maxsize=4096)
def length_text(ticks: int, unit: int) -> str:
    """Return a length as a multiple of the unit length: "", "2", "3/2", "/2"."""
    common = gcd(ticks, unit)
    top, low = ticks // common, unit // common
    if low == 1:
        return "" if top == 1 else str(top)
    return f"{'' if top == 1 else top}/{low}"


def tuplet_of(lengths: list[int], quarter: int) -> tuple[int, int, int] | None:
    """Return the tuplet (p, q, r) with which notes of these lengths begin; None where they begin with none.

    It ends with the first note after which the time is again a whole number of undotted notes.
    """
    p = odd_part(quarter // gcd(lengths[0], quarter))
    q = _TUPLETS.get(p)
    if q is None:
        return None
    total = 0
    for count, length in enumerate(lengths[:_MOST_IN_TUPLET], 1):
        if not is_plain(length * p, quarter * q):
            return None
        total += length
        if is_plain(total, quarter):
            return (p, q, count)
    return None
