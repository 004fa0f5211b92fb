"""Lengths as ABC writes them: those of notes that one can print.

abcjs warns of a note or a rest that no sign says: below a whole note it knows halves to 64ths, with up to five dots.
"""

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


def odd_part(number: int) -> int:
    """Return a number divided by two as often as that goes."""
    return number // (number & -number)


def is_plain(ticks: int, quarter: int) -> bool:
    """Return whether a length needs no tuplet: a quarter note halved some times, or a multiple of that."""
    return odd_part(quarter // gcd(ticks, quarter)) == 1


@lru_cache(maxsize=4096)
def longest_sign(ticks: int, quarter: int) -> int:
    """Return the longest length up to `ticks` that one sign can say: a note with at most two dots.

    `quarter` is the ticks of a quarter note. What is not plain, or shorter than every note, stays as it is. A length is
    parted by taking the longest of what is left, again and again.
    """
    if not is_plain(ticks, quarter):
        return ticks
    length = Fraction(ticks, quarter)
    return int(next((value for value in _VALUES if value <= length), length) * quarter)


@lru_cache(maxsize=4096)
def length_text(ticks: int, unit: int) -> str:
    """Return a length as a multiple of the unit length: "", "2", "3/2", "/2"."""
    common = gcd(ticks, unit)
    top, low = ticks // common, unit // common
    if low == 1:
        return "" if top == 1 else str(top)
    return f"{'' if top == 1 else top}/{low}"
