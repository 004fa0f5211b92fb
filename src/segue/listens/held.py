"""Words that were held back until a person has looked at them: the review queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

HeldState = Literal["waiting", "accepted", "rejected"]
HELD_STATES: tuple[HeldState, ...] = get_args(HeldState)


@dataclass(frozen=True, slots=True)
class HeldText:
    """A text that was held: where it came from, which rule held it, and by which words.

    `id` is the store's row number; `judged_at` is None as long as it waits. Times are in UTC.
    """

    id: int
    at: datetime
    origin: str
    text: str
    rule: str
    words: tuple[str, ...]
    state: HeldState
    judged_at: datetime | None


class ReviewQueue(Protocol):
    """Keeps what was held, and what was said of it."""

    def hold(self, text: str, *, origin: str, rule: str, words: Sequence[str]) -> HeldText:
        """Put a text into the queue and return its row; one that is there already is returned as it stands."""
        ...

    def find(self, text: str, rule: str) -> HeldText | None:
        """The row of a text that this rule held, whatever became of it, or None."""
        ...

    def list(self, state: HeldState | None = None) -> Sequence[HeldText]:
        """All rows, or those of one state, the oldest first."""
        ...

    def judge(self, row: int, state: HeldState) -> HeldText:
        """Accept or reject a row, or let it wait again, and return it; NotFoundError for an unknown number."""
        ...
