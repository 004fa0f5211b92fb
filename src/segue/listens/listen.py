"""What a listener did: a listen, a count of plays without times, a thumb."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, get_args

from segue.errors import InputError
from segue.listens.song import Song, check_text

Verdict = Literal["like", "dislike", "hide"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
LARGEST = 2**31  # of milliseconds played (24 days) and of tallied plays; larger ones are broken


@dataclass(frozen=True, slots=True)
class Listen:
    """One play of one song by one listener.

    `at` is the start of the play, an aware time, kept in UTC (a store keeps it to the second); `ms_played` in
    milliseconds or None where the source does not say; `skipped` is True, False or None where the source does not say.
    """

    listener: str
    song: Song
    at: datetime
    ms_played: int | None = None
    skipped: bool | None = None
    source: str = ""

    def __post_init__(self) -> None:
        check_listener(self.listener)
        object.__setattr__(self, "at", in_utc(self.at))
        check_text("source", self.source)
        if self.ms_played is not None and not 0 <= self.ms_played < LARGEST:
            raise InputError(f"ms_played {self.ms_played} is not a length of play (0 to {LARGEST - 1} ms)")


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a listener played a song, where the source gives counts without times."""

    listener: str
    song: Song
    plays: int
    source: str = ""

    def __post_init__(self) -> None:
        check_listener(self.listener)
        check_text("source", self.source)
        if not 1 <= self.plays < LARGEST:
            raise InputError(f"plays {self.plays} is not a count of plays (1 to {LARGEST - 1})")


@dataclass(frozen=True, slots=True)
class Feedback:
    """A listener's explicit word on a song: like, dislike, or hide (never show it again)."""

    listener: str
    song: Song
    verdict: Verdict
    at: datetime
    source: str = ""

    def __post_init__(self) -> None:
        check_listener(self.listener)
        object.__setattr__(self, "at", in_utc(self.at))
        check_text("source", self.source)
        if self.verdict not in VERDICTS:
            raise InputError(f"verdict {self.verdict!r} is none of {', '.join(VERDICTS)}")


Record = Listen | Tally | Feedback


@lru_cache(maxsize=4096)
def check_listener(name: str) -> None:
    """Raise InputError where `name` cannot name a listener."""
    if not name.strip() or len(name) > 200:
        raise InputError(f"listener name {name[:40]!r} must have 1 to 200 characters that are not all blank")
    check_text("listener name", name)


def in_utc(at: datetime) -> datetime:
    """Return the time in UTC; InputError where it carries no zone."""
    if at.tzinfo is None:
        raise InputError(f"time {at.isoformat()} has no zone; give an aware time, such as one that ends in +00:00")
    return at.astimezone(UTC)
