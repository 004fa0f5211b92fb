"""What turns one kind of item into vectors, and what can be taken away from it: scores, chords, lyrics, audio."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from segue.recognize.head import Floats

T = TypeVar("T")  # an item: a score, a progression, a text, a recording


class Front(Protocol[T]):
    """A front end. A new kind of item is one module with one of these, and a line in `segue.recognize.recognizer`."""

    kind: str

    def vectors(self, items: Sequence[T]) -> Floats:
        """Return a vector for each item (n, d)."""
        ...

    def parts(self, item: T) -> Sequence[str]:
        """Return the parts of an item in words, in their order: bars, seconds, chords, words."""
        ...

    def without(self, item: T, parts: Collection[int]) -> T:
        """Return the item with some parts (by their numbers, from 0) taken away, the others where they were."""
        ...
