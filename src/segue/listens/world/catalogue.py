"""The bundled catalogue: real artists, with facts about them and three well-known songs each.

`artists.tsv` is tab-separated with one line of column names, `COLUMNS`. Styles and moods are words of
`segue.listens.world.vocabulary`, strongest first; songs are written `title (year); title (year); title (year)`. The
year is that of the first release, for older music that of composition, publication or recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from segue.errors import FormatError, InputError, did_you_mean
from segue.listens.song import Song, fold
from segue.listens.world.vocabulary import MOODS, STYLES

COLUMNS = ("artist", "native name", "active from", "place", "styles", "moods", "popularity", "songs")
FILE = "artists.tsv"
_WORK = re.compile(r"(?P<title>.+) \((?P<year>\d{4})\)")


@dataclass(frozen=True, slots=True)
class Work:
    """A well-known song of an artist and the year it came out."""

    title: str
    year: int


@dataclass(frozen=True, slots=True)
class Artist:
    """What the catalogue knows of one artist.

    `native_name` is the name in its own script where `name` is a transcription, else empty; `popularity` goes from 1
    (known to lovers of the style) to 5 (known everywhere).
    """

    name: str
    native_name: str
    active_from: int
    place: str
    styles: tuple[str, ...]
    moods: tuple[str, ...]
    popularity: int
    works: tuple[Work, ...]

    def __post_init__(self) -> None:
        for field, text in (("artist", self.name), ("place", self.place)):
            if not text.strip():
                raise InputError(f"{field} is blank")
        _check_words("styles", self.styles, STYLES, most=5)
        _check_words("moods", self.moods, MOODS, most=3)
        if not 1 <= self.popularity <= 5:
            raise InputError(f"popularity {self.popularity} is not a tier from 1 to 5")
        if not self.works:
            raise InputError(f"{self.name} has no songs")
        for work in self.works:
            if work.year < self.active_from:
                raise InputError(
                    f"{work.title!r} of {work.year} is older than {self.name}, active from {self.active_from}"
                )

    @property
    def songs(self) -> tuple[Song, ...]:
        """The artist's songs; tags are the styles, the moods, the place and the native name, in that order."""
        tags = (*self.styles, *self.moods, self.place, *((self.native_name,) if self.native_name else ()))
        return tuple(Song(artist=self.name, title=work.title, year=work.year, tags=tags) for work in self.works)


@cache
def bundled_artists() -> tuple[Artist, ...]:
    """All artists of the bundled catalogue, in file order."""
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return read_artists(text.splitlines())


def read_artists(lines: Iterable[str], *, file: str = FILE) -> tuple[Artist, ...]:
    """Read lines of the form of `artists.tsv`, column names first; FormatError names the line that is not so."""
    rows = iter(lines)
    header = tuple(next(rows, "").rstrip("\n").split("\t"))
    if header != COLUMNS:
        raise FormatError(f"columns {', '.join(header)} should be {', '.join(COLUMNS)}", file=file, place="line 1")
    artists: list[Artist] = []
    seen: set[str] = set()
    for number, line in enumerate(rows, start=2):
        place = f"line {number}"
        try:
            artist = _artist(line.rstrip("\n").split("\t"))
        except InputError as error:
            raise FormatError(str(error), file=file, place=place) from error
        if fold(artist.name) in seen:
            raise FormatError(f"{artist.name} is here twice", file=file, place=place)
        seen.add(fold(artist.name))
        artists.append(artist)
    return tuple(artists)


def _artist(cells: list[str]) -> Artist:
    if len(cells) != len(COLUMNS):
        raise InputError(f"{len(cells)} columns, not {len(COLUMNS)}")
    name, native_name, active_from, place, styles, moods, popularity, songs = cells
    return Artist(
        name=name,
        native_name=native_name,
        active_from=_number("active from", active_from),
        place=place,
        styles=tuple(styles.split(", ")),
        moods=tuple(moods.split(", ")),
        popularity=_number("popularity", popularity),
        works=tuple(_work(text) for text in songs.split("; ")),
    )


def _number(field: str, text: str) -> int:
    if not text.isdecimal():
        raise InputError(f"{field} {text!r} is not a whole number")
    return int(text)


def _work(text: str) -> Work:
    match = _WORK.fullmatch(text)
    if match is None:
        raise InputError(f"song {text!r} is not of the form 'title (year)'")
    return Work(title=match["title"], year=int(match["year"]))


def _check_words(field: str, words: tuple[str, ...], accepted: tuple[str, ...], *, most: int) -> None:
    if not 1 <= len(words) <= most or len(set(words)) != len(words):
        raise InputError(f"{field} {', '.join(words)!r} are not 1 to {most} different words")
    for word in words:
        if word not in accepted:
            raise InputError(f"{field}: {word!r} is not a known word{did_you_mean(word, accepted)}")
