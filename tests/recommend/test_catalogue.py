"""Songs are found by name, and known by text."""

from __future__ import annotations

import numpy as np
import pytest

from segue.errors import InputError, NotFoundError
from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue, song_text
from segue.recommend.history import History
from segue.recommend.interactions import Interactions

SONGS = Catalogue(
    [
        Song("Nina Simone"),
        Song("Radiohead", "Creep", year=1992, tags=("Rock", "90s")),
        Song("Radiohead", "Karma Police", tags=("rock",)),
    ]
)


def test_a_song_is_found_by_itself_else_by_its_artist() -> None:
    assert SONGS.find("RADIOHEAD", "creep") == 1
    assert SONGS.find("Nina Simone", "Sinnerman") == 0
    assert SONGS.find("Radiohead", "Lucky") is None


def test_guests_do_not_hide_an_artist() -> None:
    catalogue = Catalogue([Song("Carly Rae Jepsen"), Song("Simply feat. Red")])
    assert catalogue.find("Carly Rae Jepsen feat. Rufus Wainwright", "The Loneliest Time") == 0
    assert catalogue.find("carly rae jepsen (ft. Someone)") == 0
    assert catalogue.find("Simply feat. Red") == 1
    assert catalogue.find("Rufus Wainwright feat. Nobody") is None


def test_names_stand_for_songs() -> None:
    assert SONGS.named("nina simone").tolist() == [0]
    assert SONGS.named("Radiohead").tolist() == [1, 2]
    assert SONGS.named("Radiohead - Karma Police").tolist() == [2]
    assert SONGS.named("Radiohead – Creep").tolist() == [1]
    with pytest.raises(NotFoundError, match='did you mean "Nina Simone"'):
        SONGS.named("Nina Simon")


def test_facts_lie_in_the_order_of_songs() -> None:
    assert SONGS.artists.tolist() == [0, 1, 1]
    assert SONGS.years.tolist() == [0, 1992, 0]
    assert SONGS.tags["rock"].tolist() == [1, 2]


def test_the_text_of_a_song() -> None:
    assert song_text(Song("A", "B", "C", 1970, tuple("abcdefghij"))) == "A – B, from C (1970): a, b, c, d, e, f, g, h"
    assert SONGS.text(0) == "Nina Simone"


def test_new_songs_come_behind() -> None:
    more = SONGS.extended([Song("Björk")])
    assert [str(song) for song in more][-1] == "Björk"
    with pytest.raises(InputError, match="in the catalogue already, as number 1"):
        SONGS.extended([Song("radiohead", "CREEP")])


def test_histories_without_songs() -> None:
    history = History.of([0, 1, 2], [2, -1, 1], barred=[1])
    np.testing.assert_allclose(history.weights, [0.5, -0.25, 0.25])
    rest = history.without(frozenset({1}))
    np.testing.assert_allclose(rest.weights, [2 / 3, 1 / 3])
    assert rest.barred == frozenset()
    with pytest.raises(InputError, match="not a finite number"):
        History.of([0], [float("nan")])


def test_interactions_by_hand() -> None:
    world = Interactions.of([[0, 2], [2], []], 3)
    assert world.matrix.toarray().tolist() == [[1, 0, 1], [0, 0, 1], [0, 0, 0]]
    assert world.popularity.tolist() == [1, 0, 2]
    assert Interactions.of([], 3).matrix.shape == (0, 3)
