"""Bars for notes that were heard: their pulse, how it divides and how it is grouped; the key; a score on that grid.

The pulse is the period of the beginnings' autocorrelation that suits people best (around 120 a minute; Parncutt, Music
Perception 1994), its beats follow the beginnings by dynamic programming (Ellis, Journal of New Music Research 2007). A
beat is divided in three where the beginnings between beats lie nearer to thirds than to quarters; beats are grouped
by three or by two and four, by which of them are weightiest: long notes, and low ones. It is simple and can be wrong:
twos are not told from fours, and where nothing is clear the metre is 4/4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from segue.models.audio.notes_tracking import Sounded
from segue.music.keyfinding import key_of
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.quantize import quantize
from segue.music.score import Bar, Part, Score, Tempo, bars_until

Doubles = NDArray[np.float64]
_STEP = 0.01  # seconds between places at which beginnings are counted
_SPREAD = 0.02  # seconds around them
_SHORTEST, _LONGEST, _USUAL = 0.26, 1.1, 0.5  # seconds of a beat
_OCTAVES = 0.8  # spread of the liking for periods around the usual one
_TIGHT = 150.0  # what an uneven beat costs, over the square of the logarithm of its ratio to the period
_NEAR = 0.17  # of a beat: beginnings as near as that lie on it
_LOW = 53  # pitch up to which notes weigh double
_FINE = 48  # ticks to a quarter note before quantizing


@dataclass(frozen=True, eq=False)
class Pulse:
    """Beats (n) in seconds, whether each divides in three, how many are a bar, and which (from 0) begins the first."""

    beats: Doubles
    is_compound: bool
    grouped: int
    first: int

    @property
    def metre(self) -> Metre:
        """The metre as it would be written: 6/8 and 9/8 where beats divide in three."""
        return Metre(3 * self.grouped, 8) if self.is_compound else Metre(self.grouped, 4)

    @property
    def beat(self) -> Fraction:
        """The length of a beat in quarter notes."""
        return Fraction(3, 2) if self.is_compound else Fraction(1)


def score_of(notes: Sequence[Sounded]) -> Score:
    """Return notes that were heard as a score of one part: bars, key and tempo are guessed, times are quantized.

    A score without notes has no bars.
    """
    if not notes:
        return Score()
    pulse = pulse_of(notes)
    counted = np.arange(len(pulse.beats)) - pulse.first
    starts = np.interp([note.start for note in notes], pulse.beats, counted)
    ends = np.interp([note.end for note in notes], pulse.beats, counted)
    lead = -int(min(np.floor(starts.min() + 0.25), 0))  # beats of the pick-up
    rows = [
        Note(
            Fraction(max(round((start + lead) * float(pulse.beat) * _FINE), 0), _FINE),
            Fraction(max(round((end - start) * float(pulse.beat) * _FINE), 1), _FINE),
            note.pitch,
            max(1, min(127, round(127 * note.probability))),
        )
        for note, start, end in zip(notes, starts.tolist(), ends.tolist(), strict=True)
    ]
    whole = Bar(pulse.metre)
    columns = Notes.of(rows)
    pick_up = (Bar(pulse.metre, length=lead * pulse.beat),) if lead else ()
    bars = (*pick_up, *bars_until(max(columns.end - lead * pulse.beat, Fraction(1)), whole))
    minute = float(pulse.beat) * 60 / float(np.median(np.diff(pulse.beats)))
    score = Score((Part(columns, "heard"),), bars, tempos=(Tempo(Fraction(0), minute),))
    quantized = quantize(score).score
    key = key_of(quantized)
    return quantized.replace(bars=tuple(replace(bar, key=key) for bar in quantized.bars))


def pulse_of(notes: Sequence[Sounded]) -> Pulse:
    """Return the pulse of notes, at least one; its beats reach from before the first to behind the last."""
    starts = np.array([note.start for note in notes])
    weights = np.sqrt([note.probability for note in notes])
    beats = _beats(starts, weights, max(note.end for note in notes))
    where = np.interp(starts, beats, np.arange(len(beats)))
    is_compound = _is_in_three(where, weights)
    accents = _accents(notes, where, len(beats))
    grouped, first = _grouped(accents, (3, 2) if is_compound else (3, 4))
    return Pulse(beats, is_compound, grouped, first)


def _beats(starts: Doubles, weights: Doubles, end: float) -> Doubles:
    """Beats from before the first beginning to behind the end, in seconds."""
    curve = _curve(starts, weights)
    period = _period(curve)
    lags = np.arange(round(2 * period), round(period / 2) - 1, -1)
    cost = -_TIGHT * np.log(lags / period) ** 2 * curve.std()
    most, count = int(lags[0]), len(lags)
    best = np.concatenate([np.full(most, -np.inf), curve])  # before the first place there is no beat
    before = np.full(len(curve), -1)
    for place in range(len(curve)):
        scores = best[place : place + count] + cost
        at = int(scores.argmax())
        if scores[at] > 0:
            best[most + place] += scores[at]
            before[place] = place + at - most
    best = best[most:]
    last = len(curve) - round(period)
    place = max(last, 0) + int(best[max(last, 0) :].argmax())
    found = []
    while place >= 0:
        found.append(place * _STEP)
        place = int(before[place])
    seconds = period * _STEP
    beats = np.array(found[::-1])
    lead = np.arange(np.ceil(max(beats[0] - starts.min(), 0) / seconds + 0.5), 0, -1)
    tail = np.arange(1, np.ceil(max(end - beats[-1], 0) / seconds) + 2)
    return np.concatenate([beats[0] - lead * seconds, beats, beats[-1] + tail * seconds])


def _curve(starts: Doubles, weights: Doubles) -> Doubles:
    """How much begins at each hundredth of a second."""
    curve = np.zeros(int(starts.max() / _STEP) + 2)
    np.add.at(curve, np.round(starts / _STEP).astype(np.int64), weights)
    around = np.arange(-5, 6) * _STEP
    smooth = np.convolve(curve, np.exp(-0.5 * (around / _SPREAD) ** 2), "same")
    found: Doubles = np.minimum(smooth, np.percentile(smooth[smooth > 1e-3], 90))  # chords do not drown single notes
    return found[: len(curve)]


def _period(curve: Doubles) -> float:
    """The length of a beat in steps of the curve."""
    centred = curve - curve.mean()
    most = round(_LONGEST / _STEP)
    size = 1 << (2 * len(centred) - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    alike = np.fft.irfft(power)[: max(4 * most + 2, 2)]
    alike = np.pad(alike, (0, max(0, 4 * most + 2 - len(alike))))
    alike[len(centred) :] = 0
    lags = np.arange(round(_SHORTEST / _STEP), most + 1)
    near = np.maximum(alike[lags - 1], np.maximum(alike[lags], alike[lags + 1]))
    double = np.maximum(alike[2 * lags - 1], np.maximum(alike[2 * lags], alike[2 * lags + 1]))
    liked = np.exp(-0.5 * (np.log2(lags * _STEP / _USUAL) / _OCTAVES) ** 2)
    best = int(((near + 0.5 * double) * liked).argmax())
    return float(lags[best])


def _is_in_three(where: Doubles, weights: Doubles) -> bool:
    """Whether beginnings between beats lie on thirds rather than on halves and quarters."""
    away = where - np.floor(where)
    between = (away > _NEAR) & (away < 1 - _NEAR)
    if weights[between].sum() < 0.1 * weights.sum():
        return False
    thirds, quarters = (float((weights[between] * np.cos(2 * np.pi * count * away[between])).sum()) for count in (3, 4))
    return thirds > max(quarters, 0.0)


def _accents(notes: Sequence[Sounded], where: Doubles, count: int) -> Doubles:
    """The weight of each beat: how long the notes on it last, low ones twice, none far above what is usual."""
    nearest = np.clip(np.round(where).astype(np.int64), 0, count - 1)
    on = np.abs(where - nearest) < _NEAR
    long = np.array([note.end - note.start for note in notes])
    usual = float(np.median(long)) or 1.0
    heavy = np.minimum(long / usual, 4) * np.where([note.pitch <= _LOW for note in notes], 2, 1)
    found = np.bincount(nearest[on], heavy[on], count).astype(np.float64)
    return np.minimum(found, 2 * np.percentile(found, 90)) if found.any() else found


def _grouped(accents: Doubles, counts: tuple[int, int]) -> tuple[int, int]:
    """How many beats (three, or the other count) are a bar, and which beat begins the first."""
    best = (0.0, counts[1], 0)
    spread = float(accents.std()) or 1.0
    for count in counts:
        for first in range(count):
            mine = accents[first::count]
            others = np.delete(accents, np.arange(first, len(accents), count))
            if len(mine) > 1 and len(others):
                clear = float(mine.mean() - others.mean()) / spread * np.sqrt(count - 1) / count
                best = max(best, (clear, count, first))
    return best[1], best[2]
