"""How styles of chords and words are measured: split by groups, calibrated on valid, told once on test.

Groups (all songs by a composer or artist, and all songs of a title) are shuffled by a seed; the first that hold a fifth
of the items are test, the next that hold 15 % valid, the rest train. Where songs are few the fifths take turns, so that
each song is told once by a head that knows nobody who wrote it: a single fifth is a poor witness there. The *loose*
split does the same with each item its own group: songs by one hand then lie on both sides, which flatters.
`style.*_majority` is the share that guessing the commonest style gets right.
"""

from __future__ import annotations

import pickle
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import ROOT, sha256_of
from benchmarks.score_protocol import Rate
from segue.recognize.evidence import Deletion, deletion
from segue.recognize.front import Front
from segue.recognize.head import Floats, Head, fit_head, indices
from segue.tune.metrics import calibration_error

SEEDS = (0, 1, 2)
TEST, VALID = 0.2, 0.15  # shares of the items
TURNS = 5
EPSILON = 1e-9
ASKED = 100  # test items of each seed whose evidence is tested
T = TypeVar("T")
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """The numbers of items in train, valid and test."""

    train: Places
    valid: Places
    test: Places


def split(groups: Sequence[str], seed: int, turn: int = 0) -> Parts:
    """Split items by their groups; test of turn 0 to 4 is another fifth of the same shuffle."""
    sizes = Counter(groups)
    order = sorted(sizes)
    np.random.default_rng(seed).shuffle(order)
    part: dict[str, int] = {}
    held = 0
    for group in order:
        at = (held / len(groups) - turn * TEST + EPSILON) % 1
        part[group] = 0 if at < TEST else 1 if at < TEST + VALID else 2
        held += sizes[group]
    places = np.array([part[group] for group in groups])
    return Parts(*(np.flatnonzero(places == number) for number in (2, 1, 0)))


def loosely(count: int, seed: int, turn: int = 0) -> Parts:
    """Split items as if each were by somebody else."""
    return split([str(number) for number in range(count)], seed, turn)


def joined(titles: Sequence[str], people: Sequence[str]) -> list[str]:
    """Return a group for each song: songs of a title, and songs by one hand ("" is nobody's), share it."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    for title, who in zip(titles, people, strict=True):
        if who:
            above[top(f"title {title}")] = top(f"by {who}")
    return [top(f"title {title}") for title in titles]


def plain(title: str) -> str:
    """A title by its letters and digits, without an article before and brackets behind."""
    bare = re.sub(r"\(.*?\)|^(the|a) ", "", unicodedata.normalize("NFKD", title).lower())
    return re.sub(r"[^\w]|_", "", bare) or title


@dataclass(frozen=True)
class Told:
    """What a head told of test: whether each answer was right, how sure it was, and the macro-F1."""

    right: NDArray[np.bool_]
    sure: NDArray[np.float64]
    f1: float
    given: NDArray[np.bool_]  # answers over the threshold

    @classmethod
    def pooled(cls, found: Sequence[Told]) -> Told:
        """Put the answers of several turns together; the macro-F1 is their mean."""
        columns = (np.concatenate([getattr(one, name) for one in found]) for name in ("right", "sure", "given"))
        right, sure, given = columns
        return cls(right, sure, float(np.mean([one.f1 for one in found])), given)

    def figures(self, name: str, ece: str) -> dict[str, float]:
        """Accuracy, macro-F1, how many are answered and how many of those are wrong, and the calibration error."""
        wrong = float((~self.right[self.given]).mean()) if self.given.any() else 0.0
        return {
            f"{name}_acc": self.accuracy,
            f"{name}_f1": self.f1,
            f"{name}_given": float(self.given.mean()),
            f"{name}_given_wrong": wrong,
            ece: self.ece,
        }

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return float(self.right.mean())

    @property
    def ece(self) -> float:
        """Expected calibration error of the likeliest style, in ten bins."""
        return calibration_error(self.right, self.sure)


def told(head: Head, vectors: Floats, styles: Sequence[str]) -> Told:
    """Measure a head on vectors (n, d) and their styles."""
    shares = head.probabilities(vectors)
    guessed, truth = shares.argmax(1), indices(head.styles, styles)
    right, sure = guessed == truth, shares.max(1)
    f1 = [
        2 * float((right & (truth == one)).sum()) / max(float((guessed == one).sum() + (truth == one).sum()), 1.0)
        for one in np.unique(truth)
    ]
    return Told(right, sure, float(np.mean(f1)), sure >= head.threshold)


def learned(vectors: Floats, styles: Sequence[str], parts: Parts, penalties: Sequence[float]) -> Head:
    """Fit a head on train, its penalty and calibration by valid."""
    of = np.asarray(styles)
    held = (vectors[parts.valid], list(of[parts.valid]))
    return fit_head(vectors[parts.train], list(of[parts.train]), held, balanced=False, penalties=penalties)


def mean(values: Sequence[float]) -> Rate:
    """The mean over seeds, and its standard error."""
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return Rate(float(np.mean(values)), error)


def deletions(front: Front[T], head: Head, items: Sequence[T], seed: int) -> list[Deletion]:
    """Take away what is named, and as much at random, of items."""
    rng = np.random.default_rng(seed)
    found = (deletion(front, head, item, rng) for item in items)
    return [one for one in found if one is not None]


def ratio(found: Sequence[Deletion]) -> Rate:
    """The mean drop without the named parts over that without random ones."""
    return Rate.of([one.named for one in found], [one.random for one in found])


@dataclass(frozen=True)
class Kept(Generic[T]):
    """Something that takes long to make, kept below .scratch/ by the files it is made of."""

    name: str
    files: Sequence[Path]
    make: Callable[[], T]

    def load(self) -> T:
        """Return it, made where it is not there yet."""
        file = ROOT / ".scratch" / "style" / f"{self.name}-{sha256_of(self.files)[:16]}.pickle"
        if file.is_file():
            found: T = pickle.loads(file.read_bytes())
            return found
        made = self.make()
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part")
        partial.write_bytes(pickle.dumps(made))
        partial.replace(file)
        return made
