"""Offers: what a verb of the studio gives back, several of them, the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from segue.errors import InputError
from segue.music.lyric import Lyric
from segue.music.score import Progression, Score

T = TypeVar("T", Score, Progression, Lyric)

MOST = 32  # alternatives that may be asked for at once


@dataclass(frozen=True)
class Offer(Generic[T]):
    """One alternative.

    `fit` is the model's mean log-probability of the tokens that were added, in nats per token (0 is the most; nan where
    no model chose, or does not tell). `reasons` say in musical words what was done and where; `seed` draws the same
    offer again.
    """

    value: T
    fit: float
    seed: int
    reasons: tuple[str, ...] = ()

    @property
    def is_stopped(self) -> bool:
        """Whether Ctrl-C ended it before all was drawn; then a reason, or the score's notice, says where."""
        told = (*self.reasons, *getattr(self.value, "notice", ()))
        return any(one.startswith("stopped") for one in told)


def check_count(n: int) -> None:
    """InputError where `n` alternatives are none or too many."""
    if not 1 <= n <= MOST:
        raise InputError(f"{n} alternatives: 1 to {MOST} are accepted")
