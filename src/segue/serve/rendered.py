"""Answers as they were sent, each kept until the store or the model has moved, so that they are rendered once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

Stamp = tuple[float, Hashable]  # of the model and of the store
_KEPT = 2_000


class Rendered:
    """Bodies of answers by what was asked."""

    def __init__(self) -> None:
        self._held: OrderedDict[bytes, tuple[Stamp, bytes]] = OrderedDict()

    def find(self, name: bytes, stamp: Stamp) -> bytes | None:
        """Return an answer that is still true."""
        kept = self._held.get(name)
        return kept[1] if kept is not None and kept[0] == stamp else None

    def keep(self, name: bytes, stamp: Stamp, body: bytes) -> None:
        """Keep an answer; the one that was kept first goes where there are too many."""
        self._held[name] = (stamp, body)
        self._held.move_to_end(name)
        while len(self._held) > _KEPT:
            self._held.popitem(last=False)

    def clear(self) -> None:
        """Let go of all."""
        self._held.clear()
