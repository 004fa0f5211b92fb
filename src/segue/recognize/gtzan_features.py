"""The features of the GTZAN table that come from a spectrum, as librosa makes them, in numpy: 52 of its 57.

22,050 samples a second, frames of 2,048 under a Hann window every 512, the ends mirrored as librosa did when the table
was made. Held against librosa 0.11 in the tests. What takes a separation of harmonic and percussive sound, or a tempo,
is left out: discriminants tell as much without it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import InputError
from segue.models.audio.mel import mel_filters, spectrum
from segue.recognize.gtzan import FEATURES
from segue.recognize.head import Floats

Doubles = NDArray[np.float64]
RATE, SIZE, HOP = 22_050, 2_048, 512
HEARD = 30.0  # seconds that a clip of the table lasts
NAMES = tuple(name for name in FEATURES if not name.startswith(("harmony", "perceptr", "tempo")))
_BANDS, _COEFFICIENTS, _DEEPEST = 128, 20, 80.0  # of the cepstrum; decibels under the loudest
_ROLLOFF = 0.85  # share of a frame's magnitude
_LOW, _HIGH, _PEAK = 150.0, 4_000.0, 0.1  # Hz, and share of a frame's loudest bin: the peaks that tell the tuning


def features(samples: ArrayLike) -> Doubles:
    """Return the features (52) by NAMES of samples (n) at 22,050 a second; see `lines` for the errors."""
    return pooled(lines(samples))


def pooled(told: Doubles) -> Doubles:
    """Return means and variances (52) of what is told of frames (frames, 37); all pitch classes count as one."""
    classes, rest = told[:, :12], told[:, 12:]
    return np.append((classes.mean(), classes.var()), np.stack([rest.mean(0), rest.var(0)], 1).ravel())


def lines(samples: ArrayLike) -> Doubles:
    """Return what is told of each frame (frames, 37) of samples (n) at 22,050 a second: 12 pitch classes, then NAMES.

    InputError where samples are not one row of finite numbers, or fewer than a frame.
    """
    heard = np.asarray(samples, np.float32)
    if heard.ndim != 1 or len(heard) < SIZE or not np.isfinite(heard).all():
        raise InputError(f"samples of shape {heard.shape}: one row of {SIZE:,} finite numbers or more is needed")
    magnitude = np.abs(spectrum(heard, SIZE, HOP)).astype(np.float64)  # (frames, bins)
    power = magnitude**2
    hertz = np.fft.rfftfreq(SIZE, 1 / RATE)
    share = magnitude / np.maximum(magnitude.sum(1, keepdims=True), np.finfo(np.float32).tiny)
    centroid = share @ hertz
    bandwidth = np.sqrt((share * (hertz - centroid[:, None]) ** 2).sum(1))
    summed = magnitude.cumsum(1)
    rolloff = hertz[(summed >= _ROLLOFF * summed[:, -1:]).argmax(1)]
    plain = (_loudness(heard), centroid, bandwidth, rolloff, _crossings(heard))
    return np.column_stack([chroma(power), *plain, cepstrum(power)])


def cepstrum(power: Doubles) -> Doubles:
    """Return mel-frequency cepstral coefficients (frames, 20) of a power spectrum (frames, 1,025)."""
    from scipy.fft import dct  # slow to import

    bands = power @ mel_filters(RATE, SIZE, _BANDS).T.astype(np.float64)
    decibels = 10 * np.log10(np.maximum(bands, 1e-10))
    decibels = np.maximum(decibels, decibels.max() - _DEEPEST)
    return np.asarray(dct(decibels, type=2, norm="ortho", axis=1)[:, :_COEFFICIENTS], np.float64)


def chroma(power: Doubles) -> Doubles:
    """Return the share of each pitch class (frames, 12) in a power spectrum (frames, 1,025); the loudest is 1.

    After Ellis, "Chroma feature analysis and synthesis" (2007), tuned to the recording.
    """
    found = power @ _chroma_filters(tuning(power)).T
    largest = found.max(1, keepdims=True)
    return np.asarray(found / np.where(largest < np.finfo(np.float32).tiny, 1, largest))


def tuning(power: Doubles) -> float:
    """Return how far a recording is tuned off A 440, -0.5 to 0.5 of a semitone: the commonest place of its peaks."""
    before, after = power[:, :-2], power[:, 2:]
    middle = power[:, 1:-1]
    bend, slope = after + before - 2 * middle, (after - before) / 2
    shift = np.where(np.abs(slope) >= np.abs(bend), 0, -slope / np.where(bend == 0, 1, bend))
    loud = _PEAK * power.max(1, keepdims=True)
    kept = [np.where(one > loud, one, 0) for one in (before, middle, after)]
    place = np.fft.rfftfreq(SIZE, 1 / RATE)[1:-1]
    peak = (kept[1] > kept[0]) & (kept[1] >= kept[2]) & (place >= _LOW) & (place < _HIGH)
    if not peak.any():
        return 0.0
    frames, bins = np.nonzero(peak)
    heights = middle[frames, bins] + 0.5 * slope[frames, bins] * shift[frames, bins]
    hertz = (bins + 1 + shift[frames, bins]) * RATE / SIZE
    hertz = hertz[heights >= np.median(heights)]
    away = np.mod(12 * np.log2(hertz / 27.5), 1.0)
    counts, edges = np.histogram(np.where(away >= 0.5, away - 1, away), np.linspace(-0.5, 0.5, 101))
    return float(edges[counts.argmax()])


@lru_cache(maxsize=128)
def _chroma_filters(off: float) -> Doubles:
    """Weights (12, 1,025) of pitch classes from C, tuned off by a part of a semitone, most of them around 880 Hz."""
    hertz = np.linspace(0, RATE, SIZE, endpoint=False)[1:]
    place = 12 * np.log2(hertz / (27.5 * 2 ** (off / 12)))
    place = np.append(place[0] - 18, place)  # 0 Hz lies one and a half octaves below the first bin
    width = np.append(np.maximum(np.diff(place), 1), 1)
    away = np.remainder(place[None, :] - np.arange(12)[:, None] + 6 + 120, 12) - 6
    weights = np.exp(-0.5 * (2 * away / width) ** 2)
    weights /= np.sqrt((weights**2).sum(0))
    weights *= np.exp(-0.5 * ((place / 12 - 5) / 2) ** 2)
    return np.ascontiguousarray(np.roll(weights, -3, axis=0)[:, : SIZE // 2 + 1])


def _framed(samples: Floats, mode: str) -> NDArray[np.float32]:
    padded = np.pad(samples, SIZE // 2, mode=mode)  # type: ignore[call-overload]
    frames: NDArray[np.float32] = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP]
    return frames


def _loudness(samples: Floats) -> Doubles:
    """The root mean square of each frame."""
    return np.asarray(np.sqrt((_framed(samples, "reflect").astype(np.float64) ** 2).mean(1)))


def _crossings(samples: Floats) -> Doubles:
    """The share of samples in each frame that lie on another side of zero than the one before."""
    signs = np.signbit(np.where(np.abs(_framed(samples, "edge")) <= 1e-10, 0, _framed(samples, "edge")))
    return np.asarray((signs[:, 1:] != signs[:, :-1]).sum(1) / SIZE, np.float64)
