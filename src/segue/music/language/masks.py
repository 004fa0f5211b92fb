"""Sets of tokens as whole numbers, one bit a token: quick to join, to ask, and to turn into sorted tuples once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from segue.music.language import vocabulary as v

_TUPLES: dict[int, tuple[int, ...]] = {}


def bits(tokens: Iterable[int]) -> int:
    """Return the set of these tokens."""
    found = 0
    for token in tokens:
        found |= 1 << token
    return found


def as_tuple(mask: int) -> tuple[int, ...]:
    """Return a set's tokens, ascending; the same object for the same set, so that it can be a key of caches."""
    found = _TUPLES.get(mask)
    if found is None:
        found = _TUPLES[mask] = tuple(token for token in range(v.SIZE) if mask >> token & 1)
    return found


@lru_cache(maxsize=4096)
def notes(lowest: int, highest: int, ticks: int) -> int:
    """Note tokens with steps from `lowest` to `highest` that last at most `ticks`."""
    lengths = [place for place, length in enumerate(v.NOTE_TICKS) if length <= ticks]
    width = len(v.NOTE_TICKS)
    steps = range(max(lowest, v.LOWEST), min(highest, v.HIGHEST) + 1)
    return bits(v.NOTE.start + (step - v.LOWEST) * width + place for step in steps for place in lengths)


@lru_cache(maxsize=2048)
def rests(ticks: int) -> int:
    """Rests of at most `ticks`."""
    return bits(token for token in v.REST if v.TICKS_OF[token] <= ticks)


@lru_cache(maxsize=2048)
def holds(ticks: int) -> int:
    """Holds of at most `ticks`."""
    return bits(token for token in v.HOLD if v.TICKS_OF[token] <= ticks)


@lru_cache(maxsize=1024)
def drums(above: int) -> int:
    """Drums above a MIDI pitch."""
    return bits(v.DRUM.start + pitch - v.DRUMS.start for pitch in v.DRUMS if pitch > above)


def reach(token: int) -> int:
    """Return the last tick that a position token can say with `late` behind it, from the tick it names."""
    place = (token - v.AT.start) % len(v.GRID)
    return ((*v.GRID, v.TICKS)[place + 1] - v.GRID[place]) - 1


@lru_cache(maxsize=1 << 14)
def positions(before: int, stop: int) -> int:
    """Position tokens for a place after tick `before` and before tick `stop`, both counted from where `at:0` lies."""
    found = 0
    for token in v.AT:
        ticks = v.TICKS_OF[token]
        if ticks < stop and min(ticks + reach(token), stop - 1) > before:
            found |= 1 << token
    return found


@lru_cache(maxsize=1 << 14)
def lates(token: int, before: int, stop: int) -> int:
    """Delays after a position token that lead to a place after `before` and before `stop`."""
    ticks = v.TICKS_OF[token]
    return bits(v.LATE_BY.start + by - 1 for by in range(1, reach(token) + 1) if before < ticks + by < stop)


TASKS, SOURCES, STYLES, MODES = bits(v.TASK), bits(v.SOURCE), bits(v.STYLE), bits(v.MODE)
TONICS, METRES, TEMPOS, KINDS = bits(v.TONIC), bits(v.METRE), bits(v.TEMPO), bits(v.KIND)
INSTRUMENTS, REGISTERS, SECTIONS, ENDINGS = bits(v.INST), bits(v.REGISTER), bits(v.SECTION), bits(v.ENDING)
SIXTEENTHS = bits(token for token in v.HOLD if v.TICKS_OF[token] % (v.TICKS // 4) == 0)  # holds of so many of them
QUALITIES, BASSES, SYLLABLES = bits(v.QUALITY), bits(v.BASS), bits(v.SYLLABLE)
ROOTS, CHORD_STARTS = bits(v.ROOT), bits((*v.ROOT, v.NO_CHORD))
TRIADS = bits((v.QUALITY_OF[""], v.QUALITY_OF["m"]))
HEADER = (TASKS, SOURCES, STYLES, MODES, TONICS, METRES, TEMPOS)
