"""How styles are measured: groups stay on one side, fifths cover everything once, figures by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from benchmarks.style_groups import TURNS, Told, joined, loosely, plain, split, told

from segue.recognize.head import Head

GROUPS = [f"hand {number % 60}" for number in range(600)]


def test_groups_stay_on_one_side() -> None:
    parts = split(GROUPS, 0)
    sides = [{GROUPS[place] for place in part} for part in (parts.train, parts.valid, parts.test)]
    assert sum(map(len, sides)) == 60 == len(set.union(*sides))
    assert [len(parts.train), len(parts.valid), len(parts.test)] == [390, 90, 120]


def test_fifths_in_turn_cover_everything_once() -> None:
    sizes = np.random.default_rng(3).integers(1, 30, 80)
    groups = [f"hand {number}" for number, size in enumerate(sizes) for _ in range(size)]
    turns = [split(groups, 1, turn) for turn in range(TURNS)]
    assert Counter(int(place) for parts in turns for place in parts.test) == Counter(range(len(groups)))
    for parts in turns:
        assert not {groups[place] for place in parts.test} & {groups[place] for place in [*parts.train, *parts.valid]}


def test_shuffles_differ_by_the_seed_alone() -> None:
    assert np.array_equal(split(GROUPS, 2).test, split(GROUPS, 2).test)
    assert not np.array_equal(split(GROUPS, 2).test, split(GROUPS, 3).test)


def test_a_loose_split_parts_what_belongs_together() -> None:
    parts = loosely(600, 0)
    assert {GROUPS[place] for place in parts.test} & {GROUPS[place] for place in parts.train}


def test_songs_are_joined_by_title_and_by_hand() -> None:
    titles = ["one", "two", "two", "three", "four", "one"]
    people = ["a", "a", "b", "c", "", ""]
    groups = joined(titles, people)
    assert groups[0] == groups[1] == groups[2] == groups[5]  # a wrote one and two, b wrote two as well
    assert len({groups[0], groups[3], groups[4]}) == 3


def test_titles_by_their_letters() -> None:
    assert plain("The Way You Look Tonight (live)") == plain("way you look tonight")
    assert plain("Déjà vu") == "dejavu"
    assert plain("(...)") == "(...)"


def test_figures_by_hand() -> None:
    head = Head(
        ("jazz", "pop"),
        centre=np.zeros(1, np.float32),
        scale=np.ones(1, np.float32),
        weights=np.array([[0], [1]], np.float32),
        bias=np.zeros(2, np.float32),
        threshold=0.7,
    )
    vectors = np.array([[2.0], [-2.0], [2.0], [0.1]], np.float32)  # pop, jazz, pop, pop but hardly
    found = told(head, vectors, ["pop", "jazz", "jazz", "pop"])
    assert found.right.tolist() == [True, True, False, True]
    assert found.given.tolist() == [True, True, True, False]
    assert found.f1 == pytest.approx((2 * 1 / 3 + 2 * 2 / 5) / 2)
    figures = Told.pooled([found, found]).figures("x", "ece_x")
    assert (figures["x_acc"], figures["x_given"]) == (0.75, 0.75)
    assert figures["x_given_wrong"] == pytest.approx(1 / 3)
    sure = 1 / (1 + np.exp(-2))
    timid = 1 / (1 + np.exp(-0.1))
    assert figures["ece_x"] == pytest.approx(0.75 * abs(sure - 2 / 3) + 0.25 * (1 - timid), abs=1e-6)
