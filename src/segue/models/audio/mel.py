"""Log-mel spectrograms as the musicnn networks were taught with: those of librosa, in numpy.

16 kHz, frames of 512 samples under a periodic Hann window every 256, the ends mirrored (as librosa did until 0.9),
power in 96 bands of Slaney's mel scale, each of unit area (Slaney, "Auditory Toolbox", 1998), then log10(10,000 x + 1).
Held against librosa in the tests. musicnn rounds powers to 16 bits, which overflow where music is loud: left out.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import InputError

Floats = NDArray[np.float32]
RATE = 16_000  # samples a second
SIZE, HOP, BANDS = 512, 256, 96
FRAMES = 187  # of a patch: what the networks hear at once, 3 s
PATCH_SECONDS = FRAMES * HOP / RATE
_LINEAR_STEP, _BREAK, _LOG_STEP = 200 / 3, 1000.0, np.log(6.4) / 27  # Slaney's scale: straight up to 1 kHz, then log


def log_mel(samples: ArrayLike) -> Floats:
    """Return the log-mel spectrogram (1 + n // 256, 96) of samples (n) at 16 kHz.

    InputError where samples are not one row of finite numbers, or fewer than 257.
    """
    heard = np.asarray(samples, np.float32)
    if heard.ndim != 1 or len(heard) <= SIZE // 2:
        raise InputError(f"samples of shape {heard.shape}: one row of more than {SIZE // 2} is needed")
    if not np.isfinite(heard).all():
        raise InputError("samples that are no finite numbers")
    power = np.abs(spectrum(heard, SIZE, HOP)) ** 2
    return np.log10(10_000 * (power @ mel_filters(RATE, SIZE, BANDS).T) + 1).astype(np.float32)


def spectrum(samples: Floats, size: int, hop: int, mode: str = "reflect") -> NDArray[np.complex64]:
    """Return the short-time Fourier transform (frames, size // 2 + 1), each frame centred on its sample.

    `mode` is numpy's name of what lies beyond the ends.
    """
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
    padded = np.pad(samples, size // 2, mode=mode)  # type: ignore[call-overload]
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    found: NDArray[np.complex64] = np.fft.rfft(frames * window, axis=1).astype(np.complex64)
    return found


@cache
def mel_filters(rate: int, size: int, bands: int) -> Floats:
    """Return weights (bands, size // 2 + 1) of triangular mel bands from 0 Hz to half the rate, each of unit area."""
    bins = np.fft.rfftfreq(size, 1 / rate)
    edges = _hertz(np.linspace(_mel(0.0), _mel(rate / 2), bands + 2))
    away = edges[:, None] - bins[None, :]
    width = np.diff(edges)[:, None]
    rising, falling = -away[:-2] / width[:-1], away[2:] / width[1:]
    weights = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    found: Floats = weights.astype(np.float32)
    return found


def _mel(hertz: float) -> float:
    if hertz < _BREAK:
        return hertz / _LINEAR_STEP
    return float(_BREAK / _LINEAR_STEP + np.log(hertz / _BREAK) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = _BREAK * np.exp(_LOG_STEP * (mels - _BREAK / _LINEAR_STEP))
    return np.where(mels < _BREAK / _LINEAR_STEP, mels * _LINEAR_STEP, logs)


def patches(mel: Floats) -> Floats:
    """Return the patches (n, 187, 96) of a log-mel spectrogram (frames, 96), one behind the other.

    What is left over at the end is let go. A spectrogram shorter than a patch is repeated until it fills one, as in the
    training of the networks.
    """
    if len(mel) < FRAMES:
        mel = np.tile(mel, (-(-FRAMES // len(mel)), 1))[:FRAMES]
    count = len(mel) // FRAMES
    return np.ascontiguousarray(mel[: count * FRAMES].reshape(count, FRAMES, BANDS))
