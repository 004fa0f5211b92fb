"""The front end of chords: what a progression is made of, told from its key, in numbers that tell styles apart.

A progression is told by shares of its time and of its changes: qualities, degrees above the tonic, both together, steps
of the root from chord to chord; by how often chords change and how rich they are; and by how much comes again. Shares
enter by their square roots, which keeps rare chords from drowning among common ones (Hellinger's distance; Legendre and
Gallagher, Oecologia 2001). Nothing tells how long a progression is, so that eight bars and a whole song can be held
against each other. N-grams of chords, counted or hashed, told composers and artists apart but styles no better: on
held-out groups all of them lost against these shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from segue.music.chord import NO_CHORD, Chord
from segue.music.key import Key
from segue.music.score import ChordAt, Progression
from segue.recognize.head import Floats

QUALITIES = (
    "maj",
    "min",
    "7",
    "min7",
    "maj7",
    "6",
    "min6",
    "hdim",
    "dim",
    "aug",
    "aug7",
    "sus",
    "sus7",
    "minmaj7",
    "5",
)
FAMILIES = ("major", "minor", "dominant", "minor seventh", "major seventh", "diminished")  # of qualities
_FAMILY = dict(zip(QUALITIES, (0, 1, 2, 3, 4, 0, 1, 5, 5, 2, 2, 0, 2, 1, 0), strict=True))
_LAGS = (1, 2, 4, 8, 16)  # bars after which a bar may come again
_FACTS: tuple[str, ...] = ("changes", "busy bars", "still bars", "tones", "altered", "foreign bass", "minor")
_FACTS += ("triple", "in scale", "first is tonic", "last is tonic", "chords of all", "bars of all", "qualities of all")
WIDTH = len(QUALITIES) + 12 * (2 + len(FAMILIES)) + len(_FACTS) + len(_LAGS)  # of a vector
_TINY = 1e-6  # quarter notes
_Signature = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A chord in its key: the semitones of its root above the tonic, its quality among `QUALITIES`, the chord, how long
    it sounds (quarter notes), and its bar (from 0). A new bar does not begin a new one."""

    degree: int
    quality: str
    chord: Chord
    key: Key
    length: float
    bar: int


@dataclass(frozen=True, slots=True)
class ChordsFront:
    """Progressions as vectors of shares; their parts are bars.

    `plain` hears triads alone (sevenths, extensions and basses do not count), so that what is told cannot lie in how
    richly somebody writes chords down.
    """

    plain: bool = False

    @property
    def kind(self) -> str:
        """What it takes."""
        return "chords"

    def vectors(self, items: Sequence[Progression]) -> Floats:
        """Return vectors (n, d) of progressions; d is the same for all."""
        rows = [shares_of(self._heard(item)) for item in items]
        return np.sqrt(np.array(rows, np.float32).reshape(len(rows), WIDTH))

    def parts(self, item: Progression) -> Sequence[str]:
        """Return the bars in words, with the chords that begin in them: "bar 5 (Am7 D7)"."""
        return [
            f"bar {number} ({' '.join(str(one.chord) for one in here) or 'as before'})"
            for number, here in enumerate(in_bars(item), 1)
        ]

    def without(self, item: Progression, parts: Collection[int]) -> Progression:
        """Return the progression with no chord in some bars; what sounds in the others stays."""
        taken, sounding = set(parts), NO_CHORD
        kept: list[ChordAt] = []
        starts = item.score.bar_starts
        for number, here in enumerate(in_bars(item)):
            if number in taken:
                kept.append(ChordAt(starts[number], NO_CHORD))
            elif kept and number - 1 in taken and (not here or here[0].start > starts[number]):
                kept.append(ChordAt(starts[number], sounding))
            sounding = here[-1].chord if here else sounding
            kept += [] if number in taken else here
        return replace(item, chords=tuple(kept))

    def _heard(self, item: Progression) -> Progression:
        return replace(item, chords=tuple(_as_triad(one) for one in item.chords)) if self.plain else item


def in_bars(item: Progression) -> list[list[ChordAt]]:
    """Return the chords that begin in each bar."""
    found: list[list[ChordAt]] = [[] for _ in item.bars]
    ends = list(accumulate(float(bar.length) for bar in item.bars))
    number = 0
    for one in item.chords:
        while number < len(ends) - 1 and float(one.start) >= ends[number] - _TINY:
            number += 1
        found[number].append(one)
    return found


def told_of(item: Progression, bars: Sequence[Sequence[ChordAt]]) -> list[list[Told]]:
    """Return runs of chords in their keys, parted where no chord sounds; one that goes on is told once.

    `bars` are the chords by bar (`in_bars`).
    """
    starts = [float(one.start) for one in item.chords] + [sum(float(bar.length) for bar in item.bars)]
    runs: list[list[Told]] = [[]]
    every = [(number, one) for number, here in enumerate(bars) for one in here]
    for place, (number, one) in enumerate(every):
        if one.chord.root is None:
            runs.append([])
            continue
        length = starts[place + 1] - starts[place]
        before = runs[-1][-1] if runs[-1] else None
        if before is not None and before.chord == one.chord:
            runs[-1][-1] = replace(before, length=before.length + length)
            continue
        key = item.bars[number].key
        degree = (one.chord.root.pc - key.tonic.pc) % 12
        runs[-1].append(Told(degree, quality_of(one.chord), one.chord, key, length, number))
    return [run for run in runs if run]


@lru_cache(maxsize=1 << 14)
def quality_of(chord: Chord) -> str:
    """Return the quality of a chord among `QUALITIES`, by its third, fifth, and sixth or seventh."""
    tones = {step % 12 for step in chord.intervals}
    third = "min" if 3 in tones and 4 not in tones else "maj" if 4 in tones else ""
    seventh = 10 in tones
    if not third:
        return "5" if not tones & {2, 5} else "sus7" if seventh else "sus"
    if third == "min" and 6 in tones and 7 not in tones:
        return "hdim" if seventh else "dim"
    if third == "maj" and 8 in tones and 7 not in tones:
        return "aug7" if seventh else "aug"
    if third == "min":
        return "min7" if seventh else "minmaj7" if 11 in tones else "min6" if 9 in tones else "min"
    return "7" if seventh else "maj7" if 11 in tones else "6" if 9 in tones else "maj"


def _as_triad(one: ChordAt) -> ChordAt:
    if one.chord.root is None:
        return one
    plain = {"maj": "", "min": "m", "dim": "dim", "aug": "aug", "sus": "sus4", "power": "5"}.get(one.chord.triad, "(1)")
    return replace(one, chord=Chord(one.chord.root, plain))


# ---- what is told of a progression


def shares_of(item: Progression) -> list[float]:
    """Return the numbers, 0 or more, that tell a whole progression: by time its qualities, degrees, and degrees with
    families of qualities; the steps of its roots; facts; what comes again."""
    bars = in_bars(item)
    runs = told_of(item, bars)
    told = [one for run in runs for one in run]
    steps = [(other.degree - one.degree) % 12 for run in runs for one, other in pairwise(run)]
    signatures = [_signature(here) for here in bars]
    total = sum(one.length for one in told) or 1.0
    qualities, degrees, both = [0.0] * len(QUALITIES), [0.0] * 12, [0.0] * (12 * len(FAMILIES))
    for one in told:
        share = one.length / total
        qualities[QUALITIES.index(one.quality)] += share
        degrees[one.degree] += share
        both[one.degree * len(FAMILIES) + _FAMILY[one.quality]] += share
    return [
        *qualities,
        *degrees,
        *(steps.count(step) / max(len(steps), 1) for step in range(12)),
        *_facts(item, told, total),
        *_variety(signatures, told),
        *_returns(signatures),
        *both,
    ]


def _facts(item: Progression, told: Sequence[Told], total: float) -> list[float]:
    """Numbers of `_FACTS`, 0 to about 1 each; all 0 where no chord sounds."""
    if not told:
        return [0.0] * (len(_FACTS) - 2)
    sounding = max(total / float(item.bars[0].metre.length), 1.0)  # in bars
    begins = Counter(one.bar for one in told)
    return [
        len(told) / sounding / 2,
        sum(count > 1 for count in begins.values()) / sounding,
        max(sounding - len(begins), 0) / sounding,
        sum(len(one.chord.intervals) * one.length for one in told) / total / 4,
        sum(_is_altered(one.chord) for one in told) / len(told),
        sum(one.chord.bass is not None for one in told) / len(told),
        sum((one.key.tonic.pc + 3) % 12 in one.key.scale for one in told) / len(told),
        sum(item.bars[one.bar].metre.count % 3 == 0 for one in told) / len(told),
        sum(set(one.chord.pitch_classes) <= set(one.key.scale) for one in told) / len(told),
        float(told[0].degree == 0),
        float(told[-1].degree == 0),
        len({(one.degree, one.quality) for one in told}) / len(told),
    ]


def _variety(signatures: Sequence[_Signature], told: Sequence[Told]) -> tuple[float, float]:
    """Different bars among all with chords; different qualities among those told apart."""
    bars = [one for one in signatures if one]
    return len(set(bars)) / max(len(bars), 1), len({one.quality for one in told}) / len(QUALITIES)


def _is_altered(chord: Chord) -> bool:
    """Whether a chord has a flat or sharp ninth, a sharp eleventh or a flat thirteenth beside its third."""
    return len(chord.intervals) > 3 and any(step in (13, 15, 18, 20) for step in chord.intervals)


def _signature(here: Sequence[ChordAt]) -> _Signature:
    """What begins in a bar and when; nothing where no chord does."""
    if not any(one.chord.root for one in here):
        return ()
    first = float(here[0].start)
    return tuple((round(float(one.start) - first, 6), str(one.chord)) for one in here)


def _returns(signatures: Sequence[_Signature]) -> list[float]:
    """Shares of bars with chords whose chords begin again so many bars later."""
    found = []
    for lag in _LAGS:
        pairs = [(one, other) for one, other in zip(signatures, signatures[lag:], strict=False) if one and other]
        found.append(sum(one == other for one, other in pairs) / max(len(pairs), 1))
    return found
