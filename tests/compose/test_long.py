"""Long work: how much is done is told for all alternatives, and Ctrl-C keeps those that are done."""

from __future__ import annotations

from segue.compose.drawing import SAMPLING, Glimpse, Rewriting, draw
from segue.compose.holes import holes_in
from segue.compose.offer import Offer
from tests.compose.engine import engine
from tests.compose.test_drawing import bar, piece

SCORE = piece([bar("4/4")] * 3)
REWRITING = Rewriting(SCORE, holes_in(SCORE, [1, 2], [0]))


def test_progress_is_that_of_all_alternatives() -> None:
    told: list[int] = []
    draw(engine(), REWRITING, 9, SAMPLING, told.append)  # eight together, then one
    assert told == [1, 2]


def test_ctrl_c_keeps_the_alternatives_that_are_done() -> None:
    def stop(glimpse: Glimpse) -> None:
        if glimpse.seed >= SAMPLING.seed + 8:
            raise KeyboardInterrupt

    offers = draw(engine(), REWRITING, 9, SAMPLING, seen=stop)
    assert offers and all(offer.seed < SAMPLING.seed + 8 for offer in offers)
    assert not any(offer.is_stopped for offer in offers)


def test_an_offer_says_whether_it_was_stopped() -> None:
    noticed = SCORE.replace(notice=("stopped: nothing is new from bar 3 on",))
    assert Offer(noticed, -1.0, 0).is_stopped
    assert Offer(SCORE.progression, -1.0, 0, ("stopped: nothing is new from bar 3 on",)).is_stopped
    assert not Offer(SCORE, -1.0, 0, ("authentic cadence into bar 3",)).is_stopped
