"""Every part of `PARTS`: its scores are a sum over the history, no song votes for itself, and it is saved whole."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions
from segue.recommend.parts import PARTS, Ease, Hint, Language, LowRank, Neighbours, Part, Popularity, Tags, Transitions
from segue.recommend.parts.operators import Dense, Sparse, largest
from tests.recommend.worlds import all_parts, checkerboard, two_poles

CATALOGUE, INTERACTIONS = checkerboard()
MADE = all_parts(CATALOGUE, INTERACTIONS)
each = pytest.mark.parametrize("part", MADE, ids=[part.name for part in MADE])
SONGS = np.array([4, 0, 7, 10])
WEIGHTS = np.array([0.4, 0.3, -0.1, 0.2], np.float32)


def test_every_class_is_made_here() -> None:
    assert {type(part) for part in MADE} == set(PARTS)
    assert len({part.kind for part in PARTS}) == len(PARTS)


@each
@pytest.mark.parametrize("candidates", [None, np.array([3, 10, 2, 19])], ids=["all", "some"])
def test_contributions_and_base_add_up_to_scores(part: Part, candidates: np.ndarray | None) -> None:
    scores = part.scores(SONGS, WEIGHTS, candidates)
    pieces = part.contributions(SONGS, WEIGHTS, candidates)
    assert pieces.shape == (len(SONGS), len(scores))
    np.testing.assert_allclose(part.base(candidates) + pieces.sum(axis=0), scores, atol=2e-6)


@each
def test_some_candidates_score_as_among_all(part: Part) -> None:
    some = np.array([5, 1, 18, 4])
    np.testing.assert_allclose(part.scores(SONGS, WEIGHTS, some), part.scores(SONGS, WEIGHTS)[some], atol=1e-6)


@each
def test_a_hint_is_one_more_song(part: Part) -> None:
    hint = Hint("quiet jazz", two_poles()[0], ("jazz",))
    weights = np.append(WEIGHTS, np.float32(0.5))
    scores = part.scores(SONGS, weights, hint=hint)
    pieces = part.contributions(SONGS, weights, hint=hint)
    np.testing.assert_allclose(part.base() + pieces.sum(axis=0), scores, atol=2e-6)
    assert np.any(pieces[-1] != 0) == part.reads_text


@each
def test_no_song_votes_for_itself(part: Part) -> None:
    pieces = part.contributions(SONGS, WEIGHTS)
    assert (pieces[np.arange(len(SONGS)), SONGS] == 0).all()


@each
def test_an_empty_history_says_nothing(part: Part) -> None:
    none = np.empty(0, np.int64)
    np.testing.assert_array_equal(part.scores(none, np.empty(0, np.float32)), part.base())
    assert part.contributions(none, np.empty(0, np.float32)).shape == (0, len(CATALOGUE))


@each
def test_what_was_saved_scores_the_same(part: Part) -> None:
    again = type(part).from_arrays(part.name, {name: np.array(array) for name, array in part.arrays().items()})
    np.testing.assert_array_equal(again.scores(SONGS, WEIGHTS), part.scores(SONGS, WEIGHTS))
    assert (again.name, len(again)) == (part.name, len(part))


@each
def test_a_song_known_by_text_alone_leaves_the_others_as_they_were(part: Part) -> None:
    more = part.extended([Song("New", tags=("jazz",)), Song("Newer", tags=("metal",))], two_poles()[:2])
    assert len(more) == len(CATALOGUE) + 2
    scores = more.scores(SONGS, WEIGHTS)
    np.testing.assert_allclose(scores[:-2], part.scores(SONGS, WEIGHTS), atol=1e-6)
    assert (scores[-2] > scores[-1]) == part.reads_text


@pytest.mark.parametrize("part", MADE[1:], ids=[part.name for part in MADE[1:]])  # popularity is the same for everyone
def test_even_listeners_are_given_even_songs(part: Part) -> None:
    heard = np.array([0, 2, 4])
    scores = part.scores(heard, np.full(3, 1 / 3, np.float32))
    assert scores[6::2].mean() > scores[1::2].mean() + 1e-4


def test_neighbours_by_hand() -> None:
    world = Interactions.of([[0, 1], [0, 1], [0, 2]], 3)
    part = Neighbours.fit(Catalogue([Song(name) for name in "abc"]), world)
    expected = np.array([2 / np.sqrt(3 * 2), 1 / np.sqrt(3)])
    np.testing.assert_allclose(part.scores(np.array([0]), np.ones(1, np.float32))[1:], expected, rtol=1e-6)


def test_ease_is_ridge_regression_of_each_song_on_the_others() -> None:
    part = Ease.fit(CATALOGUE, INTERACTIONS, penalty=5.0, support=1)
    x = INTERACTIONS.matrix.toarray().astype(np.float64)
    others = [number for number in range(x.shape[1]) if number != 3]
    gram = x[:, others].T @ x[:, others] + 5.0 * np.eye(len(others))
    expected = np.linalg.solve(gram, x[:, others].T @ x[:, 3])
    got = part.rows(np.array(others), np.array([3]))[0, :, 0]
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_low_rank_of_full_rank_is_the_projection_on_the_rows() -> None:
    part = LowRank.fit(CATALOGUE, INTERACTIONS, rank=2)
    x = INTERACTIONS.matrix.toarray().astype(np.float64)
    scaled = x / np.sqrt(x.sum(1, keepdims=True)) / np.sqrt(np.maximum(x.sum(0), 1))
    vectors = np.linalg.svd(scaled)[2][:2]
    expected = (vectors.T @ vectors) / np.sqrt(np.maximum(x.sum(0), 1))[:, None]
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(part.rows(np.arange(20))[0], expected, atol=1e-5)


def test_transitions_follow_the_order() -> None:
    world = Interactions.of([[0, 1, 2], [0, 1, 3]], 4)
    part = Transitions.fit(Catalogue([Song(name) for name in "abcd"]), world, reach=1, shrink=0.0)
    after = part.scores(np.array([1]), np.ones(1, np.float32))
    np.testing.assert_allclose(after, [0, 0, 1 / np.sqrt(2), 1 / np.sqrt(2)], rtol=1e-6)


def test_tags_of_known_counts_by_hand() -> None:
    counts = sparse.csr_matrix(np.array([[3, 0], [1, 1], [0, 2]], np.float32))
    catalogue = Catalogue([Song(name) for name in "abc"])
    part = Tags.fit(catalogue, counts=counts, words=("jazz", "rock"))
    cosine = part.rows(np.array([0]))[0, 0]
    np.testing.assert_allclose(cosine, [0, 1 / np.sqrt(2), 0], atol=1e-6)
    np.testing.assert_allclose(part.sharpened(3).rows(np.array([0]))[0, 0], cosine**3, atol=1e-6)


def test_tags_weigh_by_rank_and_rarity() -> None:
    songs = [Song("a", tags=("jazz", "soul")), Song("b", tags=("soul", "jazz")), Song("c", tags=("folk",))]
    part = Tags.fit(Catalogue(songs))
    second = 1 / (1 + np.log(2))
    expected = 2 * second / (1 + second**2)
    assert part.rows(np.array([0]))[0, 0, 1] == pytest.approx(expected, abs=1e-6)


def test_shared_tags_are_named() -> None:
    part = Tags.fit(CATALOGUE, INTERACTIONS)
    shared = part.shared(np.array([0, 2]), np.array([0.5, 0.5], np.float32), 4)
    assert {word for word, amount in shared if amount > 0} == {"jazz", "soul"}
    assert sum(amount for _, amount in shared) == pytest.approx(
        float(part.scores(np.array([0, 2]), np.array([0.5, 0.5], np.float32))[4]), abs=1e-6
    )


def test_language_attention_by_hand() -> None:
    angle = np.array([0.0, 0.3, 1.2])
    part = Language(np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32), tau=4.0, scale=2.0, mean_scale=0.5)
    near, far = np.cos(0.3), np.cos(0.9)
    attention = np.exp(4 * near) * 0.5 / (np.exp(4 * near) * 0.5 + np.exp(4 * far) * 0.5)
    expected = 2 * (attention * near + (1 - attention) * far) + 0.5 * (near + far) / 2
    got = part.scores(np.array([0, 2]), np.array([0.5, 0.5], np.float32), np.array([1]))
    np.testing.assert_allclose(got, [expected], rtol=1e-5)


def test_a_disliked_song_pulls_down_what_is_near_it() -> None:
    part = Language(two_poles(), tau=8.0, scale=2.0, mean_scale=1.5)
    before = part.scores(np.array([0]), np.array([0.5], np.float32))
    after = part.scores(np.array([0, 1]), np.array([0.5, -0.5], np.float32))
    assert ((before - after)[3::2] > 1.0).all()


def test_recent_songs_count_twice_the_one_before() -> None:
    part = Neighbours.fit(CATALOGUE, INTERACTIONS).recent(1.0)
    np.testing.assert_allclose(part.loads(np.full(3, 1 / 3, np.float32))[0], [1 / 12, 1 / 6, 1 / 3], rtol=1e-6)


def test_dense_and_sparse_operators_are_one() -> None:
    matrix = MADE[1].rows(np.arange(20))[0]
    dense, thin = Dense(matrix), Sparse(sparse.csr_matrix(matrix))
    for candidates in (None, np.array([9, 2, 0, 17]), np.arange(4, 11), np.array([3]), np.empty(0, np.int64)):
        np.testing.assert_array_equal(dense.rows(SONGS, candidates), thin.rows(SONGS, candidates))
    np.testing.assert_allclose(dense.sums(SONGS, WEIGHTS), thin.sums(SONGS, WEIGHTS), atol=1e-6)


@each
def test_parts_of_many_songs_score_as_those_of_few(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    few = part.scores(SONGS, WEIGHTS)
    hint, weights = Hint("jazz", two_poles()[0], ("jazz",)), np.append(WEIGHTS, np.float32(0.5))
    few_hinted = part.scores(SONGS, weights, hint=hint)
    monkeypatch.setattr("segue.recommend.parts.tags.SQUARE", 10)
    monkeypatch.setattr("segue.recommend.parts.part.BLOCK", 6)
    np.testing.assert_allclose(part.scores(SONGS, WEIGHTS), few, atol=1e-6)
    np.testing.assert_allclose(part.scores(SONGS, weights, hint=hint), few_hinted, atol=1e-6)
    some = np.array([3, 10, 2, 19, 4, 0, 1])
    np.testing.assert_allclose(part.scores(SONGS, WEIGHTS, some), few[some], atol=1e-6)
    pieces = part.contributions(SONGS, WEIGHTS)
    np.testing.assert_allclose(part.base() + pieces.sum(axis=0), few, atol=2e-6)


def test_the_largest_of_each_row_are_kept() -> None:
    matrix = sparse.csr_matrix(np.array([[1.0, -5, 2], [0, 0, 3]]))
    np.testing.assert_array_equal(largest(matrix, 2).toarray(), [[0, -5, 2], [0, 0, 3]])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"tau 90\.0"):
        Language(two_poles(), tau=90.0)
    with pytest.raises(InputError, match="penalty 0"):
        Ease.fit(CATALOGUE, INTERACTIONS, penalty=0.0)
    with pytest.raises(InputError, match="1 new songs need vectors"):
        Language(two_poles()).extended([Song("New")], None)
    with pytest.raises(InputError, match="fade 0"):
        MADE[1].recent(0.0)  # type: ignore[attr-defined]


def test_popularity_is_monotone() -> None:
    values = Popularity.fit(CATALOGUE, INTERACTIONS).scores(SONGS, WEIGHTS)
    np.testing.assert_allclose(np.expm1(values), INTERACTIONS.popularity, rtol=1e-5)
