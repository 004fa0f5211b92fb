"""Chords as a chart of boxes and words as lines, shaded."""

from __future__ import annotations

from collections.abc import Sequence

from segue.music.lyric import Lyric
from segue.music.score import ChordAt, Progression
from segue.recognize.chords import in_bars
from segue.recognize.lyrics import lines_of
from segue.recognize.shading import FRAME, MARGIN, WIDTH, Drawing, Shades, box, label, shortened

_IN_ROW, _ROW = 4, 40.0  # bars in a row of a chart, and its height in pixels
_MOST_BARS, _MOST_LINES = 240, 160
_LINE, _LETTERS = 24.0, 100


def chart(progression: Progression, shades: Shades) -> Drawing:
    """Draw the bars of a progression, four to a row, with their chords; "%" where the one before sounds on."""
    bars = in_bars(progression)
    shown = bars[:_MOST_BARS]
    wide = (WIDTH - 2 * MARGIN) / _IN_ROW
    body, frames, top = _title(progression.title)
    for number, here in enumerate(shown):
        left, upper = MARGIN + number % _IN_ROW * wide, top + number // _IN_ROW * _ROW
        colour = shades.colour(number)
        body.append(box(left, upper, wide, _ROW, f'fill="{colour or "#ffffff"}" stroke="#909090" stroke-width="0.7"'))
        told = shortened(_told(here), 26)
        body.append(label(left + 24, upper + 26, told, 18 if len(told) < 16 else 13))
        is_named = shades.is_named(number)
        look = f'fill="{FRAME}" font-weight="bold"' if is_named else 'fill="#606060"'
        body.append(label(left + 4, upper + 12, str(number + 1), 11, look))
        if is_named:
            frames.append(
                box(left + 1, upper + 1, wide - 2, _ROW - 2, f'fill="none" stroke="{FRAME}" stroke-width="2"')
            )
    bottom = top + -(-len(shown) // _IN_ROW) * _ROW
    return _ended(body + frames, bottom, len(bars) - len(shown), "bars")


def words(lyric: Lyric, shades: Shades) -> Drawing:
    """Draw the lines of lyrics, in Chinese their clauses."""
    lines = lines_of(lyric)
    shown = lines[:_MOST_LINES]
    body, frames, top = _title(lyric.title)
    for number, text in enumerate(shown):
        upper = top + number * _LINE
        colour, is_named = shades.colour(number), shades.is_named(number)
        if colour:
            body.append(box(MARGIN + 30, upper, WIDTH - 2 * MARGIN - 30, _LINE, f'fill="{colour}"'))
        look = f'fill="{FRAME}" font-weight="bold"' if is_named else 'fill="#606060"'
        body.append(label(MARGIN + 22, upper + 17, str(number + 1), 12, f'text-anchor="end" {look}'))
        body.append(label(MARGIN + 40, upper + 17, shortened(text, _LETTERS), 16))
        if is_named:
            place = (MARGIN + 31, upper + 1, WIDTH - 2 * MARGIN - 32, _LINE - 2)
            frames.append(box(*place, f'fill="none" stroke="{FRAME}" stroke-width="2"'))
    return _ended(body + frames, top + len(shown) * _LINE, len(lines) - len(shown), "lines")


def _told(here: Sequence[ChordAt]) -> str:
    return " ".join(str(one.chord) for one in here) or "%"


def _title(title: str) -> tuple[list[str], list[str], float]:
    """What a drawing begins with: its body, the frames over it, and where it goes on."""
    return ([label(MARGIN, 18, shortened(title, 90), 16)], [], 30.0) if title else ([], [], 8.0)


def _ended(body: Sequence[str], bottom: float, left_out: int, what: str) -> Drawing:
    more = label(MARGIN, bottom + 18, f"… {left_out} {what} more", 13) if left_out > 0 else ""
    return Drawing("".join(body) + more, bottom + 26)
