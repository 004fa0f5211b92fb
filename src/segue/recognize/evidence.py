"""Which parts of an item speak for a style: by taking them away (occlusion), held against taking others away.

The drop of a part is how far the style's probability falls without it (Zeiler and Fergus, ECCV 2014). Whether what is
named matters is tested by deletion: without the named parts the probability must fall more than without as many parts
taken at random (after Samek et al., IEEE Transactions on Neural Networks and Learning Systems 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segue.recognize.front import Front, T, Teller
from segue.recognize.guess import Because

MOST_PARTS = 64  # taken away one by one; of more, neighbours go together
NAMED = 3  # parts that are named


@dataclass(frozen=True, slots=True)
class Deletion:
    """How far the probability of the likeliest style falls without the named parts, and without random ones."""

    named: float
    random: float


def because(front: Front[T], head: Teller, item: T, style: int, count: int = NAMED) -> tuple[Because, ...]:
    """Return the parts that speak most for a style (by its number), those by which its probability falls most."""
    names, groups = front.parts(item), _groups(len(front.parts(item)))
    if len(groups) < 2:
        return ()
    shown = [item, *(front.without(item, group) for group in groups)]
    shares = head.probabilities(front.vectors(shown))[:, style]
    drops = shares[0] - shares[1:]
    order = sorted(range(len(groups)), key=lambda place: (-drops[place], place))[:count]
    return tuple(
        Because(_named(names, groups[place]), float(drops[place]), groups[place][0])
        for place in order
        if drops[place] > 0
    )


def deletion(
    front: Front[T], head: Teller, item: T, rng: np.random.Generator, count: int = NAMED, rounds: int = 5
) -> Deletion | None:
    """Take away the parts that are named, and as many at random several times; None for an item of too few parts."""
    groups = _groups(len(front.parts(item)))
    if len(groups) <= count:
        return None
    style = int(head.probabilities(front.vectors([item]))[0].argmax())
    named = [one.place for one in because(front, head, item, style, count)]
    if not named:
        return None
    taken = [group for group in groups if group[0] in named]
    drawn = [rng.choice(len(groups), len(taken), replace=False) for _ in range(rounds)]
    shown = [item, front.without(item, {place for group in taken for place in group})]
    shown += [front.without(item, {place for number in one for place in groups[number]}) for one in drawn]
    shares = head.probabilities(front.vectors(shown))[:, style]
    return Deletion(float(shares[0] - shares[1]), float(shares[0] - shares[2:].mean()))


def _groups(count: int) -> list[range]:
    """Neighbouring parts, together where there are many."""
    step = -(-count // MOST_PARTS) or 1
    return [range(first, min(first + step, count)) for first in range(0, count, step)]


def _named(names: Sequence[str], group: range) -> str:
    return names[group[0]] if len(group) == 1 else f"{names[group[0]]} to {names[group[-1]]}"
