"""The store's interface: what it keeps and what may be asked of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from segue.listens.held import ReviewQueue
from segue.listens.leanings import LeaningLog
from segue.listens.listen import Feedback, Listen, Record, Tally, Verdict
from segue.listens.offered import OfferLog
from segue.listens.song import Song
from segue.listens.styles import StyleLog


@dataclass(frozen=True, slots=True)
class Added:
    """What one transaction did: rows that are new, rows that were known already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener has with one song, over all listens, tallies and the latest verdict.

    `song_id` is the store's row number of the song. `plays` counts listens not skipped plus tallied plays; `skips`
    counts listens skipped; `last_at` is None where only a tally tells of it (and is the verdict's time where there is
    nothing but a verdict); `verdict` is the latest one, or None.
    """

    song_id: int
    song: Song
    plays: int
    skips: int
    last_at: datetime | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are; `songs` is the size of the whole catalogue."""

    listens: int
    tallies: int
    feedback: int
    songs: int


class Store(Protocol):
    """Keeps songs, listens, tallies, feedback, leanings, words held for review, what was offered, styles heard.

    One SQL implementation serves SQLite and PostgreSQL.
    """

    @property
    def held(self) -> ReviewQueue:
        """Words that wait for a person to accept or reject them."""
        ...

    @property
    def offers(self) -> OfferLog:
        """What was offered to a musician, and what became of it."""
        ...

    @property
    def styles(self) -> StyleLog:
        """Styles that were told of files by listening to them."""
        ...

    @property
    def leanings(self) -> LeaningLog:
        """What listeners set about their own taste."""
        ...

    def add(self, records: Iterable[Record], *, dry_run: bool = False) -> Added:
        """Add records in one transaction; songs they name are made or completed. Known rows are left and counted.

        A known tally takes the larger count. An error while the records are read undoes all; so does `dry_run`.
        """
        ...

    def add_songs(self, songs: Iterable[Song]) -> Added:
        """Add songs to the catalogue in one transaction; a known song gains what it lacked (tags, year, ids ...)."""
        ...

    def songs(self) -> Sequence[tuple[int, Song]]:
        """All songs with their row numbers, in row order."""
        ...

    def find_song(self, artist: str, title: str = "") -> tuple[int, Song] | None:
        """The song of that artist and title, names folded, or None."""
        ...

    def search_songs(self, text: str, limit: int = 20) -> Sequence[tuple[int, Song]]:
        """Songs whose artist and title hold all words of `text`, the shortest names first."""
        ...

    def listeners(self) -> Sequence[str]:
        """All listeners, by name."""
        ...

    def counts(self, listener: str | None = None) -> Counts:
        """How many rows there are, of one listener (NotFoundError for an unknown one) or of all."""
        ...

    def history(self, listener: str) -> Sequence[Heard]:
        """All that a listener has with songs, latest first (None last); NotFoundError for an unknown listener."""
        ...

    def histories(self) -> Iterator[tuple[str, Sequence[Heard]]]:
        """`history` of every listener, in few queries: what training reads."""
        ...

    def listens(self, listener: str | None = None, limit: int | None = None) -> Iterator[Listen]:
        """Listens, latest first."""
        ...

    def tallies(self, listener: str | None = None) -> Iterator[Tally]:
        """Tallies, most plays first."""
        ...

    def feedback(self, listener: str | None = None) -> Iterator[Feedback]:
        """Feedback, latest first."""
        ...

    def version(self) -> int:
        """A number that grows with every acknowledged write, so that readers know when to look again."""
        ...

    def mark(self) -> Hashable:
        """What differs after each acknowledged write, and costs less to ask than `version`."""
        ...

    def withdraw(self, listener: str, song_id: int) -> int:
        """Take back all that a listener (NotFoundError for an unknown one) said of a song; return how many verdicts
        went. What was played stays."""
        ...

    def erase(self, listener: str) -> int:
        """Remove a listener and all rows of theirs; return how many rows went."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
