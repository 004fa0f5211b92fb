"""A drum kit: each sound made once from sweeping sines and filtered noise; keys as in General MIDI's percussion map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from segue.sound.tone import Samples

_SEED = 11
Floats = NDArray[np.float64]

OPEN_HATS, CLOSED_HATS = (26, 46), (22, 42, 44)  # 22 and 26 are the edges of electronic kits


@dataclass(frozen=True)
class Stroke:
    """One drum: where it stands (-1 left to 1 right) and how loud it is; `make` gives its sound at a rate: (n,)."""

    make: Callable[[int], Floats]
    pan: float = 0.0
    level: float = 1.0


def stroke_of(key: int) -> Stroke:
    """Return the drum of a key; a short click for one that General MIDI does not name."""
    return _KIT.get(key, _CLICK)


@lru_cache(maxsize=256)
def stroke(key: int, rate: int) -> Samples:
    """Return the sound of a drum, its peak at its level: (n,)."""
    drum = stroke_of(key)
    sound = drum.make(rate)
    fade = min(len(sound) // 4, round(0.02 * rate))
    sound[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 1) / fade)
    begin = max(2, round(0.0007 * rate))
    sound[:begin] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(begin) / begin)
    return (sound * (drum.level / max(1e-9, float(np.abs(sound).max())))).astype(np.float32)


# ---- what drums are made of


def _time(seconds: float, rate: int) -> Floats:
    return np.arange(round(seconds * rate)) / rate


def _noise(seconds: float, rate: int, low: float, high: float) -> Floats:
    """Noise between two frequencies in Hz, its edges soft: white noise shaped in the spectrum."""
    count = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(_SEED).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / rate)
    shape = 1 / (1 + (low / np.maximum(hertz, 1)) ** 4) / (1 + (hertz / high) ** 4)
    sound = np.fft.irfft(spectrum * shape, count)
    return np.asarray(sound / max(1e-9, float(np.abs(sound).max())))


def _sweep(seconds: float, rate: int, top: float, end: float, fall: float, decay: float) -> Floats:
    """A sine whose frequency falls from `top` to `end` Hz, `fall` and `decay` in 1/s."""
    time = _time(seconds, rate)
    phase = end * time + (top - end) / fall * (1 - np.exp(-fall * time))
    return np.asarray(np.sin(2 * np.pi * phase) * np.exp(-decay * time))


def _metal(seconds: float, rate: int, hertz: float) -> Floats:
    """Square waves at ratios that fit nowhere: the body of cymbals and bells."""
    time = _time(seconds, rate)
    ratios = (1.0, 1.342, 1.2312, 1.6532, 1.9523, 2.1523)
    return np.asarray(sum(np.tanh(4 * np.sin(2 * np.pi * hertz * ratio * time)) for ratio in ratios) / len(ratios))


def _kick(rate: int) -> Floats:
    sound = _sweep(0.45, rate, 160, 48, 38, 8.5)
    click = _noise(0.02, rate, 1_000, 6_000) * np.exp(-_time(0.02, rate) * 300)
    sound[: len(click)] += 0.25 * click
    return sound


def _snare(bright: float) -> Callable[[int], Floats]:
    def make(rate: int) -> Floats:
        time = _time(0.32, rate)
        skin = 0.5 * _sweep(0.32, rate, 240, 185, 40, 18) + 0.25 * np.sin(2 * np.pi * 331 * time) * np.exp(-26 * time)
        wires = _noise(0.32, rate, 900, 9_000 * bright) * (0.7 * np.exp(-17 * time) + 0.3 * np.exp(-55 * time))
        return np.asarray(skin + wires)

    return make


def _tom(hertz: float) -> Callable[[int], Floats]:
    def make(rate: int) -> Floats:
        sound = _sweep(0.6, rate, hertz * 1.6, hertz, 22, 7.5)
        return np.asarray(sound + 0.08 * _noise(0.6, rate, 300, 3_000) * np.exp(-30 * _time(0.6, rate)))

    return make


def _cymbal(seconds: float, decay: float, low: float, ring: float, swell: float = 0.0) -> Callable[[int], Floats]:
    def make(rate: int) -> Floats:
        time = _time(seconds, rate)
        sound = _noise(seconds, rate, low, 15_000) + ring * _high(_metal(seconds, rate, 540), rate, low)
        return np.asarray(sound * np.exp(-decay * time) * (1 - swell * np.exp(-time / 0.03)))

    return make


def _high(sound: Floats, rate: int, low: float) -> Floats:
    hertz = np.fft.rfftfreq(len(sound), 1 / rate)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound) / (1 + (low / np.maximum(hertz, 1)) ** 4), len(sound)))


def _struck(seconds: float, decay: float, *hertz: float, noise: float = 0.0) -> Callable[[int], Floats]:
    """Something small that is struck: sines that die fast, and a little noise."""

    def make(rate: int) -> Floats:
        time = _time(seconds, rate)
        sound = sum(np.sin(2 * np.pi * one * time) for one in hertz) * np.exp(-decay * time)
        if noise:
            sound = sound + noise * _noise(seconds, rate, 2_000, 10_000) * np.exp(-2 * decay * time)
        return np.asarray(sound)

    return make


def _shaken(seconds: float, decay: float, low: float) -> Callable[[int], Floats]:
    def make(rate: int) -> Floats:
        time = _time(seconds, rate)
        return np.asarray(_noise(seconds, rate, low, 14_000) * np.exp(-decay * time) * (1 - np.exp(-time / 0.008)))

    return make


def _clap(rate: int) -> Floats:
    time = _time(0.25, rate)
    beats = sum(np.exp(-np.clip(time - delay, 0, None) * 220) * (time >= delay) for delay in (0, 0.011, 0.021))
    return np.asarray(
        _noise(0.25, rate, 700, 5_000) * (0.6 * beats + np.exp(-np.clip(time - 0.03, 0, None) * 22) * (time > 0.03))
    )


_CLOSED, _OPEN = (
    Stroke(_cymbal(0.09, 55, 6_500, 0.4), 0.3, 0.34),
    Stroke(_cymbal(0.7, 6.5, 6_000, 0.4), 0.3, 0.34),
)
_RIDE = Stroke(_cymbal(1.6, 2.6, 3_500, 0.5), 0.4, 0.3)
_CRASH = Stroke(_cymbal(2.4, 2.0, 2_200, 0.25, 0.3), -0.35, 0.42)
_CLICK = Stroke(_struck(0.06, 90, 1_600, noise=0.3), 0.0, 0.25)
_BELL = Stroke(_struck(0.9, 5, 2_637, 5_870, 8_120), 0.3, 0.22)
_SNARE, _HAND = Stroke(_snare(1.0), 0.05, 0.8), Stroke(_snare(0.7), 0.05, 0.7)
_KIT: dict[int, Stroke] = {
    **dict.fromkeys((35, 36), Stroke(_kick, 0.0, 1.0)),
    37: Stroke(_struck(0.09, 60, 1_720, 480, noise=0.5), 0.1, 0.5),  # side stick
    38: _SNARE,
    40: _SNARE,
    39: Stroke(_clap, -0.1, 0.6),
    22: _CLOSED,
    42: _CLOSED,
    44: Stroke(_cymbal(0.08, 70, 5_500, 0.3), 0.3, 0.26),
    26: _OPEN,
    46: _OPEN,
    41: Stroke(_tom(82), -0.5, 0.8),
    43: Stroke(_tom(98), -0.3, 0.8),
    45: Stroke(_tom(117), -0.1, 0.8),
    47: Stroke(_tom(139), 0.1, 0.8),
    48: Stroke(_tom(165), 0.3, 0.75),
    50: Stroke(_tom(196), 0.45, 0.75),
    49: _CRASH,
    57: _CRASH,
    55: Stroke(_cymbal(1.0, 4.5, 3_000, 0.2), -0.4, 0.38),
    52: _CRASH,
    51: _RIDE,
    59: _RIDE,
    53: Stroke(_struck(1.0, 4, 1_040, 2_770, 4_130, noise=0.2), 0.4, 0.28),
    54: Stroke(_shaken(0.18, 26, 6_500), -0.3, 0.35),  # tambourine
    56: Stroke(_struck(0.28, 16, 562, 845), 0.35, 0.35),  # cowbell
    60: Stroke(_tom(390), 0.4, 0.5),
    61: Stroke(_tom(270), 0.4, 0.5),
    62: Stroke(_struck(0.12, 40, 330, noise=0.4), -0.4, 0.5),
    63: Stroke(_tom(240), -0.4, 0.6),
    64: Stroke(_tom(170), -0.4, 0.6),
    65: _HAND,
    66: _HAND,
    67: Stroke(_struck(0.3, 14, 940, 1_410), 0.3, 0.3),
    68: Stroke(_struck(0.3, 14, 700, 1_050), 0.3, 0.3),
    69: Stroke(_shaken(0.09, 40, 4_000), -0.4, 0.3),
    70: Stroke(_shaken(0.07, 55, 5_000), 0.4, 0.3),
    75: Stroke(_struck(0.1, 45, 2_500), 0.2, 0.4),
    76: Stroke(_struck(0.12, 40, 1_240), 0.2, 0.4),
    77: Stroke(_struck(0.14, 36, 880), 0.25, 0.4),
    80: Stroke(_struck(0.12, 40, 4_100, 6_300), 0.4, 0.2),
    81: _BELL,
    82: Stroke(_shaken(0.1, 35, 5_500), 0.4, 0.3),
}
