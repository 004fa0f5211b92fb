"""Spotify's account data of the last year: StreamingHistory*.json, alone, in a folder or zip; the rest is not read.

`endTime` is the END of the play, in UTC to the minute, so that the listen is at `endTime` - `msPlayed`. Whether a play
was skipped is not said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from segue.listens.listen import Listen
from segue.listens.sources.export import Export
from segue.listens.sources.items import (
    NO_SONG,
    PODCAST,
    Example,
    Item,
    Songs,
    fields,
    latest,
    misdated,
    one_listener,
    text,
)
from segue.listens.sources.jsonfile import load, records

NAME = "spotify-account"
UNKNOWN = ("", "Unknown Artist", "Unknown Track")
EXAMPLE: Example = {
    "anything_0.json": b"""[
{"endTime":"2024-03-01 12:04","artistName":"Massive Attack","trackName":"Blue Lines","msPlayed":240000},
{"endTime":"2024-03-01 12:05","artistName":"Unknown Artist","trackName":"Unknown Track","msPlayed":0}
]"""
}


def is_mine(head: bytes) -> bool:
    """Whether a file begins as this one does."""
    return b'"endTime"' in head and b'"msPlayed"' in head


def sniff(export: Export) -> bool:
    """Whether a file in the export names end times and milliseconds as the account data does."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All plays of songs, file by file."""
    name, songs, until = one_listener(listener), Songs(), latest()

    def convert(value: Any) -> Item:
        record = fields(value)
        if "podcastName" in record:
            return PODCAST
        artist, title = text(record["artistName"]), text(record["trackName"])
        if artist in UNKNOWN or title in UNKNOWN:
            return NO_SONG
        ms_played = int(record["msPlayed"])
        end = datetime.fromisoformat(record["endTime"]).replace(tzinfo=UTC)
        at = end - timedelta(milliseconds=ms_played)
        return misdated(at, until) or Listen(name, songs.of(artist, title), at, ms_played, None, NAME)

    for member in export.those(is_mine):
        yield from records(export, member, load(export, member), convert)
