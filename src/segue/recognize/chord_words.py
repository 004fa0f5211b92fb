"""Chords as language: a progression in roman numerals, bar by bar, in words that a text encoder reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from segue.music.key import Key
from segue.music.roman import roman
from segue.music.score import ChordAt, Progression
from segue.recognize.chords import in_bars

NO_CHORDS = "no chords"
_OFTEN = {2: "twice", 3: "three times", 4: "four times"}
_LONGEST_LOOP = 8  # bars that are told once where they come again at once


def describe_progression(progression: Progression) -> str:
    """Return a progression in words: its key and metre, then its bars in roman numerals, loops told once.

    "in A minor, 4/4: i | VI | III | VII, twice; i" is a loop of four bars and a bar behind it. A bar in which no
    chord begins is "-". `NO_CHORDS` where none sounds.
    """
    bars = in_bars(progression)
    if not any(one.chord.root for here in bars for one in here):
        return NO_CHORDS
    first = progression.bars[0]
    told = [_bar(here, bar.key) for here, bar in zip(bars, progression.bars, strict=True)]
    loops = [_said(loop, times) for loop, times in _loops(told)]
    return f"in {first.key}, {first.metre}: {'; '.join(loops)}"


def _bar(here: Sequence[ChordAt], key: Key) -> str:
    return " ".join(roman(one.chord, key) for one in here) or "-"


def _said(bars: Sequence[str], times: int) -> str:
    return " | ".join(bars) + (f", {_OFTEN.get(times, f'{times} times')}" if times > 1 else "")


def _loops(bars: Sequence[str]) -> Iterator[tuple[Sequence[str], int]]:
    """Stretches of bars and how often each is played: where bars come again at once, the loop that saves most bars."""
    at = alone = 0  # bars from `alone` on come only once
    while at < len(bars):
        times, size = max(
            ((_times(bars, at, size), size) for size in range(1, _LONGEST_LOOP + 1)),
            key=lambda one: ((one[0] - 1) * one[1], -one[1]),
        )
        if times == 1:
            at += 1
            continue
        if alone < at:
            yield bars[alone:at], 1
        yield bars[at : at + size], times
        at = alone = at + size * times
    if alone < at:
        yield bars[alone:at], 1


def _times(bars: Sequence[str], at: int, size: int) -> int:
    """How often the `size` bars from `at` on are played in a row: once or more."""
    loop, times = bars[at : at + size], 1
    while len(loop) == size and bars[at + times * size : at + (times + 1) * size] == loop:
        times += 1
    return times
