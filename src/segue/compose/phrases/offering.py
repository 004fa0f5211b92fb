"""Phrases as offers: each drawn with a seed of its own, with what it has of the phrase that was given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from segue.compose.holes import holes_in
from segue.compose.offer import Offer
from segue.compose.reasons import reasons
from segue.compose.stretches import several
from segue.music.score import Score


def drawn(n: int, seed: int, once: Callable[[int], Score], given: Score | None = None) -> list[Offer[Score]]:
    """Return n phrases, each `once` with its own seed from `seed` on; those equal to others are drawn anew."""
    return several(n, seed, lambda one: (_offer(once(one), one, given), False))


def on_the_way(scores: Sequence[Score], seed: int, one: Score, other: Score) -> list[Offer[Score]]:
    """Return the steps from one phrase to another in their order."""
    count = len(scores)
    return [
        Offer(
            score,
            math.nan,
            seed,
            (f"step {step} of {count}", *_kept(score, one, "first"), *_kept(score, other, "second")),
        )
        for step, score in enumerate(scores, 1)
    ]


def _offer(score: Score, seed: int, given: Score | None) -> Offer[Score]:
    new = reasons(score, holes_in(score, range(len(score.bars))))
    return Offer(score, math.nan, seed, (*(_kept(score, given, "given") if given is not None else ()), *new))


def _kept(score: Score, given: Score, which: str) -> Iterator[str]:
    """How many notes have the start, and the pitch above the tonic, of a note of another phrase."""
    mine, theirs = _notes(score), _notes(given)
    yield f"{len(mine & theirs)} of {len(mine)} notes are those of the {which} phrase"


def _notes(score: Score) -> set[tuple[object, int]]:
    tonic = score.key.tonic.pc
    return {(note.start, (note.pitch - tonic) % 12) for part in score.parts for note in part.notes}
