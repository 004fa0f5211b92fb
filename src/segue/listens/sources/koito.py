"""Koito's export: {"version": ..., "listens": [...]}, names as lists of aliases.

The artist marked as primary, else the first, is the song's.
"""

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

NAME = "koito"
EXAMPLE: Example = {
    "anything.json": b"""{"version":"1","exported_at":"2025-06-18T12:56:53Z","user":"u","listens":[
{"listened_at":"2024-03-01T12:00:00Z","client":"c","track":{"mbid":null,"duration":261,"aliases":[
{"alias":"Blue Lines (2012)","source":"x","is_primary":false},
{"alias":"Blue Lines","source":"Canonical","is_primary":true}]},
"album":{"mbid":null,"aliases":[{"alias":"Blue Lines","source":"Canonical","is_primary":true}]},
"artists":[{"mbid":null,"is_primary":false,
"aliases":[{"alias":"Massive Attack","source":"Canonical","is_primary":true}]}]}
]}"""
}


def is_mine(head: bytes) -> bool:
    """Whether a file begins as this one does."""
    return b'"listens"' in head and b'"aliases"' in head and b'"listened_at"' in head


def sniff(export: Export) -> bool:
    """Whether a file in the export has listens whose names are lists of aliases."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All listens."""
    name, songs, until = one_listener(listener), Songs(), latest()

    def convert(value: Any) -> Item:
        record = fields(value)
        at, track = to_time(record["listened_at"]), fields(record["track"])
        song = songs.of(
            alias(primary(record["artists"])),
            alias(track),
            alias(record["album"]) if record.get("album") else "",
            length(track.get("duration")),
            mbid=text(track.get("mbid")),
        )
        return misdated(at, until) or Listen(name, song, at, source=NAME)

    for member in export.those(is_mine):
        value = load(export, member)
        yield from records(export, member, value.get("listens") if isinstance(value, dict) else None, convert)


def primary(values: Any) -> dict[str, Any]:
    """Of a list of objects the one marked as primary, else the first."""
    if not isinstance(values, list) or not values:
        raise InputError(f"{str(values)[:40]!r} is not a list of names")
    marked = [value for value in values if fields(value).get("is_primary")]
    return fields(marked[0] if marked else values[0])


def alias(value: Any) -> str:
    """The primary name of a track, an album or an artist."""
    return text(primary(fields(value)["aliases"])["alias"])
