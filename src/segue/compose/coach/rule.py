"""What a rule of the coach is, and what it gives: a place, what is there, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from segue.compose.coach.reading import Reading

Severity = Literal["fault", "weakness", "hint"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a rule speaks of: quarter notes from the start as written, names of parts, and words.

    `what` says what is there, `proposal` what could stand there instead.
    """

    start: Fraction
    parts: tuple[str, ...]
    what: str
    proposal: str


@dataclass(frozen=True)
class Rule:
    """A rule: its name, how grave a breach of it is, what it asks, which book says so, and what finds breaches.

    `find` gives nothing where the rule does not apply to a piece.
    """

    name: str
    severity: Severity
    asks: str
    source: str
    find: Callable[[Reading], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Remark:
    """A breach of a rule in a piece.

    `start` is in quarter notes from the start as written, `bar` the number as printed (a pick-up is 0), `beat` counts
    from 1 and has fractions.
    """

    rule: str
    severity: Severity
    bar: int
    beat: Fraction
    start: Fraction
    parts: tuple[str, ...]
    what: str
    proposal: str
    source: str
