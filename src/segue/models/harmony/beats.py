"""A score as a row of beats: what sounds in each, seen from the tonic, and the triad that lies under it.

A *state* is a triad from the tonic: 0 to 11 are major triads by the semitones of their root above the tonic, 12 to 23
minor ones; a chord counts as the triad that its third gives.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from segue.music.chord import Chord
from segue.music.score import Bar, Score

Floats = NDArray[np.float32]
STATES = 24
UNKNOWN = -1  # no chord, or none with a third
_HALVES = 2  # of a beat, each with what sounds, begins and is held in it
_KINDS = 3 * 12
_PLACES, _PERIOD, _COUNTS = 8, 4, 4  # beats of a bar that are told apart, bars of a period, beats of a metre
_SOUND = _HALVES * _KINDS
WIDTH = _SOUND + _PLACES + _PERIOD + _COUNTS + 3


@dataclass(frozen=True, eq=False)
class Beats:
    """The beats of a score: n, with n + 1 edges in quarter notes, the bar (from 0) and the tonic's pitch class of each,
    and what is heard in it (n, WIDTH)."""

    edges: tuple[Fraction, ...]
    bars: tuple[int, ...]
    tonics: tuple[int, ...]
    features: Floats

    def __len__(self) -> int:
        """How many beats."""
        return len(self.bars)


def state_of(chord: Chord, tonic: int) -> int:
    """Return a chord's state seen from a tonic (a pitch class), or UNKNOWN."""
    plain = chord.majmin()
    if plain is None or plain.root is None:
        return UNKNOWN
    return (plain.root.pc - tonic) % 12 + 12 * (plain.quality == "m")


def states_of(score: Score, beats: Beats) -> NDArray[np.int64]:
    """Return the state that sounds at the start of each beat (n)."""
    starts = [one.start for one in score.chords]
    places = [bisect_right(starts, edge) for edge in beats.edges[:-1]]
    found = [
        state_of(score.chords[place - 1].chord, tonic) if place else UNKNOWN
        for place, tonic in zip(places, beats.tonics, strict=True)
    ]
    return np.array(found, dtype=np.int64)


def beats_of(score: Score) -> Beats:
    """Hear the pitched parts of a score, beat by beat; beats of a pick-up are counted from its end."""
    edges, bars, tonics, rows = [], [], [], []
    for number, (bar, start) in enumerate(zip(score.bars, score.bar_starts, strict=False)):
        minor = (bar.key.tonic.pc + 3) % 12 in bar.key.scale
        for place, at in _places(bar, is_pickup=number == 0):
            row = np.zeros(WIDTH, np.float32)
            row[_SOUND + min(place, _PLACES - 1)] = 1
            row[_SOUND + _PLACES + number % _PERIOD] = 1
            row[_SOUND + _PLACES + _PERIOD + min(len(bar.metre.beats), _COUNTS) - 1] = 1
            row[-3:] = minor, not minor, bar.metre.is_compound
            rows.append(row)
            edges.append(start + at)
            bars.append(number)
            tonics.append(bar.key.tonic.pc)
    edges.append(score.end)
    features = np.array(rows, np.float32).reshape(len(rows), WIDTH)
    found = Beats(tuple(edges), tuple(bars), tuple(tonics), features)
    _hear(score, found)
    return found


def _places(bar: Bar, *, is_pickup: bool) -> Iterator[tuple[int, Fraction]]:
    """The number of each beat in its metre and where it lies in the bar, in quarter notes."""
    before = bar.metre.length - bar.length if is_pickup and bar.length < bar.metre.length else Fraction(0)
    place, at = int(before // bar.metre.beat), Fraction(0)
    while at < bar.length:
        yield place, at
        place += 1
        at = place * bar.metre.beat - before


def _hear(score: Score, beats: Beats) -> None:
    """Write into halves of beats for which share each pitch class sounds, whether it begins there, whether it holds."""
    edges = np.array([float(edge) for edge in beats.edges])
    middles = (edges[:-1] + edges[1:]) / 2
    cuts = np.append(np.stack([edges[:-1], middles], axis=1).reshape(-1), edges[-1])
    heard = np.zeros((len(cuts) - 1, 3, 12), np.float32)
    for part in score.parts:
        for note in () if part.is_drums else part.notes:
            begin, end = float(note.start), float(note.end)
            first = place = int(np.searchsorted(cuts, begin + 1e-9) - 1)
            while place < len(heard) and cuts[place] < end - 1e-9:
                pc = (note.pitch - beats.tonics[place // _HALVES]) % 12
                low, high = cuts[place], cuts[place + 1]
                heard[place, 0, pc] += (min(end, high) - max(begin, low)) / (high - low)
                heard[place, 1 + (place != first), pc] = 1
                place += 1
    np.minimum(heard[:, 0], 1, out=heard[:, 0])
    beats.features[:, :_SOUND] = heard.reshape(len(beats), _SOUND)
