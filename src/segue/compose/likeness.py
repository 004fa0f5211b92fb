"""How alike two passages are, and which way a melody goes: statistics that the verbs choose by and tests check."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import pi, sin, sqrt
from types import MappingProxyType
from typing import Any

from segue.errors import InputError
from segue.music.note import Note, Notes
from segue.music.score import Score

# how high a melody of that contour stands at a time from 0 to 1: any scale, any zero
CONTOURS: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "rising": lambda time: time,
        "falling": lambda time: -time,
        "arch": lambda time: sin(pi * time),
        "valley": lambda time: -sin(pi * time),
    }
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two passages of one part are, each from 0 to 1.

    `bars` is the share of bars with the very same notes, `rhythm` that of onsets in common, `intervals` that of steps
    between neighbouring notes in common (with their times, whatever the tonic).
    """

    bars: float
    rhythm: float
    intervals: float


def likeness(score: Score, one: range, other: range, part: int = 0) -> Likeness:
    """Compare two spans of bars of one part of a score.

    bars = equal bars / bars of the longer span. rhythm and intervals are Dice's coefficient 2 |X & Y| / (|X| + |Y|) of
    the multisets of (onset in the passage), and of (onset in the passage, semitones to the next note). InputError where
    a span is empty or lies outside.
    """
    for span in (one, other):
        if not span or span.start < 0 or span.stop > len(score.bars):
            raise InputError(f"bars {span.start} to {span.stop} of a score of {len(score.bars)}: no passage to compare")
    rows = [_passage(score, span, part) for span in (one, other)]
    bars = [_by_bar(score, span, notes) for span, notes in zip((one, other), rows, strict=True)]
    equal = sum(first == second for first, second in zip(*bars, strict=False))
    onsets = [Counter(start for start, _, _ in notes) for notes in rows]
    steps = [Counter((first[0], second[2] - first[2]) for first, second in pairwise(notes)) for notes in rows]
    return Likeness(equal / max(len(one), len(other)), _dice(*onsets), _dice(*steps))


def contour_fit(notes: Sequence[Note] | Notes, contour: str) -> float:
    """Return Pearson's correlation of the pitches with the contour's shape at their onsets: -1 to 1.

    Time runs from 0 at the first onset to 1 at the last; 0 where all pitches are equal or there are fewer than three
    notes. InputError for a contour that is none of `CONTOURS`.
    """
    shape = CONTOURS.get(contour)
    if shape is None:
        raise InputError(f"contour {contour!r} is none of {', '.join(CONTOURS)}")
    if len(notes) < 3 or notes[0].start == notes[-1].start:
        return 0.0
    begin, length = notes[0].start, notes[-1].start - notes[0].start
    return _correlation([shape(float((note.start - begin) / length)) for note in notes], [n.pitch for n in notes])


_Row = tuple[Fraction, Fraction, int]  # start in the passage, length, pitch


def _passage(score: Score, span: range, part: int) -> list[_Row]:
    starts = score.bar_starts
    begin, end = starts[span.start], starts[span.stop]
    notes = score.parts[part].notes
    rows = ((Fraction(at, notes.resolution), place) for place, at in enumerate(notes.starts))
    return [(at - begin, notes[place].length, notes[place].pitch) for at, place in rows if begin <= at < end]


def _by_bar(score: Score, span: range, rows: Sequence[_Row]) -> list[frozenset[_Row]]:
    starts = score.bar_starts
    borders = [start - starts[span.start] for start in starts[span.start : span.stop + 1]]
    places = [bisect_left([row[0] for row in rows], border) for border in borders]
    return [
        frozenset((at - border, length, pitch) for at, length, pitch in rows[first:last])
        for border, (first, last) in zip(borders, pairwise(places), strict=False)
    ]


def _dice(one: Counter[Any], other: Counter[Any]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    means = sum(one) / len(one), sum(other) / len(other)
    moved = [(first - means[0], second - means[1]) for first, second in zip(one, other, strict=True)]
    spread = sqrt(sum(first**2 for first, _ in moved) * sum(second**2 for _, second in moved))
    return sum(first * second for first, second in moved) / spread if spread else 0.0
