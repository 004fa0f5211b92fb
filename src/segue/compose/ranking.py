"""Ranking offers: by what the model finds likely, less what the rules of theory hold against them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from segue.compose.drawing import Draws, Rewriting, draw
from segue.compose.offer import MOST, Offer
from segue.compose.reasons import reasons
from segue.compose.theory import RANGE, Rule, Setting, cost, narrowing
from segue.models.engine.protocol import Engine
from segue.music.chord import QUALITIES
from segue.music.score import Score

_MORE = 1.5  # times as many as are offered are drawn, so that there is a choice


def best(
    engine: Engine,
    rewriting: Rewriting,
    draws: Draws,
    rules: Collection[Rule],
    *,
    cadences: Mapping[int, str] | None = None,
    qualities: tuple[str, ...] = tuple(QUALITIES),
    liking: Callable[[Score], float] | None = None,
) -> list[Offer[Score]]:
    """Draw under the hard rules, and return the best by fit less the cost of the soft ones, with reasons.

    `liking` adds to an offer's rank, in nats a token. Where fewer different alternatives come up than are asked for,
    all are returned.
    """
    before = Setting(rewriting.score, rewriting.holes, cadences or {}, qualities)
    ruled = replace(
        rewriting,
        narrow=(*rewriting.narrow, *narrowing(rules, before)),
        in_range=any(rule.name == RANGE for rule in rules),
    )
    count = min(MOST, math.ceil(_MORE * draws.n))
    drawn = draw(engine, ruled, count, draws.sampling, draws.progress, draws.seen)

    def rank(offer: Offer[Score]) -> float:
        fit = offer.fit if offer.fit == offer.fit else 0.0
        more = liking(offer.value) if liking is not None else 0.0
        return fit + more - cost(rules, replace(before, score=offer.value))

    order = sorted(drawn, key=lambda offer: (-rank(offer), offer.seed))[: draws.n]
    return with_reasons(order, rewriting)


def with_reasons(offers: Sequence[Offer[Score]], rewriting: Rewriting) -> list[Offer[Score]]:
    """Return offers with what is worth saying of the bars that were rewritten."""
    return [replace(offer, reasons=reasons(offer.value, rewriting.holes)) for offer in offers]
