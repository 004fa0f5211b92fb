"""N-grams: small worlds counted by hand, probabilities that sum to one, both smoothings as their papers have them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from benchmarks.ngram import ORDERS, SMOOTHINGS, Counts, NGram, Smoothing, adapted, choose
from hypothesis import given
from hypothesis import strategies as st

from segue.errors import InputError

sequences = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=12), min_size=1, max_size=8)


def test_witten_bell_of_a_small_world() -> None:
    # a b a b a: after a comes b twice; one type. Below: 5 tokens, 2 types, then 1 / 3 for each of three.
    model = NGram(Counts.of([[0, 1, 0, 1, 0]], 3), 2, "witten-bell")
    below = [(3 + 2 / 3) / 7, (2 + 2 / 3) / 7, (0 + 2 / 3) / 7]
    assert model.probabilities([0, 0])[1] == pytest.approx([(0 + below[0]) / 3, (2 + below[1]) / 3, (0 + below[2]) / 3])


def test_kneser_ney_of_a_small_world() -> None:
    # a b a c, from "# a": pairs #a, ab, ba, ac each once, so d = 4 / (4 + 2 * 1) by n1 = 4 and n2 = 0, taken as 1.
    # Shorter contexts count left neighbours: a has two (#, b), b one, c one; there n1 = 2, n2 = 1, d = 2 / 4.
    model = NGram(Counts.of([[0, 1, 0, 2]], 3, longest=2), 2, "kneser-ney")
    below = [(2 - 0.5 + 1.5 / 3) / 4, (1 - 0.5 + 1.5 / 3) / 4, (1 - 0.5 + 1.5 / 3) / 4]
    d = 4 / 6
    assert model.probabilities([0, 0])[1] == pytest.approx(
        [(0 + 2 * d * below[0]) / 2, (1 - d + 2 * d * below[1]) / 2, (1 - d + 2 * d * below[2]) / 2]
    )


def plain(train: list[list[int]], order: int, sequence: list[int], place: int, d: list[float]) -> list[float]:
    """Kneser-Ney by its definition, in dictionaries; `d` are the discounts of contexts of 0, 1 ... tokens."""
    counts: list[defaultdict[tuple[int, ...], Counter[int]]] = [defaultdict(Counter) for _ in range(order)]
    for one in train:
        padded = [-1] * (order - 1) + one
        for at in range(order - 1, len(padded)):
            counts[-1][tuple(padded[at - order + 1 : at])][padded[at]] += 1
    for level in range(order - 2, -1, -1):
        for context, after in counts[level + 1].items():
            for token in after:
                counts[level][context[1:]][token] += 1
    history = ([-1] * (order - 1) + sequence)[place : place + order - 1]
    p = [1 / 5] * 5
    for level in range(order):
        seen = counts[level].get(tuple(history[order - 1 - level :]))
        if seen is None:
            break
        total = sum(seen.values())
        p = [
            (max(seen[token] - d[level], 0) + sum(min(one, d[level]) for one in seen.values()) * p[token]) / total
            for token in range(5)
        ]
    return p


@given(sequences, st.integers(1, 4), st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_kneser_ney_is_its_definition(train: list[list[int]], order: int, asked: list[int]) -> None:
    counts = Counts.of(train, 5, longest=order)
    model = NGram(counts, order, "kneser-ney")
    d = []
    for place, level in enumerate(counts.levels):
        said = level.counts if place == order - 1 else level.continuations
        n1, n2 = (max(int((said == count).sum()), 1) for count in (1, 2))
        d.append(n1 / (n1 + 2 * n2))
    found = model.probabilities(asked)
    for place in range(len(asked)):
        assert found[place] == pytest.approx(plain(train, order, asked, place, d))


@given(sequences, sequences, st.sampled_from(ORDERS), st.sampled_from(SMOOTHINGS))
def test_probabilities_sum_to_one_and_nats_are_theirs(
    train: list[list[int]], asked: list[list[int]], order: int, smoothing: Smoothing
) -> None:
    model = NGram(Counts.of(train, 5), order, smoothing)
    for sequence, nats in zip(asked, model.nats(asked), strict=True):
        p = model.probabilities(sequence)
        assert p.min() > 0
        assert p.sum(1) == pytest.approx(np.ones(len(sequence)))
        assert nats == pytest.approx(-np.log(p[np.arange(len(sequence)), sequence]))


def test_a_longer_context_tells_what_a_shorter_one_cannot() -> None:
    # 0 0 1 1 over and over: after one token nothing is known, after two everything is
    train = [[0, 0, 1, 1] * 50]
    counts = Counts.of(train, 2, longest=4)
    short, long = (NGram(counts, order, "witten-bell").nats(train)[0][8:].mean() for order in (2, 3))
    assert short == pytest.approx(math.log(2), abs=0.02)
    assert long < 0.05
    assert choose(counts, train, orders=(2, 3)).order == 3


def test_an_adapted_ngram_learns_what_the_sequence_repeats() -> None:
    # trained on 0 1 2 without order, then asked for 0 1 2 2 over and over
    model = NGram(Counts.of([[0, 1, 2, 1, 0, 2, 2, 0, 1]], 3, longest=1), 1, "witten-bell")
    found = adapted(model, [0, 1, 2, 2] * 8)
    assert found.sum(1) == pytest.approx(np.ones(32))
    assert found[-1, 2] > 0.99 and found[:3] == pytest.approx(model.probabilities([0, 1, 2]))
    # at place 4, after 2: once came a 2 of one type, so (1 + p) / 2; after 2 2 nothing yet
    p = model.probabilities([0])[0]
    assert found[4] == pytest.approx([p[0] / 2, p[1] / 2, (1 + p[2]) / 2])


def test_what_was_not_counted_is_an_error() -> None:
    counts = Counts.of([[0, 1]], 2, longest=3)
    with pytest.raises(InputError, match="order 4: 1 to 3 were counted"):
        NGram(counts, 4, "kneser-ney")
    with pytest.raises(InputError, match="tokens from 0 to 7: 0 to 1 are accepted"):
        Counts.of([[0, 7]], 2)
    with pytest.raises(InputError, match="no tokens to count"):
        Counts.of([[]], 2)
