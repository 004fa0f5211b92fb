"""What the recommender promises, on worlds whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from segue.errors import InputError, NotFoundError, UnavailableError
from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue
from segue.recommend.filters import Filters
from segue.recommend.fusion import Fusion
from segue.recommend.history import History
from segue.recommend.parts import Popularity
from segue.recommend.path import walk
from segue.recommend.recommender import Recommender
from segue.recommend.scorer import LISTENERS
from tests.recommend.worlds import all_parts, checkerboard, plain_fusion, small_recommender, two_pole_encoder

MODEL = small_recommender(encode=two_pole_encoder)
EVEN = History.of([0, 4, 8])


def numbers(suggestions: tuple[object, ...]) -> list[int]:
    return [suggestion.number for suggestion in suggestions]  # type: ignore[attr-defined]


def test_an_even_listener_is_given_the_even_songs_not_heard_first() -> None:
    found = numbers(MODEL.recommend(EVEN, 7))
    assert sorted(found) == [2, 6, 10, 12, 14, 16, 18]


def test_scores_are_probabilities_best_first() -> None:
    found = MODEL.recommend(EVEN, 20)
    scores = [suggestion.score for suggestion in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
    assert found[0].score == pytest.approx(float(expit(found[0].logit)))
    assert [suggestion.rank for suggestion in found] == list(range(1, len(found) + 1))


histories = st.builds(
    lambda songs, weights, barred: History.of(songs, weights[: len(songs)], barred),
    st.lists(st.integers(0, 19), unique=True, max_size=12),
    st.lists(st.floats(-3, 3), min_size=12, max_size=12),
    st.sets(st.integers(0, 19), max_size=5),
)


@settings(max_examples=60, deadline=None)
@given(histories, st.integers(1, 25), st.sampled_from([0.0, 0.5]))
def test_nothing_heard_or_barred_is_ever_recommended(history: History, n: int, diversity: float) -> None:
    found = numbers(MODEL.recommend(history, n, diversity=diversity))
    assert not set(found) & (set(history.songs.tolist()) | history.barred)
    assert len(found) == len(set(found)) == min(n, 20 - len(set(history.songs.tolist()) | history.barred))


@settings(max_examples=30, deadline=None)
@given(histories)
def test_scores_are_numbers_whatever_the_history(history: History) -> None:
    assert np.isfinite(MODEL.logits(history)).all()


def test_heard_songs_come_when_asked_for_but_never_the_barred() -> None:
    history = History.of([0, 4, 8], barred=[4])
    found = numbers(MODEL.recommend(history, 20, known=True))
    assert {0, 8} <= set(found)
    assert 4 not in found


def test_songs_heard_without_weight_are_known_too() -> None:
    history = History(EVEN.songs, EVEN.weights, silent=frozenset({2}))
    assert 2 not in numbers(MODEL.recommend(history, 20))


def test_many_at_once_are_answered_as_one_by_one() -> None:
    listeners = [EVEN, History.of([1, 3]), None]
    together = MODEL.recommend_all(listeners, 5)
    for listener, answer in zip(listeners, together, strict=True):
        alone = MODEL.recommend(listener, 5)
        assert [(s.number, s.logit) for s in answer] == [(s.number, s.logit) for s in alone]


@pytest.mark.parametrize("is_whole", [True, False])
def test_warm_answers_as_cold(*, is_whole: bool) -> None:
    warm = small_recommender(encode=two_pole_encoder).warm(is_whole=is_whole)
    for history in (EVEN, History.of([3, 4], [1.0, -0.5]), None):
        np.testing.assert_allclose(warm.logits(history), MODEL.logits(history), atol=1e-5)
    by_words = [model.recommend(EVEN, 5, text="quiet jazz") for model in (warm, MODEL)]
    assert numbers(by_words[0]) == numbers(by_words[1])


def test_what_a_listeners_songs_add_is_kept_for_fewer_of_them_and_of_few_listeners() -> None:
    warm = small_recommender(encode=two_pole_encoder).warm(is_whole=False)
    warm.logits(EVEN)
    (kept,) = warm.scorer._boards or ()
    fewer = History.of(EVEN.songs[:2], EVEN.weights[:2])
    np.testing.assert_allclose(warm.logits(fewer), MODEL.logits(fewer), atol=1e-5)
    assert warm.scorer._boards == (kept,)
    for song in range(LISTENERS + 2):
        warm.logits(History.of([song, 19 - song]))
    assert len(warm.scorer._boards or ()) == LISTENERS


def test_the_logit_is_the_fusion_of_standardised_parts() -> None:
    songs, weights = EVEN.songs, EVEN.weights
    raw = np.stack([part.scores(songs, weights) for part in MODEL.parts]).astype(np.float64)
    z = (raw - raw.mean(1, keepdims=True)) / raw.std(1, keepdims=True)
    np.testing.assert_allclose(MODEL.logits(EVEN), MODEL.fusion.logits(z.T), atol=1e-4)


def test_a_dislike_pushes_down_what_is_near_and_bars_the_song() -> None:
    before = MODEL.logits(History.of([0, 4, 1]))
    disliked = History.of([0, 4, 1], [1, 1, -1], barred=[1])
    after = MODEL.logits(disliked)
    assert (before - after)[3::2].min() > 0
    assert 1 not in numbers(MODEL.recommend(disliked, 20, known=True))


def test_nobody_is_given_what_most_people_hear() -> None:
    catalogue, interactions = checkerboard()
    found = numbers(MODEL.recommend(None, 20))
    popularity = interactions.popularity[found]
    assert (np.diff(popularity) <= 0).all()
    assert len(found) == len(catalogue)


def test_a_newcomer_names_artists() -> None:
    found = numbers(MODEL.recommend(like=["artist 3", "Artist 5"], n=5))
    assert all(number % 2 == 1 for number in found)
    assert not {3, 5} & set(found)


def test_named_artists_turn_a_history() -> None:
    before = MODEL.recommend(EVEN, 20)
    after = MODEL.recommend(EVEN, 20, like=["Artist 1"])
    odd = [[s.rank for s in answer if s.number % 2] for answer in (before, after)]
    assert sum(odd[1]) < sum(odd[0])


def test_an_unknown_artist_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match=r"Artsit 3.*did you mean \"Artist 3\""):
        MODEL.recommend(like=["Artsit 3"])


def test_a_sentence_is_a_taste() -> None:
    assert all(number % 2 == 0 for number in numbers(MODEL.recommend(text="something quiet for the evening", n=5)))
    assert all(number % 2 == 1 for number in numbers(MODEL.recommend(text="as LOUD as it gets", n=5)))


def test_tags_in_a_sentence_are_enough_without_an_encoder() -> None:
    model = small_recommender()
    assert all(number % 2 == 0 for number in numbers(model.recommend(text="some soul, please", n=5)))
    with pytest.raises(InputError, match="names no known tag"):
        model.recommend(text="quiet piano")


def test_filters() -> None:
    assert set(numbers(MODEL.recommend(None, 20, filters=Filters(year_from=1970, year_to=1972)))) == {10, 11, 12}
    assert set(numbers(MODEL.recommend(EVEN, 20, filters=Filters(tags=("Metal",))))) == set(range(1, 20, 2))
    assert set(numbers(MODEL.recommend(None, 20, filters=Filters(without_tags=("jazz",))))) == set(range(1, 20, 2))
    assert 3 not in numbers(MODEL.recommend(None, 20, filters=Filters(without_artists=("ARTIST 3",))))
    with pytest.raises(NotFoundError, match='did you mean "jazz"'):
        MODEL.recommend(None, filters=Filters(tags=("jaz",)))
    with pytest.raises(InputError, match="1990 to 1980"):
        Filters(year_from=1990, year_to=1980)


def test_artists_can_be_limited_or_must_be_new() -> None:
    songs = [Song(f"Artist {number // 3}", f"Song {number}") for number in range(9)]
    catalogue = Catalogue(songs)
    part = Popularity(np.arange(9, dtype=np.float32))
    model = Recommender(catalogue, [part], Fusion(("popularity",), (1.0,), (0.0,), 0.0))
    assert numbers(model.recommend(None, 5, filters=Filters(per_artist=1))) == [8, 5, 2]
    assert numbers(model.recommend(History.of([8]), 9, filters=Filters(new_artists=True))) == [5, 4, 3, 2, 1, 0]
    assert numbers(model.recommend(like=["Artist 1 - Song 4"], n=2)) == [8, 7]
    assert numbers(model.recommend(like=["Artist 2"], n=2)) == [5, 4]


def test_diversity_one_takes_turns_between_the_poles() -> None:
    plain = numbers(MODEL.recommend(EVEN, 6))
    mixed = numbers(MODEL.recommend(EVEN, 6, diversity=0.9))
    assert all(number % 2 == 0 for number in plain)
    assert plain[0] == mixed[0]
    assert sum(number % 2 for number in mixed) >= 2
    with pytest.raises(InputError, match=r"diversity 1\.5"):
        MODEL.recommend(EVEN, diversity=1.5)


def test_similar_songs_are_of_the_same_kind_and_not_the_song() -> None:
    found = numbers(MODEL.similar("Artist 2", 8))
    assert all(number % 2 == 0 for number in found)
    assert 2 not in found
    assert numbers(MODEL.similar(Song("Artist 2"), 8)) == found
    with pytest.raises(NotFoundError, match='did you mean "Artist 2"'):
        MODEL.similar(Song("Artist 2x"))


def test_a_path_walks_from_one_pole_to_the_other_without_repeats() -> None:
    path = MODEL.path("Artist 0", "Artist 1", 8)
    assert (path[0].artist, path[-1].artist) == ("Artist 0", "Artist 1")
    assert len(set(path)) == 8
    kinds = [int(song.artist.split()[1]) % 2 for song in path]
    assert kinds == sorted(kinds)
    with pytest.raises(InputError, match="path of 30 songs"):
        MODEL.path("Artist 0", "Artist 1", 30)


def test_a_new_song_is_recommended_by_its_text_alone_and_leaves_the_others() -> None:
    songs = [Song("Quiet newcomer", tags=("jazz", "soul")), Song("Loud newcomer", tags=("metal", "loud"))]
    more = MODEL.with_songs(songs)
    np.testing.assert_allclose(more.logits(EVEN)[:20], MODEL.logits(EVEN), atol=1e-5)
    ranks = {suggestion.song.artist: suggestion.rank for suggestion in more.recommend(EVEN, 22)}
    assert ranks["Quiet newcomer"] <= 9
    assert ranks["Quiet newcomer"] < ranks["Loud newcomer"]
    assert numbers(more.recommend(like=["Loud newcomer"], n=1))[0] % 2 == 1
    with pytest.raises(InputError, match="ARTIST 3 is in the catalogue already"):
        MODEL.with_songs([Song("ARTIST 3")])
    with pytest.raises(UnavailableError, match="text encoder"):
        small_recommender().with_songs(songs)


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(InputError, match="n 0 must be at least 1"):
        MODEL.recommend(EVEN, 0)
    with pytest.raises(InputError, match=r"songs 50 to 50; known are 0 to 19"):
        MODEL.recommend(History.of([50]))
    with pytest.raises(NotFoundError, match="listener 'ann' is not known"):
        MODEL.recommend("ann")
    with pytest.raises(InputError, match="names a song twice"):
        History.of([3, 3])


def test_parts_and_fusion_must_fit() -> None:
    catalogue, interactions = checkerboard()
    parts = all_parts(catalogue, interactions)
    with pytest.raises(InputError, match="for a fusion of"):
        Recommender(catalogue, parts[1:], plain_fusion(parts))
    with pytest.raises(InputError, match="3 songs, but parts of"):
        Recommender(Catalogue(catalogue.songs[:3]), parts, plain_fusion(parts))


def test_a_part_without_weight_changes_nothing() -> None:
    fusion = MODEL.fusion.silencing({"ease", "tags"})
    silent = Recommender(MODEL.catalogue, MODEL.parts, fusion)
    fewer = [part for part in MODEL.parts if part.name not in {"ease", "tags"}]
    without = Recommender(MODEL.catalogue, fewer, fusion.only([part.name for part in fewer]))
    np.testing.assert_allclose(silent.logits(EVEN), without.logits(EVEN), atol=1e-6)


def test_a_path_takes_an_artist_once_while_there_are_others() -> None:
    angles = np.array([0.0, 0.05, 0.1, 0.7, 0.8, 1.5])
    vectors = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    artists = np.array([0, 0, 0, 3, 4, 5])
    assert walk(vectors, artists, 0, 5, 4) == [0, 3, 4, 5]
    assert walk(vectors, artists, 0, 5, 6) == [0, 3, 4, 2, 1, 5], "then other songs of the artists used"
    with pytest.raises(InputError, match="a path of 7 songs among 6"):
        walk(vectors, artists, 0, 5, 7)
