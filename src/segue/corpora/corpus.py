"""What a public set of music is to Segue: a name, a licence, a reader, and the pieces that it holds."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

from segue.errors import InputError
from segue.music.score import Score

Kind = Literal["notated", "performed", "chords", "drums"]
Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
_IN_MUSIC21 = "music21/"


@dataclass(frozen=True)
class Piece:
    """A piece of a corpus.

    `key` decides its split, so several pieces of one song or work share it; `file` tells them apart (with a number
    where a file holds several); `group` is who wrote or played it (a composer, a drummer, an artist), for splits by
    group; `split` is set where the corpus comes with a canonical one.
    """

    key: str
    score: Score
    corpus: str
    style: str = ""
    group: str = ""
    split: Split | None = None
    file: str = ""

    @property
    def part(self) -> Split:
        """Where the piece belongs: its canonical split, else `split_of` its key."""
        return self.split or split_of(self.key)

    @property
    def name(self) -> str:
        """A name that no other piece has: corpus and file."""
        return f"{self.corpus}/{self.file or self.key}"


@dataclass(frozen=True)
class Broken:
    """A file, or a piece in it, that could not be read, and why."""

    name: str
    why: str


Found = Iterator[Piece | Broken]


@dataclass(frozen=True)
class Corpus:
    """A public set of music.

    `folder` lies under the data's root, or is "music21/NAME" for what the installed music21 brings along; `may_train`
    says whether weights that are shipped may be trained on it; `read` takes the folder and gives its pieces, in the
    same order each time, and what is broken.
    """

    name: str
    folder: str
    licence: str
    may_train: bool
    kind: Kind
    read: Callable[[Path], Found]

    def place(self, root: Path) -> Path:
        """Return the folder of the corpus below the data's root (or in music21); InputError where it is absent."""
        place = in_music21(self.folder) if self.folder.startswith(_IN_MUSIC21) else root / self.folder
        if place is None or not place.is_dir():
            raise InputError(f"corpus {self.name}: there is no folder {place or self.folder}")
        return place


def split_of(key: str) -> Split:
    """Return the split of a key: a tenth is test, a tenth valid, the rest train, by the CRC-32 of its bytes."""
    tenth = zlib.crc32(key.encode()) % 10
    return "test" if tenth == 0 else "valid" if tenth == 1 else "train"


def in_music21(folder: str) -> Path | None:
    """Return a place in the corpus that the installed music21 brings along; None where music21 is absent."""
    spec = find_spec("music21")  # finds the package without importing it
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "corpus" / folder.removeprefix(_IN_MUSIC21)
