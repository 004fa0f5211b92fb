"""The room and the desk: places between left and right, a small reverb, loudness, and a limiter that does not clip."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_SEED = 23
TAIL = 1.3  # seconds in which the room falls silent
_WET = 0.2
_LOUD = 0.13  # root mean square that a piece is brought to, where it sounds
_KNEE, _CEILING = 0.72, 0.98  # up to the knee nothing is changed; the ceiling is never reached

Stereo = NDArray[np.float32]


def gains(pan: float) -> tuple[float, float]:
    """Return the gains of left and right for a place from -1 to 1: equal power everywhere."""
    angle = (pan + 1) * np.pi / 4
    return float(np.cos(angle)), float(np.sin(angle))


@lru_cache(maxsize=4)
def _echo(rate: int) -> NDArray[np.float32]:
    """The answer of a small room to a click: noise that dies in `TAIL` seconds, its highs first: (n, 2)."""
    count = round(TAIL * rate)
    time = np.arange(count) / rate
    noise = np.random.default_rng(_SEED).standard_normal((count, 2))
    dull = np.apply_along_axis(np.convolve, 0, noise, np.hanning(round(rate / 3_500) | 1), "same")
    sound = 0.35 * noise * np.exp(-time / 0.09)[:, None] + dull * np.exp(-time / 0.22)[:, None]
    sound *= (1 - np.exp(-time / 0.012))[:, None]  # the first echoes come a little later
    sound -= sound.mean(axis=0)
    sound *= (0.5 + 0.5 * np.cos(np.pi * time / TAIL))[:, None]
    return np.asarray(sound / np.sqrt((sound**2).sum(axis=0)), dtype=np.float32)


def with_room(dry: Stereo, rate: int) -> Stereo:
    """Return the sound with the room added: (n, 2). Convolution by blocks in the spectrum (overlap-add)."""
    echo = _echo(rate)
    size = 1 << (2 * len(echo) - 1).bit_length()
    step = size - len(echo) + 1
    wet = dry.copy()
    for side in range(2):
        answer = np.fft.rfft(echo[:, side], size)
        for begin in range(0, len(dry), step):
            block = dry[begin : begin + step].mean(axis=1) * 0.5 + dry[begin : begin + step, side] * 0.5
            heard = np.fft.irfft(np.fft.rfft(block, size) * answer, size).astype(np.float32)
            end = min(len(dry), begin + size)
            wet[begin:end, side] += _WET * heard[: end - begin]
    return wet


def mastered(sound: Stereo, rate: int) -> Stereo:
    """Return the sound brought to a usual loudness, its peaks bent under the ceiling: (n, 2), all within -1 and 1."""
    if not len(sound):
        return sound
    blocks = _loudness(sound, rate)
    heard = blocks[blocks > 0.1 * blocks.max(initial=0)]
    loud = float(np.sqrt((heard**2).mean())) if len(heard) else 0.0
    scaled = sound * np.float32(_LOUD / loud if loud else 1.0)
    beyond = np.abs(scaled) > _KNEE
    over = (np.abs(scaled[beyond]) - _KNEE) / (_CEILING - _KNEE)
    scaled[beyond] = np.sign(scaled[beyond]) * (_KNEE + (_CEILING - _KNEE) * np.tanh(over))
    return scaled


def _loudness(sound: Stereo, rate: int) -> NDArray[np.float64]:
    """Root mean squares of blocks of a fifth of a second."""
    size = max(1, rate // 5)
    whole = sound[: max(size, len(sound) // size * size)]
    padded = np.zeros((-(-len(whole) // size) * size, 2), dtype=np.float32)
    padded[: len(whole)] = whole
    return np.asarray(np.sqrt((padded.reshape(-1, size * 2).astype(np.float64) ** 2).mean(axis=1)))


def faded(sound: Stereo, rate: int) -> Stereo:
    """Return the sound with its last tenth of a second faded to nothing."""
    count = min(len(sound), rate // 10)
    if count:
        sound[-count:] *= np.linspace(1, 0, count, dtype=np.float32)[:, None]
    return sound
