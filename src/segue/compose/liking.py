"""Offers like a piece that is there: the nearest of many that are drawn, none of which copies it.

How near two scores are is for who asks to say (`Liking.distance`): composing knows no measure of style. What is taken
of the piece itself (its key, metre, form ...) is in `segue.compose.traits`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from segue.compose.borrowing import Limits
from segue.compose.drawing import Draws
from segue.compose.offer import MOST, Offer, T
from segue.compose.originality import LIMITS, Originality, Report
from segue.compose.tune_index import Named, TuneIndex
from segue.compose.tune_lines import tune_lines
from segue.errors import InputError
from segue.music.score import Progression, Score

DRAWN = 8  # at least, of which the nearest are offered: what the engine draws in one batch
_TIMES = 4  # as many as are offered
_AGAIN = 3  # times that all are drawn anew where each of them copies the model
_STRIDE = 250  # seeds from one time to the next: more than are drawn at once, less than drawing again goes on by

Distance = Callable[[Score], float]  # how far a score is from the model; 0 is the model itself


@dataclass(frozen=True)
class Liking:
    """What offers shall be like: a piece by its name, how far a score is from it, and the style that they are in.

    A model without notes cannot be copied; one without a distance leaves offers in their order.
    """

    name: str
    model: Score
    distance: Distance | None = None
    style: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            raise InputError("a piece that others shall be like has no name; a file's name will do")

    def drawn(self, n: int) -> int:
        """Return how many are drawn so that `n` of them can be chosen."""
        return n if self.distance is None else min(MOST, max(DRAWN, _TIMES * n))

    @cached_property
    def _judge(self) -> Originality:
        """The runs of the model count as a tune that is known."""
        lines = [line.steps for line in tune_lines(self.model)]
        return Originality(TuneIndex.of([(Named(self.name), lines)]), Limits.load(LIMITS))

    def report(self, score: Score) -> Report:
        """Tell what a score has in common with the model."""
        return self._judge.report(score, style=self.style)

    def is_copy(self, score: Score) -> bool:
        """Whether a score has more of the model than people borrow of all tunes together."""
        return not self._judge.is_original(self.report(score))

    def nearest(self, ask: Callable[[Draws], list[Offer[T]]]) -> Callable[[Draws], list[Offer[T]]]:
        """Return what asks for more than is wanted and keeps the nearest that are no copies of the model.

        Where all are copies they are drawn anew, at most three times; then the least alike are offered, which say so.
        Offers that Ctrl-C cut short are ranked as they are.
        """

        def asked(draws: Draws) -> list[Offer[T]]:
            drawn, copies = 0, []
            for turn in range(1 + (_AGAIN if draws.sampling.temperature else 0)):
                sampling = replace(draws.sampling, seed=draws.sampling.seed + _STRIDE * turn)
                offers = ask(replace(draws, n=self.drawn(draws.n), sampling=sampling))
                drawn += len(offers)
                free = [offer for offer in offers if not self.is_copy(_score(offer))]
                copies += [offer for offer in offers if offer not in free]
                if free or any(offer.is_stopped for offer in offers):
                    break
            least = sorted(copies, key=lambda offer: self.report(_score(offer)).score)
            return [self._told(offer, drawn) for offer in (self._ranked(free) if free else least)[: draws.n]]

        return asked

    def _ranked(self, offers: list[Offer[T]]) -> list[Offer[T]]:
        distance = self.distance
        return offers if distance is None else sorted(offers, key=lambda offer: distance(_score(offer)))

    def _told(self, offer: Offer[T], drawn: int) -> Offer[T]:
        told: list[str] = []
        if self.distance is not None:
            told.append(f"one of the nearest to {self.name} of {drawn} drawn")
        report = self.report(_score(offer))
        if report.is_judged:
            told.append(
                f"{report.score:.1%} of its runs of nine notes are in {self.name}"
                + (f", the longest of {report.longest.notes} notes" if report.longest is not None else "")
                + f" (limits {report.limit.score:.1%} and {report.limit.notes} notes)"
            )
        return replace(offer, reasons=(*offer.reasons, *told))


def _score(offer: Offer[T]) -> Score:
    value = offer.value
    if isinstance(value, Score):
        return value
    if isinstance(value, Progression):
        return value.score
    raise InputError("words have no notes that could be like those of a piece")
