"""How much lines borrow from an index of tunes, and how much people do: the measure of what is too much."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from segue.compose.tune_index import Run, TuneIndex, ngrams
from segue.compose.tune_lines import Steps, TuneLine
from segue.errors import FormatError, InputError, did_you_mean
from segue.music.score import Score
from segue.music.styles import STYLES, style_named

FEWEST = 8  # n-grams of a score that is judged
SIZES = (8, 16, 32, 64, 128, 256, 512)  # least n-grams of each class of length
EXCERPTS = (2, 4, 8, 16, 32, 0)  # bars of the excerpts that people's borrowing is measured on; 0: the whole piece
OVER = 0.05  # share of people's excerpts that are over the limits
_FEWEST_EXCERPTS = 40  # of a kind and length; with fewer those of all kinds count

# Style -> kind: music that borrows alike. What is not named is "song".
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("reel", "jig", "slip jig", "hornpipe", "polka", "waltz", "march", "strathspey", "air", "dance", "folk"),
            "dance",
        ),
        **dict.fromkeys(("chorale", "hymn"), "chorale"),
        **dict.fromkeys(
            ("renaissance", "baroque", "classical", "romantic", "modern", "lied", "study", "ragtime"), "concert"
        ),
        "unknown": "any",
    }
)
KINDS = ("any", "dance", "chorale", "concert", "song")


def check_style(style: str) -> str:
    """Return a style's name; InputError where it is none, "" stays ""."""
    if style and style not in STYLES:
        raise InputError(f"style {style!r} is none of {', '.join(STYLES)}{did_you_mean(style, STYLES)}")
    return style


def kind_of(style: str) -> str:
    """Return the kind of a style's music: dance, chorale, concert, song; "any" where the style is not known."""
    return _KINDS.get(style_named(style), "song")


@dataclass(frozen=True)
class Borrowed:
    """What lines share with an index.

    `score` is the share of the `ngrams` different n-grams that the index has; `nearest` the piece with most of them
    (-1: none), which has `nearest_share` of all; `run` the longest run, in line number `line`.
    """

    ngrams: int
    score: float
    nearest: int
    nearest_share: float
    run: Run | None
    line: int


def borrowed(index: TuneIndex, lines: Sequence[Steps], known: Sequence[Steps] = (), own: int = -1) -> Borrowed:
    """Return what lines share with an index; n-grams of the lines `known`, and the piece `own`, do not count."""
    mine = _grams(known)
    asked, grams = [], []
    for line in lines:
        found, is_telling = ngrams(line)
        if len(mine):
            is_telling &= ~np.isin(found, mine)
        asked.append(np.flatnonzero(is_telling))
        grams.append(found[asked[-1]])
    different = np.unique(np.concatenate(grams)) if grams else np.zeros(0, dtype=np.uint64)
    which, places = index.find(different)
    pieces = index.piece_at(places)
    if own >= 0:
        which, pieces = which[pieces != own], pieces[pieces != own]
    run, number = _longest(index, lines, asked, own)
    if not len(which):
        return Borrowed(len(different), 0.0, -1, 0.0, run, number)
    pairs = np.unique(which * len(index.pieces) + pieces)
    counts = np.bincount(pairs % len(index.pieces))
    nearest = int(np.argmax(counts))
    score = len(np.unique(which)) / len(different)
    return Borrowed(len(different), score, nearest, float(counts[nearest]) / len(different), run, number)


def _grams(lines: Iterable[Steps]) -> NDArray[np.uint64]:
    found = [ngrams(line)[0] for line in lines]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.uint64)


def _longest(
    index: TuneIndex, lines: Sequence[Steps], asked: Sequence[NDArray[np.int64]], own: int
) -> tuple[Run | None, int]:
    best: Run | None = None
    number = -1
    for place, (line, starts) in enumerate(zip(lines, asked, strict=True)):
        run = index.longest_run(line, starts, own)
        if run is not None and (best is None or run.length > best.length):
            best, number = run, place
    return best, number


@dataclass(frozen=True)
class Limit:
    """The most that is accepted: the share of borrowed n-grams, and the notes of the longest run."""

    score: float
    notes: int


@dataclass(frozen=True)
class Limits:
    """Limits by kind and class of length (as many as `SIZES`), and how many excerpts they were measured on."""

    of_kind: Mapping[str, tuple[Limit, ...]]
    excerpts: int

    def at(self, kind: str, count: int) -> Limit:
        """Return the limit of a kind for a score of `count` n-grams."""
        return self.of_kind[kind][max(bisect_right(SIZES, count) - 1, 0)]

    def save(self, file: Path) -> None:
        """Write them as JSON, whole or not at all."""
        rows = {kind: [[limit.score, limit.notes] for limit in limits] for kind, limits in self.of_kind.items()}
        text = json.dumps({"sizes": SIZES, "excerpts": self.excerpts, "limits": rows}, indent=1) + "\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(f"{file.name}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)

    @classmethod
    def load(cls, file: Path) -> Limits:
        """Read a file of `save`; InputError where there is none, FormatError where it is damaged."""
        try:
            held = json.loads(file.read_text(encoding="utf-8"))
            rows = {
                kind: tuple(Limit(float(score), int(notes)) for score, notes in held["limits"][kind]) for kind in KINDS
            }
            if tuple(held["sizes"]) != SIZES or any(len(row) != len(SIZES) for row in rows.values()):
                raise FormatError(f"limits of other lengths than {SIZES}", file=str(file))
            return cls(rows, int(held["excerpts"]))
        except FileNotFoundError as error:
            raise InputError(f"{file}: no such file of limits") from error
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            raise FormatError(f"not the limits of borrowing: {error}", file=str(file)) from error


@dataclass(frozen=True)
class Human:
    """A piece by people that the index does not have: the kind of its music, its score and its lines."""

    kind: str
    score: Score
    lines: tuple[TuneLine, ...]


def measure(index: TuneIndex, humans: Iterable[Human], seed: int = 0) -> Limits:
    """Return the limits that 95 of 100 excerpts of pieces by people keep, both at once, of each kind and length.

    Of every piece an excerpt of each number of bars in `EXCERPTS` is taken at a random place. Both limits are the same
    percentile, the lowest with which at most `OVER` of the excerpts are over one of them.
    """
    rng = np.random.default_rng(seed)
    found: defaultdict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    count = 0
    for human in humans:
        for lines in _excerpts(human, rng):
            taken = borrowed(index, lines)
            if taken.ngrams < FEWEST:
                continue
            row = (taken.score, taken.run.notes if taken.run is not None else 0)
            size = bisect_right(SIZES, taken.ngrams) - 1
            count += 1
            for kind in {human.kind, "any"}:
                found[kind, size].append(row)
    if not count:
        raise InputError("no piece by people is long enough to be compared")
    everything = [row for (kind, _), rows in found.items() if kind == "any" for row in rows]
    limits: dict[str, tuple[Limit, ...]] = {}
    for kind in KINDS:
        limits[kind] = tuple(
            limit_of(_enough(found[kind, size], found["any", size], everything)) for size in range(len(SIZES))
        )
    return Limits(limits, count)


def _enough(*wider: Sequence[tuple[float, int]]) -> Sequence[tuple[float, int]]:
    """The first group that is large enough, else the last."""
    return next((rows for rows in wider if len(rows) >= _FEWEST_EXCERPTS), wider[-1])


def limit_of(rows: Sequence[tuple[float, int]]) -> Limit:
    """Return the limits of excerpts, each (score, notes of the longest run); see `measure`."""
    scores = np.array([score for score, _ in rows])
    notes = np.array([count for _, count in rows])
    limit = Limit(1.0, 0)
    for percentile in np.arange(1 - OVER, 1.0001, OVER / 50):
        share = min(float(percentile), 1.0)
        score, count = float(np.quantile(scores, share)), int(np.ceil(np.quantile(notes, share)))
        limit = Limit(round(score, 4), count)
        if ((scores > limit.score) | (notes > limit.notes)).mean() <= OVER:
            break
    return limit


def _excerpts(human: Human, rng: np.random.Generator) -> Iterator[list[Steps]]:
    bounds = [float(start) for start in human.score.bar_starts]
    starts = [np.array([float(start) for start in line.starts]) for line in human.lines]
    for bars in EXCERPTS:
        if bars >= len(bounds) - 1:
            continue  # the whole piece comes last
        first = int(rng.integers(0, len(bounds) - bars)) if bars else 0
        last = first + bars if bars else len(bounds) - 1
        cut = []
        for line, times in zip(human.lines, starts, strict=True):
            begin, end = np.searchsorted(times, (bounds[first], bounds[last])).tolist()
            cut.append(line.steps[begin : max(end - 2, begin)])
        yield [steps for steps in cut if len(steps)]
