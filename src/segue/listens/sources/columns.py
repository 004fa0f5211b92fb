"""Turn rows with named columns into records: what the tabular sources share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from segue.errors import InputError
from segue.listens.listen import VERDICTS, Feedback, Listen, Record, Tally, Verdict
from segue.listens.song import Song
from segue.listens.sources.delimited import Line
from segue.listens.sources.items import (
    MALFORMED,
    NO_SONG,
    NO_TIME,
    Broken,
    Item,
    explain,
    latest,
    length,
    misdated,
    own_listeners,
    text,
)
from segue.listens.sources.times import to_time

# What a column may be called, by what it holds; blanks, dashes and case do not matter, and the first name found wins.
NAMES: Mapping[str, tuple[str, ...]] = {
    "listener": ("listener", "user", "username", "user_name", "user_id", "userid"),
    "artist": ("artist", "artist_name", "artistname", "artists", "master_metadata_album_artist_name"),
    "title": ("title", "track", "track_name", "trackname", "song", "song_name", "name", "recording_name"),
    "album": ("album", "album_name", "albumname", "release", "release_name"),
    "at": ("at", "uts", "listened_at", "played_at", "timestamp", "time", "utc_time", "datetime", "date"),
    "ms_played": ("ms_played", "msplayed"),
    "skipped": ("skipped",),
    "plays": ("plays", "play_count", "playcount", "listening_count", "count"),
    "verdict": ("verdict",),
    "year": ("year",),
    "tags": ("tags", "genres", "genre"),
    "duration": ("duration",),
    "isrc": ("isrc",),
    "mbid": ("mbid", "track_mbid", "recording_mbid"),
    "spotify": ("spotify", "spotify_uri", "spotify_track_uri"),
    "source": ("source",),
}
SONG_PARTS = ("artist", "title", "album", "year", "tags", "duration", "isrc", "mbid", "spotify")
TRUE, FALSE = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f")


def places(header: Sequence[str]) -> dict[str, int]:
    """Where each known column is in a header."""
    named = {
        re.sub(r"[\s\-]+", "_", name.strip().casefold()): place for place, name in reversed(list(enumerate(header)))
    }
    return {
        what: next(named[name] for name in names if name in named)
        for what, names in NAMES.items()
        if any(name in named for name in names)
    }


def is_history(found: Mapping[str, int]) -> bool:
    """Whether the columns tell who made the songs, and when or how often they were played or what was said of them."""
    return "artist" in found and bool(found.keys() & {"at", "plays", "verdict"})


@dataclass(frozen=True)
class Owner:
    """Whose rows these are where no column says so, and the source they are kept under."""

    listener: str | None
    source: str


class Rows:
    """Converts the rows of one table; makes each song once."""

    def __init__(self, header: Sequence[str], owner: Owner) -> None:
        self.width, self.at, self.owner, self.until = len(header), places(header), owner, latest()
        self.songs: dict[tuple[Any, ...], Song] = {}
        if "listener" in self.at:
            own_listeners(owner.listener, f"column {header[self.at['listener']]!r}")
        elif owner.listener is None:
            raise InputError("no column says whose these plays are: name the listener (--listener NAME)")
        self.song_places = [(name, self.at[name]) for name in SONG_PARTS if name in self.at]

    def items(self, lines: Iterator[Line], prefix: str) -> Iterator[Item]:
        """The items of lines of text; `prefix` goes before the number of a broken one."""
        for line in lines:
            if line.fault:
                yield Broken(f"{prefix}line {line.number}", line.fault)
            elif len(line.values) != self.width:
                yield Broken(f"{prefix}line {line.number}", f"has {len(line.values)} values, not {self.width}")
            else:
                yield self.item(line.values, f"{prefix}line {line.number}")

    def item(self, values: Sequence[Any], place: str) -> Item:
        """One row as a record, or why not."""
        try:
            return self.convert(values)
        except MALFORMED as error:
            return Broken(place, explain(error))

    def convert(self, values: Sequence[Any]) -> Item:
        """One row as a record."""
        song = self.song(tuple(values[place] for _, place in self.song_places))
        if song is None:
            return NO_SONG
        listener = text(self.value(values, "listener")) or self.owner.listener
        if not listener:
            raise InputError("names no listener")
        source = text(self.value(values, "source")) if "source" in self.at else self.owner.source
        at = self.value(values, "at")
        verdict, plays = self.value(values, "verdict"), self.value(values, "plays")
        if at is None and verdict is None and plays is not None:
            return Tally(listener, song, int(plays), source)
        if at is None:
            return NO_TIME
        moment = to_time(at)
        return misdated(moment, self.until) or self.timed(values, Moment(listener, song, moment, source, verdict))

    def timed(self, values: Sequence[Any], moment: Moment) -> Record:
        """A row with a time: a verdict where one is said, else a listen."""
        listener, song, at, source = moment.listener, moment.song, moment.at, moment.source
        if moment.verdict is not None:
            return Feedback(listener, song, to_verdict(moment.verdict), at, source)
        ms_played = self.value(values, "ms_played")
        skipped = to_bool(self.value(values, "skipped"))
        return Listen(listener, song, at, None if ms_played is None else int(ms_played), skipped, source)

    def value(self, values: Sequence[Any], what: str) -> Any:
        """The value of a column, or None where there is no such column or nothing in it."""
        place = self.at.get(what)
        if place is None:
            return None
        value = values[place]
        return None if isinstance(value, str) and not value.strip() else value

    def song(self, parts: tuple[Any, ...]) -> Song | None:
        """The song of a row's parts, made once; None where no artist is named."""
        key = tuple(part if not isinstance(part, list) else tuple(part) for part in parts)
        song = self.songs.get(key)
        if song is None:
            named = {name: part for (name, _), part in zip(self.song_places, parts, strict=True)}
            if not text(named["artist"]):
                return None
            song = self.songs[key] = to_song(named)
        return song


@dataclass(frozen=True, slots=True)
class Moment:
    """What a row with a time says before its kind is known."""

    listener: str
    song: Song
    at: datetime
    source: str
    verdict: object


def to_song(parts: Mapping[str, Any]) -> Song:
    """A song from the values of its columns."""
    year, duration = text(parts.get("year")), text(parts.get("duration"))
    return Song(
        artist=text(parts["artist"]),
        title=text(parts.get("title")),
        album=text(parts.get("album")),
        year=int(float(year)) if year else None,
        tags=to_tags(parts.get("tags")),
        duration=length(float(duration)) if duration else None,
        ids={kind: text(parts[kind]) for kind in ("isrc", "mbid", "spotify") if text(parts.get(kind))},
    )


def to_tags(value: object) -> tuple[str, ...]:
    """Tags from a list, or from a text that parts them by ; or |."""
    if value is None or value == "":
        return ()
    values = value if isinstance(value, list | tuple) else re.split(r"[;|]", text(value))
    return tuple(dict.fromkeys(tag for tag in map(text, values) if tag))


def to_bool(value: object) -> bool | None:
    """Yes or no as tables write it; None where nothing is said."""
    if value is None or isinstance(value, bool):
        return value
    word = text(value).casefold()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise InputError(f"skipped {word[:20]!r} is none of {', '.join(TRUE + FALSE)}")


def to_verdict(value: object) -> Verdict:
    """A verdict from its name."""
    word = text(value).casefold()
    for verdict in VERDICTS:
        if verdict == word:
            return verdict
    raise InputError(f"verdict {word[:20]!r} is none of {', '.join(VERDICTS)}")
