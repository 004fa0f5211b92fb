"""Tones of one pitch: sums of partials that begin softly, change while they last, and are cut without a click.

Additive synthesis; the partials of a harmonic tone by the recurrence sin kx = 2 cos x sin (k-1)x - sin (k-2)x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]

_TOP = 0.45  # of the sampling rate: no partial lies above
_MIDDLE_C = 261.63  # Hz
_BLOCK = 8_192  # samples
_SECOND = 0.3  # strength of a second voice: two equal ones would silence each other now and then
_VIBRATO = 5.3  # Hz
_SEED = 7  # of the noise: every render is the same


@dataclass(frozen=True)
class Timbre:
    """How an instrument sounds.

    `partials` are the strengths of the harmonics (or of `ratios` to the fundamental, where given), the first the
    strongest. `decay` is how fast the tone dies (1/s at middle C, 0: it holds), `damping` how much faster each higher
    partial does, `glow` how much darker it begins (0 to 1). `attack` and `release` are seconds. `detune` is the
    distance of a second voice in cents, `vibrato` the depth in cents, `noise` the strength of breath or hammer.
    """

    partials: tuple[float, ...]
    ratios: tuple[float, ...] = ()
    decay: float = 0.0
    damping: float = 0.0
    glow: float = 0.0
    attack: float = 0.005
    release: float = 0.1
    detune: float = 0.0
    vibrato: float = 0.0
    noise: float = 0.0
    level: float = 1.0


def frequency(pitch: float) -> float:
    """Return the frequency of a MIDI pitch in Hz; 69 is 440 Hz, in equal temperament."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def tone(timbre: Timbre, pitch: int, seconds: float, rate: int, *, is_soft: bool = False) -> Samples:
    """Return a tone of a pitch that has begun and not ended, `seconds` long: (n,), its loudness near `level`."""
    hertz = frequency(pitch)
    count = max(1, round(seconds * rate))
    time = np.arange(count) / rate
    strengths = np.array(timbre.partials) * (0.75 ** np.arange(len(timbre.partials)) if is_soft else 1.0)
    if timbre.ratios:
        sound = _ringing(timbre, strengths, hertz, time, rate)
    elif timbre.detune:
        away = hertz * 2 ** (timbre.detune / 1200)
        sound = _harmonic(timbre, strengths, hertz, time, rate) + _SECOND * _harmonic(
            timbre, strengths, away, time, rate
        )
    else:
        sound = _harmonic(timbre, strengths, hertz, time, rate)
    if timbre.noise:
        sound += timbre.noise * _breath(timbre, hertz, count, rate) * np.abs(sound[: rate // 3]).max(initial=0.1)
    begun = sound[: max(1, round(0.3 * rate))]
    sound *= 0.1 * timbre.level / max(1e-6, float(np.sqrt(np.mean(begun**2))))
    return _begin(sound, timbre.attack, rate).astype(np.float32)


def _harmonic(timbre: Timbre, strengths: Floats, hertz: float, time: Floats, rate: int) -> Floats:
    """Sum the harmonics under `_TOP`, block by block, so that what is worked on stays near the processor."""
    most = max(1, min(len(strengths), int(_TOP * rate / hertz)))
    blocks = [
        _harmonic_block(timbre, strengths[:most], hertz, time[begin : begin + _BLOCK])
        for begin in range(0, len(time), _BLOCK)
    ]
    return np.concatenate(blocks)


def _harmonic_block(timbre: Timbre, strengths: Floats, hertz: float, time: Floats) -> Floats:
    phase = 2 * np.pi * hertz * time
    if timbre.vibrato:
        depth = (2 ** (timbre.vibrato / 1200) - 1) * hertz
        swell = np.clip((time - 0.15) / 0.4, 0, 1)  # vibrato sets in when the tone stands
        phase += swell * depth / _VIBRATO * np.sin(2 * np.pi * _VIBRATO * time)
    before, now, twice = np.zeros_like(phase), np.sin(phase), 2 * np.cos(phase)
    strength = _dying(timbre, hertz, time)
    darker = _darkening(timbre, hertz, time)
    sound = np.zeros_like(phase)
    for one in strengths:
        sound += one * strength * now
        before, now = now, twice * now - before
        if darker is not None:
            strength = strength * darker
    return sound


def _dying(timbre: Timbre, hertz: float, time: NDArray[np.float64]) -> Floats:
    if not timbre.decay:
        return np.ones_like(time)
    fast = timbre.decay * (hertz / _MIDDLE_C) ** 0.6
    return np.asarray(0.65 * np.exp(-fast * time) + 0.35 * np.exp(-fast / 4 * time))  # struck strings die twice


def _darkening(timbre: Timbre, hertz: float, time: NDArray[np.float64]) -> Floats | None:
    if not (timbre.damping or timbre.glow):
        return None
    damping = timbre.damping * (hertz / _MIDDLE_C) ** 0.5
    return np.asarray(np.exp(-damping * time) * (1 - timbre.glow * np.exp(-time / 0.06)))


def _ringing(timbre: Timbre, strengths: Floats, hertz: float, time: Floats, rate: int) -> Floats:
    """Sum partials at ratios of their own, each dying faster than the one below: bars and bells."""
    sound = np.zeros_like(time)
    for strength, ratio in zip(strengths, timbre.ratios, strict=True):
        if hertz * ratio < _TOP * rate:
            dying = np.exp(-timbre.decay * (hertz / _MIDDLE_C) ** 0.4 * ratio**timbre.damping * time)
            sound += strength * dying * np.sin(2 * np.pi * hertz * ratio * time)
    return sound


def _breath(timbre: Timbre, hertz: float, count: int, rate: int) -> Floats:
    """Noise around the tone: it stays while the tone holds, and is a short knock where the tone dies."""
    white = np.random.default_rng(_SEED).standard_normal(count)
    width = max(1, round(rate / (2.5 * hertz)))
    sums = np.concatenate((np.zeros(1), np.cumsum(white)))
    last = np.minimum(np.arange(count) + width, count)
    soft = (sums[last] - sums[:count]) / np.sqrt(width)
    if timbre.decay:
        return np.asarray(soft * np.exp(-np.arange(count) / (0.012 * rate)))
    return np.asarray(soft)


def _begin(sound: Floats, attack: float, rate: int) -> Floats:
    """Fade in over the attack along half a cosine."""
    count = min(len(sound), max(2, round(attack * rate)))
    sound[:count] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / count)
    return sound


def ended(sound: Samples, length: int, release: int) -> Samples:
    """Return a tone cut after `length` samples with a fade of `release` more along half a cosine."""
    cut = sound[: length + release].copy()
    fade = max(0, len(cut) - length)
    if fade:
        cut[length:] *= (0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 1) / fade)).astype(np.float32)
    return cut
