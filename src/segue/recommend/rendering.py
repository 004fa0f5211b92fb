"""Suggestions and songs as JSON: one form for the command line and for HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segue.listens.song import Song
from segue.recommend.phrases import phrase

if TYPE_CHECKING:
    from segue.recommend.suggestion import Suggestion


def song_as_json(song: Song) -> dict[str, object]:
    """A song as a JSON object."""
    return {"artist": song.artist, "title": song.title, "year": song.year, "tags": list(song.tags)}


def suggestion_as_json(suggestion: Suggestion, language: str, most: int | None = None) -> dict[str, object]:
    """A suggestion with its phrase and its reasons as a JSON object: all, or the `most` largest of each kind."""
    reasons = [
        {
            "kind": reason.kind,
            "song": None if reason.song is None else str(reason.song),
            "words": reason.words,
            "part": reason.part,
            "share": reason.share,
            "logit": reason.logit,
        }
        for reason in (*suggestion.reasons[:most], *suggestion.tags[:most])
    ]
    about = {"rank": suggestion.rank, "score": suggestion.score, "logit": suggestion.logit}
    return {**about, **song_as_json(suggestion.song), "because": phrase(suggestion, language), "reasons": reasons}
