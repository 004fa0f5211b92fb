"""Last.fm as CSV or TSV: the columns of ghan.nl (uts, artist, ...), or artist, album, track, date without a header.

Plays are kept under the source "lastfm", so that the JSON and the CSV of one history are one.
"""

from __future__ import annotations

from collections.abc import Iterator

from segue.errors import InputError
from segue.listens.sources import lastfm
from segue.listens.sources.columns import Owner, Rows
from segue.listens.sources.delimited import decode, delimiter_of, rows
from segue.listens.sources.export import Export
from segue.listens.sources.items import Example, Item
from segue.listens.sources.times import LASTFM

NAME = "lastfm-csv"
HEADLESS = ("artist", "album", "track", "date")
EXAMPLE: Example = {
    "anything.csv": b"""uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid
"1709294400","01 Mar 2024, 12:00","Massive Attack","","Blue Lines","","Blue Lines","t1"
"1709294700","01 Mar 2024, 12:05","Massive Attack","","Mezzanine","","Teardrop",""
"""
}


def first_row(head: bytes) -> tuple[str, list[str]]:
    """The delimiter and the values of the first line; no values where it is no row."""
    line = decode(head.split(b"\n", 1)[0].rstrip(b"\r"))
    if line.lstrip()[:1] in ("{", "[", "#", ""):
        return "", []
    try:
        mark = delimiter_of(line)
    except InputError:
        return "", []
    return mark, [value for row in rows(iter([line.encode()]), mark, 0) for value in row.values]


def header_of(values: list[str]) -> list[str]:
    """The header that a first row is or stands for; none where it is no Last.fm table."""
    names = [value.strip().casefold() for value in values]
    if "uts" in names and "artist" in names and "track" in names:
        return names
    is_headless = len(values) == len(HEADLESS) and bool(LASTFM.fullmatch(values[3].strip()))
    return list(HEADLESS) if is_headless else []


def is_mine(head: bytes) -> bool:
    """Whether a file begins as one of the dialects."""
    return bool(header_of(first_row(head)[1]))


def sniff(export: Export) -> bool:
    """Whether a file in the export has Last.fm's columns."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All scrobbles."""
    for member in export.those(is_mine):
        mark, values = first_row(export.head(member))
        header = header_of(values)
        table = Rows(header, Owner(listener, lastfm.NAME))
        lines = rows(export.lines(member), mark, len(header))
        if header != list(HEADLESS):
            next(lines, None)
        yield from table.items(lines, export.place(member, ""))
