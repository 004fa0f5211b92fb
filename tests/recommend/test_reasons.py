"""Reasons are true: they add up to the score, and what they say would happen happens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError
from segue.listens.song import Song
from segue.recommend import reasons
from segue.recommend.history import History
from segue.recommend.phrases import LANGUAGES, phrase
from segue.recommend.reasons import Explainer, Reason
from segue.recommend.suggestion import Suggestion
from tests.recommend.worlds import small_recommender, two_pole_encoder

MODEL = small_recommender(encode=two_pole_encoder)
EVEN = History.of([0, 4, 8, 1], [3, 2, 1, 0.5])
WORLDS = {
    "cold": MODEL,
    "warm": small_recommender(encode=two_pole_encoder).warm(),
    "warm for few": small_recommender(encode=two_pole_encoder).warm(is_whole=False),
    "with new songs": MODEL.with_songs([Song("Quiet one", tags=("jazz",)), Song("Loud one", tags=("metal",))]),
}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("text", ["", "quiet jazz"])
def test_reasons_add_up_to_the_logit(world: str, text: str) -> None:
    found = WORLDS[world].recommend(EVEN, 20, text=text)
    assert len(found) >= 16
    for suggestion in found:
        assert sum(reason.logit for reason in suggestion.reasons) == pytest.approx(suggestion.logit, abs=1e-5)


def test_candidates_are_taken_apart_together_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasons, "BLOCK", 3)  # so that there are several blocks
    found = MODEL.recommend(EVEN, 20, text="quiet jazz")
    answer = found[0].answer
    for suggestion in reversed(found):
        alone = Explainer(answer.catalogue, answer.scorer, answer.profile, answer.ranking).moves(suggestion.place)
        for one, other in zip(answer.explainer.moves(suggestion.place), alone, strict=True):
            assert one.shape == other.shape and np.allclose(one, other, rtol=1e-5, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 19), unique=True, min_size=1, max_size=12),
    st.lists(st.floats(0.01, 3) | st.floats(-3, -0.01), min_size=12, max_size=12),
)
def test_reasons_add_up_whatever_the_history(songs: list[int], weights: list[float]) -> None:
    for suggestion in MODEL.recommend(History.of(songs, weights[: len(songs)]), 3):
        total = sum(reason.logit for reason in suggestion.reasons)
        assert total == pytest.approx(suggestion.logit, abs=1e-5 + 1e-5 * abs(suggestion.logit))


def test_every_song_of_the_history_has_its_reason_and_shares_of_what_raises_add_up_to_one() -> None:
    suggestion = MODEL.recommend(EVEN, 1, text="quiet jazz")[0]
    songs = {reason.song.artist for reason in suggestion.reasons if reason.song is not None}
    assert songs == {"Artist 0", "Artist 4", "Artist 8", "Artist 1"}
    kinds = [reason.kind for reason in suggestion.reasons]
    assert kinds.count("sentence") == 1
    assert kinds.count("popularity") == 1
    assert kinds[-1] == "average"
    raised = [reason.share for reason in suggestion.reasons[:-1] if reason.share > 0]
    assert sum(raised) == pytest.approx(1.0, abs=1e-6)


def test_the_song_of_the_other_kind_speaks_against() -> None:
    suggestion = MODEL.recommend(EVEN, 1)[0]
    by_song = {reason.song.artist: reason.logit for reason in suggestion.reasons if reason.song is not None}
    assert suggestion.number % 2 == 0
    assert by_song["Artist 1"] < 0 < by_song["Artist 0"]


def test_tags_are_the_shared_ones() -> None:
    suggestion = MODEL.recommend(EVEN, 1)[0]
    assert {reason.words for reason in suggestion.tags} == {"jazz", "soul"}
    assert all(reason.kind == "tag" and reason.logit > 0 for reason in suggestion.tags)


def test_the_counterfactual_is_what_a_listener_without_the_songs_would_see() -> None:
    for suggestion in MODEL.recommend(EVEN, 10):
        rest = History.of([8, 1], [1, 0.5])
        logits = MODEL.logits(rest)
        others = [number for number in range(20) if number not in (0, 4, 8, 1)]
        expected = 1 + sum(logits[number] > logits[suggestion.number] for number in others)
        assert suggestion.without(Song("Artist 0"), Song("Artist 4")) == expected


def test_without_a_song_that_was_not_heard_is_refused() -> None:
    with pytest.raises(InputError, match="Artist 2 is no song of the history"):
        MODEL.recommend(EVEN, 1)[0].without(Song("Artist 2"))


def test_phrases_name_the_strongest_songs_with_their_shares() -> None:
    suggestion = MODEL.recommend(EVEN, 1)[0]
    first = suggestion.reasons[0]
    assert first.song is not None
    english, chinese = phrase(suggestion, "en"), phrase(suggestion, "zh")
    assert english.startswith("Because you like ")
    assert f"{first.song.artist} (" in english
    assert "tags you share: " in english
    assert chinese.startswith("因为你喜欢 Artist")
    assert "共同的标签：" in chinese


def test_phrases_say_where_the_song_would_rank_without() -> None:
    texts = [phrase(suggestion) for suggestion in MODEL.recommend(EVEN, 10)]
    for suggestion, text in zip(MODEL.recommend(EVEN, 10), texts, strict=True):
        if "without" in text:
            top = [r.song for r in suggestion.reasons if r.kind == "song" and r.share >= 0.04][:3]
            assert f"it would rank {suggestion.without(*[song for song in top if song])}" in text
    assert any("without" in text for text in texts)


def test_a_newcomer_is_told_that_nothing_is_known() -> None:
    suggestion = MODEL.recommend(None, 1)[0]
    assert [reason.kind for reason in suggestion.reasons] == ["popularity", "average"]
    assert phrase(suggestion) == "Nothing is known of your taste yet: this is what many people listen to."
    assert phrase(suggestion, "zh").startswith("还不知道你的口味")


def test_a_sentence_is_named() -> None:
    suggestion = MODEL.recommend(text="quiet jazz", n=1)[0]
    assert "It fits “quiet jazz” (" in phrase(suggestion)


def test_languages_and_kinds_are_checked() -> None:
    suggestion = MODEL.recommend(EVEN, 1)[0]
    assert set(LANGUAGES) == {"en", "zh"}
    with pytest.raises(InputError, match="'de' is none of en, zh"):
        phrase(suggestion, "de")
    with pytest.raises(InputError, match="kind 'magic'"):
        Reason("magic", 0.0, 0.0)  # type: ignore[arg-type]


def test_a_suggestion_shows_itself_in_short() -> None:
    suggestion = MODEL.recommend(EVEN, 1)[0]
    assert isinstance(suggestion, Suggestion)
    assert "answer" not in repr(suggestion)
    assert np.isfinite(suggestion.logit)
