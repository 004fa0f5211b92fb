"""What a listener set about their own taste: how fast it fades, and what there is to be less of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from segue.errors import InputError
from segue.listens.song import check_text, fold

MOST_LESS = 100  # words
LONGEST_LIFE = 36_500.0  # days


@dataclass(frozen=True, slots=True)
class Leaning:
    """A listener's own settings: the half-life of a play in days (None where none was set), tags and artists to have
    less of.

    InputError for a half-life not above 0 and at most a hundred years, and for more than 100 words.
    """

    half_life: float | None = None
    less: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.half_life is not None and not 0 < self.half_life <= LONGEST_LIFE:
            raise InputError(f"half-life {self.half_life}: above 0 and at most {LONGEST_LIFE:,.0f} days is accepted")
        if len(self.less) > MOST_LESS:
            raise InputError(f"less of {len(self.less)} words: at most {MOST_LESS} are accepted")
        for word in self.less:
            check_text("less of", word)
            if not fold(word):
                raise InputError(f"less of {word!r}: a tag or an artist is to be named")


class LeaningLog(Protocol):
    """Keeps what listeners set."""

    def of(self, listener: str) -> Leaning:
        """What a listener set, or a leaning with nothing set; NotFoundError for an unknown listener."""
        ...

    def set(self, listener: str, leaning: Leaning) -> None:
        """Keep what a listener set, instead of what was; NotFoundError for an unknown listener."""
        ...
