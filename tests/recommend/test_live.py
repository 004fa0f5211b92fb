"""What a listener does in the store shows in the next answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from segue.errors import InputError, NotFoundError
from segue.listens.leanings import Leaning
from segue.listens.listen import Feedback, Listen, Tally, Verdict
from segue.listens.song import Song
from segue.listens.sql import open_store
from segue.listens.store import Heard
from segue.recommend.catalogue import Catalogue
from segue.recommend.live import LiveHistories, Pulls, history_of, knowing
from segue.recommend.recommender import Recommender
from tests.recommend.worlds import small_recommender, two_pole_encoder

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SONGS = Catalogue([Song("Nina Simone"), Song("Radiohead", "Creep"), Song("Björk", "Jóga"), Song("Abba")])


def heard(
    artist: str, title: str = "", plays: int = 1, skips: int = 0, days: float | None = 0, verdict: Verdict | None = None
) -> Heard:
    return Heard(1, Song(artist, title), plays, skips, None if days is None else NOW - timedelta(days=days), verdict)


def test_weights_by_hand() -> None:
    pulls = Pulls(half_life=730)
    assert pulls.weight(7, 1, 730, None) == pytest.approx(0.824, abs=5e-4)
    assert pulls.weight(7, 1, 730, "like") == pytest.approx(4.824, abs=5e-4)
    assert pulls.weight(7, 1, 730, "hide") == pytest.approx(0.824, abs=5e-4)
    assert pulls.weight(100, 0, 0, "dislike") == -4.0
    assert pulls.weight(0, 3, 0, None) == pytest.approx(-np.log(4))
    assert pulls.weight(5, 5, 0, None) == 0.0
    assert pulls.weight(0, 0, 0, "like") == 4.0
    with pytest.raises(InputError, match="half_life above 0"):
        Pulls(half_life=0)


def test_a_history_lies_oldest_first_and_adds_up_to_one() -> None:
    history = history_of([heard("Radiohead", "Creep", 3), heard("Abba", plays=3, days=730)], SONGS)
    np.testing.assert_array_equal(history.songs, [3, 1])
    np.testing.assert_allclose(history.weights, [1 / 3, 2 / 3], rtol=1e-6)


def test_songs_without_an_entry_count_for_their_artist() -> None:
    rows = [heard("nina SIMONE", "Sinnerman", 2), heard("Nina Simone", "Feeling Good", 1), heard("Nobody", "Nothing")]
    history = history_of(rows, SONGS)
    np.testing.assert_array_equal(history.songs, [0])


def test_a_disliked_song_bars_itself_but_not_its_artist() -> None:
    whole = history_of([heard("Nina Simone", verdict="dislike")], SONGS)
    assert (whole.barred, whole.weights[0] < 0) == (frozenset({0}), True)
    one_song = history_of([heard("Nina Simone", "Sinnerman", verdict="dislike")], SONGS)
    assert (one_song.barred, one_song.weights[0] < 0) == (frozenset(), True)
    hidden = history_of([heard("Abba", verdict="hide")], SONGS)
    assert (hidden.barred, hidden.weights[0] > 0) == (frozenset({3}), True)


def test_a_clock_in_the_future_makes_nothing_else_old() -> None:
    rows = [heard("Abba", days=-36500), heard("Nina Simone", days=0)]
    np.testing.assert_allclose(history_of(rows, SONGS).weights, [0.5, 0.5], rtol=1e-6)


def test_the_weakest_of_a_long_history_are_known_only() -> None:
    rows = [heard("Abba", plays=9), heard("Nina Simone", plays=1), heard("Radiohead", "Creep", 1, 1)]
    history = history_of(rows, SONGS, Pulls(longest=1))
    np.testing.assert_array_equal(history.songs, [3])
    assert history.silent == {0, 1}
    assert set(history.known.tolist()) == {0, 1, 3}


def test_a_thumb_changes_the_next_answer(tmp_path: Path) -> None:
    store = open_store(tmp_path / "segue.db")
    store.add([Tally("ann", Song(f"Artist {number}"), 5) for number in (0, 4, 8)])
    model = small_recommender(encode=two_pole_encoder)
    live = model.with_histories(LiveHistories(store, model.catalogue))
    first = live.recommend("ann", 5)
    assert all(suggestion.number % 2 == 0 for suggestion in first)
    odd = min(suggestion.rank for suggestion in live.recommend("ann", 20) if suggestion.number % 2)

    disliked = first[0].song
    store.add([Feedback("ann", disliked, "dislike", NOW)])
    second = live.recommend("ann", 20)
    assert disliked not in [suggestion.song for suggestion in second]

    store.add([Feedback("ann", Song("Artist 3"), "like", NOW)])
    third = live.recommend("ann", 20)
    assert min(suggestion.rank for suggestion in third if suggestion.number % 2) < odd

    store.add([Listen("ann", Song("Artist 5"), NOW)])
    assert 5 not in [suggestion.number for suggestion in live.recommend("ann", 20)]
    store.close()


def test_an_unknown_listener_is_refused_with_the_nearest(tmp_path: Path) -> None:
    store = open_store(tmp_path / "segue.db")
    store.add([Tally("annika", Song("Abba"), 1)])
    live = small_recommender().with_histories(LiveHistories(store, small_recommender().catalogue))
    with pytest.raises(NotFoundError, match='did you mean "annika"'):
        live.recommend("anika")
    store.close()


def test_a_history_the_model_does_not_know_is_read_by_its_text() -> None:
    model = small_recommender(encode=two_pole_encoder)  # it knows artists
    rows = [heard("The jazz stranger feat. Abba", f"Tune {number}", plays=number) for number in range(1, 4)]
    rows.append(heard("Loud stranger", "Noise"))
    assert not len(history_of(rows, model.catalogue))

    made = knowing(model, rows, most=1)
    assert made.catalogue.songs[len(model.catalogue) :] == (Song("The jazz stranger"),)
    history = history_of(rows, made.catalogue, fitted=len(model.catalogue))
    assert history.songs.tolist() == [len(model.catalogue)]
    found = made.recommend(history, 5)
    assert all(suggestion.number % 2 == 0 for suggestion in found), "even songs are jazz; what was heard is left out"
    bare = small_recommender()
    assert knowing(bare, rows) is bare, "a model without an encoder is returned as it is"


def test_what_is_known_by_its_text_alone_counts_a_quarter() -> None:
    rows = [heard("Abba"), heard("Nina Simone")]
    np.testing.assert_allclose(sorted(history_of(rows, SONGS, fitted=3).weights), [0.2, 0.8], rtol=1e-6)


def test_a_model_of_songs_reads_songs() -> None:
    parts = [part for part in small_recommender().parts if not part.reads_text]
    songs = Catalogue([Song(f"Artist {number}", "Title") for number in range(20)])
    model = Recommender(
        songs, parts, small_recommender().fusion.only([part.name for part in parts]), encode=lambda _: None
    )
    made = knowing(model, [heard("Stranger", "Tune")])
    assert made.catalogue.songs[20:] == (Song("Stranger", "Tune"),)


def test_a_listener_sets_how_fast_plays_fade_and_what_there_is_to_be_less_of(tmp_path: Path) -> None:
    rows = [heard("Radiohead", "Creep", 3), heard("Abba", plays=3, days=30)]
    fast = history_of(rows, SONGS, Pulls().leaning(Leaning(30)))
    np.testing.assert_allclose(fast.weights, [1 / 3, 2 / 3], rtol=1e-6)
    less = history_of(rows, SONGS, Pulls(half_life=1e9).leaning(Leaning(1e4, (" radioHEAD ",))))
    np.testing.assert_allclose(less.weights, [10 / 11, 1 / 11], rtol=1e-2)
    tagged = Heard(1, Song("Abba", tags=("Pop",)), 3, 0, NOW, None)
    assert history_of([tagged, rows[0]], SONGS, Pulls().leaning(Leaning(less=("pop",)))).weights[1] < 0.1
    with open_store(tmp_path / "segue.db") as store:
        store.add([Listen("ann", Song("Nina Simone"), NOW), Listen("ann", Song("Abba"), NOW - timedelta(days=365))])
        live = LiveHistories(store, SONGS)
        assert live("ann").weights[0] > 0.4
        store.leanings.set("ann", Leaning(36.5))
        assert live("ann").weights[0] < 0.01


def test_what_pushes_away_is_not_lessened() -> None:
    rows = [heard("Abba", plays=0, skips=3), heard("Nina Simone", plays=3)]
    less = history_of(rows, SONGS, Pulls().leaning(Leaning(less=("abba",))))
    np.testing.assert_allclose(sorted(less.weights), [-0.5, 0.5], rtol=1e-6)
