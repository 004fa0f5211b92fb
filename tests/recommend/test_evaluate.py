"""Measuring systems: known rankers have known figures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from segue.errors import InputError
from segue.recommend.evaluate import Question, Standing, System, fit_heads, measure, questions, standard_scores
from segue.recommend.held_out import HeldOut, Pair, hold_out, ranks_of, strangers
from segue.recommend.interactions import Interactions
from segue.recommend.parts import Neighbours

from .worlds import checkerboard


@dataclass(frozen=True)
class Fixed:
    """Scores that no history changes."""

    values: NDArray[np.float32]

    def scores(self, songs: NDArray[np.int64], weights: NDArray[np.float32]) -> NDArray[np.float32]:  # noqa: ARG002
        return self.values


class Sides:
    """Scores the songs of the history's own side of the checkerboard 1, the others 0."""

    def scores(self, songs: NDArray[np.int64], weights: NDArray[np.float32]) -> NDArray[np.float32]:  # noqa: ARG002
        return (np.arange(20) % 2 == songs[0] % 2).astype(np.float32)


def stand(ranker: object, held: HeldOut) -> Standing:
    rankers, system = {"one": ranker}, System("one", ("one",))
    heads = fit_heads(rankers, [system], questions(held, "valid"))  # type: ignore[arg-type]
    ready = System("one", ("one",), heads["one"])
    return measure(rankers, [ready], questions(held, "test"), held.train.popularity)[0]  # type: ignore[arg-type]


def sides_apart() -> HeldOut:
    """The checkerboard, its pairs not heard all of the other side."""
    _, heard = checkerboard()
    held = hold_out(heard, [False] * 30, seed=0)

    def apart(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
        return tuple(
            pair if pair.label else Pair(pair.listener, (pair.listener + 1) % 2 + 2 * (pair.song // 2), False)
            for pair in pairs
        )

    return HeldOut(held.train, apart(held.valid), apart(held.test))


def test_a_ranker_that_knows_is_right_always() -> None:
    found = stand(Sides(), sides_apart())
    assert found.metrics["auc"].mean == 1.0 and found.metrics["auc"].error == 0.0
    assert found.metrics["f1"].mean == 1.0
    assert found.metrics["hr10"].mean == 1.0
    assert 0 < found.metrics["log_loss"].mean < 0.2


def test_a_ranker_that_knows_nothing_is_half_right() -> None:
    found = stand(Fixed(np.zeros(20, np.float32)), sides_apart())
    assert found.metrics["auc"].mean == 0.5
    assert found.metrics["log_loss"].mean == pytest.approx(math.log(2), abs=1e-3)


def test_figures_are_those_worked_by_hand() -> None:
    # song 9 is held out of 0 ... 9 after the history 0, 1; it scores third of those not known
    held = HeldOut(
        Interactions.of([[0, 1]], 10),
        (Pair(0, 2, True), Pair(0, 5, False)),
        (Pair(0, 9, True), Pair(0, 3, False), Pair(0, 4, False)),
    )
    values = np.array([9, 9, 9, 8, 1, 7, 0, 0, 0, 5], np.float32)
    found = stand(Fixed(values), held).means()
    assert found["auc"] == 0.5  # 9 beats 4 and not 3
    assert found["mrr"] == pytest.approx(1 / 3)
    assert found["ndcg10"] == pytest.approx(1 / math.log2(4))
    assert found["hr10"] == 1.0
    assert found["coverage"] == pytest.approx(7 / 10)  # all but the history, valid among it


def test_ranks_leave_out_history_and_other_targets_and_halve_ties() -> None:
    scores = np.array([5.0, 4.0, 3.0, 3.0, 2.0, 3.0])
    assert ranks_of(scores, [2, 4], np.array([0])).tolist() == [1 + 1, 3]  # 1 before, 3 and 5 tie
    assert ranks_of(scores, [], np.array([0])).tolist() == []


def test_standard_scores_have_mean_0_and_deviation_1() -> None:
    catalogue, heard = checkerboard()
    z = standard_scores([Neighbours.fit(catalogue, heard), Fixed(np.ones(20, np.float32))], np.array([0, 2]))
    assert z.shape == (20, 2) and abs(z[:, 0].mean()) < 1e-9 and z[:, 0].std() == pytest.approx(1)
    assert not z[:, 1].any()


def test_test_is_asked_with_the_valid_songs_in_the_history() -> None:
    _, heard = checkerboard()
    held = hold_out(heard, [False] * 30, seed=0)
    valid, test = questions(held, "valid"), questions(held, "test")
    assert isinstance(valid[0], Question)
    first = held.valid[0].listener
    own = [pair.song for pair in held.valid if pair.listener == first and pair.label]
    assert set(test[0].history) == set(valid[0].history) | set(own)
    assert not set(own) & set(valid[0].history)
    assert set(valid[0].known) == set(heard.sequences[first]) - set(own)
    assert len(questions(held, "test", most=7)) == 7
    with pytest.raises(InputError, match="none of valid, test"):
        questions(held, "train")


@pytest.mark.parametrize("is_timed", [True, False])
def test_holding_out_loses_nothing_and_repeats(is_timed: bool) -> None:
    rng = np.random.default_rng(0)
    heard = Interactions.of([rng.permutation(50)[: 3 + row].tolist() for row in range(30)], 50)
    held = hold_out(heard, [is_timed] * 30, seed=4)
    for listener, songs in enumerate(heard.sequences):
        parts = [
            [pair.song for pair in part if pair.listener == listener and pair.label] for part in (held.valid, held.test)
        ]
        train = held.train.sequences[listener].tolist()
        assert sorted(train + parts[0] + parts[1]) == sorted(songs.tolist())
        assert [song for song in songs.tolist() if song in train] == train  # order is kept
        if len(songs) < 5:
            assert parts == [[], []]
        elif is_timed:
            assert parts[1] == songs[-len(parts[1]) :].tolist()
        others = [pair.song for pair in (*held.valid, *held.test) if pair.listener == listener and not pair.label]
        assert len(others) == len(set(others)) and not set(others) & set(songs.tolist())
    again = hold_out(heard, [is_timed] * 30, seed=4)
    assert (again.valid, again.test) == (held.valid, held.test)


def test_strangers_are_drawn_of_large_and_of_nearly_exhausted_catalogues() -> None:
    rng = np.random.default_rng(0)
    assert sorted(strangers(np.arange(8), 10, 5, rng).tolist()) == [8, 9]
    many = strangers(np.arange(8), 10_000, 5, rng)
    assert len(set(many.tolist())) == 5 and many.min() >= 8


def test_nobody_to_hold_out_is_said() -> None:
    with pytest.raises(InputError, match="none of 2 listeners heard 5 songs"):
        hold_out(Interactions.of([[0, 1], [2]], 5), [False] * 2, seed=0)
