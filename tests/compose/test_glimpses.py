"""Bars seen while they are drawn, and holes of several scores filled together as each would be alone."""

from __future__ import annotations

from fractions import Fraction

import pytest

from segue.compose.drawing import Ask, Glimpse, Rewriting, draw, draw_each
from segue.compose.holes import holes_in
from segue.models.engine.sampling import Sampling
from segue.music.chord import Chord
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score
from tests.compose.engine import engine

SAMPLING = Sampling(temperature=0.9, seed=30)
PITCHES = (60, 64, 67, 65, 62, 59, 60)


def sheet(metre: Metre, bars: int = 4) -> Score:
    """A melody in quarter notes over one chord a bar."""
    length = int(metre.length * bars)
    notes = Notes.of(Note(Fraction(n), Fraction(1), PITCHES[n % 7]) for n in range(length))
    chords = tuple(ChordAt(metre.length * n, Chord.parse(("C", "F", "G7", "C")[n % 4])) for n in range(bars))
    return Score((Part(notes),), (Bar(metre),) * bars, chords)


@pytest.mark.parametrize("bars", [[1, 2], [0, 2], [2, 3]])
@pytest.mark.parametrize("lanes", [[0], [1], [0, 1]])
def test_glimpses_lead_to_the_offer_and_show_nothing_of_later_bars(bars: list[int], lanes: list[int]) -> None:
    score, seen = sheet(Metre(4, 4)), list[Glimpse]()
    holes = holes_in(score, bars, lanes)
    offers = draw(engine(), Rewriting(score, holes), 2, SAMPLING, seen=seen.append)
    for offer in offers:
        mine = [glimpse for glimpse in seen if glimpse.seed == offer.seed]
        assert [glimpse.bar for glimpse in mine] == bars
        assert mine[-1].score == offer.value
        first = mine[0].score
        later = score.bar_starts[bars[1]]
        assert [note for note in first.parts[0].notes if note.start >= later] == [
            note for note in score.parts[0].notes if note.start >= later
        ]
        assert [one for one in first.chords if one.start >= later] == [
            one for one in score.chords if one.start >= later
        ]


def test_several_scores_are_filled_together_as_each_would_be_alone() -> None:
    waltz, march, odd = sheet(Metre(3, 4)), sheet(Metre(4, 4), 6), sheet(Metre(5, 4), 3)
    rewritings = [
        Rewriting(waltz, holes_in(waltz, [3])),  # at the end: drawn in its place
        Rewriting(march, holes_in(march, [1, 4], [1])),
        Rewriting(odd, holes_in(odd, range(3), [0]), style="jazz"),
        Rewriting(march, holes_in(march, [1, 4], [1]), in_range=False),
    ]
    asks = [Ask(one, Sampling(0.9, 0.97, seed=seed)) for seed, one in enumerate(rewritings)]
    together = draw_each(engine(), asks)
    for ask, offer in zip(asks, together, strict=True):
        (alone,) = draw(engine(), ask.rewriting, 1, ask.sampling)
        assert (alone.value, alone.seed) == (offer.value, offer.seed)
        assert alone.fit == pytest.approx(offer.fit, abs=1e-3)
    assert draw_each(engine(), []) == []
