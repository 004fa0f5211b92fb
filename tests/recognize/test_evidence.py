"""Evidence on a world where it is known which parts matter: an item is numbers, its style what they add up to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from segue.recognize.answering import answered
from segue.recognize.evidence import MOST_PARTS, because, deleted, deletion, heat_of, jointly, parts_of, without
from segue.recognize.head import Floats, Head
from segue.recognize.thinning import thinned

Item = tuple[float, ...]


@dataclass(frozen=True)
class Sums:
    """Items are numbers, a part is one of them, and the vector is their sum."""

    kind: str = "sums"

    def vectors(self, items: Sequence[Item]) -> Floats:
        return np.array([[sum(item)] for item in items], np.float32)

    def parts(self, item: Item) -> Sequence[str]:
        return [f"number {place}" for place in range(len(item))]

    def without(self, item: Item, parts: Collection[int]) -> Item:
        return tuple(0.0 if place in parts else one for place, one in enumerate(item))


HIGH = Head(  # "high" has the probability sigmoid(sum)
    ("low", "high"),
    centre=np.zeros(1, np.float32),
    scale=np.ones(1, np.float32),
    weights=np.array([[0], [1]], np.float32),
    bias=np.zeros(2, np.float32),
)


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def test_the_one_part_that_matters_is_named() -> None:
    (found,) = because(Sums(), HIGH, (0.0, 0.0, 2.0, 0.0), 1)
    assert (found.what, found.place) == ("number 2", 2)
    assert found.drop == pytest.approx(_sigmoid(2) - _sigmoid(0))


def test_the_strongest_comes_first_and_what_speaks_against_is_not_named() -> None:
    found = because(Sums(), HIGH, (0.5, -3.0, 1.0, 2.0, 0.25), 1, count=2)
    assert [one.place for one in found] == [3, 2]
    assert [one.place for one in because(Sums(), HIGH, (0.5, -3.0, 1.0), 0)] == [1]


def test_an_item_of_one_part_has_no_evidence() -> None:
    assert because(Sums(), HIGH, (2.0,), 1) == ()
    assert because(Sums(), HIGH, (), 1) == ()


def test_many_parts_go_together() -> None:
    item = [0.0] * (2 * MOST_PARTS)
    item[10] = item[11] = 1.0
    (found,) = because(Sums(), HIGH, tuple(item), 1)
    assert (found.what, found.place) == ("number 10 to number 11", 10)
    assert found.drop == pytest.approx(_sigmoid(2) - _sigmoid(0))


def test_parts_beyond_full_groups_are_taken_away_too() -> None:
    item = [0.0] * (MOST_PARTS + 1)
    item[-1] = 2.0
    (found,) = because(Sums(), HIGH, tuple(item), 1)
    assert found.what == f"number {MOST_PARTS}"


def test_the_heat_has_every_part_and_what_speaks_against_is_below_zero() -> None:
    item = (0.5, -3.0, 1.0, 2.0)
    heat = heat_of(Sums(), HIGH, item)
    assert heat.shares[1] == pytest.approx(_sigmoid(0.5))
    drops = [_sigmoid(0.5) - _sigmoid(0.5 - one) for one in item]
    assert [one.drop for one in heat.of(1)] == pytest.approx(drops)
    assert [one.drop for one in heat.of(0)] == pytest.approx([-one for one in drops])
    assert [one.place for one in heat.of(1)] == [0, 1, 2, 3] and heat.of(1)[1].drop < 0
    assert heat_of(Sums(), HIGH, (2.0,)).of(1) == ()


def test_named_parts_are_taken_away_at_once_and_their_drops_are_not_added_up() -> None:
    item = (1.0, 1.0, 1.0, 1.0, 0.0)
    high, low = answered(Sums(), HIGH, item).guesses
    assert high.style == "high" and high.without == pytest.approx(_sigmoid(1.0))
    assert len(high.because) == 3
    assert high.probability - high.without > 2 * sum(one.drop for one in high.because)
    assert low.because == () and low.without is None


def test_an_answer_has_the_heat_of_its_first_guess_and_none_where_it_is_not_explained() -> None:
    item = (0.0, -2.0, 0.5)
    answer = answered(Sums(), HIGH, item)
    assert answer.guesses[0].style == "low" and answer.heat == heat_of(Sums(), HIGH, item).of(0)
    plain = answered(Sums(), HIGH, item, is_explained=False)
    assert plain.heat == () and [one.because for one in plain.guesses] == [(), ()]
    assert [one.probability for one in plain.guesses] == pytest.approx([one.probability for one in answer.guesses])


def test_deletion_tells_what_is_named_from_what_is_not() -> None:
    item = (0.0,) * 9 + (2.0,)
    found = deletion(Sums(), HIGH, item, np.random.default_rng(0), rounds=2000)
    assert found is not None
    whole = _sigmoid(2) - _sigmoid(0)
    assert found.named == pytest.approx(whole)
    assert found.random == pytest.approx(whole / 10, rel=0.2)  # one part of ten is drawn, as one is named


def test_deletion_where_all_parts_are_alike() -> None:
    found = deletion(Sums(), HIGH, (0.25,) * 8, np.random.default_rng(0))
    assert found is not None
    assert found.named == pytest.approx(found.random) == pytest.approx(_sigmoid(2.0) - _sigmoid(1.25))


def test_equal_seeds_draw_equal_parts() -> None:
    item = tuple(np.linspace(-1, 2, 12))
    drawn = [deletion(Sums(), HIGH, item, np.random.default_rng(seed)) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_too_few_parts_cannot_be_tested() -> None:
    assert deletion(Sums(), HIGH, (1.0, 1.0, 1.0), np.random.default_rng(0), count=3) is None
    assert deletion(Sums(), HIGH, (0.0,) * 5, np.random.default_rng(0)) is None


def test_thinned_items_lack_a_few_parts_and_never_most() -> None:
    items = [(1.0,) * 10, (1.0,) * 3, (1.0,), ()]
    many = [thinned(Sums(), items, 3, seed) for seed in range(60)]
    assert {sum(one == 0 for one in row[0]) for row in many} == {1, 2, 3}
    assert {sum(one == 0 for one in row[1]) for row in many} == {1}
    assert all(row[2:] == items[2:] for row in many)
    assert {row[0].index(0) for row in many} >= {0, 1, 2}
    assert thinned(Sums(), items, 3, 5) == thinned(Sums(), items, 3, 5)


# ---- parts that matter together


@dataclass(frozen=True)
class Most(Sums):
    """As `Sums`, with the largest number for the sum: what two parts say alike is gone only without both."""

    def vectors(self, items: Sequence[Item]) -> Floats:
        return np.array([[max(item)] for item in items], np.float32)


def test_parts_that_say_the_same_are_named_together_though_neither_matters_alone() -> None:
    item = (2.0, 0.5, 2.0, 0.5)
    assert because(Most(), HIGH, item, 1) == ()
    heat = heat_of(Most(), HIGH, item)
    assert jointly(Most(), HIGH, item, heat, 1, count=1) == ()
    found = jointly(Most(), HIGH, item, heat, 1, count=2)
    assert [one.place for one in found] == [0, 2]
    left = without(Most(), HIGH, item, [parts_of(found)])[0, 1]
    assert heat.shares[1] - sum(one.drop for one in found) == pytest.approx(left) == pytest.approx(_sigmoid(0.5))


def test_the_parts_named_together_are_never_worse_than_the_strongest_alone() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        item = tuple(rng.normal(size=8).tolist())
        heat = heat_of(Sums(), HIGH, item)
        joint, alone = (parts_of(one) for one in (jointly(Sums(), HIGH, item, heat, 1), heat.because(1)))
        left = without(Sums(), HIGH, item, [joint, alone])[:, 1]
        assert left[0] <= left[1] + 1e-12
    assert jointly(Sums(), HIGH, (2.0,), heat_of(Sums(), HIGH, (2.0,)), 1) == ()


def test_random_parts_may_be_as_large_as_the_named_ones() -> None:
    """The named part is large; drawn from all alike, a small one would be taken away in its stead half of the time."""
    item, sizes = (3.0, 0.1, 0.1, 0.1, 1.0, 2.0), [9, 1, 1, 1, 9, 9]
    named = heat_of(Sums(), HIGH, item).because(1, 1)
    found = [deleted(Sums(), HIGH, item, named, np.random.default_rng(seed), sizes=sizes) for seed in range(5)]
    least = _sigmoid(sum(item)) - _sigmoid(sum(item) - 1.0)
    assert all(one is not None and one.named >= one.random >= least - 1e-9 for one in found)
    assert deleted(Sums(), HIGH, item, (), np.random.default_rng(0)) is None
