"""What a listener is told: styles with their probabilities, what they are because of, and whether they are sure."""

from __future__ import annotations

from dataclasses import dataclass, field

from segue.errors import InputError

TOP = 3  # guesses that are always told, where there are so many styles


@dataclass(frozen=True, slots=True)
class Because:
    """A part of what was heard, in words ("bar 5", "0:12 to 0:15", "the words 'down the river'"), and how far the
    probability falls when it is taken away; `place` is its number among the parts, from 0, and `count` how many parts
    from there on go together."""

    what: str
    drop: float
    place: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Trait:
    """What a score has much or little of, in words ("many eighth notes"), and how much of the probability of its style
    that is credited with, against the mean score."""

    english: str
    chinese: str
    credit: float

    def called(self, language: str) -> str:
        """Return it in words of "en" or "zh"."""
        return self.chinese if language == "zh" else self.english


@dataclass(frozen=True, slots=True)
class Guess:
    """A style, how probable it is, and the parts that speak most for it, the strongest first.

    `without` is how probable it is when all of those are taken away at once; None where none are named.
    """

    style: str
    probability: float
    because: tuple[Because, ...] = ()
    without: float | None = None

    def __post_init__(self) -> None:
        if not self.style or not 0 <= self.probability <= 1 + 1e-6:
            raise InputError(f"a guess of {self.style!r} with probability {self.probability}: a name, and 0 to 1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told of one item: its kind ("score", "chords", "lyrics", "audio"), the guesses, the likeliest first,
    whether the first is sure enough to be acted on, and what is to be known about it (`notice`).

    `heat` has every part in its order, with its drop of the first guess (below 0 where it speaks against it).
    `witnesses` are the answers from which this one was made, where it was made from several ("all" is its kind).
    `traits` are the descriptors of a score that moved the first guess most.
    """

    kind: str
    guesses: tuple[Guess, ...]
    is_sure: bool
    notice: tuple[str, ...] = field(default=())
    witnesses: tuple[Answer, ...] = field(default=())
    heat: tuple[Because, ...] = field(default=())
    traits: tuple[Trait, ...] = field(default=())

    @property
    def style(self) -> str:
        """The likeliest style, or "" where it is not sure."""
        return self.guesses[0].style if self.is_sure and self.guesses else ""
