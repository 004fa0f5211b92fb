"""What a source yields, and what a source is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from segue.errors import InputError
from segue.listens.listen import Record
from segue.listens.song import Song
from segue.listens.sources.export import Export


@dataclass(frozen=True, slots=True)
class Dropped:
    """A record that is whole and not wanted, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be understood: where it is, and what is wrong with it."""

    place: str
    message: str


Item = Record | Dropped | Broken
Example = Mapping[str, bytes]  # the files of a small sample by name; one of them may stand alone
T = TypeVar("T")

INCOGNITO = Dropped("incognito")
PODCAST = Dropped("podcast")
AUDIOBOOK = Dropped("audiobook")
NO_SONG = Dropped("no song named")
NO_TIME = Dropped("no time")
FUTURE = Dropped("in the future")
PLAYING_NOW = Dropped("playing now, not played yet")

EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)  # players without a clock count from 1970
TOLERANCE = timedelta(days=1)  # clocks and time zones may be this wrong before a listen counts as in the future

# What goes wrong in a record that is not what it should be; all else is a fault of ours and is not caught.
MALFORMED = (InputError, KeyError, IndexError, TypeError, ValueError, OverflowError)


class Source(Protocol):
    """A module that reads one kind of export."""

    NAME: str
    EXAMPLE: Example

    def sniff(self, export: Export) -> bool:
        """Whether the export is of this kind, by content."""
        ...

    def read(self, export: Export, listener: str | None) -> Iterator[Item]:
        """The records in it, and what became of the others."""
        ...


def each(values: Iterable[T], place: Callable[[int], str], convert: Callable[[T], Item]) -> Iterator[Item]:
    """Convert values one by one; a malformed one becomes a `Broken` with its place, counted from 1."""
    for number, value in enumerate(values, 1):
        try:
            item = convert(value)
        except MALFORMED as error:
            item = Broken(place(number), explain(error))
        yield item


def explain(error: Exception) -> str:
    """One line that says what was wrong with a record, without its text at length."""
    if isinstance(error, InputError):
        return str(error)[:200]
    if isinstance(error, KeyError):
        return f"has no field {error}"
    return f"{type(error).__name__}: {error}"[:200]


def one_listener(listener: str | None) -> str:
    """The listener's name; InputError where the export does not name one and nobody else did."""
    if listener is None:
        raise InputError("this export does not say whose it is: name the listener (--listener NAME)")
    return listener


def own_listeners(listener: str | None, what: str) -> None:
    """Raise InputError where a listener is named for an export that names its own."""
    if listener is not None:
        raise InputError(f"this export names its own listeners ({what}): leave out --listener {listener}")


def latest() -> datetime:
    """The time after which a listen is in the future."""
    return datetime.now(UTC) + TOLERANCE


def misdated(at: datetime, until: datetime) -> Dropped | None:
    """Why a time cannot be meant: a clock at zero, or one in the future; None where it can."""
    if at < EARLIEST:
        return NO_TIME
    return FUTURE if at > until else None


def fields(value: object) -> dict[str, Any]:
    """The value as a JSON object; InputError where it is none."""
    if not isinstance(value, dict):
        raise InputError(f"{str(value)[:40]!r} is not an object with fields")
    return value


def text(value: object) -> str:
    """A name as text: outer blanks off, None as the empty one; InputError for what is neither text nor a number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise InputError(f"{str(value)[:40]!r} is not a name")


def length(value: object, unit: float = 1.0) -> float | None:
    """A song's length in seconds from a number of `unit` seconds each; None where there is none to believe."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = round(value * unit, 3)
    return seconds if 0 < seconds < 86400 else None


class Songs:
    """Makes each song of an export once: histories name the same few thousand again and again."""

    def __init__(self) -> None:
        self.known: dict[tuple[object, ...], Song] = {}

    def of(self, artist: str, title: str, album: str = "", duration: float | None = None, **ids: str) -> Song:
        """The song; ids that are empty are left out."""
        key = (artist, title, album, duration, *ids.values())
        song = self.known.get(key)
        if song is None:
            named = {kind: value for kind, value in ids.items() if value}
            song = Song(artist, title, album, duration=duration, ids=named)
            self.known[key] = song
        return song
