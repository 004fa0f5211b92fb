"""Harmonize: a melody gets chords, in several readings, the likeliest first.

The harmony model hears the whole melody and says which triads may lie under it, and where they change; the score model
gives them their colour, under the rules of `segue.compose.theory`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from segue.compose.chords import ChordWish
from segue.compose.drawing import DRAWS, Draws, Narrow, Rewriting, draw
from segue.compose.hearing import Hearing
from segue.compose.holes import CHORDS, holes_in
from segue.compose.offer import Offer
from segue.compose.ranking import with_reasons
from segue.compose.theory import Setting, checked_rules, narrowing
from segue.errors import InputError
from segue.models.engine.protocol import Engine
from segue.models.harmony.model import HarmonyModel
from segue.music.key import Key
from segue.music.keyfinding import key_of, weights_of_parts
from segue.music.score import Score

_LEAST_IN_SCALE = 0.8  # of the sounding time; with less, a key of C that a file may not have meant is not believed


def harmonize(
    engine: Engine,
    model: HarmonyModel,
    score: Score,
    bars: Collection[int] | None = None,
    wish: ChordWish | None = None,
    *,
    key: Key | None = None,
    draws: Draws = DRAWS,
) -> list[Offer[Score]]:
    """Return scores with chords for these bars (all without), by how likely the harmony model finds their triads.

    No note is changed. The first has the likeliest triads, the others are drawn with the seed of `draws`; fewer come
    where no more different ones do. Ctrl-C keeps those that are done.

    `key` is what the melody is heard in where its bars do not say so; without it, a melody that its signature of C
    major hardly fits is heard in the key that its notes suggest. InputError for a melody without notes.
    """
    if not any(len(part.notes) and not part.is_drums for part in score.parts):
        raise InputError(f"melody {score.title!r} has no notes that could be harmonized; at least one is needed")
    wish, told = wish or ChordWish(), heard_in(score, key)
    wanted = frozenset(range(len(score.bars))) if bars is None else frozenset(bars)
    hearing = Hearing(model, told, wanted, wish)
    plans = [hearing.saying(path) for path in hearing.paths(draws.n, draws.sampling.seed, draws.sampling.temperature)]
    offers = with_reasons(list(_drawn(engine, _asked(told, wanted, wish), plans, draws)), _asked(told, wanted, wish))
    return [replace(offer, value=offer.value.replace(bars=score.bars)) for offer in offers]


def _asked(score: Score, bars: Collection[int], wish: ChordWish) -> Rewriting:
    """Chords for bars of a score, as wished, under the rules."""
    asked = Rewriting(score, holes_in(score, bars, [CHORDS]), wish.style, narrow=wish.narrowing(score, bars))
    rules = checked_rules(None, wish.without)
    ruled = narrowing(rules, Setting(score, asked.holes, wish.cadences, wish.qualities))
    return replace(asked, narrow=(*asked.narrow, *ruled))


def _drawn(engine: Engine, asked: Rewriting, plans: Sequence[Narrow], draws: Draws) -> Iterator[Offer[Score]]:
    """Draw each plan once, until Ctrl-C comes; what becomes the same score as one before is left out."""
    found: list[Score] = []
    bars = len({bar for bar, _ in asked.holes})

    def tell(done: int) -> None:
        if draws.progress is not None:
            draws.progress((number * bars + done) // len(plans))

    for number, plan in enumerate(plans):
        sampling = replace(draws.sampling, seed=draws.sampling.seed + number)
        try:
            (offer,) = draw(engine, replace(asked, narrow=(plan, *asked.narrow)), 1, sampling, tell, draws.seen)
        except KeyboardInterrupt:
            if not found:
                raise
            return
        if offer.value not in found and not (offer.is_stopped and found):
            found.append(offer.value)
            yield offer
        if offer.is_stopped:
            return


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
