"""Styles told of files by listening to them: kept beside what people said of a song, and taken back when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from segue.errors import InputError
from segue.listens.song import Song, check_text

MODEL = 40  # characters of a model's name at most


@dataclass(frozen=True, slots=True)
class HeardFile:
    """What was told of a file: its path, the song that its tags name (None where they name none), the style ("" where
    nothing is sure enough), its probability, and the model that told it."""

    path: str
    song: Song | None
    style: str
    probability: float
    model: str

    def __post_init__(self) -> None:
        for what, value in (("path", self.path), ("style", self.style), ("model", self.model)):
            check_text(what, value)
        if not self.path or len(self.model) > MODEL or not 0 <= self.probability <= 1 + 1e-6:
            raise InputError(
                f"a style of {self.path!r} with probability {self.probability} by model {self.model!r}: "
                f"a path, 0 to 1, and at most {MODEL} characters are needed"
            )


@dataclass(frozen=True, slots=True)
class HeardStyle:
    """A style that the store keeps: of which file, the row number of its song, and when it was told (UTC)."""

    path: str
    song_id: int
    style: str
    probability: float
    model: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Styled:
    """What one transaction did: files whose style is kept now, songs made for them, files taken for a known song, and
    the paths of those that no song is known of."""

    kept: int
    new: int
    known: int
    nameless: tuple[str, ...]


class StyleLog(Protocol):
    """Keeps what was heard in files. A song's tags then end in these styles, told apart by `Song.heard`."""

    def add(self, files: Iterable[HeardFile]) -> Styled:
        """Keep what was told of files in one transaction; of each file the latest word counts, "" takes its style away.

        The song is the one that the file's tags name, else the one with this path, else it is made as a scan does. A
        file without either is counted and left.
        """
        ...

    def list(self, below: str = "") -> Sequence[HeardStyle]:
        """What is kept of a file or of the files below a folder, or all, by path."""
        ...

    def take_back(self, below: str = "") -> int:
        """Forget what was told of a file or of the files below a folder, or all; return of how many. Tags stay."""
        ...
