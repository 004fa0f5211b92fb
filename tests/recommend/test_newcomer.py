"""A sentence and a song known by its text alone, through the real text encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from segue.listens.song import Song
from segue.models.text import TextEncoder
from segue.recommend.catalogue import Catalogue, song_text
from segue.recommend.fusion import Fusion
from segue.recommend.history import History
from segue.recommend.newcomer import profile_of, tags_in
from segue.recommend.parts import Floats, Hint, Language, Popularity, Tags
from segue.recommend.recommender import Recommender

SONGS = [
    Song("Bill Evans", tags=("jazz", "piano")),
    Song("Erik Satie", tags=("classical", "solo piano")),
    Song("Nils Frahm", tags=("piano", "ambient", "modern classical")),
    Song("Slayer", tags=("thrash metal", "metal")),
    Song("Cannibal Corpse", tags=("death metal", "brutal")),
    Song("Motörhead", tags=("heavy metal", "rock n roll")),
    Song("Daft Punk", tags=("house", "french house", "dance")),
    Song("Carl Cox", tags=("techno", "dance")),
]


@pytest.fixture(scope="module")
def model() -> Recommender:
    encoder = TextEncoder.load("minilm")

    def encode(texts: Sequence[str]) -> Floats:
        return encoder.encode(texts)

    catalogue = Catalogue(SONGS)
    parts = [
        Popularity(np.arange(len(SONGS), dtype=np.float32)),
        Tags.fit(catalogue),
        Language(encode([song_text(song) for song in SONGS]), tau=10.0),
    ]
    return Recommender(
        catalogue, parts, Fusion(("popularity", "tags", "language"), (0.1, 1, 1), (0, 0, 0), -1), encode=encode
    )


def test_words_that_name_no_tag_are_understood(model: Recommender) -> None:
    words = "something gentle and contemplative on the keyboard, for a rainy evening"
    assert not tags_in(words, model.parts[1])  # type: ignore[arg-type]
    found = {suggestion.song.artist: suggestion for suggestion in model.recommend(text=words, n=8)}
    assert next(iter(found)) in {"Bill Evans", "Erik Satie", "Nils Frahm"}
    gentle, loud = (
        np.mean([found[name].logit for name in names])
        for names in (("Bill Evans", "Erik Satie", "Nils Frahm"), ("Slayer", "Cannibal Corpse", "Motörhead"))
    )
    assert gentle > loud
    club = [suggestion.song.artist for suggestion in model.recommend(text="dancing all night at the club", n=2)]
    assert set(club) == {"Daft Punk", "Carl Cox"}


def test_reasons_of_a_sentence_add_up(model: Recommender) -> None:
    for suggestion in model.recommend(History.of([0]), 5, like=["Slayer"], text="quiet piano"):
        assert sum(reason.logit for reason in suggestion.reasons) == pytest.approx(suggestion.logit, abs=1e-5)


def test_a_song_nobody_has_heard_yet_finds_its_listeners(model: Recommender) -> None:
    more = model.with_songs(
        [Song("Unheard quartet", tags=("jazz", "piano", "ambient")), Song("Unheard smiths", tags=("metal",))]
    )
    gentle = [suggestion.song.artist for suggestion in more.recommend(History.of([0, 1]), 2)]
    assert "Unheard quartet" in gentle
    loud = [suggestion.song.artist for suggestion in more.recommend(like=["Slayer", "Cannibal Corpse"], n=2)]
    assert "Unheard smiths" in loud


def test_tags_are_found_in_a_sentence_longest_first() -> None:
    part = Tags.fit(Catalogue(SONGS))
    assert tags_in("Some Solo PIANO, and death-metal; no brutal rock'n'roll", part) == [
        "solo piano",
        "death metal",
        "brutal",
        "rock n roll",
    ]


def test_history_names_and_words_weigh_the_same() -> None:
    profile = profile_of(History.of([3, 5], [3, -1]), np.array([5, 7]), Hint("x"))
    assert profile.songs.tolist() == [3, 5, 7]
    np.testing.assert_allclose(profile.weights, [0.75 / 3, 0.5 / 3, 0.5 / 3, 1 / 3], rtol=1e-6)
    rest = profile.without(frozenset({3}))
    assert rest.songs.tolist() == [5, 7]
    np.testing.assert_allclose(rest.weights, [0.25, 0.25, 0.5], rtol=1e-6)
