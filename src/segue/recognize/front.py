"""What turns one kind of item into vectors, what can be taken away from it, and what tells styles from vectors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from numpy.typing import ArrayLike

from segue.recognize.calibration import Doubles
from segue.recognize.head import Floats

T = TypeVar("T")  # an item: a score, a progression, a text, a recording


class Front(Protocol[T]):
    """A front end. A new kind of item is one module with one of these, and a line in `segue.recognize.recognizer`."""

    @property
    def kind(self) -> str:
        """What it takes: "score", "chords", "lyrics", "audio"."""
        ...

    def vectors(self, items: Sequence[T]) -> Floats:
        """Return a vector for each item (n, d)."""
        ...

    def parts(self, item: T) -> Sequence[str]:
        """Return the parts of an item in words, in their order: bars, seconds, chords, words."""
        ...

    def without(self, item: T, parts: Collection[int]) -> T:
        """Return the item with some parts (by their numbers, from 0) taken away, the others where they were."""
        ...


class Teller(Protocol):
    """What tells styles from vectors: a `segue.recognize.head.Head`, or `segue.recognize.net.Nets`."""

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles, in the order of the probabilities."""
        ...

    @property
    def threshold(self) -> float:
        """The least probability of an answer that is sure."""
        ...

    def probabilities(self, vectors: ArrayLike) -> Doubles:
        """Return calibrated probabilities (n, styles) of vectors (n, d)."""
        ...
