"""The training tunes as one row of steps, asked where a run of steps occurs in them.

Kept are the steps themselves, so that a copied run is found whole and exactly; the table of n-grams that leads to them
is made anew when an index is loaded.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from segue.compose.tune_lines import RATIOS, Steps
from segue.errors import FormatError, InputError

SIZE = 8  # steps of an n-gram, a power of two: the pitches of nine notes, the lengths of nine
FEWEST_INTERVALS = 3  # different ones in an n-gram; with fewer (a trill, a repeated note) it says nothing of a tune
_HEAD = np.uint64(48)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, near 2^64 divided by the golden ratio (Knuth, volume 3, 6.4)


@dataclass(frozen=True)
class Named:
    """What is told of a piece in the index: its name (corpus and file) and its title, which may be ""."""

    name: str
    title: str = ""

    @property
    def corpus(self) -> str:
        """The corpus that it comes from."""
        return self.name.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.title} ({self.name})" if self.title else self.name


@dataclass(frozen=True)
class Run:
    """Steps that a line shares with a piece: from step `first` of the line, `length` of them, in piece `piece`."""

    first: int
    length: int
    piece: int

    @property
    def notes(self) -> int:
        """How many notes' pitches it says."""
        return self.length + 1


@dataclass(frozen=True)
class TuneIndex:
    """Lines of pieces one after another.

    `steps` (N,) are those of all lines, line i from `bounds[i]` to `bounds[i + 1]` and of the piece `owners[i]`, a
    place in `pieces`. `digest` is the sha256 of what the index was made of, as its maker says.
    """

    steps: Steps
    bounds: NDArray[np.int64]
    owners: NDArray[np.int32]
    pieces: tuple[Named, ...]
    digest: str = ""

    @classmethod
    def of(cls, pieces: Iterable[tuple[Named, Sequence[Steps]]], digest: str = "") -> TuneIndex:
        """Make an index of pieces and their lines."""
        named: list[Named] = []
        lines: list[Steps] = []
        owners: list[int] = []
        for piece, found in pieces:
            owners += [len(named)] * len(found)
            lines += found
            named.append(piece)
        bounds = np.cumsum([0, *map(len, lines)], dtype=np.int64)
        steps = np.concatenate(lines) if lines else np.zeros(0, dtype=np.uint16)
        return cls(steps, bounds, np.array(owners, dtype=np.int32), tuple(named), digest)

    def save(self, file: Path) -> None:
        """Write the index, whole or not at all; equal indexes give equal bytes."""
        partial = file.with_name(f"{file.name}.partial")
        file.parent.mkdir(parents=True, exist_ok=True)
        words = "\n".join(f"{piece.name}\t{piece.title}" for piece in self.pieces)
        with partial.open("wb") as stream:
            np.savez_compressed(
                stream,
                low=(self.steps & 0xFF).astype(np.uint8),
                high=(self.steps >> 8).astype(np.uint8),
                lengths=np.diff(self.bounds).astype(np.uint32),
                owners=self.owners,
                pieces=np.frombuffer(words.encode(), dtype=np.uint8),
                digest=np.frombuffer(self.digest.encode(), dtype=np.uint8),
            )
        partial.replace(file)

    @classmethod
    def load(cls, file: Path) -> TuneIndex:
        """Read a file of `save`; InputError where there is none, FormatError where it is damaged."""
        try:
            with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as held:
                rows = [row.partition("\t") for row in held["pieces"].tobytes().decode().split("\n")]
                found = cls(
                    steps=held["low"] | held["high"].astype(np.uint16) << 8,
                    bounds=np.cumsum([0, *held["lengths"]], dtype=np.int64),
                    owners=held["owners"],
                    pieces=tuple(Named(name, title) for name, _, title in rows),
                    digest=held["digest"].tobytes().decode(),
                )
                if found.bounds[-1] != len(found.steps) or len(found.owners) != len(found.bounds) - 1:
                    raise FormatError("an index of tunes whose lines do not add up", file=str(file))
        except FileNotFoundError as error:
            raise InputError(f"{file}: no such index of tunes") from error
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, NotImplementedError, zlib.error) as error:
            raise FormatError(f"not an index of tunes: {str(error)[:100]}", file=str(file)) from error
        return found

    def lines_of(self, piece: int) -> list[Steps]:
        """The lines of a piece."""
        lines = np.flatnonzero(self.owners == piece)
        return [self.steps[self.bounds[line] : self.bounds[line + 1]] for line in lines]

    @cached_property
    def _table(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """All n-grams; the places of those that tell, by their first 16 bits; where those of each 16 bits begin there.

        Sorting by 16 bits takes a twentieth of the time of a whole sort, and leaves some 50 to be compared.
        """
        grams, is_telling = ngrams(self.steps)
        for back in range(1, SIZE):  # those that would reach over the end of a line
            ends = self.bounds[1:] - back
            is_telling[ends[(ends >= 0) & (ends < len(is_telling))]] = False
        places = np.flatnonzero(is_telling)
        heads = (grams >> _HEAD).astype(np.uint16)[places]
        counts = np.bincount(heads, minlength=1 << 16)
        return grams, places[np.argsort(heads, kind="stable")], np.concatenate([[0], np.cumsum(counts)])

    def prepare(self) -> None:
        """Make the table of n-grams now, where waiting does not matter, and not at the first search."""
        _ = self._table

    def find(self, grams: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return every occurrence of n-grams (n,): which of them it is (m,), and where in `steps` it begins (m,)."""
        keys, places, first = self._table
        heads = (grams >> _HEAD).astype(np.int64)
        counts = first[heads + 1] - first[heads]
        which = np.repeat(np.arange(len(grams)), counts)
        rows = np.arange(len(which)) + np.repeat(first[heads] - (np.cumsum(counts) - counts), counts)
        found = places[rows]
        is_same = keys[found] == grams[which]
        return which[is_same], found[is_same]

    def piece_at(self, places: NDArray[np.int64]) -> NDArray[np.int32]:
        """The pieces (a place in `pieces` each) in which places of `steps` (n,) lie."""
        return self.owners[np.searchsorted(self.bounds, places, side="right") - 1]

    def longest_run(self, line: Steps, asked: NDArray[np.int64], own: int = -1) -> Run | None:
        """Return the longest run of steps that a line shares with a piece; None where there is none.

        Runs are looked for around the n-grams that begin at the steps `asked` (n,) of the line. Of equally long ones
        the first by where they lie in the index; the piece `own` does not count.
        """
        if not len(asked):
            return None
        which, places = self.find(ngrams(line)[0][asked])
        if own >= 0:
            is_other = self.piece_at(places) != own
            which, places = which[is_other], places[is_other]
        if not len(which):
            return None
        starts = asked[which]
        order = np.lexsort((starts, places - starts))  # occurrences that one run may join lie together
        best, end = Run(0, 0, -1), 0
        shift: int | None = None
        for start, place in zip(starts[order].tolist(), places[order].tolist(), strict=True):
            if place - start == shift and start < end:
                continue  # inside the run that was just found
            first, end = self._grown(line, start, place)
            shift = place - start
            if end - first > best.length:
                best = Run(first, end - first, int(self.piece_at(np.array([place]))[0]))
        return best

    def _grown(self, line: Steps, first: int, place: int) -> tuple[int, int]:
        """The whole run around an n-gram that begins at step `first` of a line and at `place` of the index."""
        number = int(np.searchsorted(self.bounds, place, side="right")) - 1
        low, high = int(self.bounds[number]), int(self.bounds[number + 1])
        before = min(first, place - low)
        after = min(len(line) - first, high - place)
        behind = line[first - before : first] != self.steps[place - before : place]
        ahead = line[first : first + after] != self.steps[place : place + after]
        back = int(np.argmax(behind[::-1])) if behind.any() else before
        on = int(np.argmax(ahead)) if ahead.any() else after
        return first - back, first + on


def ngrams(steps: Steps) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the n-grams of steps (n,), each as a number, and which of them have enough different intervals.

    Both are (n - SIZE + 1,), or empty. The number is a polynomial hash modulo 2^64, so that two of a few million
    n-grams are told apart but for a chance of about one in a million.
    """
    count = max(len(steps) - SIZE + 1, 0)
    different = np.zeros(count, dtype=np.uint8)
    if not count:
        return np.zeros(0, dtype=np.uint64), different > 0
    intervals = (steps // len(RATIOS)).astype(np.uint8)
    grams, power, width = steps.astype(np.uint64) + np.uint64(1), np.array([_MULTIPLIER]), 1
    while width < SIZE:  # of two halves of a run comes the whole
        grams, power, width = grams[:-width] * power + grams[width:], power * power, 2 * width
    for place in range(SIZE):
        is_new = np.ones(count, dtype=np.bool_)
        for before in range(place):
            is_new &= intervals[place : count + place] != intervals[before : count + before]
        different += is_new
    return grams, different >= FEWEST_INTERVALS
