"""How chords bear a melody: which of them have the tone that matters, and none that clashes with it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from segue.music.chord import QUALITIES, Chord
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.note import Note

PLAIN = ("", "m", "7", "m7", "maj7", "6")  # chords by one of which a root can bear a melody


def is_avoided(pc: int, chord: Chord) -> bool:
    """Whether a pitch class lies a semitone above a tone of the chord and is none of its own.

    >>> is_avoided(5, Chord.parse("C")), is_avoided(2, Chord.parse("C"))
    (True, False)
    """
    tones = chord.pitch_classes
    return pc not in tones and (pc - 1) % 12 in tones


def longest(notes: Iterable[Note], since: Fraction, until: Fraction) -> int | None:
    """The pitch class that sounds longest between two times; of equals the one heard first."""
    weights: dict[int, Fraction] = {}
    for note in notes:
        if note.start >= until:
            break
        if note.end > since:
            sounds = min(note.end, until) - max(note.start, since)
            weights[note.pitch % 12] = weights.get(note.pitch % 12, Fraction(0)) + sounds
    return max(weights, key=lambda pc: weights[pc], default=None)


@lru_cache(maxsize=4096)
def qualities_bearing(root: int, long: frozenset[int], needed: int) -> int:
    """All tokens but the qualities above a root that lack the tone needed, or of which a long one is avoided."""
    wrong = []
    for name, steps in QUALITIES.items():
        tones = {(root + step) % 12 for step in steps}
        if needed not in tones or any(pc not in tones and (pc - 1) % 12 in tones for pc in long):
            wrong.append(v.QUALITY_OF[name])
    return ~m.bits(wrong)


@lru_cache(maxsize=4096)
def roots_bearing(tonic: int, long: frozenset[int], needed: int, plain: tuple[str, ...]) -> int:
    """All tokens but the roots above which none of the plain chords will do."""
    mask = m.bits(v.QUALITY_OF[name] for name in plain)
    return ~m.bits(t for t in v.ROOT if not qualities_bearing((t - v.ROOT.start + tonic) % 12, long, needed) & mask)
