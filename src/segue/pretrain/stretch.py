"""The same music in other note values: a reel in sixteenths in 2/4 is the reel in eighths in 4/4."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from segue.music.language.vocabulary import TICKS
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, Score

_SAME_BARS = (("3/16", "3/8"), ("6/16", "6/8"), ("9/16", "9/8"), ("12/16", "12/8"), ("2/8", "2/4"), ("3/8", "3/4"),
              ("4/8", "4/4"), ("5/8", "5/4"), ("7/8", "7/4"), ("6/8", "6/4"), ("3/4", "3/2"))  # fmt: skip
DOUBLED = MappingProxyType({**dict(_SAME_BARS), "2/4": "4/4", "4/4": "4/2"})
HALVED = MappingProxyType({**{long: short for short, long in _SAME_BARS}, "4/4": "2/4", "2/2": "2/4", "4/2": "4/4"})


def stretch(score: Score, *, is_doubled: bool) -> Score | None:
    """Return a score with every note value doubled or halved, its metres and tempo too, so that it sounds the same.

    None where one of its metres has no usual sister of twice or half its length (`DOUBLED`, `HALVED`), where a time
    would lie between two ticks of the score language, or a tempo outside what is accepted.
    """
    factor, sister = (Fraction(2), DOUBLED) if is_doubled else (Fraction(1, 2), HALVED)
    is_named = all(str(bar.metre) in sister for bar in dict.fromkeys(score.bars))
    if not is_named or not all(1 <= tempo.bpm * factor <= 2000 for tempo in score.tempos):
        return None
    if any(not _is_on_ticks(part.notes, factor) for part in score.parts):
        return None
    return score.replace(
        bars=tuple(_bar(bar, factor, sister[str(bar.metre)]) for bar in score.bars),
        parts=tuple(
            replace(
                part,
                notes=_notes(part.notes, factor),
                words=tuple(replace(one, start=one.start * factor) for one in part.words),
            )
            for part in score.parts
        ),
        chords=tuple(replace(one, start=one.start * factor) for one in score.chords),
        tempos=tuple(replace(one, start=one.start * factor, bpm=float(one.bpm * factor)) for one in score.tempos),
    )


def _bar(bar: Bar, factor: Fraction, metre: str) -> Bar:
    return replace(bar, metre=Metre.parse(metre), length=bar.length * factor)


def _notes(notes: Notes, factor: Fraction) -> Notes:
    times = factor.numerator
    return Notes(
        notes.resolution * factor.denominator,
        [start * times for start in notes.starts],
        [length * times for length in notes.lengths],
        notes.pitches,
        notes.velocities,
    )


def _is_on_ticks(notes: Notes, factor: Fraction) -> bool:
    scale = factor * TICKS / notes.resolution
    return all(time * scale.numerator % scale.denominator == 0 for time in (*notes.starts, *notes.lengths))
