"""The room and the desk: places between left and right, a small reverb, loudness, and a limiter that does not clip."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_SEED = 23
TAIL = 1.3  # seconds in which the room falls silent
_WET = 0.2
_LOUD = 0.13  # root mean square that a piece is brought to, where it sounds
_CHUNK = 1 << 20  # samples worked on at once
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


def add_room(sound: Stereo, rate: int) -> None:
    """Add the room to a sound in place. Convolution by blocks in the spectrum (overlap-add), the last block first."""
    echo = _echo(rate)
    size = 1 << (2 * len(echo) - 1).bit_length()
    step = size - len(echo) + 1
    answers = [np.fft.rfft(echo[:, side], size) for side in range(2)]
    for begin in reversed(range(0, len(sound), step)):
        block = sound[begin : begin + step]
        middle = block.mean(axis=1)
        sent = [0.5 * middle + 0.5 * block[:, side] for side in range(2)]
        end = min(len(sound), begin + size)
        for side in range(2):
            heard = np.fft.irfft(np.fft.rfft(sent[side], size) * answers[side], size)
            sound[begin:end, side] += (_WET * heard[: end - begin]).astype(np.float32)


def master(sound: Stereo, rate: int) -> None:
    """Bring a sound to a usual loudness in place, its peaks bent under the ceiling: all then lies within -1 and 1."""
    blocks = _loudness(sound, rate)
    heard = blocks[blocks > 0.1 * blocks.max(initial=0)]
    if not len(heard):
        return
    sound *= np.float32(_LOUD / float(np.sqrt((heard**2).mean())))
    for begin in range(0, len(sound), _CHUNK):
        chunk = sound[begin : begin + _CHUNK]
        beyond = np.abs(chunk) > _KNEE
        over = (np.abs(chunk[beyond]) - _KNEE) / (_CEILING - _KNEE)
        chunk[beyond] = np.sign(chunk[beyond]) * (_KNEE + (_CEILING - _KNEE) * np.tanh(over))


def _loudness(sound: Stereo, rate: int) -> NDArray[np.float64]:
    """Root mean squares of blocks of a fifth of a second."""
    size = max(1, rate // 5)
    blocks = [sound[begin : begin + size] for begin in range(0, len(sound), size)]
    return np.array([np.sqrt(np.mean(np.square(block, dtype=np.float64))) for block in blocks])


def fade_out(sound: Stereo, rate: int) -> None:
    """Fade the last tenth of a second to nothing, in place."""
    count = min(len(sound), rate // 10)
    if count:
        sound[-count:] *= np.linspace(1, 0, count, dtype=np.float32)[:, None]
