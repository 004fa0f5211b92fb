"""Two voices at once: fifths and octaves in parallel or hidden, crossed voices, gaps between neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from segue.compose.coach.alternatives import alternative, compass_of
from segue.compose.coach.reading import Moment, Reading
from segue.compose.coach.rule import Found, Rule

_FIFTH, _OCTAVE = 7, 0
_NAMES = {_FIFTH: "fifths", _OCTAVE: "octaves"}
_STEP = 2  # semitones; more is a leap
_WIDEST = 12  # semitones between neighbours above the bass


def motion(before: Moment, now: Moment, voice: int) -> tuple[int, int] | None:
    """The two pitches between which a voice moves from one moment to the next; None where it rests or stays."""
    old, new = before.notes[voice], now.notes[voice]
    if old is None or new is None or new.start != now.start or old.end != now.start or old.pitch == new.pitch:
        return None
    return old.pitch, new.pitch


def _is_similar(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return (one[1] > one[0]) == (other[1] > other[0])


def _parallels(reading: Reading, interval: int) -> Iterator[Found]:
    for before, now in reading.steps():
        for high, low in combinations(range(len(reading.strict)), 2):
            upper, lower = motion(before, now, high), motion(before, now, low)
            if upper is None or lower is None or not _is_similar(upper, lower):
                continue
            if abs(upper[0] - lower[0]) % 12 == interval == abs(upper[1] - lower[1]) % 12:
                yield _between(reading, before, now, (high, low), f"{_NAMES[interval]} in parallel")


def _between(reading: Reading, before: Moment, now: Moment, pair: tuple[int, int], what: str) -> Found:
    """The remark on two voices that move together, with a note that one of them could take instead."""
    names = tuple(reading.strict[voice].name for voice in pair)
    told = []
    for voice in pair:
        moved = motion(before, now, voice)
        if moved is not None:
            told.append(" to ".join(reading.name_of(pitch, now.start) for pitch in moved))
    proposal = alternative(reading, before, now, pair) or "let one of the two voices move the other way, or stay"
    return Found(now.start, names, f"{what}: {told[0]} over {told[-1]}", proposal)


def parallel_fifths(reading: Reading) -> Iterator[Found]:
    """Perfect fifths (or twelfths) that follow each other in the same two voices, both moving the same way."""
    return _parallels(reading, _FIFTH)


def parallel_octaves(reading: Reading) -> Iterator[Found]:
    """Octaves or unisons that follow each other in the same two voices, both moving the same way."""
    return _parallels(reading, _OCTAVE)


def hidden_perfects(reading: Reading) -> Iterator[Found]:
    """The outer voices reach a fifth or an octave by moving the same way, the upper one by a leap."""
    high, low = 0, len(reading.strict) - 1
    for before, now in reading.steps():
        upper, lower = motion(before, now, high), motion(before, now, low)
        if upper is None or lower is None or not _is_similar(upper, lower) or abs(upper[1] - upper[0]) <= _STEP:
            continue
        old, new = abs(upper[0] - lower[0]) % 12, abs(upper[1] - lower[1]) % 12
        if new in _NAMES and old != new and before.pcs != now.pcs:
            yield _between(reading, before, now, (high, low), f"hidden {_NAMES[new]}, the upper voice leaping")


def crossings(reading: Reading) -> Iterator[Found]:
    """A voice begins a note below the voice that lies under it, for a beat or more."""
    for number in range(len(reading.strict) - 1):
        last: Fraction | None = None
        for moment in reading.moments:
            upper, lower = moment.notes[number], moment.notes[number + 1]
            if upper is None or lower is None or upper.pitch >= lower.pitch:
                continue
            until = min(upper.end, lower.end)
            if until - moment.start < reading.bar_at(moment.start).metre.beat:
                continue
            if last is None or moment.start > last:
                names = (reading.strict[number].name, reading.strict[number + 1].name)
                told = (
                    f"{reading.name_of(upper.pitch, moment.start)} under {reading.name_of(lower.pitch, moment.start)}"
                )
                yield Found(moment.start, names, f"the voices cross: {told}", "let the two voices change their notes")
            last = until


def wide_gaps(reading: Reading) -> Iterator[Found]:
    """Neighbours above the bass lie more than an octave apart, for a beat or more."""
    for number in range(len(reading.strict) - 2):
        last: Fraction | None = None
        for moment in reading.moments:
            upper, lower = moment.notes[number], moment.notes[number + 1]
            if upper is None or lower is None or upper.pitch - lower.pitch <= _WIDEST:
                continue
            until = min(upper.end, lower.end)
            if until - moment.start < reading.bar_at(moment.start).metre.beat:
                continue
            if last is None or moment.start > last:
                yield _gap(reading, moment, number, upper.pitch, lower.pitch)
            last = until


def _gap(reading: Reading, moment: Moment, number: int, high: int, low: int) -> Found:
    names = (reading.strict[number].name, reading.strict[number + 1].name)
    told = f"{reading.name_of(high, moment.start)} over {reading.name_of(low, moment.start)}"
    top = min(compass_of(reading.strict[number + 1])[1], high - 1)
    closer = [pitch for pitch in range(max(low + 1, high - _WIDEST), top + 1) if pitch % 12 in moment.pcs]
    proposal = f"{names[1]}: {reading.name_of(closer[0], moment.start)} lies nearer" if closer else "bring them closer"
    return Found(moment.start, names, f"{high - low} semitones apart: {told}", proposal)


RULES = (
    Rule(
        "parallel-fifths",
        "fault",
        "No two voices move from one perfect fifth to another.",
        "Kostka and Payne, Tonal Harmony, ch. 5; Aldwell and Schachter, Harmony and Voice Leading, unit 5",
        parallel_fifths,
    ),
    Rule(
        "parallel-octaves",
        "fault",
        "No two voices move from one octave or unison to another.",
        "Kostka and Payne, Tonal Harmony, ch. 5; Aldwell and Schachter, Harmony and Voice Leading, unit 5",
        parallel_octaves,
    ),
    Rule(
        "hidden-perfects",
        "hint",
        "The outer voices do not reach a fifth or an octave in the same direction while the upper one leaps.",
        "Kostka and Payne, Tonal Harmony, ch. 5 (direct fifths and octaves)",
        hidden_perfects,
    ),
    Rule(
        "crossing",
        "hint",
        "A voice stays above the voice under it.",
        "Kostka and Payne, Tonal Harmony, ch. 5; Huron, Tone and Voice, Music Perception 19 (2001)",
        crossings,
    ),
    Rule(
        "spacing",
        "hint",
        "Neighbouring voices above the bass are at most an octave apart.",
        "Kostka and Payne, Tonal Harmony, ch. 5",
        wide_gaps,
    ),
)
