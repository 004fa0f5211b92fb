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
        for index, (reach, is_implicit) in enumerate(self._reaches()):
            key, metre = keys.get(index, key), metres.get(index, metre)
            length = self._length(reach, metre, is_implicit=is_implicit)
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

    def _reaches(self) -> list[tuple[int, bool]]:
        """How far the longest content of each measure reaches, in ticks, and whether a part calls it implicit."""
        found = [(0, False)] * max((len(part.lengths) for part in self._parts), default=0)
        for part in self._parts:
            for index, (reach, is_implicit) in enumerate(zip(part.lengths, part.implicit, strict=True)):
                most, was_implicit = found[index]
                if reach > most or is_implicit:
                    found[index] = max(most, reach), was_implicit or is_implicit
        return found

    def _length(self, reach: int, metre: Metre, *, is_implicit: bool) -> Fraction:
        """The length of a bar: its metre's, or that of its longest content where this differs."""
        if not reach or reach * metre.value == 4 * metre.count * self.resolution:
            return metre.length
        content = Fraction(reach, self.resolution)
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
        now: dict[int, Key] = {}
        said: Counter[Key] = Counter()
        found: dict[int, Key] = {}
        changes = [(measure, place, key) for place, part in enumerate(pitched) for measure, key in part.keys]
        changes.sort(key=lambda change: change[:2])
        for measure, place, key in changes:
            said[now.get(place, key)] -= 1
            said[key] += 1 + (place not in now)
            now[place] = key
            most = max(said.values())
            found[measure] = now[0] if 0 in now and said[now[0]] == most else max(said, key=said.__getitem__)
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
