"""Bars of a score, shaded: engraved by Verovio where the score is short, else a piano roll."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from segue.errors import InputError
from segue.formats import svg
from segue.music.score import Score
from segue.recognize.shading import FRAME, MARGIN, WIDTH, Drawing, Shades, box, label, shortened

_MOST_BARS, _MOST_NOTES, _MOST_PARTS = 96, 1_500, 6  # that are engraved
_MEASURE = re.compile(r'<g [^>]*class="measure"')
_STAFF = re.compile(r'class="staff">((?:<path d="M-?\d+ -?\d+ L-?\d+ -?\d+" stroke-width="\d+"/>)+)')
_STROKE = re.compile(r"M(-?\d+) (-?\d+) L(-?\d+) (-?\d+)")
_PAGE = re.compile(r'<g class="page-margin"[^>]*>')
_ABOVE, _BELOW = 420, 640  # of a staff, in Verovio's units (25 to a pixel): where the shade goes on
_NUMBER = 400  # height of a number, in the same
_BLANK = 34.0  # pixels of margin over and under the page that are left out
_COUNTED = re.compile(r'<g [^>]*class="mNum[^>]*>.*?</g>', re.S)  # engraved numbers; ours count a pick-up as bar 1
_ROW, _GAP, _ROLLED = 90.0, 26.0, 24  # pixels of a row of the roll and between rows; bars in it
_MOST_ROWS = 24


def notes(score: Score, shades: Shades) -> Drawing:
    """Draw the bars of a score; InputError where it has none."""
    if not score.bars:
        raise InputError("a score without bars has no picture")
    count = sum(len(part.notes) for part in score.parts)
    is_short = len(score.bars) <= _MOST_BARS and count <= _MOST_NOTES and len(score.parts) <= _MOST_PARTS
    return (_engraved(score, shades) if is_short else None) or _rolled(score, shades)


# ---- engraved


def _engraved(score: Score, shades: Shades) -> Drawing | None:
    """The engraved score with shades under its bars; None where Verovio's measures are not our bars."""
    drawn = _COUNTED.sub("", svg.write(score).decode())
    starts = [found.start() for found in _MEASURE.finditer(drawn)]
    page = _PAGE.search(drawn)
    if len(starts) != len(score.bars) or page is None or drawn.count('class="page-margin"') != 1:
        return None
    pieces = (drawn[start:end] for start, end in pairwise([*starts, len(drawn)]))
    bounds = [_bounds(piece) for piece in pieces]
    under, before = [], 0
    for bar, place in enumerate(bounds):
        if place is not None:
            is_first = not bar or place[0] < before
            under.append(_under(place, shades, bar, is_first=is_first))
            before = place[0]
    height = svg.size_of(drawn)[1]
    shaded = drawn[: page.end()] + "".join(under) + drawn[page.end() :]
    return Drawing(f'<g transform="translate(0, -{_BLANK})">{shaded}</g>', height - 1.5 * _BLANK)


def _bounds(measure: str) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of the staves of a measure."""
    strokes = [[int(one) for one in stroke] for staff in _STAFF.findall(measure) for stroke in _STROKE.findall(staff)]
    if not strokes:
        return None
    left, top, right, bottom = zip(*strokes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _under(bounds: tuple[int, int, int, int], shades: Shades, bar: int, *, is_first: bool) -> str:
    """The shade of a bar; of one that is named, its frame; its number there, and where a line begins."""
    colour, is_named = shades.colour(bar), shades.is_named(bar)
    left, top, right, bottom = bounds
    place = (left + 20, top - _ABOVE, right - left - 40, bottom - top + _ABOVE + _BELOW)
    found = box(*place, f'fill="{colour}" style="stroke:none"') if colour else ""
    if is_named:
        found += box(*place, f'fill="none" style="stroke:{FRAME};stroke-width:36"')
    if is_named or is_first:
        look = f'fill="{FRAME}" font-weight="bold"' if is_named else 'fill="#606060"'
        found += label(left + 90, bottom + _BELOW - 70, str(bar + 1), _NUMBER, look)
    return found


# ---- rolled


def _rolled(score: Score, shades: Shades) -> Drawing:
    """A piano roll of rows of equal length, bars shaded; of a very long score more bars to a row."""
    pitches = [pitch for part in score.parts for pitch in part.notes.pitches]
    low, high = (min(pitches) - 1, max(pitches) + 2) if pitches else (59, 73)
    edges = np.array([float(start) for start in score.bar_starts])
    in_row = max(_ROLLED, -(-len(score.bars) // _MOST_ROWS))
    firsts = list(range(0, len(score.bars), in_row))
    longest = max(edges[min(first + in_row, len(score.bars))] - edges[first] for first in firsts)
    zoom = (WIDTH - 2 * MARGIN) / longest
    body, top = [label(MARGIN, 16, shortened(score.title, 90), 15)] if score.title else [], 30.0
    for first in firsts:
        last = min(first + in_row, len(score.bars))
        lefts = MARGIN + (edges[first : last + 1] - edges[first]) * zoom
        body.append(_bars(lefts, top, shades, first))
        body.append(_strokes(score, (edges[first], edges[last]), zoom, top, (low, high)))
        top += _ROW + _GAP
    return Drawing("".join(body), top)


def _bars(lefts: Sequence[float], top: float, shades: Shades, first: int) -> str:
    """The bars of a row with their shades, a frame around each stretch that is named, and numbers."""
    found = []
    for bar, (left, right) in enumerate(pairwise(lefts), first):
        look = f'fill="{shades.colour(bar) or "#ffffff"}" stroke="#c8c8c8" stroke-width="0.5"'
        found.append(box(left, top, right - left, _ROW, look))
    named = [(one.place, one.place + one.count) for one in shades.heat if one.place in shades.named]
    last = first + len(lefts) - 1
    for start, end in named:
        begins, ends = max(start, first), min(end, last)
        if begins < ends:
            left, right = lefts[begins - first], lefts[ends - first]
            found.append(box(left, top, right - left, _ROW, f'fill="none" stroke="{FRAME}" stroke-width="2"'))
            told = str(start + 1) if end == start + 1 else f"{start + 1}–{end}"
            found.append(label(left + 1, top + _ROW + 12, told, 12, f'fill="{FRAME}" font-weight="bold"'))
    if not any(start <= first < end or start == first + 1 for start, end in named):
        found.append(label(lefts[0] + 1, top + _ROW + 12, str(first + 1), 11, 'fill="#606060"'))
    return "".join(found)


def _strokes(score: Score, times: tuple[float, float], zoom: float, top: float, pitches: tuple[int, int]) -> str:
    """The notes that begin between two times, as strokes; drums thinner."""
    step = _ROW / (pitches[1] - pitches[0])
    found = []
    for part in score.parts:
        held = part.notes
        starts = np.asarray(held.starts, float) / held.resolution
        lengths = np.asarray(held.lengths, float) / held.resolution
        mine = np.flatnonzero((starts >= times[0] - 1e-6) & (starts < times[1] - 1e-6))
        path = "".join(
            f"M{MARGIN + (starts[one] - times[0]) * zoom:.1f} {top + (pitches[1] - held.pitches[one]) * step:.1f}"
            f"h{max(min(lengths[one], times[1] - starts[one]) * zoom - 0.4, 0.8):.1f}"
            for one in mine.tolist()
        )
        if path:
            width = max(step * (0.4 if part.is_drums else 0.8), 1.2)
            found.append(f'<path d="{path}" stroke="#202020" stroke-width="{width:.1f}" fill="none"/>')
    return "".join(found)
