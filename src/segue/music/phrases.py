"""Phrases of a melody: where a singer breathes, told by rests, by long notes, and by the signs of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

from segue.music.metre import Metre
from segue.music.score import Part, Score

SHORTEST, LONGEST = 3, 14  # syllables of a phrase, where the music allows
_BREATH = Fraction(2)  # quarter notes of a long note
_WHOLE = 5  # onsets of a phrase that may stand by itself after a border of middling strength


@dataclass(frozen=True, slots=True)
class Onset:
    """A moment at which a melody begins one note or several: start and end in quarter notes; `border` is what words
    add to a border behind it (0 within a word: none can be there, so it is negative)."""

    start: Fraction
    end: Fraction
    border: Fraction = Fraction(0)


def onsets(part: Part) -> list[Onset]:
    """Return the onsets of a part's notes; notes that begin together are one, as long as the longest."""
    rows = [(note.start, note.end) for note in part.notes]
    return [Onset(start, max(end for _, end in group)) for start, group in groupby(rows, key=lambda row: row[0])]


def phrases(melody: Sequence[Onset], shortest: int = SHORTEST, longest: int = LONGEST) -> list[list[Onset]]:
    """Part a melody into phrases: at rests and long notes, and where one is longer than `longest` at its best border.

    The strength of a border is the time from its onset to the next, plus the rest in it, in quarter notes, over the
    median of such times, plus what words add; 2 more where it is twice the median and 2 quarter notes or more, 1 less
    in all. A border of strength 4 always parts, one of 3 where five onsets or more are left on either side.
    """
    if not melody:
        return []
    times = sorted(after.start - before.start for before, after in pairwise(melody))
    usual = times[len(times) // 2] if times else Fraction(1)
    strengths = [_strength(before, after, usual) for before, after in pairwise(melody)]
    found: list[list[Onset]] = []
    waiting = [(0, len(melody))]
    while waiting:
        first, after = waiting.pop()
        inside = range(first + shortest - 1, after - shortest)
        place = max(inside, key=lambda at: (strengths[at], -abs(2 * at - first - after)), default=None)
        if place is not None and _is_due(strengths[place], place + 1 - first, after - place - 1, longest):
            waiting += [(place + 1, after), (first, place + 1)]
        else:
            found.append(list(melody[first:after]))
    return found


def _is_due(strength: Fraction, before: int, after: int, longest: int) -> bool:
    """Whether a phrase is parted at its strongest border, so many onsets before and after it."""
    if strength < 0:
        return False
    return strength >= 4 or before + after > longest or (strength >= 3 and min(before, after) >= _WHOLE)


def _strength(before: Onset, after: Onset, usual: Fraction) -> Fraction:
    if before.border < 0:
        return before.border
    time = after.start - before.start
    rest = max(after.start - before.end, Fraction(0))
    long = Fraction(2) if time >= 2 * usual and time + rest >= _BREATH else Fraction(0)
    return (time + rest) / usual + long - 1 + before.border


def is_strong(time: Fraction, metre: Metre) -> bool:
    """Whether a time in a bar (quarter notes from its start) is a strong beat.

    The first beat is, and in a metre of an even number of beats the one in its middle: 1 and 3 of 4/4, both of 6/8, and
    of 2/4 both; of 3/4 the first alone. 5/4 and 7/8 have the first, and the beat from which the rest is counted in
    twos: the fourth of 5/4, of 7/8 the fifth eighth.
    """
    if time == 0:
        return True
    beats = len(metre.beats)
    if beats % 2 == 0:
        return time == metre.beats[beats // 2]
    if beats in (5, 7):
        return time == metre.beats[beats // 2 + 1]
    return False


def strong_onsets(score: Score, times: Sequence[Fraction]) -> list[bool]:
    """Say of times in a score (quarter notes, ascending) which are strong beats; a pick-up is the end of a bar."""
    starts = score.bar_starts
    found, number = [], 0
    for time in times:
        while number + 1 < len(score.bars) and starts[number + 1] <= time:
            number += 1
        if not score.bars:
            found.append(False)
            continue
        bar = score.bars[number]
        missing = bar.metre.length - bar.length if number == 0 and bar.length < bar.metre.length else Fraction(0)
        found.append(is_strong(time - starts[number] + missing, bar.metre))
    return found
