"""HetRec 2011 Last.FM as the benchmarks need it: names, tags by listener, listening."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.result import data_dir


@dataclass(frozen=True, slots=True)
class TagEvent:
    """A listener gave an artist a tag, all three by their HetRec numbers, in a month (counted from year 0).

    The file's days say nothing: each is the first of its month.
    """

    listener: int
    artist: int
    tag: int
    month: int


def folder() -> Path:
    """Where the data set lies."""
    return data_dir() / "hetrec2011-lastfm-2k"


def _rows(name: str, encoding: str) -> Iterator[list[str]]:
    with (folder() / name).open(encoding=encoding, newline="\n") as lines:
        next(lines)
        for line in lines:
            yield line.rstrip("\r\n").split("\t")


@cache
def names() -> dict[int, str]:
    """Artist names by number (this copy of artists.dat has no heading)."""
    with (folder() / "artists.dat").open(encoding="utf-8", newline="\n") as lines:
        rows = (line.split("\t") for line in lines)
        return {int(row[0]): row[1] for row in rows if row[0].isdigit()}


@cache
def tag_words() -> dict[int, str]:
    """Tags by number."""
    return {int(row[0]): row[1].strip() for row in _rows("tags.dat", "latin-1")}


@cache
def tag_events() -> tuple[TagEvent, ...]:
    """All tag events, in file order."""
    rows = ([int(field) for field in row] for row in _rows("user_taggedartists.dat", "utf-8"))
    return tuple(TagEvent(row[0], row[1], row[2], 12 * row[5] + row[4]) for row in rows)


@cache
def friends() -> tuple[tuple[int, int], ...]:
    """(listener, friend) pairs of user_friends.dat; each friendship stands there both ways."""
    return tuple((int(row[0]), int(row[1])) for row in _rows("user_friends.dat", "utf-8"))


@cache
def listening() -> tuple[tuple[int, int], ...]:
    """(listener, artist) pairs of user_artists.dat, in file order."""
    return tuple((int(row[0]), int(row[1])) for row in _rows("user_artists.dat", "utf-8"))
