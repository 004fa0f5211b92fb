"""How well a recommender would have guessed what a listener came to hear: the last month told from all before it.

What was first played in the last days is hidden; the listener's history before that is ranked against every song not
heard by then. Pairs that the model was tuned on are left out, since it knows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from segue.listens.listen import Listen
from segue.listens.song import Song
from segue.listens.store import Heard
from segue.recommend.live import Pulls, history_of
from segue.recommend.parts import Popularity
from segue.recommend.recommender import Recommender
from segue.recommend.seen import Hashes, are_seen, pair_hashes
from segue.tune.metrics import auc

DAYS = 30


@dataclass(frozen=True)
class Scorecard:
    """The songs first heard from `since` on (`songs` of them), and how high they stood among `among` songs not heard.

    `auc` is the share of pairs of one of them and another song in which it stood higher, by the recommender;
    `popularity` the same by how many people know a song (0.5 is chance). `in_first` of them were among the first 50.
    All are None where there is no such song, or (`popularity`) no such part.
    """

    since: datetime | None
    songs: int
    among: int
    auc: float | None = None
    popularity: float | None = None
    in_first: int | None = None


def scorecard(
    model: Recommender,
    listens: Iterable[Listen],
    seen: Hashes | None = None,
    days: int = DAYS,
    first: int = 50,
    pulls: Pulls | None = None,
) -> Scorecard:
    """Hold a recommender against one listener's plays, in any order; `seen` are pairs that it was tuned on."""
    plays = sorted(listens, key=lambda one: one.at)
    if not plays:
        return Scorecard(None, 0, 0)
    since = plays[-1].at - timedelta(days=days)
    before = [one for one in plays if one.at < since]
    known = {one.song.key for one in before}
    fresh = {one.song.key: one.song for one in plays if one.at >= since and one.song.key not in known}
    hidden = _numbers(model, _unseen(plays[-1].listener, list(fresh.values()), seen))
    history = history_of(_heard(before), model.catalogue, pulls)
    is_open = np.ones(len(model.catalogue), bool)
    is_open[history.known] = False
    is_open[_numbers(model, fresh.values())] = False
    is_open[hidden] = True
    hidden = hidden[is_open[hidden]]
    if not 0 < len(hidden) < is_open.sum() or not len(history):
        return Scorecard(since, 0, int(is_open.sum()))
    logits = model.logits(history)
    label = np.zeros(len(model.catalogue), bool)
    label[hidden] = True
    better = (logits[is_open][None, :] > logits[hidden][:, None]).sum(1)
    fame = next((part.values for part in model.parts if isinstance(part, Popularity)), None)
    return Scorecard(
        since=since,
        songs=len(hidden),
        among=int(is_open.sum()),
        auc=auc(label[is_open], logits[is_open]),
        popularity=None if fame is None else auc(label[is_open], np.asarray(fame, np.float64)[is_open]),
        in_first=int((better < first).sum()),
    )


def _unseen(listener: str, songs: list[Song], seen: Hashes | None) -> list[Song]:
    if seen is None or not songs:
        return songs
    known = are_seen(pair_hashes(listener, [song.key for song in songs]), seen)
    return [song for song, is_known in zip(songs, known, strict=True) if not is_known]


def _numbers(model: Recommender, songs: Iterable[Song]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found = {model.catalogue.find(song.artist, song.title) for song in songs}
    return np.array(sorted(number for number in found if number is not None), np.int64)


def _heard(plays: Iterable[Listen]) -> list[Heard]:
    """Plays, oldest first, added up by song, the latest first."""
    sums: dict[tuple[str, str], Heard] = {}
    for one in plays:
        old = sums.pop(one.song.key, Heard(0, one.song, 0, 0, None, None))
        skips = old.skips + (one.skipped is True)
        sums[one.song.key] = Heard(0, one.song, old.plays + (one.skipped is not True), skips, one.at, None)
    return list(reversed(sums.values()))
