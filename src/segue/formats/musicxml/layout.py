"""Measures of all parts on one line of bars: their lengths, keys, metres and signs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from segue.formats.musicxml.signs import Signs
from segue.formats.musicxml.sounding import SLACK
from segue.formats.musicxml.walk import Walked
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Bar


class Line:
    """The bars of a score, and where they begin (and the last ends) in ticks, `resolution` to a quarter note."""

    def __init__(self, parts: Sequence[Walked], resolution: int) -> None:
        self._parts, self.resolution = parts, resolution
        self.lost: Counter[str] = Counter()
        self.bars, self.starts = self._bars()

    def time(self, measure: int, at: int) -> Fraction:
        """Return the time in quarter notes of ticks from a measure's start on."""
        return Fraction(self.starts[measure] + at, self.resolution)

    def _bars(self) -> tuple[tuple[Bar, ...], list[int]]:
        keys, metres, signs = self._keys(), self._metres(), self._signs()
        key, metre, bars, starts = Key(), Metre(), list[Bar](), [0]
        plain: Bar | None = None
        for index in range(max((len(part.lengths) for part in self._parts), default=0)):
            key, metre = keys.get(index, key), metres.get(index, metre)
            length = self._length(index, metre)
            sign = signs.get(index)
            if sign is not None:
                bar = Bar(metre, key, length, sign.repeats_from, sign.repeats_to, sign.ending, sign.section)
            elif plain and (plain.key, plain.metre, plain.length) == (key, metre, length):
                bar = plain  # the same object: scores are summed faster so
            else:
                bar = plain = Bar(metre, key, length)
            bars.append(bar)
            starts.append(starts[-1] + int(bar.length * self.resolution))
        return tuple(bars), starts

    def _length(self, index: int, metre: Metre) -> Fraction:
        """The length of a bar: its metre's, or that of its longest content where this differs."""
        reach = max((part.lengths[index] for part in self._parts if index < len(part.lengths)), default=0)
        content = Fraction(reach, self.resolution)
        if not reach or content == metre.length:
            return metre.length
        is_implicit = any(part.implicit[index] for part in self._parts if index < len(part.implicit))
        if not is_implicit and abs(content - metre.length) * SLACK < 1:
            self.lost["measures rounded to their metre"] += 1
            return metre.length
        return content

    def _metres(self) -> dict[int, Metre]:
        found: dict[int, Metre] = {}
        for part in reversed(self._parts):
            found |= dict(part.metres)
        return found

    def _keys(self) -> dict[int, Key]:
        """The sounding key at each measure where it changes: that of most parts, of the first where they tie."""
        pitched = [part for part in self._parts if not part.is_unpitched] or self._parts
        now: list[Key | None] = [None] * len(pitched)
        found: dict[int, Key] = {}
        changes = [(measure, place, key) for place, part in enumerate(pitched) for measure, key in part.keys]
        changes.sort(key=lambda change: change[:2])
        for measure, place, key in changes:
            now[place] = key
            said = [each for each in now if each is not None]
            found[measure] = max(said, key=said.count)
        return found

    def _signs(self) -> dict[int, Signs]:
        found: dict[int, Signs] = {}
        for part in self._parts:
            for index, sign in part.signs.items():
                mine = found.setdefault(index, Signs())
                mine.repeats_from |= sign.repeats_from
                mine.repeats_to = max(mine.repeats_to, sign.repeats_to)
                mine.ending = mine.ending or sign.ending
                mine.section = mine.section or sign.section
        return {index: sign for index, sign in found.items() if sign != Signs()}
