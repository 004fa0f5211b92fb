"""What was offered to a musician, and what became of it: the log of offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, get_args

OfferState = Literal["offered", "accepted", "edited", "declined"]
OFFER_STATES: tuple[OfferState, ...] = get_args(OfferState)


@dataclass(frozen=True)
class NewOffer:
    """One alternative that a verb gave.

    `digest` is a hash of the music (16 bytes), `tokens` the music in the score language as bytes of two each, little
    end first, where it can be said in it.
    """

    seed: int
    kind: str
    digest: bytes
    tokens: bytes | None = None


@dataclass(frozen=True)
class NewCall:
    """One call of a verb: what was wished, a hash of the music that was given (or None), and what was offered."""

    verb: str
    offers: Sequence[NewOffer]
    wish: Mapping[str, object] = field(default_factory=dict)
    given: bytes | None = None


@dataclass(frozen=True)
class LoggedOffer:
    """An alternative in the log; `id` is the store's row number, `place` counts from 1 within its call.

    `edited` is what the musician made of it, in tokens, where that is known; `wish` is as JSON. Times are in UTC.
    """

    id: int
    at: datetime
    call: str
    place: int
    verb: str
    seed: int
    wish: str
    kind: str
    digest: bytes
    given: bytes | None
    state: OfferState
    judged_at: datetime | None
    tokens: bytes | None
    edited: bytes | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How the offers of a verb were taken: calls, calls of which one offer at least was taken as it is or edited, and
    offers by what became of them."""

    verb: str
    calls: int
    taken: int
    offers: int
    accepted: int
    edited: int
    declined: int

    @property
    def rate(self) -> float:
        """The share of calls of which something was taken."""
        return self.taken / self.calls


class OfferLog(Protocol):
    """Keeps what was offered and what became of it, on this machine only."""

    def add(self, call: NewCall) -> str:
        """Add a call with its offers in one transaction and return the call's name."""
        ...

    def judge(self, call: str, place: int, state: OfferState, edited: bytes | None = None) -> LoggedOffer:
        """Say what became of an offer, the latest word counting; NotFoundError where there is none such."""
        ...

    def row(self, number: int) -> LoggedOffer:
        """The offer of a row number; NotFoundError where there is none."""
        ...

    def find(self, digest: bytes) -> LoggedOffer | None:
        """The latest offer of this music, or None."""
        ...

    def list(
        self, *, verb: str | None = None, states: Sequence[OfferState] | None = None, limit: int | None = None
    ) -> Sequence[LoggedOffer]:
        """Offers, the latest call first and its offers by place."""
        ...

    def acceptance(self) -> Sequence[Acceptance]:
        """How the offers of each verb were taken, by verb."""
        ...

    def delete(self, *, call: str | None = None, verb: str | None = None) -> int:
        """Remove the offers of a call or a verb, or all, for good; return how many went."""
        ...
