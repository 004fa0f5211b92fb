"""Harmonize: a melody gets chords: what several readings agree on, then the readings, the best first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from segue.compose.chords import ChordWish, changed
from segue.compose.consensus import consensus
from segue.compose.drawing import DRAWS, Draws, Rewriting, draw
from segue.compose.holes import CHORDS, holes_in
from segue.compose.offer import Offer
from segue.compose.ranking import with_reasons
from segue.compose.theory import Setting, checked_rules, narrowing
from segue.errors import InputError
from segue.models.engine.protocol import Engine
from segue.music.key import Key
from segue.music.keyfinding import key_of, weights_of_parts
from segue.music.score import Score

READINGS = 12  # at least, so that there is something to agree on
_LEAST_IN_SCALE = 0.8  # of the sounding time; with less, a key of C that a file may not have meant is not believed


def harmonize(
    engine: Engine,
    score: Score,
    bars: Collection[int] | None = None,
    wish: ChordWish | None = None,
    *,
    key: Key | None = None,
    draws: Draws = DRAWS,
) -> list[Offer[Score]]:
    """Return scores with chords for these bars (all without): what readings agree on, then the readings, by agreement.

    No note is changed. `segue.compose.consensus` tells how the first is made of the readings; its `fit` and seed are
    those of the reading that is nearest to it.

    `key` is what the melody is heard in where its bars do not say so; without it, a melody that its signature of C
    major hardly fits is heard in the key that its notes suggest. InputError for a melody without notes.
    """
    wish, told = wish or ChordWish(), heard_in(score, key)
    wanted = set(range(len(score.bars))) if bars is None else set(bars)
    drawn = readings(engine, told, wanted, wish, draws)
    offers = central(drawn)
    if not any(offer.is_stopped for offer in drawn):  # what was not reached has no votes
        agreed = consensus(told, [offer.value for offer in drawn], wanted, wish.span)
        nearest = min(drawn, key=lambda offer: changed(agreed, offer.value))
        offers.insert(0, replace(nearest, value=agreed))
    differing = [one for place, one in enumerate(offers) if all(one.value != other.value for other in offers[:place])]
    best = with_reasons(differing[: draws.n], Rewriting(told, holes_in(told, wanted, [CHORDS])))
    return [replace(offer, value=offer.value.replace(bars=score.bars)) for offer in best]


def readings(
    engine: Engine, score: Score, bars: Collection[int], wish: ChordWish, draws: Draws = DRAWS
) -> list[Offer[Score]]:
    """Draw chords for bars of a score under the rules, at least READINGS times, equal ones as often as they come.

    InputError for a melody without notes.
    """
    if not any(len(part.notes) and not part.is_drums for part in score.parts):
        raise InputError(f"melody {score.title!r} has no notes that could be harmonized; at least one is needed")
    asked = Rewriting(score, holes_in(score, bars, [CHORDS]), wish.style, narrow=wish.narrowing(score, bars))
    rules = checked_rules(None, wish.without)
    ruled = narrowing(rules, Setting(score, asked.holes, wish.cadences, wish.qualities))
    asked = replace(asked, narrow=(*asked.narrow, *ruled))
    count = max(draws.n, READINGS)
    return draw(engine, asked, count, draws.sampling, draws.progress, draws.seen, is_distinct=False)


def central(offers: Sequence[Offer[Score]]) -> list[Offer[Score]]:
    """Return readings by how much they agree with all, the one that agrees most first; equals stay in their order.

    The reading that has the same chord as the others for most of the time is the one from which the expected distance
    is least (minimum Bayes risk; Kumar and Byrne, NAACL 2004).
    """
    away = [sum(changed(one.value, other.value) for other in offers) for one in offers]
    order = sorted(range(len(offers)), key=lambda place: away[place])
    return [offers[place] for place in order]


def heard_in(score: Score, key: Key | None = None) -> Score:
    """Return a score whose bars are in the key that it is heard in: one that is given, or found where none is written.

    A written key is believed, but for C major throughout (what files say that know no key) where less than four fifths
    of the sounding time lie in its scale.
    """
    if key is None:
        if any(bar.key != Key() for bar in score.bars):
            return score
        weights = weights_of_parts(score.parts)
        if sum(weights[pc] for pc in Key().scale) >= _LEAST_IN_SCALE * sum(weights):
            return score
        key = key_of(score)
    return score.replace(bars=tuple(replace(bar, key=key) for bar in score.bars))
