"""A recording as a waveform, its seconds shaded."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from segue.formats.audio import Recording, decode
from segue.recognize.gtzan_features import HEARD, RATE
from segue.recognize.head import Floats
from segue.recognize.shading import FRAME, MARGIN, WIDTH, Drawing, Shades, box, label

_HEIGHT = 150.0
_TIMES = re.compile(r"([\d:]+)(?: to .*)? to ([\d:]+)")


def wave(path: Path, shades: Shades) -> Drawing:
    """Draw the thirty seconds of the middle by which a recording is told; see `decode` for the errors."""
    return envelope(decode(path, RATE, most=HEARD, window=HEARD), shades)


def envelope(recording: Recording, shades: Shades) -> Drawing:
    """Draw the first stretch of a recording: the reach of its samples in each pixel, stretches of time shaded."""
    stretch = recording.stretches[0]
    seconds = max(len(stretch.samples) / recording.rate, 0.1)
    zoom = (WIDTH - 2 * MARGIN) / seconds

    def at(second: float) -> float:
        return MARGIN + min(max(second - stretch.start, 0.0), seconds) * zoom

    body, frames = [], []
    for one in shades.heat:
        span = _TIMES.fullmatch(one.what)
        if span is None:
            continue
        left, right = at(_seconds(span[1])), at(_seconds(span[2]))
        if one is shades.heat[-1]:
            right = max(right, at(stretch.start + seconds))
        colour = shades.colour(one.place)
        body.append(box(left, 8, right - left, _HEIGHT, f'fill="{colour or "#ffffff"}"'))
        if shades.is_named(one.place):
            frames.append(box(left, 8, right - left, _HEIGHT, f'fill="none" stroke="{FRAME}" stroke-width="2"'))
    body.append(_outline(stretch.samples))
    body += [*frames, _axis(stretch.start, seconds, zoom)]
    return Drawing("".join(body), _HEIGHT + 34)


def _outline(samples: Floats) -> str:
    columns = np.array_split(samples, min(WIDTH - 2 * MARGIN, max(len(samples) // 64, 1)))
    loudest = max(float(np.abs(samples).max()), 1e-6)
    middle, reach = 8 + _HEIGHT / 2, _HEIGHT / 2 * 0.94 / loudest
    step = (WIDTH - 2 * MARGIN) / len(columns)
    spans = ((middle - float(one.max()) * reach, middle - float(one.min()) * reach) for one in columns)
    path = "".join(
        f"M{MARGIN + (place + 0.5) * step:.1f} {upper:.1f}V{lower:.1f}" for place, (upper, lower) in enumerate(spans)
    )
    return f'<path d="{path}" stroke="#303030" stroke-width="{step:.2f}" fill="none"/>'


def _axis(start: float, seconds: float, zoom: float) -> str:
    from segue.recognize.audio import clock

    step = next(one for one in (1, 5, 10, 30, 60, 600, 3_600) if seconds / one <= 12 or one == 3_600)
    first = -(-int(start) // step) * step
    found = []
    for second in range(first, int(start + seconds) + 1, step):
        left = MARGIN + (second - start) * zoom
        if left >= MARGIN:
            found.append(f'<path d="M{left:.1f} {8 + _HEIGHT}v5" stroke="#606060"/>')
            found.append(label(left, 8 + _HEIGHT + 18, clock(second), 12, 'text-anchor="middle"'))
    return "".join(found)


def _seconds(told: str) -> float:
    total = 0
    for part in told.split(":"):
        total = total * 60 + int(part)
    return float(total)
