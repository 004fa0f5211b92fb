"""Which parts of an item speak for a style: by taking them away (occlusion), held against taking others away.

The drop of a part is how far the style's probability falls without it (Zeiler and Fergus, ECCV 2014). Whether what is
named matters is tested by deletion: without the named parts the probability must fall more than without as many parts
taken at random (after Samek et al., IEEE Transactions on Neural Networks and Learning Systems 2017). Drops do not add
up: what is said of several parts together is measured by taking all of them away at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segue.recognize.calibration import Doubles
from segue.recognize.front import Front, T, Teller
from segue.recognize.guess import Because

MOST_PARTS = 64  # taken away one by one; of more, neighbours go together
NAMED = 3  # parts that are named
_DRAWN = 10  # sets of random parts of which the one is taken that is as large as what is named


@dataclass(frozen=True, eq=False)
class Heat:
    """How much each part matters: `shares` (styles) are the probabilities of the whole item, `drops` (groups, styles)
    how far each falls without one group of neighbouring parts; `names` are those of the groups."""

    groups: tuple[range, ...]
    names: tuple[str, ...]
    shares: Doubles
    drops: Doubles

    def of(self, style: int) -> tuple[Because, ...]:
        """Return every group in its order with its drop of a style (by its number); `place` is its first part."""
        columns = zip(self.names, self.drops[:, style], self.groups, strict=True)
        return tuple(Because(name, float(drop), group[0], len(group)) for name, drop, group in columns)

    def because(self, style: int, count: int = NAMED) -> tuple[Because, ...]:
        """Return the groups that speak most for a style, the strongest first; never those that speak against it."""
        order = sorted(self.of(style), key=lambda one: (-one.drop, one.place))[:count]
        return tuple(one for one in order if one.drop > 0)


@dataclass(frozen=True, slots=True)
class Deletion:
    """How far the probability of the likeliest style falls without the named parts, and without random ones."""

    named: float
    random: float


def heat_of(front: Front[T], head: Teller, item: T) -> Heat:
    """Take each part of an item away, one after the other; an item of one part or none has no drops."""
    names = front.parts(item)
    groups = _groups(len(names))
    if len(groups) < 2:
        groups = []
    shares = head.probabilities(front.vectors([item, *(front.without(item, group) for group in groups)]))
    return Heat(tuple(groups), tuple(_named(names, group) for group in groups), shares[0], shares[0] - shares[1:])


def parts_of(named: Sequence[Because]) -> set[int]:
    """Return the numbers of all parts that are named."""
    return {part for one in named for part in range(one.place, one.place + one.count)}


def without(front: Front[T], head: Teller, item: T, taken: Sequence[set[int]]) -> Doubles:
    """Return the probabilities (sets, styles) of an item without each set of parts, each set taken away at once."""
    return head.probabilities(front.vectors([front.without(item, parts) for parts in taken]))


def because(front: Front[T], head: Teller, item: T, style: int, count: int = NAMED) -> tuple[Because, ...]:
    """Return the parts that speak most for a style (by its number), those by which its probability falls most."""
    return heat_of(front, head, item).because(style, count)


def jointly(front: Front[T], head: Teller, item: T, heat: Heat, style: int, count: int = NAMED) -> tuple[Because, ...]:
    """Return the groups without which, all away at once, a style (by its number) is least probable, as far as a search
    one by one finds them; each drop is counted with those before it away already, so that they add up.

    Where what tells a style is in many parts, none of those that matter most alone may matter beside the others.
    """
    found: list[Because] = []
    left = [float(heat.shares[style])]
    for _ in range(min(count, len(heat.groups))):
        gone = parts_of(found)
        rest = [number for number, group in enumerate(heat.groups) if group[0] not in gone]
        shares = without(front, head, item, [gone | set(heat.groups[number]) for number in rest])[:, style]
        best = int(shares.argmin())
        group = heat.groups[rest[best]]
        found.append(Because(heat.names[rest[best]], left[-1] - float(shares[best]), group[0], len(group)))
        left.append(float(shares[best]))
    return tuple(found[: int(np.argmin(left))])


def deletion(
    front: Front[T], head: Teller, item: T, rng: np.random.Generator, count: int = NAMED, rounds: int = 5
) -> Deletion | None:
    """Take away the parts that are named, and as many at random several times; None for an item of too few parts."""
    if len(_groups(len(front.parts(item)))) <= count:
        return None
    heat = heat_of(front, head, item)
    return deleted(front, head, item, heat.because(int(heat.shares.argmax()), count), rng, rounds=rounds)


def deleted(
    front: Front[T],
    head: Teller,
    item: T,
    named: Sequence[Because],
    rng: np.random.Generator,
    *,
    sizes: Sequence[int] | None = None,
    rounds: int = 5,
) -> Deletion | None:
    """Take away parts that are named for the likeliest style, and as many groups at random several times; None where
    none are named.

    With `sizes` of all parts the random ones are about as large together as the named ones, the nearest of some draws.
    """
    if not named:
        return None
    groups = _groups(len(front.parts(item)))
    taken = [set[int](), parts_of(named)]
    for _ in range(rounds):
        drawn = [rng.choice(len(groups), len(named), replace=False) for _ in range(_DRAWN if sizes else 1)]
        found = [{part for number in one for part in groups[number]} for one in drawn]
        taken.append(min(found, key=lambda parts: abs(_size(parts, sizes) - _size(taken[1], sizes))))
    shares = without(front, head, item, taken)
    falls = shares[0].max() - shares[1:, shares[0].argmax()]
    return Deletion(float(falls[0]), float(falls[1:].mean()))


def _size(parts: set[int], sizes: Sequence[int] | None) -> int:
    return sum(sizes[part] for part in parts) if sizes else len(parts)


def _groups(count: int) -> list[range]:
    """Neighbouring parts, together where there are many."""
    step = -(-count // MOST_PARTS) or 1
    return [range(first, min(first + step, count)) for first in range(0, count, step)]


def _named(names: Sequence[str], group: range) -> str:
    return names[group[0]] if len(group) == 1 else f"{names[group[0]]} to {names[group[-1]]}"
