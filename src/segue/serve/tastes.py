"""The recommender that is served, ready for each listener: loaded once, and again when another run is promoted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from segue.listens.store import Heard, Store

if TYPE_CHECKING:  # slow to import, and loaded by the first question
    from segue.recommend.history import History
    from segue.recommend.recommender import Recommender

T = TypeVar("T")
_KEPT = 64  # listeners whose recommender is kept ready
_POINTER = "models/recommend/served.json"


@dataclass(frozen=True, eq=False)
class Ready:
    """A recommender that knows the songs of a listener, the listener's history in it, and how many songs were heard."""

    model: Recommender
    history: History
    heard: int = 0
    by_text: int = 0


class Tastes:
    """Listeners ready to be answered; one that wrote something is read again, from the store."""

    def __init__(self, home: Path, store: Store) -> None:
        self.home, self.store = home, store
        self._lock = threading.RLock()
        self._base: tuple[float, Recommender] | None = None
        self._known: OrderedDict[str, tuple[float, frozenset[tuple[str, str]], Recommender]] = OrderedDict()
        self._ready: OrderedDict[str, tuple[tuple[float, Hashable], Ready]] = OrderedDict()

    @property
    def stamp(self) -> float:
        """When the pointer to the served run was last written; 0 where there is none."""
        try:
            return (self.home / _POINTER).stat().st_mtime
        except OSError:
            return 0.0

    @property
    def is_loaded(self) -> bool:
        """Whether a recommender is in memory."""
        return self._base is not None

    def base(self) -> Recommender:
        """Return the recommender that is served; NotFoundError where nothing was tuned yet."""
        with self._lock:
            stamp = self.stamp
            if self._base is None or self._base[0] != stamp:
                from segue.recommend.served import load_served  # loads PyTorch

                self._base = (stamp, load_served(self.home).warm(is_whole=False))
                self._known.clear()
            return self._base[1]

    def of(self, listener: str | None, mark: Hashable) -> Ready:
        """Return what answers a listener at a mark of the store; NotFoundError for one it does not know."""
        from segue.recommend.live import Pulls, history_of
        from segue.recommend.recommender import NOBODY

        if listener is None:
            return Ready(self.base(), NOBODY)
        with self._lock:
            base, stamp = self.base(), (self.stamp, mark)
            kept = self._ready.get(listener)
            if kept is None or kept[0] != stamp:
                heard = self.store.history(listener)
                model = self._knowing(listener, base, heard)
                pulls = Pulls().leaning(self.store.leanings.of(listener))
                history = history_of(heard, model.catalogue, pulls, fitted=len(base.catalogue))
                by_text = len(model.catalogue) - len(base.catalogue)
                kept = (stamp, Ready(model, history, len(history.known), by_text))
                _keep(self._ready, listener, kept)
            return kept[1]

    def forget(self, listener: str) -> None:
        """Let go of all that is held of a listener."""
        with self._lock:
            self._ready.pop(listener, None)
            self._known.pop(listener, None)

    def _knowing(self, listener: str, base: Recommender, heard: Sequence[Heard]) -> Recommender:
        """The recommender with what the listener heard beyond it; made again only where there is more of that."""
        from segue.recommend.live import knowing

        unknown = frozenset(
            row.song.key for row in heard if base.catalogue.find(row.song.artist, row.song.title) is None
        )
        if not unknown:
            return base
        kept = self._known.get(listener)
        if kept is None or kept[0] != self.stamp or kept[1] != unknown:
            kept = (self.stamp, unknown, knowing(base, heard).warm(is_whole=False))
            _keep(self._known, listener, kept)
        return kept[2]


def _keep(held: OrderedDict[str, T], name: str, value: T) -> None:
    held[name] = value
    held.move_to_end(name)
    while len(held) > _KEPT:
        held.popitem(last=False)
