"""Infill: any bars of any part rewritten, with the rest kept untouched, to the note."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from segue.compose.drawing import DRAWS, Draws, Rewriting
from segue.compose.holes import CHORDS, holes_in
from segue.compose.offer import Offer
from segue.compose.ranking import best
from segue.compose.theory import checked_rules
from segue.models.engine.protocol import Engine
from segue.music.language.encode import Lane
from segue.music.score import Score

DRAWINGS = 8  # at least, so that there is something to agree on


def infill(
    engine: Engine,
    score: Score,
    bars: Collection[int],
    lanes: Collection[int] | None = None,
    *,
    style: str = "",
    without: Collection[str] = (),
    draws: Draws = DRAWS,
) -> list[Offer[Score]]:
    """Return scores whose bars (from 0) are rewritten in these lanes (0 the chords, 1 the first part; all without).

    At least DRAWINGS are made; those that agree most with the others come first. `without` names rules of
    `segue.compose.theory` that are switched off. What is kept is exactly as it was. InputError for bars, lanes or rules
    that there are not.
    """
    rewriting = Rewriting(score, holes_in(score, bars, lanes), style)
    several = replace(draws, n=max(draws.n, DRAWINGS))
    return central(best(engine, rewriting, several, checked_rules(None, without)), rewriting.holes)[: draws.n]


def central(offers: Sequence[Offer[Score]], holes: Collection[Lane]) -> list[Offer[Score]]:
    """Return offers by how much they agree with all others on what is in the holes; equals stay in their order.

    The one that shares most is that from which the expected distance is least (minimum Bayes risk; Kumar and Byrne,
    NAACL 2004).
    """
    found = [_inside(offer.value, holes) for offer in offers]
    shared = [sum(agreement(one, other) for other in found) for one in found]
    order = sorted(range(len(offers)), key=lambda place: -shared[place])
    return [offers[place] for place in order]


def agreement(one: Counter[object], other: Counter[object]) -> float:
    """Return twice what two have in common, divided by all of both (the F-measure); 1 where both are empty."""
    whole = one.total() + other.total()
    return 2 * (one & other).total() / whole if whole else 1.0


def _inside(score: Score, holes: Collection[Lane]) -> Counter[object]:
    """Where notes (by pitch) and chords begin that lie in the holes."""
    starts = score.bar_starts
    found: Counter[object] = Counter()
    for number, part in enumerate(score.parts, start=1):
        found.update(
            (number, note.start, note.pitch)
            for note in part.notes
            if (bisect_right(starts, note.start) - 1, number) in holes
        )
    found.update(
        (CHORDS, one.start, one.chord) for one in score.chords if (bisect_right(starts, one.start) - 1, CHORDS) in holes
    )
    return found
