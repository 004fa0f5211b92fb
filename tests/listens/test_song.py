"""The nouns refuse what cannot be."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime

import pytest

from segue.errors import InputError
from segue.listens.listen import Feedback, Listen, Tally
from segue.listens.song import Song, fold

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
SONG = Song("Björk", "Jóga")


def test_a_song_is_known_by_its_folded_names() -> None:
    assert SONG.key == Song("  BJÖRK ", "Jo\u0301ga").key == ("björk", "jóga")
    assert hash(SONG) == hash(Song("björk", "jóga"))
    assert SONG.key != Song("Björk").key
    assert fold("ＲＥＤ  ß") == "red ss"
    assert (str(SONG), str(Song("Björk"))) == ("Björk – Jóga", "Björk")


def test_a_song_can_be_copied_and_sent() -> None:
    song = Song("Björk", "Jóga", "Homogenic", 1997, ("pop",), 305.0, {"isrc": "X"})
    assert copy.deepcopy(song) == pickle.loads(pickle.dumps(song)) == song


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"artist": " "}, "needs an artist"),
        ({"artist": "x" * 1001}, "has 1001 characters"),
        ({"title": "a\0"}, "title .* NUL"),
        ({"album": "\ud83d"}, "surrogate"),
        ({"tags": ("é\0",)}, "tag .* NUL"),
        ({"year": 99}, "year 99"),
        ({"duration": 0.0}, r"duration 0\.0 s"),
        ({"duration": float("nan")}, "duration nan"),
        ({"ids": {"upc": "1"}}, "'upc' is none of isrc"),
    ],
)
def test_a_song_that_cannot_be(parts: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Song(**({"artist": "Björk"} | parts))  # type: ignore[arg-type]


def test_records_that_cannot_be() -> None:
    with pytest.raises(InputError, match="has no zone"):
        Listen("ann", SONG, datetime(2024, 3, 1))
    with pytest.raises(InputError, match="listener name"):
        Listen("", SONG, NOON)
    with pytest.raises(InputError, match="ms_played -1"):
        Listen("ann", SONG, NOON, -1)
    with pytest.raises(InputError, match="plays 0"):
        Tally("ann", SONG, 0)
    with pytest.raises(InputError, match="verdict 'love' is none of like, dislike, hide"):
        Feedback("ann", SONG, "love", NOON)  # type: ignore[arg-type]
