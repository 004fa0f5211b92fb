"""How drums are played, beyond where they fall: what sounds together and next, ghost notes, swing, timing, repetition.

A family of descriptors like those of `segue.recognize.descriptors`, on its own because the networks that Segue brings
along do not take it. Positions are sixteenths of a bar; kits are those of the other families.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.recognize.descriptors import Doubles, Heard, Integers, kits_of, mean_of, shares_of

KITS, SIXTEENTHS = 9, 16
WIDTH = 756
PATTERNS: Integers = np.r_[91:235, 379:415, 519:645]  # of WIDTH, where hits stand and with what: no tempo, no touch
_KICK, _SNARE, _HATS, _CYMBALS, _TOMS, _RIDE = (0,), (1,), (2, 3), (2, 3, 6), (4,), (6,)
_PHASES = 24  # of a beat
_GHOST, _ACCENT = 0.35, 0.85  # of the loudest velocity
_TOGETHER = 0.06  # quarter notes within which hits are one
_PITCHES = range(35, 83)
_WAITS = 12  # half octaves of time, from an eighth of a quarter note on
_LAGS = (1, 2, 4)  # bars


@dataclass(frozen=True, eq=False)
class Hits:
    """The hits of drums as columns: kit, pitch, quarter notes into the bar, sixteenths into it, loudness (0 to 1), bar
    and start in quarter notes."""

    kits: Integers
    pitches: Integers
    beats: Doubles
    where: Doubles
    loud: Doubles
    bars: Integers
    starts: Doubles

    @classmethod
    def of(cls, heard: Heard) -> Hits:
        """Pick the hits out of what is heard."""
        on = ~heard.is_pitched
        where = heard.offsets[on] / heard.spans[on] * SIXTEENTHS
        loud = heard.velocities[on] / 127
        pitches = heard.pitches[on]
        return cls(kits_of(pitches), pitches, heard.offsets[on], where, loud, heard.bars[on], heard.starts[on])

    def among(self, kits: tuple[int, ...]) -> NDArray[np.bool_]:
        """Which hits are on some kits."""
        return np.isin(self.kits, kits)


def drums(heard: Heard) -> Doubles:
    """Return WIDTH numbers about how the drums of a score are played; zeros where there are none."""
    hits, bars = Hits.of(heard), max(len(heard.score.bars), 1)
    if not len(hits.kits):
        return np.zeros(WIDTH)
    tempo = float(heard.score.tempos[0].bpm) if heard.score.tempos else 120.0
    size = [np.log2(tempo / 120), np.log1p(bars), len(hits.kits) / bars / SIXTEENTHS]
    grid = _grid(hits, bars)
    return np.concatenate(
        [size, _touch(hits), _pattern(grid), _phases(hits), _company(hits), _waits(hits), _pitched(hits), _again(grid)]
    )


def _grid(hits: Hits, bars: int) -> Doubles:
    """How loud each kit is at each sixteenth of each bar (bars, kits, 16)."""
    grid = np.zeros((bars, KITS, SIXTEENTHS))
    np.maximum.at(grid, (hits.bars, hits.kits, np.round(hits.where).astype(np.int64) % SIXTEENTHS), hits.loud)
    return grid


def _touch(hits: Hits) -> Doubles:
    """For each kit: its share, loudness, ghost notes, accents, and how late it is; then how late each sixteenth is."""
    late = hits.where - np.round(hits.where)
    found = [shares_of(hits.kits, KITS)]
    for values in (hits.loud, late):
        mean = mean_of(values, hits.kits, KITS)
        found += [mean, np.sqrt(np.maximum(mean_of(values**2, hits.kits, KITS) - mean**2, 0))]
    each = (np.abs(late), (hits.loud < _GHOST).astype(np.float64), (hits.loud > _ACCENT).astype(np.float64))
    found += [mean_of(values, hits.kits, KITS) for values in each]
    near = np.round(hits.where).astype(np.int64) % SIXTEENTHS
    return np.concatenate([*found, mean_of(late, near, SIXTEENTHS)])


def _pattern(grid: Doubles) -> Doubles:
    """In what share of the bars with hits each kit sounds at each sixteenth, how loud, and at each sixteenth of a
    beat."""
    live = grid[grid.any((1, 2))]
    often = (live > 0).mean(0)
    return np.concatenate([often.ravel(), live.mean(0).ravel(), often.reshape(KITS, 4, 4).mean(1).ravel()])


def _phases(hits: Hits) -> Doubles:
    """Where in the beat hits fall; the middle of those between its ends (where swing lies), and how many they are."""
    phases = np.floor(hits.beats % 1 * _PHASES + 0.5).astype(np.int64) % _PHASES
    found: list[Doubles] = []
    for mine in (hits.among(_CYMBALS), hits.among(_SNARE), hits.among(_KICK), hits.kits >= 0):
        inner = hits.beats[mine] % 1
        inner = inner[(inner > 0.4) & (inner < 0.8)]
        swing = [float(np.median(inner)) if len(inner) else 0.5, len(inner) / max(int(mine.sum()), 1)]
        found += [shares_of(phases[mine], _PHASES), np.array(swing)]
    return np.concatenate(found)


def _company(hits: Hits) -> Doubles:
    """How often each two kits sound together, and one after the other, of all moments at which something is hit."""
    order = np.argsort(hits.starts, kind="stable")
    moment = np.cumsum(np.append(False, np.diff(hits.starts[order]) > _TOGETHER))
    sounds = np.zeros((moment[-1] + 1, KITS))
    sounds[moment, hits.kits[order]] = 1
    together = sounds.T @ sounds / len(sounds)
    after = sounds[:-1].T @ sounds[1:] / max(len(sounds) - 1, 1)
    return np.concatenate([together[np.triu_indices(KITS)], after.ravel()])


def _waits(hits: Hits) -> Doubles:
    """How long it is from one hit to the next on the same kit."""
    found = []
    for kits in (_KICK, _SNARE, _HATS, _RIDE, _TOMS):
        waits = np.diff(np.sort(hits.starts[hits.among(kits)]))
        halves = np.round(np.log2(waits[waits > 0.04] / 0.25) * 2).astype(np.int64) + 2
        found.append(shares_of(np.clip(halves, 0, _WAITS - 1), _WAITS))
    return np.concatenate(found)


def _pitched(hits: Hits) -> Doubles:
    """The share of each drum of General MIDI."""
    return shares_of(np.clip(hits.pitches - _PITCHES[0], 0, len(_PITCHES) - 1), len(_PITCHES))


def _again(grid: Doubles) -> Doubles:
    """How like a bar is the one some bars before it (the cosine of what is hit)."""
    flat = (grid > 0).reshape(len(grid), -1).astype(np.float64)
    found = []
    for lag in _LAGS:
        now, before = flat[lag:], flat[:-lag]
        sizes = np.sqrt(now.sum(1) * before.sum(1))
        live = sizes > 0
        found.append(float(((now * before).sum(1)[live] / sizes[live]).mean()) if live.any() else 0.0)
    return np.array(found)
