"""Maloja's export: {"maloja": ..., "scrobbles": [...]}. The first of several artists is the song's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from segue.errors import InputError
from segue.listens.listen import Listen
from segue.listens.sources.export import Export
from segue.listens.sources.items import (
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
from segue.listens.sources.jsonfile import load, records
from segue.listens.sources.times import to_time

NAME = "maloja"
EXAMPLE: Example = {
    "anything.json": b"""{"maloja":{"export_time":1748738994},"scrobbles":[
{"time":1709294400,"track":{"artists":["Massive Attack","Shara Nelson"],"title":"Blue Lines",
"album":{"artists":["Massive Attack"],"albumtitle":"Blue Lines"},"length":261},"duration":200,"origin":"client:default"}
]}"""
}


def is_mine(head: bytes) -> bool:
    """Whether a file begins as this one does."""
    return b'"scrobbles"' in head and b'"artists"' in head and b'"time"' in head


def sniff(export: Export) -> bool:
    """Whether a file in the export has scrobbles with a list of artists each."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All scrobbles."""
    name, songs, until = one_listener(listener), Songs(), latest()

    def convert(value: Any) -> Item:
        record = fields(value)
        at, track = to_time(record["time"]), fields(record["track"])
        album = fields(track.get("album") or {})
        song = songs.of(
            first(track["artists"]), text(track["title"]), text(album.get("albumtitle")), length(track.get("length"))
        )
        played = length(record.get("duration"))
        ms_played = None if played is None else round(played * 1000)
        return misdated(at, until) or Listen(name, song, at, ms_played, source=NAME)

    for member in export.those(is_mine):
        value = load(export, member)
        yield from records(export, member, value.get("scrobbles") if isinstance(value, dict) else None, convert)


def first(artists: Any) -> str:
    """The first artist of a list, or the only one."""
    if isinstance(artists, list):
        if not artists:
            raise InputError("names no artist")
        return text(artists[0])
    return text(artists)
