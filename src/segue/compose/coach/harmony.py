"""The written chords: how often they change, where, and how close they lie in the bass."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from heapq import merge

from segue.compose.coach.reading import Reading, Sounding
from segue.compose.coach.rule import Found, Rule

_STATIC_BARS = 8  # bars that one chord may fill
_FEWEST_BARS = 16  # of a piece whose chords are judged
# The lowest pitch on which an interval (semitones) still sounds clear in a sustained chord.
_LIMITS = {1: 52, 2: 51, 3: 48, 4: 46, 5: 45, 6: 35, 7: 34}
_DEEPER = 5  # semitones under the printed limit that published piano music goes


def static_chords(reading: Reading) -> Iterator[Found]:
    """One chord fills more than eight bars of a piece whose chords change elsewhere."""
    if len(reading.score.bars) < _FEWEST_BARS or len({one.chord for one in reading.harmonies}) < 3:
        return
    for harmony in reading.harmonies:
        bars = reading.bar_of(harmony.end - Fraction(1, 1000)) - reading.bar_of(harmony.start) + 1
        if bars > _STATIC_BARS:
            middle = reading.number_of(harmony.start) + _STATIC_BARS // 2
            yield Found(
                harmony.start, (), f"{harmony.chord} for {bars} bars", f"change the chord in bar {middle}, or before"
            )


def few_chords(reading: Reading) -> Iterator[Found]:
    """A piece of sixteen bars or more has a single chord."""
    chords = {one.chord for one in reading.harmonies}
    if len(reading.score.bars) >= _FEWEST_BARS and len(chords) == 1 and len(reading.harmonies) > 0:
        key = reading.score.key
        dominant = key.tonic.up(1)
        yield Found(
            reading.harmonies[0].start,
            (),
            f"the whole piece stands on {next(iter(chords))}",
            f"let the phrases end on {dominant}7, or on the chord of the fourth degree",
        )


def syncopated_chords(reading: Reading) -> Iterator[Found]:
    """A chord begins off the beats and is held over the bar line, where no other chord does."""
    starts = set(reading.starts)
    weak = [
        one
        for one in reading.harmonies
        if reading.strength(one.start) == 0
        and (edge := reading.starts[reading.bar_of(one.start) + 1]) in starts
        and one.end > edge
    ]
    if not weak or len(weak) * 10 > len(reading.harmonies):
        return  # a manner of the piece
    for harmony in weak:
        bar = reading.number_of(harmony.start) + 1
        told = f"{harmony.chord} begins on a weak beat and lasts over the bar line"
        yield Found(harmony.start, (), told, f"let {harmony.chord} begin with bar {bar}")


def muddy(reading: Reading) -> Iterator[Found]:
    """Two notes lie so close and so low, for a beat or more, that the chord sounds muddy."""
    parts = [part for part in reading.score.parts if not part.is_drums]
    lowest = max(_LIMITS.values()) - _DEEPER
    notes = merge(
        *([Sounding(note.start, note.end, note.pitch) for note in part.notes] for part in parts),
        key=lambda note: note.start,
    )
    active: list[Sounding] = []
    told: set[int] = set()
    for note in notes:
        active = [one for one in active if one.end > note.start]
        for other in active:
            low, high = sorted((note.pitch, other.pitch))
            if low >= lowest or low >= _LIMITS.get(high - low, -128) - _DEEPER:
                continue
            together = min(note.end, other.end) - max(note.start, other.start)
            bar = reading.bar_of(note.start)
            if together >= reading.score.bars[bar].metre.beat and bar not in told:
                told.add(bar)
                yield _mud(reading, note.start, low, high)
        active.append(note)


def _mud(reading: Reading, start: Fraction, low: int, high: int) -> Found:
    names = (reading.name_of(low, start), reading.name_of(high, start))
    told = f"{names[0]} and {names[1]} lie close and low"
    return Found(start, (), told, f"take {reading.name_of(high + 12, start)}, an octave higher, or leave it out")


RULES = (
    Rule(
        "static-harmony",
        "hint",
        "The chord changes within eight bars where chords change at all.",
        "Piston, Harmony, chapter on harmonic rhythm; threshold from published songs",
        static_chords,
    ),
    Rule(
        "one-chord",
        "hint",
        "A piece of sixteen bars or more has more than one chord.",
        "Kostka and Payne, Tonal Harmony, ch. 7",
        few_chords,
    ),
    Rule(
        "weak-change",
        "hint",
        "A chord does not begin off the beat and last over the bar line, unless the piece does so as a manner.",
        "Piston, Harmony, chapter on harmonic rhythm",
        syncopated_chords,
    ),
    Rule(
        "mud",
        "weakness",
        "Notes that lie low lie wide apart.",
        "Huron, Tone and Voice, Music Perception 19 (2001); Lowell and Pullig, Arranging for Large Jazz Ensemble",
        muddy,
    ),
)
