"""What is told of chords: their style with the bars that speak for it, and the years of hits with such chords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from segue.music.keyfinding import key_of
from segue.music.score import Progression
from segue.recognize.answering import answered
from segue.recognize.chord_styles import FRONT
from segue.recognize.chords import ChordsFront, in_bars, told_of
from segue.recognize.front import Teller
from segue.recognize.guess import Answer
from segue.recognize.years import Years

KIND = "chords"
FEWEST = 4  # chords, one after another, that a style is told by
_FIRST, _LAST = 1958, 1991  # of the charts from which years were learned


def chords_told(
    progression: Progression, styles: Callable[[], Teller], years: Callable[[], Years], *, is_explained: bool = True
) -> Answer:
    """Tell the style of a progression, and when it was in the charts if it ever was, with an interval.

    `styles` and `years` give the models. With `is_explained` the bars are named that speak for each of the first three
    styles. Where no chord sounds there is no guess; of fewer than `FEWEST` none is sure.
    """
    told = [one for run in told_of(progression, in_bars(progression)) for one in run]
    if not told:
        return Answer(KIND, (), False, ("it has no chords",))
    keyed, notice = in_its_key(progression)
    answer = answered(FRONT, styles(), keyed, is_explained=is_explained)
    if len(told) < FEWEST:
        few = f"{len(told)} chord{'s are' if len(told) > 1 else ' is'} too few to tell a style by"
        return replace(answer, is_sure=False, notice=(*notice, few))
    return replace(answer, notice=(*notice, hit_years(keyed, years())))


def in_its_key(progression: Progression) -> tuple[Progression, tuple[str, ...]]:
    """Return a progression whose bars all say C major, as those of files do that name no key, in the key of its chords,
    and a notice; any other as it is."""
    if any(str(bar.key) != "C major" for bar in progression.bars):
        return progression, ()
    key = key_of(progression.score)
    if str(key) == "C major":
        return progression, ()
    bars = tuple(replace(bar, key=key) for bar in progression.bars)
    return replace(progression, bars=bars), (f"heard in {key}; no other key is named",)


def hit_years(progression: Progression, years: Years) -> str:
    """Return when a progression was in the charts, in words, if it ever was."""
    found = float(years.years(ChordsFront().vectors([progression]))[0])
    middle = min(max(found, _FIRST), _LAST)
    first, last = max(middle - years.margin, _FIRST), min(middle + years.margin, _LAST)
    return f"if it was a hit in the American charts, it was probably of {first:.0f} to {last:.0f}"
