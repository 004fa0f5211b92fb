"""The head for the first places finds the part that ranks, and parts are told from rows of any kind."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from segue.errors import InputError
from segue.recommend.history import weights_by_age
from segue.recommend.parts import Ease, Neighbours
from segue.recommend.ranking import fit_ranking, stand_out

from .worlds import checkerboard


def world(listeners: int = 200, songs: int = 150) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of a part that knows the target well, one of noise, and one that has it the wrong way round."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((3, listeners, songs)).astype(np.float32)
    targets = rng.integers(songs, size=listeners)
    z[0, np.arange(listeners), targets] += 3
    z[2, np.arange(listeners), targets] -= 3
    known = rng.random((listeners, songs)) < 0.1
    known[np.arange(listeners), targets] = False
    return z, targets, known


def test_the_part_that_ranks_has_nearly_all_the_weight() -> None:
    z, targets, known = world()
    head = fit_ranking(("right", "noise", "wrong"), z, targets, known, most=20)
    assert sum(head.linear) == pytest.approx(1, abs=1e-5)
    assert head.linear[0] > 0.8
    assert head.linear[2] < 0.05
    assert head.log == (0.0, 0.0, 0.0)


def test_the_same_seed_gives_the_same_head() -> None:
    z, targets, known = world()
    heads = [fit_ranking(("a", "b", "c"), z, targets, known, most=20, seed=seed) for seed in (1, 1)]
    assert heads[0] == heads[1]


def test_songs_known_do_not_count() -> None:
    z, targets, known = world()
    changed = np.where(known, 100, z).astype(np.float32)
    assert fit_ranking(("a", "b", "c"), changed, targets, known) == fit_ranking(("a", "b", "c"), z, targets, known)


def test_scores_that_do_not_fit_are_refused() -> None:
    z, targets, known = world()
    with pytest.raises(InputError, match="2 parts with scores"):
        fit_ranking(("a", "b"), z, targets, known)


def test_the_20_best_of_what_is_left_stand_out_by_1() -> None:
    raw = np.arange(100.0, dtype=np.float32)[None, :]
    known = np.zeros((1, 100), bool)
    known[0, 90:] = True
    z = stand_out(raw, known)
    left = z[0, :90]
    assert left.mean() == pytest.approx(0, abs=1e-6)
    assert left[-20:].mean() == pytest.approx(1)
    np.testing.assert_array_equal(stand_out(np.full((1, 100), 0.3, np.float32), known), np.zeros((1, 100)))
    with pytest.raises(InputError, match="all but 20 songs"):
        stand_out(raw, np.arange(100)[None, :] >= 20)


def test_rows_below_the_listeners_count_as_more_listeners() -> None:
    catalogue, heard = checkerboard()
    twice = sparse.csr_matrix(sparse.vstack([heard.matrix, heard.matrix]))
    once, again = Ease.fit(catalogue, heard, penalty=50, support=0), Ease.of_rows(twice, penalty=100, support=0)
    np.testing.assert_allclose(once.planes()[0], again.planes()[0], atol=1e-5)
    side = sparse.csr_matrix(np.eye(heard.songs, dtype=np.float32)[:1] + np.eye(heard.songs, dtype=np.float32)[1:2])
    told = Ease.of_rows(sparse.csr_matrix(sparse.vstack([heard.matrix, 10 * side])), penalty=50, support=0)
    assert told.planes()[0][0, 1] > once.planes()[0][0, 1] + 0.1, "songs 0 and 1 share a row"


def test_neighbours_of_scaled_rows_by_hand() -> None:
    rows = sparse.csr_matrix(np.array([[1, 1, 0], [0, 0.5, 0.5]], np.float32))
    cosine = 1 / np.sqrt(1 * 1.25)
    np.testing.assert_allclose(
        Neighbours.of_rows(rows).planes()[0],
        [[0, cosine, 0], [cosine, 0, 0.25 / np.sqrt(1.25 * 0.25)], [0, 0.25 / np.sqrt(1.25 * 0.25), 0]],
        rtol=1e-6,
    )


def test_weights_by_age() -> None:
    weights = weights_by_age(np.array([2, 1, 1, 0]), 0.5, 0.2)
    np.testing.assert_allclose(weights, [0.4, 0.6, 0.6, 1.0])
    with pytest.raises(InputError, match="keep 2"):
        weights_by_age(np.array([0]), 2.0)
    with pytest.raises(InputError, match="an age of -1"):
        weights_by_age(np.array([-1]), 0.5)
