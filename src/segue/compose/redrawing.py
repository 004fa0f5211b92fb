"""Drawing again what is too near to the tunes that the score model learned from (`segue.compose.originality`).

An offer over the limit is rejected, and another is drawn with a further seed: at most three times. Where still none is
below it, the offer that borrows least is kept, and its reasons say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from threading import Thread

from segue.compose.offer import Offer
from segue.compose.originality import Originality, Report
from segue.music.score import Score

AGAIN = 3  # times that rejected offers are drawn anew
_STRIDE = 1000  # seeds from one time to the next: more than a verb uses for one call

Ask = Callable[[int, int], list[Offer[Score]]]  # a seed and a number -> as many offers, drawn from that seed on


@dataclass
class Redrawing:
    """Offers of one call, parted into those that are kept and those that are too near to a tune learned from.

    What is in the `given` music is the musician's own and not compared. `again` is how often rejected ones are drawn
    anew (0: not at all, where a seed changes nothing).
    """

    judge: Originality
    given: tuple[Score, ...] = ()
    style: str = ""
    again: int = AGAIN
    _kept: list[Offer[Score]] = field(default_factory=list, init=False)
    _near: list[tuple[Report, Offer[Score]]] = field(default_factory=list, init=False)

    def offers(self, ask: Ask, n: int, seed: int) -> list[Offer[Score]]:
        """Return what `ask` offers, each offer over the limit replaced by one drawn with a later seed.

        Replacements come behind the others. Ctrl-C keeps what is done, if anything is.
        """
        table = Thread(target=self.judge.index.prepare, daemon=True)  # made while the first offers are drawn
        table.start()
        count, wanted = n, n
        for turn in range(1 + self.again):
            try:
                made = ask(seed + _STRIDE * turn, wanted)
            except KeyboardInterrupt:
                if not self._kept and not self._near:
                    raise
                break
            table.join()
            self._judge(made, is_first=not turn)
            count = count if turn else len(made)
            wanted = count - len(self._kept)
            if wanted <= 0 or any(offer.is_stopped for offer in made):
                break
        return [*self._kept, *self._least(count - len(self._kept))]

    def _judge(self, made: Iterable[Offer[Score]], *, is_first: bool) -> None:
        for offer in made:
            if any(offer.value == other.value for other in (*self._kept, *(one for _, one in self._near))):
                continue
            report = self.judge.report(offer.value, *self.given, style=self.style)
            if not self.judge.is_original(report):
                self._near.append((report, offer))
            elif is_first:
                self._kept.append(offer)
            else:
                told = f"drawn again: what was drawn before was too near to {_named(self._near[0][0])}"
                self._kept.append(replace(offer, reasons=(*offer.reasons, told)))

    def _least(self, count: int) -> Iterator[Offer[Score]]:
        """The rejected offers that are least over the limit."""
        for report, offer in sorted(self._near, key=lambda one: _excess(one[0]))[: max(count, 0)]:
            told = f"near to what was learned from, the least so of {len(self._near)} rejected draws: {report}"
            yield replace(offer, reasons=(*offer.reasons, told))


def _excess(report: Report) -> float:
    """How many times the limit is reached."""
    notes = report.longest.notes if report.longest is not None else 0
    return max(report.score / max(report.limit.score, 1e-9), notes / max(report.limit.notes, 1))


def _named(report: Report) -> str:
    by_limit = report.score > report.limit.score or report.longest is None
    return str(report.nearest if by_limit or report.longest is None else report.longest.piece)
