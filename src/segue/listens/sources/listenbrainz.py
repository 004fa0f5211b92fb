"""A ListenBrainz export: listens/<year>/<month>.jsonl and feedback.jsonl in a zip or folder, or one .jsonl alone.

The artist is kept as the player sent it. Feedback names a recording by its MusicBrainz or MessyBrainz id: its song is
looked up among the listens of the same export. Score 1 is a like, -1 a dislike, 0 takes one back and is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from segue.errors import InputError
from segue.listens.listen import Feedback, Listen, Verdict
from segue.listens.song import Song
from segue.listens.sources.export import Export
from segue.listens.sources.items import (
    NO_TIME,
    Dropped,
    Example,
    Item,
    Songs,
    fields,
    latest,
    length,
    misdated,
    one_listener,
    text,
)
from segue.listens.sources.jsonfile import json_lines
from segue.listens.sources.times import to_time

NAME = "listenbrainz"
VERDICTS: dict[int, Verdict] = {1: "like", -1: "dislike"}
TAKEN_BACK = Dropped("feedback taken back")
UNNAMED = Dropped("feedback on a recording that no listen names")
SPOTIFY = "https://open.spotify.com/track/"
EXAMPLE: Example = {
    "listens/2024/3.jsonl": b"""\
{"listened_at":1709294400,"track_metadata":{"artist_name":"Massive Attack","track_name":"Blue Lines",\
"release_name":"Blue Lines","recording_msid":"m1","mbid_mapping":{"recording_mbid":"b1"},\
"additional_info":{"duration_ms":261000,"spotify_id":"https://open.spotify.com/track/6b0Yg"}}}
""",
    "feedback.jsonl": b"""\
{"created":1709294500,"recording_mbid":"b1","recording_msid":null,"score":1,"user_id":"u"}
{"created":1709294500,"recording_mbid":"b2","recording_msid":null,"score":-1,"user_id":"u"}
""",
}


def has_listens(head: bytes) -> bool:
    """Whether a file begins as one of listens."""
    return b'"track_metadata"' in head and b'"listened_at"' in head


def has_feedback(head: bytes) -> bool:
    """Whether a file begins as one of feedback."""
    return b'"score"' in head and b'"recording_m' in head and b'"listened_at"' not in head


def sniff(export: Export) -> bool:
    """Whether a file in the export has listens or feedback line by line, as ListenBrainz writes them."""
    return bool(export.those(has_listens) or export.those(has_feedback))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All listens, then all feedback on recordings they name."""
    history = History(one_listener(listener))
    for member in export.those(has_listens):
        yield from json_lines(export, member, history.listen)
    for member in export.those(has_feedback):
        yield from json_lines(export, member, history.feedback)


class History:
    """Converts lines, and remembers which recording is which song."""

    def __init__(self, listener: str) -> None:
        self.listener, self.until, self.songs = listener, latest(), Songs()
        self.recordings: dict[str, Song] = {}

    def listen(self, value: Any) -> Item:
        """One listen."""
        record = fields(value)
        metadata = fields(record["track_metadata"])
        if record.get("listened_at") is None:
            return NO_TIME
        at = to_time(record["listened_at"])
        song = self.song(metadata)
        return misdated(at, self.until) or Listen(self.listener, song, at, source=NAME)

    def song(self, metadata: dict[str, Any]) -> Song:
        """The song, under all the recording ids that feedback may name it by."""
        more = fields(metadata.get("additional_info") or {})
        mapped = fields(metadata.get("mbid_mapping") or {})
        mbid = text(more.get("recording_mbid")) or text(mapped.get("recording_mbid"))
        link = text(more.get("spotify_id"))
        spotify = f"spotify:track:{link.removeprefix(SPOTIFY)}" if link.startswith(SPOTIFY) else ""
        song = self.songs.of(
            text(metadata["artist_name"]),
            text(metadata["track_name"]),
            text(metadata.get("release_name")),
            length(more.get("duration_ms"), 0.001) or length(more.get("duration")),
            mbid=mbid,
            isrc=text(more.get("isrc")),
            spotify=spotify,
        )
        names = (mbid, metadata.get("recording_msid"), more.get("recording_msid"), mapped.get("recording_mbid"))
        for name in names:
            if name:
                self.recordings[text(name)] = song
        return song

    def feedback(self, value: Any) -> Item:
        """One verdict."""
        record = fields(value)
        score = record["score"]
        if score == 0:
            return TAKEN_BACK
        if score not in VERDICTS:
            raise InputError(f"score {str(score)[:40]} is none of 1, 0, -1")
        song = self.recordings.get(text(record.get("recording_mbid")))
        song = song or self.recordings.get(text(record.get("recording_msid")))
        if song is None and isinstance(record.get("track_metadata"), dict):
            song = self.song(record["track_metadata"])
        if song is None:
            return UNNAMED
        at = to_time(record["created"])
        return misdated(at, self.until) or Feedback(self.listener, song, VERDICTS[score], at, NAME)
