"""Chord symbols made audible: a soft pad under a melody that has no accompaniment of its own."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from itertools import pairwise

from segue.music.note import Note, Notes
from segue.music.score import Part, Score

PROGRAM = 89  # warm pad
_LOW, _MIDDLE = 36, 55  # the lowest bass, and the lowest note of the chord above it
_SOFT = 44  # velocity


def needs_pad(score: Score) -> bool:
    """Whether a score has chords and at most one part that sounds pitches, which is (nearly) a single line."""
    if not score.chords:
        return False
    pitched = [part for part in score.parts if not part.is_drums and len(part.notes)]
    if len(pitched) > 1:
        return False
    return not pitched or _is_line(pitched[0].notes)


def _is_line(notes: Notes) -> bool:
    """Whether less than a tenth of the notes begin together with the one before."""
    together = sum(first == second for first, second in pairwise(notes.starts))
    return together * 10 <= len(notes)


def pad(score: Score) -> Part:
    """Return a part that holds each chord, begun anew at each bar: its bass, and its tones around the middle."""
    ends = [chord.start for chord in score.chords[1:]] + [score.end]
    starts = score.bar_starts
    notes: list[Note] = []
    for one, end in zip(score.chords, ends, strict=True):
        if one.chord.root is None:
            continue
        bass = one.chord.bass or one.chord.root
        classes = sorted({(one.chord.root.pc + step) % 12 for step in one.chord.intervals})
        pitches = [_above(_LOW, bass.pc), *(_above(_MIDDLE, pc) for pc in classes)]
        for begin, until in _within_bars(one.start, end, starts):
            notes.extend(Note(begin, until - begin, pitch, _SOFT) for pitch in pitches)
    return Part(Notes.of(notes), "Chords", PROGRAM)


def _above(low: int, pc: int) -> int:
    return low + (pc - low) % 12


def _within_bars(start: Fraction, end: Fraction, bars: list[Fraction]) -> list[tuple[Fraction, Fraction]]:
    """Cut a span at each second bar, so that a long chord stays alive."""
    first = bisect_left(bars, start)
    cuts = [start, *(bar for bar in bars[first:] if start < bar < end), end]
    return list(pairwise(cuts))
