"""Which timbre plays a program of General MIDI: one for each kind of instrument."""

from __future__ import annotations

from math import pi, sin

from segue.sound.tone import Timbre

_SAW = tuple(1 / k for k in range(1, 21))
_SOFT = tuple(1 / k**1.6 for k in range(1, 15))
_ODD = tuple((1 / k**1.15 if k % 2 else 0.06 / k) for k in range(1, 17))


def _plucked(at: float, steep: float = 1.0, count: int = 18) -> tuple[float, ...]:
    """Harmonics of a string plucked at a part of its length: those with a node there are missing."""
    raw = [abs(sin(pi * k * at)) / k**steep for k in range(1, count + 1)]
    return tuple(min(one / raw[0], 0.7 if place else 1.0) for place, one in enumerate(raw))


PIANO = Timbre(_plucked(0.12, 1.5), decay=1.3, damping=0.35, attack=0.003, release=0.13, detune=0.35, noise=0.25)
ELECTRIC_PIANO = Timbre((1, 0.35, 0.08, 0.1, 0.02), decay=0.9, damping=0.8, attack=0.004, release=0.15, detune=0.8)
HARPSICHORD = Timbre(_plucked(0.09, 0.9, 24), decay=1.6, damping=0.15, attack=0.002, release=0.08, noise=0.1, level=0.8)
BAR = Timbre((1, 0.25, 0.1), (1, 3.98, 9.9), decay=3.0, damping=0.7, attack=0.002, release=0.25)
BELL = Timbre((1, 0.45, 0.3, 0.2, 0.1), (1, 2.0, 2.99, 4.2, 5.4), decay=0.9, damping=0.6, attack=0.002, release=0.5)
ORGAN = Timbre((1, 0.8, 0.5, 0.45, 0.1, 0.3, 0.02, 0.25), attack=0.02, release=0.07, detune=1.5, level=0.8)
REED_ORGAN = Timbre(tuple(1 / k**0.9 for k in range(1, 15)), attack=0.03, release=0.07, detune=4, level=0.75)
GUITAR = Timbre(_plucked(0.19, 1.25), decay=2.2, damping=0.5, attack=0.002, release=0.12, noise=0.06)
DRIVEN = Timbre(
    (1, 0.7, 0.75, 0.4, 0.5, 0.25, 0.3, 0.15, 0.15), decay=0.35, damping=0.05, attack=0.004, release=0.08, level=0.7
)
BANJO = Timbre(_plucked(0.11, 0.85, 22), decay=4.5, damping=0.6, attack=0.002, release=0.1, noise=0.15)
BASS = Timbre(_plucked(0.25, 1.7, 10), decay=1.6, damping=0.5, attack=0.004, release=0.09, level=1.25)
STRINGS = Timbre(tuple(1 / k**1.1 for k in range(1, 17)), glow=0.25, attack=0.06, release=0.14, vibrato=11, noise=0.02)
ENSEMBLE = Timbre(tuple(1 / k**1.25 for k in range(1, 15)), glow=0.3, attack=0.09, release=0.22, detune=5, vibrato=5)
PLUCK = Timbre(_plucked(0.21, 1.4), decay=4.5, damping=0.9, attack=0.003, release=0.1)
CHOIR = Timbre(
    (1, 0.45, 0.4, 0.3, 0.32, 0.12, 0.1, 0.04, 0.03), attack=0.1, release=0.2, detune=5, vibrato=14, noise=0.04
)
BRASS = Timbre(tuple(0.93 ** (k - 1) / k**0.75 for k in range(1, 17)), glow=0.4, attack=0.035, release=0.09, vibrato=4)
SAX = Timbre(
    (1, 0.65, 0.55, 0.42, 0.3, 0.22, 0.14, 0.1, 0.06), glow=0.2, attack=0.03, release=0.08, vibrato=10, noise=0.06
)
OBOE = Timbre((1, 0.75, 0.7, 0.6, 0.35, 0.25, 0.15, 0.1), glow=0.15, attack=0.03, release=0.08, vibrato=9)
CLARINET = Timbre(_ODD, glow=0.2, attack=0.03, release=0.08, vibrato=3, noise=0.02)
FLUTE = Timbre((1, 0.35, 0.12, 0.05, 0.02), glow=0.1, attack=0.045, release=0.09, vibrato=12, noise=0.09)
WHISTLE = Timbre((1, 0.18, 0.08, 0.02), attack=0.025, release=0.06, vibrato=5, noise=0.06)
LEAD = Timbre(_SAW, attack=0.008, release=0.07, detune=4, level=0.7)
PAD = Timbre(_SOFT, glow=0.4, attack=0.12, release=0.3, detune=6, level=0.9)
PIPES = Timbre(tuple(1 / k**0.7 for k in range(1, 15)), attack=0.015, release=0.04, detune=2, level=0.65)

_FAMILIES = (
    *(PIANO, BELL, ORGAN, GUITAR, BASS, STRINGS, ENSEMBLE, BRASS),
    *(CLARINET, FLUTE, LEAD, PAD, PAD, PLUCK, BAR, PAD),
)
_ALONE = (
    (ELECTRIC_PIANO, (4, 5)),
    (HARPSICHORD, (6, 7, 15)),
    (BAR, (12, 13, 47, 108)),
    (REED_ORGAN, (20, 21, 22, 23)),
    (DRIVEN, (29, 30)),
    (PLUCK, (45,)),
    (GUITAR, (46, 107)),
    (CHOIR, (52, 53, 54, 91)),
    (SAX, (64, 65, 66, 67)),
    (OBOE, (68, 69, 70, 111)),
    (WHISTLE, (72, 74, 78, 79)),
    (BANJO, (104, 105, 106)),
    (PIPES, (109,)),
    (STRINGS, (110,)),
)
_BY_PROGRAM = {program: timbre for timbre, programs in _ALONE for program in programs}


def timbre_of(program: int) -> Timbre:
    """Return the timbre of a program, 0 to 127."""
    return _BY_PROGRAM.get(program, _FAMILIES[program // 8])
