"""A song, as listeners and their players name it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from segue.errors import InputError

ID_KINDS = ("isrc", "mbid", "spotify", "lastfm", "path")
LONGEST = 1000  # characters of any one name; longer ones are hostile or broken


@dataclass(frozen=True, slots=True)
class Song:
    """What is known about one song; with an empty title it stands for the artist's work as a whole.

    `year` is the year of release, `duration` is in seconds, `tags` are free words, strongest first. Those of them that
    nobody wrote, styles told by listening, are `heard` too. `ids` maps a kind from `ID_KINDS` to the identifier, for
    example {"spotify": "spotify:track:..."}.
    """

    artist: str
    title: str = ""
    album: str = ""
    year: int | None = None
    tags: tuple[str, ...] = ()
    duration: float | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    heard: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.artist.strip():
            raise InputError(f"a song needs an artist; got title {self.title[:40]!r} and no artist")
        for what, value in (("artist", self.artist), ("title", self.title), ("album", self.album)):
            check_text(what, value)
        if self.year is not None and not 1000 <= self.year <= 2200:
            raise InputError(f"year {self.year} is not a year of release (1000 to 2200)")
        if self.duration is not None and not 0 < self.duration < 7 * 86400:
            raise InputError(f"duration {self.duration} s is not the length of a song")
        for tag in self.tags:
            check_text("tag", tag)
        for kind, value in self.ids.items():
            if kind not in ID_KINDS:
                raise InputError(f"song id kind {kind!r} is none of {', '.join(ID_KINDS)}")
            check_text(kind, value)
        if not set(self.heard) <= set(self.tags):
            raise InputError(f"styles heard {', '.join(self.heard)!r} are not all among the tags {self.tags!r}")
        object.__setattr__(self, "tags", tuple(self.tags))
        object.__setattr__(self, "heard", tuple(self.heard))
        object.__setattr__(self, "ids", MappingProxyType(dict(self.ids)))

    def __reduce__(self) -> tuple[type[Song], tuple[object, ...]]:
        """Copy and pickle by the fields; the read-only view of `ids` allows neither."""
        fields = (self.artist, self.title, self.album, self.year, self.tags, self.duration, dict(self.ids), self.heard)
        return Song, fields

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple[str, str]:
        """The identity of a song: artist and title, case, accents' composition and outer space folded."""
        return fold(self.artist), fold(self.title)

    @property
    def own_tags(self) -> tuple[str, ...]:
        """The tags that people gave, without those that were heard."""
        return tuple(tag for tag in self.tags if tag not in self.heard) if self.heard else self.tags

    def __str__(self) -> str:
        return f"{self.artist} – {self.title}" if self.title else self.artist


def check_text(what: str, value: str) -> None:
    """Raise InputError where `value` cannot be kept as text: too long, a NUL, or half of a surrogate pair."""
    if len(value) > LONGEST:
        raise InputError(f"{what} {value[:40]!r}... has {len(value)} characters; at most {LONGEST} are accepted")
    if value.isascii() and "\0" not in value:
        return
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InputError(f"{what} {value[:40]!r} holds a NUL or half of a surrogate pair, which no text does")


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Fold a name for comparison: NFKC, case folded, inner white space single.

    >>> fold("  Beyoncé  KNOWLES ")
    'beyoncé knowles'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
