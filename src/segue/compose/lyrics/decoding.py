"""One line under its constraints: several tries drawn from a writer, in which length and rhyme hold at every item.

A writer that writes backward draws the item that rhymes first, among those that rhyme and are short enough; every item
after it must fit into what is left, so the line always comes out. A forward writer may not draw what would leave less
than the shortest rhyming item needs; its last item is drawn among those that rhyme and fill the line. As the items hold
words of one syllable, no line is ever stuck. Strong beats, tones, theme and repetition move the probabilities; they
never make a line impossible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.compose.lyrics.frame import LineFrame
from segue.compose.lyrics.lexicon import Lexicon
from segue.compose.lyrics.writer import Lines, LineSession
from segue.errors import InputError

_POLY, _MONO, _FALSE = 3.0, 0.6, 1.0  # nats: stress of a long word, of a short one, a weak syllable on a strong beat
_TONE = 6.0  # nats against a tone that the form does not have
_SAME = 4.0  # nats against an item that the line has already

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Asked:
    """What one line is drawn under: its frame, the items that may end it, those that may stand in it, nats added to
    each item (theme, repetition), and how much stress on strong beats counts (1: as measured best; 0: nothing)."""

    line: LineFrame
    last: Flags
    inside: Flags
    bias: NDArray[np.float32]
    stress: float = 1.0


@dataclass(frozen=True)
class Try:
    """A line that keeps its length and rhyme: its items in reading order, the sum of their log-probabilities (nats) and
    that sum with what was added for theme, stress and tones."""

    items: tuple[int, ...]
    nats: float
    worth: float


def draw_tries(
    lines: Lines,
    lexicon: Lexicon,
    asked: Asked,
    tries: int,
    temperature: float,
    rng: np.random.Generator,
    *,
    backward: bool,
) -> list[Try]:
    """Draw so many lines; InputError where no item can end the line."""
    shortest = int(lexicon.sizes[asked.last].min(initial=99))
    if shortest > asked.line.length:
        raise InputError(f"no word of at most {asked.line.length} syllables can end the line as asked")
    session = lines.begin(asked.line, tries)
    rows = [_Row(asked, lexicon, shortest, backward) for _ in range(tries)]
    while waiting := [number for number, row in enumerate(rows) if row.left]:
        _step(session, rows, waiting, temperature, rng)
    return [Try(row.reading(), row.nats, row.worth) for row in rows]


def _step(
    session: LineSession, rows: Sequence[_Row], waiting: Sequence[int], temperature: float, rng: np.random.Generator
) -> None:
    legal = np.stack([rows[number].legal() for number in waiting])
    bias = np.stack([rows[number].bias() for number in waiting])
    drawn, nats = session.draw(waiting, legal, bias, temperature, rng)
    for number, item, cost, added in zip(waiting, drawn, nats, bias, strict=True):
        rows[number].take(int(item), float(cost), float(added[item]))


class _Row:
    """One try: what it holds, and how many syllables are left."""

    def __init__(self, asked: Asked, lexicon: Lexicon, shortest: int, backward: bool) -> None:
        self.asked, self.lexicon, self.shortest, self.backward = asked, lexicon, shortest, backward
        self.left = asked.line.length
        self.items: list[int] = []
        self.nats = self.worth = 0.0

    def reading(self) -> tuple[int, ...]:
        return tuple(reversed(self.items)) if self.backward else tuple(self.items)

    def legal(self) -> Flags:
        sizes = self.lexicon.sizes
        if self.backward:
            may = self.asked.last if not self.items else self.asked.inside
            found: Flags = may & (sizes <= self.left)
        else:
            found = self.asked.inside & (sizes <= self.left - self.shortest) | self.asked.last & (sizes == self.left)
        return found

    def take(self, item: int, nats: float, added: float) -> None:
        self.items.append(item)
        self.left -= int(self.lexicon.sizes[item])
        self.nats, self.worth = self.nats + nats, self.worth + nats + added

    def bias(self) -> NDArray[np.float32]:
        found = self.asked.bias.copy()
        found[self.items] -= _SAME
        if self.asked.line.strong and self.asked.stress:
            found -= self.asked.stress * self._misplaced()
        if self.asked.line.tones:
            tone = self.asked.line.tones[self.left - 1 if self.backward else -self.left]
            wrong = ~self.lexicon.level if tone == "平" else ~self.lexicon.oblique if tone == "仄" else None
            if wrong is not None:
                found -= _TONE * wrong
        return found

    def _misplaced(self) -> NDArray[np.float32]:
        """What stress on the wrong beat costs each item, were it taken next."""
        lexicon, strong = self.lexicon, np.array(self.asked.line.strong, dtype=bool)
        cost = np.zeros(len(lexicon.sizes), dtype=np.float32)
        for size in range(1, min(self.left, lexicon.stresses.shape[1]) + 1):
            first = self.left - size if self.backward else len(strong) - self.left
            beats, of_size = strong[first : first + size], lexicon.sizes == size
            stresses = lexicon.stresses[of_size, :size]
            price = _MONO if size == 1 else _POLY
            cost[of_size] = price * (stresses & ~beats).sum(1) + _FALSE * (~stresses & beats).sum(1)
        return cost
