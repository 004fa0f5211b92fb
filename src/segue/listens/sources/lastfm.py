"""Last.fm as JSON: pages of `recenttracks`, as the page of ghan.nl and the API write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from segue.errors import FormatError
from segue.listens.listen import Listen
from segue.listens.sources.export import Export
from segue.listens.sources.items import (
    PLAYING_NOW,
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
from segue.listens.sources.times import to_time

NAME = "lastfm"
EXAMPLE: Example = {
    "anything.json": b"""[{"track":[
{"artist":{"mbid":"","#text":"Massive Attack"},"mbid":"t1","album":{"mbid":"","#text":"Blue Lines"},
"name":"Blue Lines","url":"https://www.last.fm/music/x","date":{"uts":"1709294400","#text":"01 Mar 2024, 12:00"}},
{"artist":{"mbid":"","#text":"Massive Attack"},"album":{"mbid":"","#text":""},"name":"Teardrop",
"@attr":{"nowplaying":"true"}}
]}]"""
}


def is_mine(head: bytes) -> bool:
    """Whether a file begins as this one does."""
    return head.lstrip()[:1] in (b"[", b"{") and b'"track"' in head and b'"artist"' in head and b'"#text"' in head


def sniff(export: Export) -> bool:
    """Whether a file in the export has tracks with Last.fm's "#text" names."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All scrobbles, page by page."""
    name, songs, until = one_listener(listener), Songs(), latest()

    def convert(value: Any) -> Item:
        record = fields(value)
        if not record.get("date"):
            return PLAYING_NOW
        at = to_time(fields(record["date"])["uts"])
        artist = fields(record["artist"])
        song = songs.of(
            text(artist.get("#text") or artist.get("name")),
            text(record["name"]),
            text(fields(record.get("album") or {}).get("#text")),
            mbid=text(record.get("mbid")),
        )
        return misdated(at, until) or Listen(name, song, at, source=NAME)

    for member in export.those(is_mine):
        yield from records(export, member, tracks(export, member), convert)


def tracks(export: Export, member: str) -> list[Any]:
    """The tracks of all pages of a file."""
    value = load(export, member)
    pages = value if isinstance(value, list) else [value]
    found: list[Any] = []
    for page in pages:
        inner = page.get("recenttracks", page) if isinstance(page, dict) else None
        if not isinstance(inner, dict) or "track" not in inner:
            raise FormatError("has a page without tracks", file=export.path.name, place=export.place(member))
        track = inner["track"]
        found += track if isinstance(track, list) else [track]
    return found
