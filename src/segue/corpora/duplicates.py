"""Finding one tune in several sets: shingles of melodic intervals, which no transposition changes.

Each part that is not drums gives its upper line twice: as played (equal pitches that follow each other are one), and
the notes that begin on pulses. Runs of intervals of either line are shingles, and two pieces are one tune where the
smaller has a large share of its shingles in common with the other: containment (Broder, "On the resemblance and
containment of documents", SEQUENCES 1997). Lines as played outlive other note values, lines on pulses ornaments.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import log2

from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, Score

SIZE = 8  # intervals in a shingle
SAME = 0.3  # of the smaller piece's shingles must be shared
MORE = 0.05  # for each doubling, where the larger piece has more than four times as many
SAME_WITH_TITLE = 0.1  # where both have the same title
FEWEST = 6  # shingles that must be shared
_MOST_PARTS = 8
_WIDEST = 31  # semitones; wider leaps are cut to it


@dataclass(frozen=True)
class Fingerprint:
    """The shingles of a piece: of its lines as played, and of its lines on pulses."""

    played: frozenset[int]
    on_pulses: frozenset[int]


@dataclass(frozen=True)
class Match:
    """A piece that is the same tune, and how much of the smaller piece's shingles the two share."""

    name: str
    share: float


def fingerprint(score: Score) -> Fingerprint:
    """Return the fingerprint of the first eight parts with notes; empty where no line has nine notes."""
    played: set[int] = set()
    on_pulses: set[int] = set()
    pulse, first = _pulse(score.metre), _first_downbeat(score)
    parts = [part for part in score.parts if not part.is_drums and len(part.notes)]
    for part in parts[:_MOST_PARTS]:
        line = upper_line(part.notes)
        played |= _shingles(_without_repeats([pitch for _, pitch in line]), 0)
        step, shift = pulse * part.notes.resolution, first * part.notes.resolution
        if step.denominator == shift.denominator == 1:
            on_grid = [pitch for start, pitch in line if (start - shift.numerator) % step.numerator == 0]
            on_pulses |= _shingles(on_grid, 1)
    return Fingerprint(frozenset(played), frozenset(on_pulses))


class Shelf:
    """Fingerprints under names, asked for those that are the same tune."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._titles: list[str] = []
        self._sizes: tuple[list[int], list[int]] = ([], [])
        self._where: defaultdict[int, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str, print_: Fingerprint, title: str = "") -> None:
        """Put a fingerprint on the shelf, with the title of its piece where that says something."""
        place = len(self._names)
        self._names.append(name)
        self._titles.append(title)
        for sizes, shingles in zip(self._sizes, (print_.played, print_.on_pulses), strict=True):
            sizes.append(len(shingles))
            for shingle in shingles:
                self._where[shingle].append(place)

    def find(self, print_: Fingerprint, title: str = "") -> Match | None:
        """Return the piece that shares most with a fingerprint, of those that are the same tune; None without one."""
        best = Match("", 0.0)
        for sizes, shingles in zip(self._sizes, (print_.played, print_.on_pulses), strict=True):
            shared = Counter(place for shingle in shingles for place in self._where.get(shingle, ()))
            for place, count in shared.items():
                small, large = sorted((len(shingles), sizes[place]))
                needed = SAME_WITH_TITLE if title and title == self._titles[place] else _needed(large / small)
                if count >= FEWEST and best.share < count / small >= needed:
                    best = Match(self._names[place], count / small)
        return best if best.name else None


def _needed(ratio: float) -> float:
    """The share that must be common, by how many times larger one piece is: a symphony meets much by chance."""
    return SAME + MORE * max(0.0, log2(ratio) - 2)


def _pulse(metre: Metre) -> Fraction:
    """A quarter of a bar in two or four, else a beat: so that 2/4, 2/2 and 4/4 of one tune have the same pulses."""
    return metre.length / 4 if metre.count in (2, 4) else metre.beat


def _first_downbeat(score: Score) -> Fraction:
    """Where the first whole bar begins, in quarter notes."""
    first = score.bars[0] if score.bars else Bar()
    return first.length if first.length < first.metre.length else Fraction(0)


def upper_line(notes: Notes) -> list[tuple[int, int]]:
    """Return the highest note of each onset, as (start in ticks, pitch)."""
    highest: dict[int, int] = {}
    for start, pitch in zip(notes.starts, notes.pitches, strict=True):
        if pitch > highest.get(start, -1):
            highest[start] = pitch
    return list(highest.items())


def _without_repeats(pitches: Sequence[int]) -> list[int]:
    return [pitch for at, pitch in enumerate(pitches) if at == 0 or pitch != pitches[at - 1]]


def _shingles(pitches: Sequence[int], tag: int) -> set[int]:
    """The runs of `SIZE` intervals, packed into integers; those of fewer than three different intervals say nothing."""
    steps = [max(-_WIDEST, min(_WIDEST, after - before)) + _WIDEST for before, after in pairwise(pitches)]
    packed = set()
    for at in range(len(steps) - SIZE + 1):
        run = steps[at : at + SIZE]
        if len(set(run)) >= 3:
            number = tag
            for step in run:
                number = number << 6 | step
            packed.add(number)
    return packed
