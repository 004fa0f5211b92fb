"""A listener's own scorecard: what came to be heard stands high, what the model was tuned on does not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from segue.listens.listen import Listen
from segue.listens.song import Song
from segue.recommend.scorecard import scorecard
from segue.recommend.seen import pair_hashes
from tests.recommend.worlds import small_recommender

END = datetime(2026, 3, 1, tzinfo=UTC)


def play(artist: int, days_ago: float) -> Listen:
    return Listen("ann", Song(f"Artist {artist}"), END - timedelta(days=days_ago))


BEFORE = [play(artist, 100 - artist) for artist in (0, 2, 4, 6)]


def test_even_songs_are_guessed_by_who_hears_even_songs_and_odd_ones_are_not() -> None:
    model = small_recommender()
    even = scorecard(model, [*BEFORE, play(8, 5), play(10, 3), play(0, 0)])
    odd = scorecard(model, [*BEFORE, play(9, 5), play(11, 3), play(0, 0)])
    assert even.songs == odd.songs == 2 and even.since == END - timedelta(days=30)
    assert even.among == len(model.catalogue) - 4
    assert even.auc is not None and odd.auc is not None and even.auc > 0.7 > 0.4 > odd.auc
    assert even.popularity is not None and even.in_first == 2


def test_what_was_heard_before_or_tuned_on_does_not_count() -> None:
    model = small_recommender()
    plays = [*BEFORE, play(0, 1), play(8, 5), play(10, 3)]
    seen = np.sort(pair_hashes("ann", [("artist 8", "")]))
    assert scorecard(model, plays, seen).songs == 1
    assert scorecard(model, plays[:5]).songs == 0
    assert scorecard(model, [play(8, 1)]).auc is None
    assert scorecard(model, []).since is None
