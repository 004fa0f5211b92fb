"""Making the index of originality: the train part of the corpora as lines, and people's borrowing measured on valid."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from segue.compose.borrowing import Human, Limits, kind_of, measure
from segue.compose.tune_index import Named, TuneIndex
from segue.compose.tune_lines import Steps, tune_lines
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.gathering import Gathered, gather
from segue.music.quantize import quantize
from segue.music.score import Score

Told = Callable[[str], None]


@dataclass(frozen=True)
class Indexed:
    """An index that was made: its size in pieces, steps and bytes, and the limits measured."""

    pieces: int
    steps: int
    size: int
    limits: Limits


def make_index(root: Path, folder: Path, corpora: Sequence[str] = (), told: Told = lambda _: None) -> Indexed:
    """Gather the corpora below a root and write `tunes.npz` and `borrowing.json` into a folder; errors as `gather`."""
    return index_of(gather(root, corpora, tell=told), folder, told)


def index_of(gathered: Gathered, folder: Path, told: Told = lambda _: None) -> Indexed:
    """Write the index of gathered pieces: the lines of those in train, and the limits by those in valid."""
    told("train pieces as lines")
    rows = list(_rows(gathered.train))
    digest = hashlib.sha256()
    for piece, lines in rows:
        digest.update(piece.name.encode())
        for line in lines:
            digest.update(line.tobytes())
    index = TuneIndex.of(rows, digest.hexdigest())
    told("people's borrowing")
    limits = measure(index, _humans(gathered.valid))
    index.save(folder / "tunes.npz")
    limits.save(folder / "borrowing.json")
    return Indexed(len(index.pieces), len(index.steps), (folder / "tunes.npz").stat().st_size, limits)


def _rows(pieces: Iterable[Piece]) -> Iterator[tuple[Named, list[Steps]]]:
    for piece in pieces:
        lines = [line.steps for line in tune_lines(_on_grid(piece))]
        if lines:
            title = " ".join(piece.score.title.split())
            yield Named(piece.name, title), lines


def _humans(pieces: Iterable[Piece]) -> Iterator[Human]:
    for piece in pieces:
        score = _on_grid(piece)
        lines = tuple(tune_lines(score))
        if lines:
            yield Human(kind_of(piece.style or score.style), score, lines)


def _on_grid(piece: Piece) -> Score:
    """The score of a piece, what was played moved to written times."""
    is_played = piece.corpus in BY_NAME and BY_NAME[piece.corpus].kind == "performed"
    return quantize(piece.score).score if is_played else piece.score
