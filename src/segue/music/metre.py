"""Metres: how many of which note value fill a bar, and where its beats lie."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from segue.errors import InputError

_VALUES = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Metre:
    """A time signature; lengths are in quarter notes.

    >>> Metre(6, 8).length, Metre(6, 8).beats
    (Fraction(3, 1), (Fraction(0, 1), Fraction(3, 2)))
    """

    count: int = 4
    value: int = 4

    def __post_init__(self) -> None:
        if self.value not in _VALUES or not 1 <= self.count <= 64:
            raise InputError(f"{self.count}/{self.value} is no metre; 1 to 64 over {', '.join(map(str, _VALUES))}")

    @classmethod
    def parse(cls, text: str) -> Metre:
        """Read "3/4", "C" or "C|"; InputError where it is none."""
        plain = {"C": "4/4", "C|": "2/2", "c": "4/4"}.get(text.strip(), text.strip())
        count, slash, value = (part.strip() for part in plain.partition("/"))
        if not (slash and count.isdecimal() and value.isdecimal()) or len(plain) > 9:
            raise InputError(f"{text[:20]!r} is no metre; such as 4/4, 6/8, C or C|")
        return cls(int(count), int(value))

    @cached_property
    def length(self) -> Fraction:
        """The length of a bar in quarter notes."""
        return Fraction(4 * self.count, self.value)

    @cached_property
    def is_compound(self) -> bool:
        """Whether a beat is a dotted note: 6/8, 9/8, 12/8 and their like."""
        return self.count > 3 and self.count % 3 == 0 and self.value >= 8

    @cached_property
    def beat(self) -> Fraction:
        """The length of a beat in quarter notes: of 6/8 a dotted quarter."""
        return Fraction(12 if self.is_compound else 4, self.value)

    @cached_property
    def beats(self) -> tuple[Fraction, ...]:
        """Where the beats of a bar lie, in quarter notes from its start."""
        return tuple(self.beat * place for place in range(int(self.length / self.beat)))

    def __str__(self) -> str:
        return f"{self.count}/{self.value}"
