"""From a teller to an answer: the likeliest styles of an item, and the parts that speak for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segue.recognize.calibration import Doubles
from segue.recognize.evidence import heat_of, parts_of, without
from segue.recognize.front import Front, T, Teller
from segue.recognize.guess import TOP, Answer, Guess

SHIPPED = Path(__file__).parent / "weights"  # models that Segue brings along


def answered(front: Front[T], teller: Teller, item: T, *, is_explained: bool = True) -> Answer:
    """Tell the first three styles of an item, and with `is_explained` the parts that speak for them."""
    if not is_explained:
        shares = teller.probabilities(front.vectors([item]))[0]
        order = _likeliest(shares)
        guesses = tuple(Guess(teller.styles[place], float(shares[place])) for place in order)
        return Answer(front.kind, guesses, bool(shares[order[0]] >= teller.threshold))
    heat = heat_of(front, teller, item)
    order = _likeliest(heat.shares)
    named = [heat.because(place) for place in order]
    left = without(front, teller, item, [parts_of(one) for one in named])
    guesses = tuple(
        Guess(teller.styles[place], float(heat.shares[place]), one, float(less[place]) if one else None)
        for place, one, less in zip(order, named, left, strict=True)
    )
    is_sure = bool(heat.shares[order[0]] >= teller.threshold)
    return Answer(front.kind, guesses, is_sure, heat=heat.of(order[0]))


def _likeliest(shares: Doubles) -> list[int]:
    found: list[int] = np.argsort(-shares, kind="stable")[:TOP].tolist()
    return found
