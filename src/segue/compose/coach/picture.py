"""The engraved score with the bars marked in which the coach found something."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

from segue.compose.coach.rule import SEVERITIES, Remark
from segue.errors import InputError
from segue.formats import svg
from segue.music.score import Score

COLOURS: Mapping[str, str] = MappingProxyType({"fault": "#D55E00", "weakness": "#E69F00", "hint": "#56B4E9"})
_MEASURE = re.compile(r'<g [^>]*class="measure[^"]*"[^>]*>')
_LINE = re.compile(r'<path d="M(-?\d+) (-?\d+) L(-?\d+) (-?\d+)"')
_AROUND = 300  # Verovio's units above and below the staves


def mark(score: Score, remarks: Sequence[Remark]) -> bytes:
    """Return the score as SVG, as `formats.svg` writes it, with a coloured field behind each bar that has a remark.

    Orange-red is a fault, orange a weakness, blue a hint; the words come up when the pointer rests on the field.
    InputError where the score cannot be engraved bar by bar.
    """
    picture = svg.write(score).decode()
    heads = list(_MEASURE.finditer(picture))
    if len(heads) != len(score.bars):
        raise InputError(
            f"{score.title!r} is engraved in {len(heads)} bars and has {len(score.bars)}: it is not marked"
        )
    starts = score.bar_starts
    ends = [*(head.start() for head in heads[1:]), len(picture)]
    out, at = [], 0
    for place, (head, end) in enumerate(zip(heads, ends, strict=True)):
        here = [one for one in remarks if starts[place] <= one.start < starts[place + 1]]
        if here:
            out += [picture[at : head.end()], _field(picture[head.end() : end], here)]
            at = head.end()
    return "".join([*out, picture[at:]]).encode()


def _field(measure: str, remarks: Sequence[Remark]) -> str:
    """A coloured field as wide as the first staff line of a measure and as high as all its staves."""
    lines = [tuple(map(int, found.groups())) for found in _LINE.finditer(measure)]
    if not lines:
        return ""
    left, top, right, _ = lines[0]
    level = [line for line in lines if (line[0], line[2]) == (left, right) and line[1] == line[3]]
    bottom = max(line[1] for line in level)
    worst = min(remarks, key=lambda one: SEVERITIES.index(one.severity))
    words = escape("\n".join(f"{one.rule}: {one.what}" for one in remarks))
    box = f'x="{left}" y="{top - _AROUND}" width="{right - left}" height="{bottom - top + 2 * _AROUND}"'
    return f'<rect {box} fill="{COLOURS[worst.severity]}" fill-opacity="0.25"><title>{words}</title></rect>'
