"""Bars, keys and tempos of a MIDI file, from its time, key and tempo events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from typing import Any

from segue.errors import FormatError, InputError
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Bar, Tempo

BARS = 100_000  # the most bars that a file may come to
_LONGEST_BAR = 256  # quarter notes, as in Bar
_Metres = list[tuple[int, Metre]]
_Keys = list[tuple[int, Key]]


def metres_of(events: Iterable[Any], notice: list[str]) -> _Metres:
    """Return (tick, metre) in time order from tick 0 on, the last of several at one tick; 4/4 where none is given."""
    found: dict[int, Metre] = {}
    for event in events:
        try:
            found[event.time] = _metre(event.numerator, event.denominator)
        except InputError as error:
            notice.append(f"a time signature is left out: {error}")
    found.setdefault(0, Metre())
    return sorted(found.items(), key=itemgetter(0))


@lru_cache(maxsize=256)
def _metre(count: int, value: int) -> Metre:
    return Metre(count, value)


def keys_of(events: Iterable[Any], notice: list[str]) -> _Keys:
    """Return (tick, key) in time order; of several at one tick the most frequent (transposing parts have others)."""
    votes: dict[int, Counter[Key]] = {}
    for event in events:
        key = _key(event.key, event.tonality)
        if key is None:
            notice.append(f"a key signature of {event.key} sharps is left out; -7 to 7 are accepted")
        else:
            votes.setdefault(event.time, Counter())[key] += 1
    found: dict[int, Key] = {tick: counted.most_common(1)[0][0] for tick, counted in votes.items()}
    if sum(len(counted) > 1 for counted in votes.values()):
        notice.append("parts differ in key signature; the most frequent one is kept")
    return sorted(found.items(), key=itemgetter(0)) or [(0, Key())]


@lru_cache(maxsize=64)
def _key(fifths: int, tonality: int) -> Key | None:
    return Key.of_signature(fifths, "minor" if tonality == 1 else "major") if -7 <= fifths <= 7 else None


def tempos_of(events: Iterable[Any], resolution: int, notice: list[str]) -> tuple[Tempo, ...]:
    """Return the tempos, each once; one outside of what Tempo takes is left out."""
    found: dict[int, float] = {}
    for event in events:
        mspq = event.mspq
        if 30_000 <= mspq <= 60_000_000:
            found[event.time] = 60e6 / mspq
        else:
            notice.append(f"a tempo of {mspq} microseconds a quarter note is left out")
    kept: list[Tempo] = []
    for tick, bpm in sorted(found.items()):
        if not kept or kept[-1].bpm != bpm:
            kept.append(Tempo(Fraction(tick, resolution), bpm))
    return tuple(kept)


def bars_of(metres: _Metres, keys: _Keys, resolution: int, end: int, notice: list[str]) -> tuple[Bar, ...]:
    """Return bars that reach tick `end`: one that a new metre cuts short keeps its own metre and is irregular."""
    if len(metres) == 1 and len(keys) == 1:
        bar = _bar(metres[0][1], keys[0][1])
        count = _count(end, bar.length, resolution)
        return (bar,) * count
    bars: list[Bar] = []
    starts: list[Fraction] = []  # in ticks
    for place, (tick, metre) in enumerate(metres):
        last = metres[place + 1][0] if place + 1 < len(metres) else None
        _lay(bars, starts, (Fraction(tick), metre, last, end), resolution)
    return _with_keys(bars, starts, keys, notice)


@lru_cache(maxsize=1024)
def _bar(metre: Metre, key: Key) -> Bar:
    return Bar(metre, key)


def _count(ticks: Fraction | int, length: Fraction, resolution: int) -> int:
    count = -(-(ticks * length.denominator) // (length.numerator * resolution))
    if count > BARS:
        raise FormatError(f"{count:,} bars; at most {BARS:,} are read")
    return max(1, count)


def _lay(
    bars: list[Bar], starts: list[Fraction], span: tuple[Fraction, Metre, int | None, int], resolution: int
) -> None:
    """Add the bars of one metre, up to where the next one begins or the piece ends."""
    begin, metre, change, end = span
    until = Fraction(end if change is None else change)
    if change is None and not bars:
        until = max(until, begin + 1)
    if begin >= until:
        return
    count = _count(until - begin, metre.length, resolution)
    if len(bars) + count > BARS:
        raise FormatError(f"{len(bars) + count:,} bars; at most {BARS:,} are read")
    whole, ticks = _bar(metre, Key()), metre.length * resolution
    bars.extend([whole] * count)
    starts.extend(begin + ticks * number for number in range(count))
    if change is not None and (short := until - starts[-1]) != ticks:
        bars[-1] = Bar(metre, length=short / resolution)


def _with_keys(bars: list[Bar], starts: list[Fraction], keys: _Keys, notice: list[str]) -> tuple[Bar, ...]:
    """Put each key on the bars from the one on that begins nearest to its tick."""
    placed: list[Bar] = []
    key, waiting, moved = keys[0][1], list(keys), False
    for number, bar in enumerate(bars):
        middle = starts[number] + (starts[number + 1] - starts[number]) / 2 if number + 1 < len(starts) else None
        while waiting and (waiting[0][0] <= starts[number] or (middle is not None and waiting[0][0] < middle)):
            moved = moved or (waiting[0][0] != starts[number] and number > 0)
            key = waiting.pop(0)[1]
        if not bar.is_irregular:
            placed.append(_bar(bar.metre, key))
        else:
            placed.append(replace(bar, key=key))
    if moved:
        notice.append("a key signature within a bar is put at its nearest start")
    return tuple(placed)
