"""Infill: any bars of any part rewritten, with the rest kept untouched, to the note."""

from __future__ import annotations

from collections.abc import Collection

from segue.compose.drawing import DRAWS, Draws, Rewriting
from segue.compose.holes import holes_in
from segue.compose.offer import Offer
from segue.compose.ranking import best
from segue.compose.theory import checked_rules
from segue.models.engine.protocol import Engine
from segue.music.score import Score


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

    `without` names rules of `segue.compose.theory` that are switched off. InputError for bars, lanes or rules that
    there are not. What is kept is exactly as it was.
    """
    rewriting = Rewriting(score, holes_in(score, bars, lanes), style)
    return best(engine, rewriting, draws, checked_rules(None, without))
