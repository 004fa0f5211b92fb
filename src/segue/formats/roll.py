"""Piano rolls of scores, as PNG or SVG: time across, pitch up, parts in colours, bars and chords; written, not read."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from segue.errors import InputError
from segue.music.pitch import name
from segue.music.score import Part, Score

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "roll"
SUFFIXES = (".roll.png",)
EXAMPLE = b""

# Okabe and Ito (2008): told apart with every kind of colour vision; black is left to the lines
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#B8A800", "#7F7F7F")
_BLACK_KEYS = frozenset((1, 3, 6, 8, 10))
_ROW_LENGTH = 64  # quarter notes in one row
_MOST_ROWS = 12
_MARGIN = 2  # pitches shown above and below the notes
_WIDTH, _DPI = 14.0, 110  # inches, dots to an inch


def write(score: Score) -> bytes:
    """Write the piano roll of a score as PNG; InputError where it has neither notes nor chords."""
    return draw(score)


def draw(score: Score, *, kind: str = "png") -> bytes:
    """Draw a piano roll as "png" or "svg": rows of 64 quarter notes, longer ones where 12 rows do not do."""
    import matplotlib

    if kind not in ("png", "svg"):
        raise InputError(f"a picture of kind {kind!r}; png and svg are accepted")
    if not score.bars or not (score.chords or any(len(part.notes) for part in score.parts)):
        raise InputError("a score without notes and chords has no piano roll")
    # names are text and never formulas, whatever signs are in them
    with matplotlib.rc_context({"svg.hashsalt": "segue", "text.parse_math": False}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # letters that the font lacks are drawn as boxes
        return _drawn(score, kind)


def _drawn(score: Score, kind: str) -> bytes:
    from matplotlib.figure import Figure

    rows, pitches = _rows(score), _range(score)
    row, gap, top = max(1.2, 0.05 * (pitches[1] - pitches[0])), 0.65, 0.8  # inches
    height = top + (row + gap) * len(rows)
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI)
    length = max(last - first for first, last in rows)
    for place, times in enumerate(rows):
        bottom = height - top - row - place * (row + gap)
        share = (times[1] - times[0]) / length * 0.95
        _row(figure.add_axes((0.035, bottom / height, share, row / height)), score, times, pitches)
    _legend(figure.axes[0], score)
    figure.suptitle(score.title, fontsize=14, y=1 - 0.3 / height)
    out = io.BytesIO()
    figure.savefig(out, format=kind, dpi=_DPI, metadata={"Date": None} if kind == "svg" else None)
    return out.getvalue()


def _rows(score: Score) -> list[tuple[float, float]]:
    """Where each row begins and ends, in quarter notes: at bar lines."""
    starts = [float(start) for start in score.bar_starts]
    longest = max(float(bar.length) for bar in set(score.bars))
    length = max(_ROW_LENGTH, starts[-1] / _MOST_ROWS + longest if starts[-1] > _ROW_LENGTH * _MOST_ROWS else 0)
    rows, first = [], 0
    for place in range(1, len(starts)):
        is_last = place + 1 == len(starts)
        if is_last or starts[place + 1] - starts[first] > length + 1e-6:
            rows.append((starts[first], starts[place]))
            first = place
    return rows


def _range(score: Score) -> tuple[int, int]:
    pitches = [pitch for part in score.parts for pitch in part.notes.pitches]
    if not pitches:
        return 57, 75
    return min(pitches) - _MARGIN, max(pitches) + _MARGIN


def _row(axes: Axes, score: Score, times: tuple[float, float], pitches: tuple[int, int]) -> None:
    (first, last), (low, high) = times, pitches
    axes.set_xlim(first, last)
    axes.set_ylim(low - 0.5, high + 0.5)
    for pitch in range(low, high + 1):
        if pitch % 12 in _BLACK_KEYS:
            axes.axhspan(pitch - 0.5, pitch + 0.5, color="#f0f0f0", linewidth=0, zorder=0)
    for part, colour in zip(score.parts, _colours(score), strict=True):
        _notes(axes, part, colour, times)
    _bars(axes, score, times)
    for each in score.chords:
        if first <= each.start < last:
            axes.axvline(float(each.start), 0.96, 1, color="black", linewidth=0.8)
            where = (float(each.start), 1.01)
            axes.annotate(str(each.chord), where, xycoords=("data", "axes fraction"), fontsize=7, rotation=40)
    octaves = [pitch for pitch in range(low, high + 1) if pitch % 12 == 0]
    axes.set_yticks(octaves, [name(pitch) for pitch in octaves], fontsize=8)


def _colours(score: Score) -> Iterator[str]:
    return (_COLOURS[place % len(_COLOURS)] for place in range(len(score.parts)))


def _notes(axes: Axes, part: Part, colour: str, times: tuple[float, float]) -> None:
    """The notes of a part as boxes, the louder the darker; a gap shows where one is struck again."""
    from matplotlib.collections import PolyCollection

    notes = part.notes
    starts = np.asarray(notes.starts, dtype=float) / notes.resolution
    ends = starts + np.asarray(notes.lengths, dtype=float) / notes.resolution
    shown = (starts < times[1]) & (ends > times[0])
    if not shown.any():
        return
    pitches, loud = np.asarray(notes.pitches)[shown], np.asarray(notes.velocities)[shown]
    left, right = starts[shown], ends[shown]
    right = np.maximum(right - (times[1] - times[0]) * 0.001, left + (right - left) * 0.6)
    low, high = pitches - 0.42, pitches + 0.42
    corners = ((left, low), (right, low), (right, high), (left, high))
    boxes = np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)
    shades = list(0.35 + 0.65 * loud / 127)
    axes.add_collection(PolyCollection(list(boxes), facecolors=colour, alpha=shades, linewidths=0, zorder=3))


def _bars(axes: Axes, score: Score, times: tuple[float, float]) -> None:
    """Bar lines, heavier at repeats, with their numbers; names of sections."""
    starts = [float(start) for start in score.bar_starts]
    first = 0 if score.bars[0].length < score.bars[0].metre.length else 1
    places = [place for place, start in enumerate(starts[:-1]) if times[0] <= start < times[1]]
    step = 1 if len(places) <= 32 else 4
    numbered = places[::step]
    axes.set_xticks([starts[place] for place in numbered], [str(place + first) for place in numbered], fontsize=8)
    for place in places:
        bar = score.bars[place]
        axes.axvline(starts[place], color="#c0c0c0", linewidth=0.7, zorder=1)
        for at, is_repeat in ((starts[place], bar.repeats_from), (starts[place + 1], bar.repeats_to > 1)):
            if is_repeat:
                axes.axvline(at, color="#404040", linewidth=1.8, zorder=1)
        if bar.section:
            where = (starts[place], 0.02)
            axes.annotate(bar.section, where, xycoords=("data", "axes fraction"), fontsize=8, weight="bold", zorder=4)


def _legend(axes: Axes, score: Score) -> None:
    from matplotlib.patches import Patch

    if len(score.parts) < 2:
        return
    parts = zip(score.parts, _colours(score), range(1, len(score.parts) + 1), strict=True)
    patches = [Patch(color=colour, label=part.name or f"part {number}") for part, colour, number in parts]
    axes.legend(handles=patches[:16], fontsize=7, loc="upper right", ncols=min(4, len(patches)), framealpha=0.8)
