"""What a singer has to do: leaps, and singing without a breath."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from segue.compose.coach.reading import Reading, Sounding, Voice
from segue.compose.coach.rule import Found, Rule
from segue.music.summary import seconds_of

_OCTAVE = 12
_SEVENTHS = (10, 11)
_RESTING = 2  # quarter notes: after a note so long a leap is prepared, and a breath can be taken
_LONGEST_BREATH = 15.0  # seconds
_NAMES = {10: "a minor seventh", 11: "a major seventh", 13: "a minor ninth", 14: "a ninth"}


def _sung(reading: Reading) -> Iterator[Voice]:
    return (voice for voice in reading.voices if voice.is_sung)


def leaps(reading: Reading) -> Iterator[Found]:
    """Leaps of a seventh that are not turned back, and leaps of more than an octave, within a phrase."""
    for voice in _sung(reading):
        for old, new, after in zip(voice.notes, voice.notes[1:], [*voice.notes[2:], None], strict=False):
            size = abs(new.pitch - old.pitch)
            if new.start != old.end or old.length >= _RESTING or size < min(_SEVENTHS) or size == _OCTAVE:
                continue
            if size in _SEVENTHS and _turns_back(old, new, after):
                continue
            names = (reading.name_of(old.pitch, old.start), reading.name_of(new.pitch, new.start))
            nearer = new.pitch + (_OCTAVE if new.pitch < old.pitch else -_OCTAVE)
            told = f"a leap of {_NAMES.get(size, f'{size} semitones')} from {names[0]} to {names[1]}"
            proposal = f"take {reading.name_of(nearer, new.start)}, or step back after the leap"
            yield Found(new.start, (voice.name,), told, proposal)


def _turns_back(old: Sounding, new: Sounding, after: Sounding | None) -> bool:
    """Whether the tune goes on against the direction of a leap, or stays."""
    if after is None or after.start != new.end:
        return True  # a rest: nothing follows
    return (after.pitch - new.pitch) * (new.pitch - old.pitch) <= 0


def long_breaths(reading: Reading) -> Iterator[Found]:
    """Singing without a rest or a long note for longer than a breath lasts; a choir's singers breathe in turn."""
    seconds = _seconds_a_quarter(reading)
    for voice in () if reading.strict else _sung(reading):
        begin = voice.notes[0].start
        told = False
        for old, new in pairwise(voice.notes):
            if new.start > old.end or old.length >= _RESTING:
                begin, told = new.start, False
            length = float(new.end - begin) * seconds
            if length > _LONGEST_BREATH and not told:
                told = True
                bar = reading.number_of(new.start)
                yield Found(
                    begin,
                    (voice.name,),
                    f"more than {_LONGEST_BREATH:.0f} seconds of singing without a place to breathe",
                    f"shorten a note before bar {bar} into a rest, at the end of a line",
                )


def _seconds_a_quarter(reading: Reading) -> float:
    end = float(reading.score.end)
    return seconds_of(reading.score) / end if end else 0.5


RULES = (
    Rule(
        "leap",
        "weakness",
        "A sung line leaps by an octave at most, and turns back after a seventh.",
        "Kostka and Payne, Tonal Harmony, ch. 5 (the melodic line)",
        leaps,
    ),
    Rule(
        "breath",
        "weakness",
        "A singer can breathe every few seconds.",
        "Adler, The Study of Orchestration, chapter on the voice; threshold from published songs",
        long_breaths,
    ),
)
