"""The index finds what sorting everything finds, and the retrieval finds what matters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend import index as index_module
from segue.recommend.catalogue import Catalogue
from segue.recommend.filters import Filters
from segue.recommend.fusion import Fusion
from segue.recommend.history import History
from segue.recommend.index import VectorIndex
from segue.recommend.interactions import Interactions
from segue.recommend.parts import Language, Neighbours, Popularity
from segue.recommend.recommender import Recommender


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 99), st.booleans())
def test_the_index_is_exact(rows: int, k: int, seed: int, is_masked: bool) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-3, 4, (rows, 4)).astype(np.float32)  # with many equal products
    mask = rng.random(rows) < 0.5 if is_masked else None
    query = rng.integers(-3, 4, 4).astype(np.float32)
    found, products = VectorIndex(vectors).search(query, k, mask)
    all_products = vectors @ query
    allowed = np.arange(rows) if mask is None else np.flatnonzero(mask)
    expected = np.sort(all_products[allowed])[::-1][:k]
    np.testing.assert_array_equal(products, expected)
    np.testing.assert_array_equal(all_products[found], expected)
    assert set(found.tolist()) <= set(allowed.tolist())


def test_the_index_is_exact_over_many_blocks() -> None:
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((3 * index_module.BLOCK + 17, 8), np.float32)
    query = rng.standard_normal(8, np.float32)
    found, _ = VectorIndex(vectors).search(query, 50)
    np.testing.assert_array_equal(found, np.argsort(-(vectors @ query), kind="stable")[:50])


def test_what_cannot_be_searched_is_refused() -> None:
    with pytest.raises(InputError, match=r"accepted: \(n, D\) float32"):
        VectorIndex(np.zeros((3, 2)))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"query of shape \(3,\)"):
        VectorIndex(np.zeros((3, 2), np.float32)).search(np.zeros(3, np.float32), 1)


@pytest.fixture(scope="module")
def large() -> Recommender:
    """25,000 songs in 50 groups, which listeners keep to and vectors tell apart; the year names the group."""
    rng = np.random.default_rng(0)
    count, groups = 25_000, 50
    catalogue = Catalogue([Song(f"Artist {number}", year=1950 + number % groups) for number in range(count)])
    group = np.arange(count) % groups
    heard = []
    for listener in range(1000):
        own = np.flatnonzero(group == listener % groups)
        heard.append(rng.choice(own, 30, replace=False).tolist())
    interactions = Interactions.of(heard, count)
    vectors = np.eye(groups, dtype=np.float32)[group] + 0.05 * rng.standard_normal((count, groups), np.float32)
    parts = [
        Popularity.fit(catalogue, interactions),
        Neighbours.fit(catalogue, interactions),
        Language(vectors, tau=10.0),
    ]
    fusion = Fusion(tuple(part.name for part in parts), (0.2, 0.5, 0.5), (0.1, 0.1, 0.1), -2.0)
    return Recommender(catalogue, parts, fusion)


def test_a_large_catalogue_answers_with_the_listeners_own_group(large: Recommender) -> None:
    history = History.of([7 + 50 * step for step in range(10)])
    found = large.recommend(history, 20)
    assert {suggestion.number % 50 for suggestion in found} == {7}
    assert not {suggestion.number for suggestion in found} & set(history.songs.tolist())


def test_candidates_hold_the_best_by_the_full_scores(large: Recommender) -> None:
    history = History.of([7 + 50 * step for step in range(10)])
    full = large.logits(history)
    full[history.songs] = -np.inf
    best = set(np.argsort(-full)[:20].tolist())
    found = {suggestion.number for suggestion in large.recommend(history, 20)}
    assert len(best & found) >= 19


def test_reasons_of_a_large_catalogue_add_up_and_filters_hold(large: Recommender) -> None:
    history = History.of([7, 57, 107])
    found = large.recommend(history, 5, filters=Filters(year_from=1960, year_to=1960))
    assert {suggestion.song.year for suggestion in found} == {1960}
    for suggestion in found:
        assert sum(reason.logit for reason in suggestion.reasons) == pytest.approx(suggestion.logit, abs=1e-4)
    assert found[0].without(Song("Artist 7"), Song("Artist 57")) >= 1
    assert len(large.recommend(None, 5)) == 5
