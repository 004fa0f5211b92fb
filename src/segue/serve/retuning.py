"""Learning in service: when enough was heard since the last tuning, tune again, and serve what is better.

A thumb or a skip is heeded by the next answer without any of this; tuning teaches the weights. It goes on from those
that are served, with what is new and a replay of what is old, and what it made is served only if it is better on what
was held out of the new and no worse on what was held out before (`segue.tune.continued`). Each tuning is a job that can
be looked at, stopped and gone on with, and each promotion can be taken back.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from segue.errors import SegueError
from segue.listens.store import Store
from segue.serve.jobs import Job, Jobs

_LOG = logging.getLogger("segue.serve")
_LOOKS = 300.0  # seconds between two looks
_BY = "scheduler"


@dataclass(frozen=True)
class Rule:
    """When to tune again: no sooner than `hours` after the last tuning, and once `fresh` of all plays are new since.

    `size` is how much is spent on it, as of `segue tune recommend --size`.
    """

    hours: float = 24.0
    fresh: float = 0.05
    fewest: int = 200
    size: str = "small"

    def is_due(self, now: datetime, last: datetime | None, plays: int, plays_then: int) -> bool:
        """Whether it is time, by when it was tuned last, with how many plays, and how many there are.

        By hand: 1,000 plays then and 1,049 now are under 5 %; 1,300 are 23 % and 300 more, of which 200 are enough.
        """
        new = plays - plays_then
        if new < self.fewest or new < self.fresh * plays:
            return False
        return last is None or now - last >= timedelta(hours=self.hours)


class Retuning:
    """Looks now and again whether to tune, and asks for the job; nothing is asked while one waits or runs."""

    def __init__(self, jobs: Jobs, store: Store, rule: Rule) -> None:
        self.jobs, self.store, self.rule = jobs, store, rule
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="segue retuning", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()

    def look(self, now: datetime | None = None) -> Job | None:
        """Look once; return the job that was asked for, or None where it is not time."""
        last = next((job for job in self.jobs.list(limit=1000) if job.kind == "tune"), None)
        if last is not None and last.state in ("waiting", "running"):
            return None
        counts = self.store.counts()
        plays = counts.listens + counts.tallies + counts.feedback
        then = int(last.asked.get("plays", 0)) if last is not None else 0
        made = datetime.fromisoformat(last.made_at) if last is not None else None
        if not self.rule.is_due(now or datetime.now(UTC), made, plays, then):
            return None
        return self.jobs.ask_alone("tune", {"size": self.rule.size, "plays": plays}, _BY)

    def _look(self) -> None:
        while not self._ended.wait(_LOOKS):
            try:
                self.look()
            except SegueError as error:
                _LOG.error("no look whether to tune: %s", error)
