"""A listener's taste in words and over time: what the plays weigh, as the recommender weighs them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import islice
from typing import Any

from segue.listens.listen import Listen
from segue.listens.store import Store

SLICES = 12  # of time
_READ = 20_000  # plays, the latest ones


def taste_of(store: Store, listener: str, n: int) -> dict[str, Any]:
    """Return the tags and the artists that weigh most, `n` of each, and what the listener set.

    A song weighs what `segue.recommend.live.Pulls` says, with the listener's own half-life; its first tag as much,
    each later one less.
    """
    from segue.recommend.live import DAY, Pulls, latest_of

    heard, leaning = store.history(listener), store.leanings.of(listener)
    pulls = Pulls().leaning(leaning)
    latest = latest_of(row.last_at for row in heard)
    tags: defaultdict[str, float] = defaultdict(float)
    artists: defaultdict[str, float] = defaultdict(float)
    for row in heard:
        days = max((latest - row.last_at).total_seconds() / DAY, 0.0) if latest and row.last_at else 0.0
        pull = pulls.weight(row.plays, row.skips, days, row.verdict)
        pull *= pulls.lessened if pull > 0 and pulls.is_less(row.song) else 1.0
        artists[row.song.artist] += pull
        for place, tag in enumerate(row.song.tags):
            tags[tag] += pull / (1 + place)
    total = sum(abs(value) for value in tags.values()) or 1.0
    return {
        "listener": listener,
        "songs": len(heard),
        "plays": sum(row.plays for row in heard),
        "skips": sum(row.skips for row in heard),
        "half_life": pulls.half_life,
        "usual_half_life": Pulls().half_life,
        "less": list(leaning.less),
        "tags": [{"tag": tag, "share": pull / total} for tag, pull in _first(tags, n)],
        "artists": [{"artist": artist, "pull": pull} for artist, pull in _first(artists, n)],
    }


def _first(pulls: Mapping[str, float], n: int) -> list[tuple[str, float]]:
    return sorted(pulls.items(), key=lambda one: -one[1])[:n]


def course_of(store: Store, listener: str, n: int) -> dict[str, Any]:
    """Return how the `n` tags played most often shared the plays over time, in up to 12 equal stretches of it.

    A play counts for each of a song's first three tags; a share is of all plays of the stretch.
    """
    plays = list(islice(store.listens(listener, _READ), _READ))
    counted = Counter(tag for one in plays for tag in one.song.tags[:3])
    tags = [tag for tag, _ in counted.most_common(n)]
    return {"tags": tags, "slices": _slices(plays, tags)}


def _slices(plays: list[Listen], tags: list[str]) -> list[dict[str, Any]]:
    if not plays or plays[0].at == plays[-1].at:
        return []
    first, last = plays[-1].at, plays[0].at  # the latest comes first
    step = (last - first) / SLICES
    parts: list[list[Listen]] = [[] for _ in range(SLICES)]
    for one in plays:
        parts[min(int((one.at - first) / step), SLICES - 1)].append(one)
    return [
        {
            "since": (first + place * step).isoformat(timespec="seconds"),
            "plays": len(part),
            "shares": [sum(tag in one.song.tags[:3] for one in part) / max(len(part), 1) for tag in tags],
        }
        for place, part in enumerate(parts)
    ]
