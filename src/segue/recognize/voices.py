"""How voices stand together: sonorities above the bass, the bass line, spacing, homophony, syncopation, keys and words.

A family of descriptors like those of `segue.recognize.descriptors`, on its own because not all that tells styles takes
it. Moments are starts of notes; of a long score so many are heard, evenly spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segue.recognize.descriptors import Doubles, Heard, Integers, shares_of

WIDTH = 145
_MOMENTS = 384
_MOST = 8  # notes at once that are told apart
_TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11), (0, 3, 6, 10),
           (0, 3, 6, 9), (0, 7), (0, 4), (0, 3), (0,))  # fmt: skip
_SHORTEST = 0.3  # quarter notes: notes no longer than a sixteenth, or nearly


def _kinds() -> Integers:
    """For each set of pitch classes above the bass (as bits): which sonority it is, in which position; the last for
    none of them."""
    found = np.full(4096, len(_TRIADS) * 3, np.int64)
    for number, triad in enumerate(_TRIADS):
        for position, bass in reversed(list(enumerate(triad[:3]))):
            found[sum(1 << (step - bass) % 12 for step in triad)] = number * 3 + position
    return found


_KINDS = _kinds()


def voices(heard: Heard) -> Doubles:
    """Return WIDTH numbers about how the voices of a score stand together; zeros where none has a pitch."""
    if not heard.is_pitched.any():
        return np.zeros(WIDTH)
    return np.concatenate([_sonorities(heard), _rhythms(heard), _parts(heard), _signs(heard)])


def _sonorities(heard: Heard) -> Doubles:
    """What sounds at moments: kinds of chords, bass degrees and steps, outer voices, how many notes, how far apart."""
    on = heard.is_pitched
    starts, pitches = heard.starts[on], heard.pitches[on]
    ends = starts + heard.lengths[on]
    moments = np.unique(starts)
    if len(moments) > _MOMENTS:
        moments = moments[np.linspace(0, len(moments) - 1, _MOMENTS).astype(np.int64)]
    sounds: NDArray[np.bool_] = (starts[None] <= moments[:, None] + 1e-6) & (ends[None] > moments[:, None] + 1e-3)
    sounds |= np.abs(starts[None] - moments[:, None]) < 1e-6
    low = np.where(sounds, pitches, 128).min(1)
    high = np.where(sounds, pitches, -1).max(1)
    second = np.where(sounds & (pitches > low[:, None]), pitches, 128).min(1)
    above = (pitches[None] - low[:, None]) % 12
    bits = np.zeros(len(moments), np.int64)
    for step in range(12):
        bits |= (sounds & (above == step)).any(1).astype(np.int64) << step
    bars = np.clip(np.searchsorted(heard.edges, moments + 1e-6, side="right") - 1, 0, len(heard.score.bars) - 1)
    tonics = np.array([bar.key.tonic.pc for bar in heard.score.bars])[bars]
    scales = np.array([[pc in bar.key.scale for pc in range(12)] for bar in heard.score.bars])
    outside = ~scales[heard.bars[on], pitches % 12]
    several = second < 128
    gaps = [float(np.mean((second - low)[several])) / 12 if several.any() else 0.0, float(np.mean(high - low)) / 12]
    return np.concatenate(
        [
            shares_of(_KINDS[bits], len(_TRIADS) * 3 + 1),
            shares_of((low - tonics) % 12, 12),
            shares_of(np.clip(np.diff(low), -12, 12) + 12, 25),
            shares_of((high - low) % 12, 12),
            shares_of(np.minimum(sounds.sum(1), _MOST), _MOST + 1),
            shares_of(np.bitwise_count(bits).astype(np.int64), _MOST),
            [*gaps, outside.mean()],
        ]
    )


def _rhythms(heard: Heard) -> Doubles:
    """How many notes begin together, how many moments lie off the beat with nothing on the next one, short notes."""
    on = heard.is_pitched
    moments, counts = np.unique(np.round(heard.starts[on], 4), return_counts=True)
    off = np.abs(moments - np.round(moments)) > 1e-3
    following = np.append(moments[1:], np.inf)
    is_held = off & (following > np.ceil(moments) + 1e-3)
    lengths = np.unique(np.round(heard.lengths[on] * 24).astype(np.int64), return_counts=True)[1] / on.sum()
    waits = np.diff(moments)
    even = float(np.mean(np.abs(waits[1:] - waits[:-1]) < 1e-3)) if len(waits) > 1 else 0.0
    return np.concatenate(
        [
            shares_of(np.minimum(counts, _MOST), _MOST + 1),
            [off.mean(), is_held.mean(), float(-(lengths * np.log(lengths)).sum()), even],
            [float(np.mean(heard.lengths[on] < _SHORTEST)), len(moments) / max(len(heard.score.bars), 1) / 8],
        ]
    )


def _parts(heard: Heard) -> Doubles:
    """Of parts: how many sound, sing and play one note at a time, the widest and narrowest range, how often they begin
    together, and syllables a note."""
    found, sung, notes = [], 0, 0
    for number, part in enumerate(heard.score.parts):
        mine = (heard.parts == number) & heard.is_pitched
        if not mine.any():
            continue
        starts, pitches = heard.starts[mine], heard.pitches[mine]
        single = float(np.mean(np.diff(starts) > 1e-6)) if len(starts) > 1 else 1.0
        found.append((single, pitches.max() - pitches.min(), bool(part.words), len(np.unique(starts))))
        if part.words:
            sung += len(part.words)
            notes += len(starts)
    alone, ranges, sings, begins = (np.array(column, np.float64) for column in zip(*found, strict=True))
    together = begins.sum() / len(np.unique(heard.starts[heard.is_pitched])) / len(begins)
    counts = [len(begins), sings.sum(), (alone > 0.95).sum()]
    return np.array([*counts, sings.mean(), alone.mean(), ranges.max() / 12, ranges.min() / 12, together,
                     begins.std() / begins.mean(), sung / max(notes, 1)])  # fmt: skip


def _signs(heard: Heard) -> Doubles:
    """What is written: how far the tonic is from C in fifths, changes of key and metre, tempo, loudness, length."""
    bars = heard.score.bars
    keys, metres = ([str(getattr(bar, name)) for bar in bars] for name in ("key", "metre"))
    changes = [sum(a != b for a, b in zip(told[1:], told[:-1], strict=True)) for told in (keys, metres)]
    tempos = [float(tempo.bpm) for tempo in heard.score.tempos] or [0.0]
    loud = heard.velocities[heard.is_pitched]
    fifths = (bars[0].key.tonic.pc * 7 + 6) % 12 - 6
    return np.array(
        [
            fifths,
            abs(fifths),
            *np.log1p(changes),
            np.log1p(len(tempos)),
            np.log(max(tempos[0], 1)),
            np.log(max(max(tempos), 1)) - np.log(max(min(tempos), 1)),
            loud.mean() / 127,
            loud.std() / 127,
            np.log1p(len(np.unique(loud))),
            np.log1p(float(heard.score.end)),
        ]
    )
