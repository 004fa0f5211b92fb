"""Repeat signs and brackets of endings at the bar lines of a score."""

from __future__ import annotations

from collections.abc import Sequence

from segue.errors import InputError
from segue.music.score import Bar


def barlines(bars: Sequence[Bar]) -> list[tuple[str, str]]:
    """Return the <barline>s at the left and right of each bar; '' where it has none.

    A score does not say where an ending stops: it stops at a repeat sign, before the next ending or repeat, and, where
    it is not the first of its passage, after as many bars as the one before it had.
    """
    found: list[tuple[str, str]] = []
    passes: tuple[int, ...] = ()
    begun, most = 0, 0  # where the bracket began, and how many bars it may have (0: any number)
    for place, bar in enumerate(bars):
        after = bars[place + 1] if place + 1 < len(bars) else None
        if bar.repeats_from:
            most = 0
        if bar.ending:
            passes, begun = _checked(bar, place), place
        stop = _stop(bar, after, is_full=bool(most) and place + 1 - begun >= most) if passes else ""
        found.append((_left(bar), _right(bar, after, _ending(passes, stop) if stop else "")))
        if stop:
            most = 0 if stop == "discontinue" else place + 1 - begun
            passes = ()
    return found


def _checked(bar: Bar, place: int) -> tuple[int, ...]:
    if any(not 1 <= number <= 99 for number in bar.ending):
        raise InputError(f"bar {place + 1} begins the ending of passes {bar.ending}; 1 to 99 are accepted")
    return bar.ending


def _stop(bar: Bar, after: Bar | None, *, is_full: bool) -> str:
    if bar.repeats_to > 1 or after is None or after.ending:
        return "stop"
    return "discontinue" if after.repeats_from or is_full else ""


def _left(bar: Bar) -> str:
    if not (bar.repeats_from or bar.ending):
        return ""
    inner = "<bar-style>heavy-light</bar-style>" if bar.repeats_from else ""
    inner += _ending(bar.ending, "start") if bar.ending else ""
    inner += '<repeat direction="forward"/>' if bar.repeats_from else ""
    return f'<barline location="left">{inner}</barline>'


def _right(bar: Bar, after: Bar | None, stop: str) -> str:
    if bar.repeats_to < 2 and after is not None and not stop:
        return ""
    style = "<bar-style>light-heavy</bar-style>" if bar.repeats_to > 1 or after is None else ""
    times = f' times="{bar.repeats_to}"' if bar.repeats_to > 2 else ""
    repeat = f'<repeat direction="backward"{times}/>' if bar.repeats_to > 1 else ""
    return f'<barline location="right">{style}{stop}{repeat}</barline>'


def _ending(passes: tuple[int, ...], kind: str) -> str:
    numbers = ",".join(map(str, sorted(set(passes))))
    return f'<ending number="{numbers}" type="{kind}"/>'
