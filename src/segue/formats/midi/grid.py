"""Bars, keys and tempos of a MIDI file, from its time, key and tempo events."""

from __future__ import annotations

from bisect import bisect_left
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
FINE = 16  # parts of a tick: every bar of Metre is a whole number of them
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
    found.setdefault(0, _metre(4, 4))
    return sorted(found.items(), key=itemgetter(0))


@lru_cache(maxsize=256)
def _metre(count: int, value: int) -> Metre:
    return Metre(count, value)


def keys_of(events: Iterable[Any], notice: list[str]) -> _Keys:
    """Return (tick, key) in time order; of several at one tick the most frequent (transposing parts have others)."""
    votes: dict[int, Counter[Key] | Key] = {}
    for event in events:
        tick, key = event.time, _key(event.key, event.tonality)
        if key is None:
            notice.append(f"a key signature of {event.key} sharps is left out; -7 to 7 are accepted")
        elif tick not in votes:
            votes[tick] = key
        elif votes[tick] is not key:
            before = votes[tick]
            counted = votes[tick] = before if isinstance(before, Counter) else Counter((before,))
            counted[key] += 1
    if not votes:
        return [(0, _C_MAJOR)]
    found: dict[int, Key] = {}
    for tick, voted in sorted(votes.items(), key=itemgetter(0)):
        if isinstance(voted, Counter):
            notice.append("parts differ in key signature; the most frequent one is kept")
            voted = voted.most_common(1)[0][0]
        found[tick] = voted
    return list(found.items())


_C_MAJOR = Key()


@lru_cache(maxsize=64)
def _key(fifths: int, tonality: int) -> Key | None:
    return Key.of_signature(fifths, "minor" if tonality == 1 else "major") if -7 <= fifths <= 7 else None


def tempos_of(events: Iterable[Any], resolution: int, notice: list[str]) -> tuple[Tempo, ...]:
    """Return the tempos, each once; one outside of what Tempo takes is left out."""
    found: dict[int, int] = {}
    for event in events:
        mspq = event.mspq
        if 30_000 <= mspq <= 60_000_000:
            found[event.time] = mspq
        else:
            notice.append(f"a tempo of {mspq} microseconds a quarter note is left out")
    kept: list[Tempo] = []
    before = 0
    for tick, mspq in sorted(found.items()):
        if mspq != before:
            kept.append(Tempo(quarters(tick, resolution), _bpm(mspq)))
        before = mspq
    return tuple(kept)


@lru_cache(maxsize=1024)
def _bpm(mspq: int) -> float:
    """The roundest tempo that MIDI says in so many microseconds: 461,538 is 130, not 130.0001."""
    exact = 60e6 / mspq
    return next((near for digits in range(4) if round(60e6 / (near := round(exact, digits))) == mspq), exact)


def bars_of(metres: _Metres, keys: _Keys, resolution: int, end: int, notice: list[str]) -> tuple[Bar, ...]:
    """Return bars that reach tick `end`: one that a new metre cuts short keeps its own metre and is irregular."""
    if len(metres) == 1 and len(keys) == 1:
        bar = _bar(metres[0][1], keys[0][1])
        return (bar,) * _count(end * FINE, _fine(bar, resolution))
    bars: list[Bar] = []
    starts: list[int] = []  # in parts of a tick
    for place, (tick, metre) in enumerate(metres):
        begin, bar = tick * FINE, _bar(metre, keys[0][1])
        size = _fine(bar, resolution)
        is_last = place + 1 == len(metres)
        until = end * FINE if is_last else metres[place + 1][0] * FINE
        if begin >= until and not (is_last and not bars):
            continue
        count = _count(until - begin, size, len(bars))
        bars.extend([bar] * count)
        starts.extend(range(begin, begin + count * size, size))
        if not is_last and (short := until - starts[-1]) != size:
            bars[-1] = replace(bar, length=Fraction(short, FINE * resolution))
    return _with_keys(bars, starts, keys, notice) if len(keys) > 1 else tuple(bars)


@lru_cache(maxsize=1024)
def _bar(metre: Metre, key: Key) -> Bar:
    return Bar(metre, key)


def _fine(bar: Bar, resolution: int) -> int:
    length = bar.metre.length
    return length.numerator * resolution * (FINE // length.denominator)


def _count(span: int, size: int, before: int = 0) -> int:
    """How many bars of a size fill a span: at least one."""
    count = max(1, -(-span // size))
    if before + count > BARS:
        raise FormatError(f"{before + count:,} bars; at most {BARS:,} are read")
    return count


def _with_keys(bars: list[Bar], starts: list[int], keys: _Keys, notice: list[str]) -> tuple[Bar, ...]:
    """Put each key on the bars from the one on that begins nearest to its tick."""
    first: dict[int, Key] = {}
    for tick, key in keys:
        at = tick * FINE
        place = bisect_left(starts, at)
        if place and (place == len(starts) or starts[place] - at > at - starts[place - 1]):
            place -= 1
        if place and starts[place] != at:
            notice.append("a key signature within a bar is put at its nearest start")
        first[place] = key
    changes = sorted(first)
    for place, begin in enumerate(changes):
        key, made = first[begin], dict[int, Bar]()  # bars of one metre are one object
        for number in range(begin, changes[place + 1] if place + 1 < len(changes) else len(bars)):
            bar = bars[number]
            if bar.key is not key:
                if id(bar) not in made:
                    made[id(bar)] = replace(bar, key=key)
                bars[number] = made[id(bar)]
    return tuple(bars)


@lru_cache(maxsize=1 << 14)
def quarters(tick: int, resolution: int) -> Fraction:
    """A time in quarter notes; most files share their times."""
    return Fraction(tick, resolution)
