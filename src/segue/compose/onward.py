"""Filling bars in their place, from left to right: what follows the last bars of a score, and charts without parts.

There the model goes on from what stands before, as it learnt most of what it knows; elsewhere holes are said after the
last bar (`fill`), so that what follows them is seen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from segue.compose.excerpt import Said, Window, laid_out
from segue.compose.holes import CHORDS
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.language import grammar
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.encode import Lane, say
from segue.music.language.layout import BarLayout, Head
from segue.music.score import Score

_BARS, _HOLDS, _END = m.bits(v.BAR), m.bits(v.HOLD), 1 << v.END
_SIGNS = m.bits((*v.TONIC, *v.METRE, v.PARTIAL, *v.SECTION, v.REPEAT_FROM, *v.ENDING))
_LANE_OF = {v.CHORD_LANE: CHORDS} | {token: place + 1 for place, token in enumerate(v.VOICE)}
# how far the grammar's state says that a bar has come, by the sign that comes then
_RANKS = ((v.TONIC, 1), (v.METRE, 2), ((v.PARTIAL,), 3), (v.SECTION, 4), ((v.REPEAT_FROM,), 5), (v.ENDING, 6))
_FIRST_LANE, _REPEATED = 10, 99
_LATER_LANES = tuple(m.bits(v.VOICE[said:]) for said in range(v.VOICES + 1))  # tokens of lanes behind one


def is_onward(score: Score, window: Window) -> bool:
    """Whether the holes of a window are whole bars in a row, at the end of the score or in a chart without parts."""
    bars = sorted({bar for bar, _ in window.holes})
    if bars != list(range(bars[0], bars[-1] + 1)) or (window.voices and bars[-1] + 1 < len(score.bars)):
        return False
    needed = {(bar, number + 1) for bar in bars for number in window.voices}
    starts = score.bar_starts
    if any(starts[bars[0]] <= one.start < starts[bars[-1] + 1] for one in score.chords):
        needed |= {(bar, CHORDS) for bar in bars}
    return needed <= window.holes


def begun(score: Score, window: Window, heads: Mapping[int, Head], longest: int) -> Said:
    """Say what stands before the holes of a window; the first bars are left out where it is too long after all."""
    layout = laid_out(score, window.voices, heads)
    bars = sorted({bar for bar, _ in window.holes})
    order = tuple(sorted(window.holes))
    if bars[0] == 0:
        tokens = say(layout, first=0, last=1).tokens
        return Said(tokens[: tokens.index(v.BAR.start)], 0, window.voices, order)
    for first in range(window.first, bars[0]):
        prefix = say(layout, first=first, last=bars[0]).tokens
        if len(prefix) <= longest // 2:
            break
    return Said(prefix, first, window.voices, order)


def limits(score: Score, cut: Said, in_range: bool) -> grammar.Limits:
    """The limits that let the piece end where the score does; ranges are kept where what stands before keeps them."""
    last = cut.holes[-1][0] + 1
    count = last - cut.first + (last < len(score.bars))
    parts = [score.parts[number] for number in cut.voices]
    fits = all(
        OF_RANGE[part.program][0] <= min(part.notes.pitches) <= max(part.notes.pitches) <= OF_RANGE[part.program][1]
        for part in parts
        if len(part.notes) and not part.is_drums
    )
    return grammar.Limits(in_range=in_range and fits, least_bars=count, most_bars=count)


OF_RANGE = tuple((INSTRUMENTS[place].low, INSTRUMENTS[place].high) for place in OF_PROGRAM)


class Script:
    """What bars in their place must say besides what is drawn: their signs, and which lanes they have.

    Lanes that are `spoken` are not left out.
    """

    def __init__(self, score: Score, cut: Said, heads: Mapping[int, Head], spoken: frozenset[Lane]) -> None:
        self.spoken = spoken
        self._bars = laid_out(score, cut.voices, heads).bars
        self._first, self.begin, self._last = cut.first, cut.holes[0][0], cut.holes[-1][0]
        self._lanes = {number + 1: place + 1 for place, number in enumerate(cut.voices)} | {CHORDS: CHORDS}
        self._parts = {said: lane for lane, said in self._lanes.items()}
        self._holes: frozenset[Lane] = frozenset(cut.holes)

    def place(self, state: grammar.State) -> Lane | None:
        """The bar being drawn and its lane (-1 between lanes); None while the bar before is still to be left."""
        bar = self._first + state.bars - 1
        if bar < self.begin:
            return None
        return bar, self._parts[state.lane] if state.phase in _IN_LANE else -1

    def mask(self, state: grammar.State) -> int:
        """The tokens that keep the signs of the bar, one bit each."""
        place = self.place(state)
        if place is None:
            return _BARS
        number = place[0]
        bar = self._bars[number]
        if state.phase == "mode":
            return 1 << bar.mode
        if state.phase == "partial" and state.bar_ticks < bar.ticks:
            return 1 << m.holds(bar.ticks - state.bar_ticks).bit_length() - 1
        ahead = [] if state.rank >= _FIRST_LANE else self._signs(number)
        for token in ahead:
            if next(rank for group, rank in _RANKS if token in group) > state.rank:
                return 1 << token
        return self._after_signs(state, bar, number)

    def _after_signs(self, state: grammar.State, bar: BarLayout, number: int) -> int:
        mask = ~_SIGNS & ~m.bits(self._closed(number))
        if state.phase == "partial":
            mask &= ~_HOLDS
        if bar.repeats_to and state.rank < _REPEATED:
            mask &= ~(_BARS | _END)
        elif not bar.repeats_to:
            mask &= ~(1 << v.REPEAT_TO)
        awaited = [said for lane, said in self._lanes.items() if (number, lane) in self.spoken]
        for said in awaited:
            if state.rank < _FIRST_LANE + said:
                mask &= ~(_BARS | _END | 1 << v.REPEAT_TO | _LATER_LANES[said])
        is_end = number == self._last and number + 1 == len(self._bars)
        return mask & ~(_BARS if is_end else _END)

    def _closed(self, number: int) -> Collection[int]:
        """Tokens of lanes that are not drawn in a bar."""
        return [token for token, said in _LANE_OF.items() if (number, self._parts.get(said, -1)) not in self._holes]

    def _signs(self, number: int) -> list[int]:
        bar = self._bars[number]
        signs: list[int] = []
        if number > self._first:
            before = self._bars[number - 1]
            if (bar.tonic, bar.mode) != (before.tonic, before.mode):
                signs.append(bar.tonic)
            if bar.metre != before.metre:
                signs.append(bar.metre)
        return [*signs, *((v.PARTIAL,) if bar.partial else ()), *bar.signs]


_IN_LANE = frozenset(("chords", "quality", "mono", "poly", "drums"))
