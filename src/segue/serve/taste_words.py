"""A listener's taste in words: what the plays weigh."""

from __future__ import annotations

from typing import Any

from segue.listens.store import Store


def taste_of(store: Store, listener: str, n: int) -> dict[str, Any]:
    """Return the tags and the artists that weigh most, `n` of each: plays less skips, a thumb as five of them."""
    tags: dict[str, float] = {}
    artists: dict[str, float] = {}
    heard = store.history(listener)
    for row in heard:
        pull = float(row.plays - row.skips) + {"like": 5.0, "dislike": -5.0}.get(row.verdict or "", 0.0)
        artists[row.song.artist] = artists.get(row.song.artist, 0.0) + pull
        for place, tag in enumerate(row.song.tags):
            tags[tag] = tags.get(tag, 0.0) + pull / (1 + place)
    total = sum(abs(value) for value in tags.values()) or 1.0
    return {
        "listener": listener,
        "songs": len(heard),
        "plays": sum(row.plays for row in heard),
        "skips": sum(row.skips for row in heard),
        "tags": [{"tag": tag, "share": tags[tag] / total} for tag in sorted(tags, key=lambda tag: -tags[tag])[:n]],
        "artists": [
            {"artist": artist, "pull": artists[artist]} for artist in sorted(artists, key=lambda one: -artists[one])[:n]
        ],
    }
