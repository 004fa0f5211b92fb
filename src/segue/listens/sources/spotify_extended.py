"""Spotify's extended streaming history: Streaming_History_Audio_*.json, earlier endsong_N.json; file, folder or zip.

Of each play `ts` is the END, so that the listen is at `ts` - `ms_played`. A play counts as skipped where `skipped` says
so; where `skipped` is null, where the forward button ended it within 30 s. Address, country, platform and user name are
not even looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from segue.listens.listen import Listen
from segue.listens.song import Song
from segue.listens.sources.export import Export
from segue.listens.sources.items import (
    AUDIOBOOK,
    INCOGNITO,
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

NAME = "spotify"
SKIP_MS = 30_000  # a forward button within this much play is a skip
ARTIST, TRACK = "master_metadata_album_artist_name", "master_metadata_track_name"
EXAMPLE: Example = {
    "anything_0.json": b"""[
{"ts":"2024-03-01T12:03:20Z","username":"u","platform":"linux","ms_played":200000,"conn_country":"XX","ip_addr":"192.0.2.1",
"master_metadata_track_name":"Blue Lines","master_metadata_album_artist_name":"Massive Attack",
"master_metadata_album_album_name":"Blue Lines","spotify_track_uri":"spotify:track:6b0YgFqRtdGYl3c5nkZLm1",
"episode_name":null,"audiobook_title":null,"reason_end":"trackdone","skipped":false,"incognito_mode":false},
{"ts":"2024-03-01T12:03:25Z","ms_played":5000,"master_metadata_track_name":"Teardrop",
"master_metadata_album_artist_name":"Massive Attack","reason_end":"fwdbtn","skipped":null,"incognito_mode":false},
{"ts":"2024-03-01T12:30:00Z","ms_played":900000,"master_metadata_track_name":null,
"master_metadata_album_artist_name":null,"episode_name":"Episode 1","spotify_episode_uri":"spotify:episode:1"}
]"""
}


def is_mine(head: bytes) -> bool:
    """Whether a file begins as this one does."""
    return b'"ms_played"' in head and f'"{TRACK}"'.encode() in head


def sniff(export: Export) -> bool:
    """Whether a file in the export names tracks and milliseconds as the extended history does."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All plays of songs, file by file."""
    plays = Plays(one_listener(listener))
    for member in export.those(is_mine):
        yield from records(export, member, load(export, member), plays.convert)


class Plays:
    """Converts plays; makes each song once."""

    def __init__(self, listener: str) -> None:
        self.listener, self.until = listener, latest()
        self.songs: dict[tuple[Any, ...], Song] = {}
        self.named = Songs()

    def convert(self, value: Any) -> Item:
        """One play."""
        record = fields(value)
        artist, title = record.get(ARTIST), record.get(TRACK)
        if refusal := self.refusal(record, artist and title):
            return refusal
        end = datetime.fromisoformat(record["ts"])
        ms_played = int(record["ms_played"])
        at = (end if end.tzinfo is not None else end.replace(tzinfo=UTC)) - timedelta(milliseconds=ms_played)
        if refusal := misdated(at, self.until):
            return refusal
        key = (artist, title, record.get("master_metadata_album_album_name"), record.get("spotify_track_uri"))
        song = self.songs.get(key)
        if song is None:
            song = self.songs[key] = self.song(*key)
        return Listen(self.listener, song, at, ms_played, was_skipped(record, ms_played), NAME)

    def refusal(self, record: dict[str, Any], is_song: object) -> Item | None:
        """Why a play is not wanted, or None."""
        if record.get("incognito_mode"):
            return INCOGNITO
        if record.get("audiobook_title") or record.get("audiobook_uri"):
            return AUDIOBOOK
        if not is_song:
            return PODCAST if record.get("episode_name") or record.get("spotify_episode_uri") else NO_SONG
        return None

    def song(self, artist: Any, title: Any, album: Any, uri: Any) -> Song:
        """The song that a play names."""
        link = text(uri)
        return self.named.of(
            text(artist), text(title), text(album), spotify=link if link.startswith("spotify:track:") else ""
        )


def was_skipped(record: dict[str, Any], ms_played: int) -> bool | None:
    """Whether the listener cut the play short; None where the record does not tell."""
    skipped = record.get("skipped")
    if skipped is not None:
        return bool(skipped)
    end = record.get("reason_end")
    if end == "fwdbtn" and ms_played < SKIP_MS:
        return True
    return False if end == "trackdone" else None
