"""Written note values: which notes, dots and tuplets say a length at a place in the bar, and where to tie.

The beat shows: after Gould, Behind Bars (2011), a note may start off the beat and cross it only where that is plain
syncopation; the middle of a bar of four is crossed only by notes that begin and end on beats.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from segue.music.metre import Metre

TYPES = (
    *("long", "breve", "whole", "half", "quarter", "eighth"),
    *("16th", "32nd", "64th", "128th", "256th", "512th", "1024th"),
)
LENGTHS: dict[str, Fraction] = {name: Fraction(16) / 2**place for place, name in enumerate(TYPES)}
_NAMES = {length: name for name, length in LENGTHS.items()}
_MOST_TIED = 6  # a length that takes more tied notes, and one more a quarter, is written as one, of the nearest value


@dataclass(frozen=True, slots=True)
class Value:
    """A written value that lasts `length` quarter notes; `actual` of it take the time of `normal` (1, 1: no tuplet)."""

    length: Fraction
    type: str
    dots: int = 0
    actual: int = 1
    normal: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """The beats of a bar, in quarter notes, and into how many ticks a quarter note is divided."""

    beat: Fraction
    middle: Fraction  # 0 where there is none
    is_compound: bool
    divisions: int


@lru_cache(maxsize=256)
def grid_of(metre: Metre, divisions: int) -> Grid:
    """Return the beats of a metre; the middle is that of a bar of four (or twelve) beats."""
    middle = metre.length / 2 if metre.count in (4, 12) else Fraction(0)
    return Grid(metre.beat, middle, metre.is_compound, divisions)


@lru_cache(maxsize=8192)
def value_of(length: Fraction) -> Value | None:
    """Return the one value that says a length: up to two dots (one in a tuplet); None where it takes more notes.

    >>> value_of(Fraction(3, 2)).dots, value_of(Fraction(1, 3)).type, value_of(Fraction(5, 4))
    (1, 'eighth', None)
    """
    odd = _odd(length.denominator)
    if odd > 63:
        return None
    normal = 1 << (odd.bit_length() - 1)
    written = length * odd / normal
    for dots in range(3 if odd == 1 else 2):
        plain = written / (2 - Fraction(1, 2**dots))
        if plain in _NAMES:
            return Value(length, _NAMES[plain], dots, odd, normal)
    return None


def _odd(number: int) -> int:
    return number // (number & -number)


@lru_cache(maxsize=65536)
def values(at: Fraction, length: Fraction, grid: Grid, is_rest: bool = False) -> tuple[Value, ...]:
    """Return the values that say a length from a place in the bar on (quarter notes), to be tied where several."""
    found = _split(at, at + length, grid, is_rest, 12)
    if len(found) > _MOST_TIED + length:
        return (_nearest(length),)
    return found


def _split(at: Fraction, end: Fraction, grid: Grid, is_rest: bool, depth: int) -> tuple[Value, ...]:
    value = value_of(end - at)
    if value and _fits(at, value, grid, is_rest):
        return (value,)
    cut = _cut(at, end, grid) if depth else None
    if cut is None:
        return (value or _nearest(end - at),)
    return _split(at, cut, grid, is_rest, depth - 1) + _split(cut, end, grid, is_rest, depth - 1)


def _nearest(length: Fraction) -> Value:
    """The plain value nearest to a length that none says; the duration beside it stays exact."""
    name = min(TYPES, key=lambda each: abs(LENGTHS[each] - length))
    return Value(length, name)


def _fits(at: Fraction, value: Value, grid: Grid, is_rest: bool) -> bool:
    end = at + value.length
    if value.actual > 1:
        return _fits_tuplet(at, value) and (not is_rest or end <= (at // grid.beat + 1) * grid.beat)
    if at.denominator & (at.denominator - 1):
        return False
    if is_rest:
        return _fits_rest(at, value, grid)
    if end <= (at // grid.beat + 1) * grid.beat:
        return True
    on_beat, to_beat = not at % grid.beat, not end % grid.beat
    if grid.is_compound:
        return on_beat and to_beat
    if grid.middle and at < grid.middle < end:
        return on_beat and to_beat
    if on_beat:
        return True
    return (not value.dots and not at % (value.length / 2)) or (value.dots == 1 and to_beat)


def _fits_rest(at: Fraction, value: Value, grid: Grid) -> bool:
    if value.length >= 4:  # in a longer bar programs take the sign of a whole rest for a rest of all the bar
        return False
    if grid.is_compound and value.length in (grid.beat, grid.beat * 2 / 3):
        return not at % grid.beat
    if value.dots:
        return False
    if grid.is_compound and value.length > grid.beat / 3:
        return False
    return not at % value.length


def _fits_tuplet(at: Fraction, value: Value) -> bool:
    """Whether a note lies in one tuplet: a span of `actual` equal units from a multiple of the span on."""
    whole = value.length / (3 if value.dots else 1)
    for unit in (whole / 4, whole / 2, whole):
        span = unit * value.actual
        if span.denominator & (span.denominator - 1):
            continue
        start = at // span * span
        if not (at - start) % unit and at + value.length <= start + span:
            return True
    return False


def _cut(at: Fraction, end: Fraction, grid: Grid) -> Fraction | None:
    """The strongest place inside a note: the middle of the bar, a beat, a part of a beat, a part of a tuplet."""
    for unit in (grid.middle, *_units(grid, _odd(at.denominator), _odd(end.denominator))):
        if not unit:
            continue
        first = (at // unit + 1) * unit
        if first >= end:
            continue
        cut = first
        if not at % unit:
            steps = 1 << (int((end - at) // unit).bit_length() - 1)
            cut = at + unit * steps if at + unit * steps < end else at + unit * max(1, steps // 2)
        if not grid.divisions % cut.denominator:
            return cut
    return None


@lru_cache(maxsize=1024)
def _units(grid: Grid, odd_start: int, odd_end: int) -> tuple[Fraction, ...]:
    halves = [grid.beat / (3 if grid.is_compound else 2) / 2**power for power in range(7)]
    tuplets = [Fraction(2, odd * 2**power) for odd in sorted({odd_start, odd_end} - {1}) for power in range(6)]
    return (grid.beat, *halves, *tuplets)
