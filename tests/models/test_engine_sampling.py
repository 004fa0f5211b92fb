"""Drawing from logits: known probabilities come out as often as they should, filters keep exactly what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from segue.errors import InputError
from segue.models.engine.sampling import Sampler, Sampling

CHANCES = np.array([0.5, 0.25, 0.15, 0.07, 0.03])
LEGAL = np.array([9, 2, 5, 7, 0])  # CHANCES belong to these, in this order
LOGITS = np.full(12, 50.0, np.float32)  # all others are more probable, and illegal
LOGITS[LEGAL] = np.log(CHANCES)


def shares(draws: int = 20_000, **settings: float) -> NDArray[np.float64]:
    """How often each of LEGAL was drawn."""
    sampler = Sampler(Sampling(seed=3, **settings))  # type: ignore[arg-type]
    tokens = [sampler.pick(LOGITS, LEGAL)[0] for _ in range(draws)]
    return np.array([tokens.count(int(token)) for token in LEGAL]) / draws


def assert_drawn_as(found: NDArray[np.float64], chances: NDArray[np.float64]) -> None:
    """Within five standard errors, and never what has no chance."""
    assert (np.abs(found - chances) <= 5 * np.sqrt(chances * (1 - chances) / 20_000)).all()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_come_as_often_as_their_probability(temperature: float) -> None:
    chances = CHANCES ** (1 / temperature)
    assert_drawn_as(shares(temperature=temperature), chances / chances.sum())


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.49, 1), (0.51, 2), (0.74, 2), (0.89, 3), (0.96, 4), (0.99, 5), (1e-9, 1)]
)
def test_top_p_keeps_the_fewest_that_reach_it(top_p: float, kept: int) -> None:
    chances = np.where(np.arange(5) < kept, CHANCES, 0)
    assert_drawn_as(shares(top_p=top_p), chances / chances.sum())


@pytest.mark.parametrize(("min_p", "kept"), [(0.05, 5), (0.1, 4), (0.2, 3), (0.6, 1), (1.0, 1)])
def test_min_p_drops_what_is_rare_beside_the_most_probable(min_p: float, kept: int) -> None:
    chances = np.where(np.arange(5) < kept, CHANCES, 0)
    assert_drawn_as(shares(min_p=min_p), chances / chances.sum())


def test_filters_follow_temperature_and_each_other() -> None:
    chances = np.sqrt(CHANCES) * (np.arange(5) < 4)  # .707 .5 .387 .265 .173: min_p .3 drops the last
    found = shares(temperature=2.0, min_p=0.3, top_p=0.8)  # .38 .65 .86 of what is left: three stay
    chances[3] = 0
    assert_drawn_as(found, chances / chances.sum())


def test_temperature_0_is_the_most_probable() -> None:
    assert shares(50, temperature=0).tolist() == [1, 0, 0, 0, 0]


def test_the_log_probability_is_the_models_own() -> None:
    for settings in ({}, {"temperature": 0.3}, {"temperature": 0}, {"top_p": 0.6}, {"min_p": 0.4}):
        sampler = Sampler(Sampling(**settings))
        for _ in range(20):
            token, logprob = sampler.pick(LOGITS, LEGAL)
            assert logprob == pytest.approx(math.log(CHANCES[LEGAL.tolist().index(token)]), abs=1e-5)


def test_seeds() -> None:
    def drawn(seed: int) -> list[int]:
        sampler = Sampler(Sampling(seed=seed))
        return [sampler.pick(LOGITS, LEGAL)[0] for _ in range(40)]

    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)


def test_logits_are_left_as_they_were_and_may_be_huge() -> None:
    logits = np.array([-1e30, 3e38, 0, -np.inf], np.float32)
    before = logits.copy()
    sampler = Sampler(Sampling(top_p=0.9))
    assert {sampler.pick(logits, np.arange(4))[0] for _ in range(20)} == {1}
    assert (logits == before).all()


def test_logits_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="not numbers; its weights are damaged"):
        Sampler(Sampling()).pick(np.array([0, np.nan, 1], np.float32), np.arange(3))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -1}, r"temperature -1 must be 0, or from 0\.01 to 100"),
        ({"temperature": math.nan}, "temperature nan must be 0, or from"),
        ({"temperature": 1e-9}, "temperature 1e-09 must be 0, or from"),
        ({"top_p": 0}, "top_p 0 must be above 0 and at most 1"),
        ({"top_p": 1.5}, r"top_p 1\.5 must be"),
        ({"min_p": -0.1}, r"min_p -0\.1 must be from 0 to 1"),
        ({"seed": -1}, "seed -1 must be 0 or above"),
    ],
)
def test_settings_are_checked(settings: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Sampling(**settings)  # type: ignore[arg-type]
