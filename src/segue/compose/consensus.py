"""What several readings of a melody agree on: in each stretch the chord with most votes, weighed by what is sung there.

Where readings differ, one of them is judged by its luck. The chord that most of them have is the choice with the least
expected error (minimum Bayes risk; Kumar and Byrne, NAACL 2004).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from segue.compose.chords import places_due
from segue.compose.theory import Setting
from segue.music.chord import NO_CHORD, Chord
from segue.music.language.vocabulary import TICKS
from segue.music.score import ChordAt, Score

SPAN = Fraction(1, 2)  # bars of a stretch, where nothing else is wished
MELODY = 3.0  # times the share of a stretch's sounding time that lies in a triad, in nats beside its votes
Stretch = tuple[Fraction, Fraction]  # where it begins and ends, in quarter notes


def consensus(
    given: Score, readings: Sequence[Score], bars: Collection[int], span: Fraction | None = None, trust: float = MELODY
) -> Score:
    """Return a score with the chords that readings of it agree on in these bars (from 0), the others as they were.

    A vote counts for the triad of its chord (major or minor by its third) as long as it sounds in a stretch of `span`
    bars, times e to the power of `trust` times the share of the melody there that the triad has; of the chords over the
    triad that wins, the one with most votes is taken.
    """
    here = Setting(given, frozenset())
    heard = [Setting(one, frozenset()) for one in readings]
    starts = given.bar_starts
    found = [one for one in given.chords if bisect_right(starts, one.start) - 1 not in bars]
    kept = set(found)
    for run in stretches(given, bars, span or SPAN):
        for stretch in run:
            votes: dict[Chord, float] = {}
            for reading in heard:
                for chord, share in _sounding(reading, *stretch).items():
                    votes[chord] = votes.get(chord, 0.0) + share
            found.append(ChordAt(stretch[0], _elected(votes, here, stretch, trust)))
        edge = run[-1][1]
        if edge < given.end and all(one.start != edge for one in given.chords):
            found.append(ChordAt(edge, here.chord_at(edge)))
    said: list[ChordAt] = []
    for one in sorted(found, key=_start):
        if one in kept or one.chord != (said[-1].chord if said else NO_CHORD):
            said.append(one)
    return readings[0].replace(chords=tuple(said))


def stretches(score: Score, bars: Collection[int], span: Fraction) -> Iterator[list[Stretch]]:
    """Cut each run of bars into stretches of so many bars, which begin on beats."""
    starts, due = score.bar_starts, places_due(score, bars, span)
    for first in sorted(bar for bar in bars if bar - 1 not in bars):
        last = first
        while last in bars:
            last += 1
        begins = [starts[bar] + Fraction(place, TICKS) for bar in range(first, last) for place in due[bar]]
        edges = sorted({starts[first], *begins, starts[last]})
        yield list(pairwise(edges))


def _sounding(setting: Setting, since: Fraction, until: Fraction) -> dict[Chord, float]:
    """For which share of a stretch each chord sounds."""
    chords = setting.score.chords
    changes = [
        one.start for one in chords[bisect_right(chords, since, key=_start) : bisect_left(chords, until, key=_start)]
    ]
    edges = [since, *changes, until]
    found: dict[Chord, float] = {}
    for start, stop in pairwise(edges):
        chord = setting.chord_at(start)
        found[chord] = found.get(chord, 0.0) + float((stop - start) / (until - since))
    return found


def _start(one: ChordAt) -> Fraction:
    return one.start


def _elected(votes: Mapping[Chord, float], setting: Setting, stretch: Stretch, trust: float) -> Chord:
    weights = _weights(setting, *stretch)
    by_triad: dict[Chord, float] = {}
    for chord, count in votes.items():
        by_triad[_triad(chord)] = by_triad.get(_triad(chord), 0.0) + count

    def rank(triad: Chord) -> float:
        return by_triad[triad] * math.exp(trust * sum(weights[pc] for pc in triad.pitch_classes))

    best = max(by_triad, key=rank)
    return max((chord for chord in votes if _triad(chord) == best), key=lambda chord: votes[chord])


@lru_cache(maxsize=4096)
def _triad(chord: Chord) -> Chord:
    return chord.majmin() or chord


def _weights(setting: Setting, since: Fraction, until: Fraction) -> list[float]:
    """For which share of its sounding time the melody has each pitch class (C first)."""
    weights = [0.0] * 12
    for note in setting.sounding(since, until):
        weights[note.pitch % 12] += float(min(note.end, until) - max(note.start, since))
    whole = sum(weights) or 1.0
    return [weight / whole for weight in weights]
