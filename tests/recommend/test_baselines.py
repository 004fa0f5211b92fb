"""The baselines on worlds whose right answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from segue.errors import InputError
from segue.recommend.als import Als, solve
from segue.recommend.baselines import BASELINES, SIMPLE, fit_baselines, fit_parts, simple_systems
from segue.recommend.held_out import HeldOut, Pair, hold_out
from segue.recommend.interactions import Interactions
from segue.recommend.sequence import RECIPE, SequenceNet, fit_sequence

from .worlds import checkerboard


def test_als_solves_the_normal_equation_of_the_weighted_squares() -> None:
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(6, 3)).astype(np.float32)
    heard = sparse.csr_matrix(np.array([[1, 0, 1, 0, 0, 1], [0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], np.float32))
    found = solve(heard, factors, alpha=7.0, penalty=0.5)
    for row in range(3):
        preference = heard[row].toarray()[0]
        confidence = np.diag(1 + 7.0 * preference)
        left = factors.T @ confidence @ factors + 0.5 * np.eye(3)
        np.testing.assert_allclose(found[row], np.linalg.solve(left, factors.T @ confidence @ preference), atol=1e-4)
    assert not found[2].any()


def test_als_lowers_its_loss_with_every_sweep() -> None:
    _, heard = checkerboard()
    dense = heard.matrix.toarray()

    def loss(model: Als) -> float:
        listeners = solve(heard.matrix, model.songs, model.alpha, model.penalty)
        gap = (1 + model.alpha * dense) * (dense - listeners @ model.songs.T) ** 2
        return float(gap.sum() + model.penalty * ((listeners**2).sum() + (model.songs**2).sum()))

    losses = [loss(Als.fit(heard, rank=4, penalty=1.0, sweeps=sweeps)) for sweeps in (1, 2, 4, 8)]
    assert losses == sorted(losses, reverse=True)


def test_als_refuses_what_makes_no_sense() -> None:
    with pytest.raises(InputError, match="rank 0"):
        Als.fit(checkerboard()[1], rank=0)


@pytest.mark.parametrize("name", [name for name in (*SIMPLE, *BASELINES) if name != "popularity"])
def test_even_listeners_are_given_even_songs(name: str, tmp_path: Path) -> None:
    catalogue, heard = checkerboard(listeners=60, songs=24)
    held = hold_out(heard, [False] * 60, seed=0)
    rankers = {part.name: part for part in fit_parts(catalogue, held.train, is_timed=False)}
    chosen = SIMPLE.get(name)
    fitted = [rankers[part] for part in chosen] if chosen else [BASELINES[name](held, tmp_path, 0)]
    for listener in range(6):
        history = held.train.sequences[listener]
        weights = np.full(len(history), 1 / len(history), np.float32)
        scores = sum(ranker.scores(history, weights) / 1 for ranker in fitted)
        unheard = np.setdiff1d(np.arange(24), history)
        own, others = (unheard[unheard % 2 == side] for side in (listener % 2, 1 - listener % 2))
        assert scores[own].min() > scores[others].max() or name in ("sequence", "EASE")
        assert scores[own].mean() > scores[others].mean()


def test_popularity_orders_by_listeners() -> None:
    catalogue, heard = checkerboard()
    part = fit_parts(catalogue, heard, is_timed=False)[0]
    scores = part.scores(np.array([3]), np.ones(1, np.float32))
    assert (np.diff(scores[np.argsort(heard.popularity, kind="stable")]) >= 0).all()


def test_what_follows_what_is_asked_only_of_histories_in_time() -> None:
    catalogue, heard = checkerboard()
    names = [part.name for part in fit_parts(catalogue, heard, is_timed=True)]
    assert {"transitions", "recent"} <= set(names) and len(set(names)) == len(names)
    untimed = [part.name for part in fit_parts(catalogue, heard, is_timed=False)]
    assert not {"transitions", "recent"} & set(untimed)


def test_every_simple_system_is_made_of_what_is_fitted(tmp_path: Path) -> None:
    catalogue, heard = checkerboard()
    held = hold_out(heard, [False] * 30, seed=0)
    rankers = {part.name for part in fit_parts(catalogue, held.train, is_timed=False)} | {
        *fit_baselines(held, tmp_path, 0)
    }
    assert all(set(system.rankers) <= rankers for system in simple_systems())


def test_the_sequence_model_learns_what_comes_next(tmp_path: Path) -> None:
    songs, rng = 15, np.random.default_rng(0)
    walks = [
        (start + np.arange(7)) % songs for start in rng.integers(0, songs, 60)
    ]  # each song is followed by the next
    train = Interactions(tuple(walk[:-1] for walk in walks), songs)
    held = HeldOut(train, tuple(Pair(row, int(walk[-1]), True) for row, walk in enumerate(walks)), ())
    net = fit_sequence(held, tmp_path, RECIPE.replace(batch_size=32, dropout=0.0))
    assert isinstance(net, SequenceNet)
    hits = [int(np.argmax(net.scores(walk[:4])) == walk[4]) for walk in walks]
    assert np.mean(hits) > 0.95
    assert not net.scores(np.empty(0, np.int64)).any()


def test_a_song_cannot_see_what_comes_after_it() -> None:
    import torch

    net = SequenceNet(10)
    net.eval()
    with torch.no_grad():
        one, other = net(torch.tensor([[1, 2, 3, 4]])), net(torch.tensor([[1, 2, 7, 8]]))
    torch.testing.assert_close(one[:, :2], other[:, :2])
    assert not torch.allclose(one[:, 2], other[:, 2])
