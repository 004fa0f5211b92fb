"""Statistics of scores, against values worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.errors import InputError
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from segue.music.statistics import STATISTICS, groove_consistency, pitch_class_entropy, scale_consistency

Rows = Sequence[tuple[float | Fraction, int]]


def tune(rows: Rows, bars: Sequence[Bar] = (Bar(),), *, is_drums: bool = False) -> Score:
    """A score of notes (start in quarters, pitch), each a sixteenth long."""
    notes = Notes.of(Note(Fraction(start), Fraction(1, 4), pitch) for start, pitch in rows)
    return Score((Part(notes, is_drums=is_drums),), tuple(bars))


def test_entropy_of_a_half_and_two_quarters_is_a_bit_and_a_half() -> None:
    # C twice (in two octaves), E once, G once: 1/2 log2 2 + 2 * 1/4 log2 4
    assert pitch_class_entropy(tune([(0, 60), (1, 72), (2, 64), (3, 67)])) == pytest.approx(1.5)


def test_entropy_of_one_pitch_class_is_none_and_of_all_is_the_most() -> None:
    assert pitch_class_entropy(tune([(0, 60), (1, 48)])) == 0
    assert pitch_class_entropy(tune([(step / 4, 60 + step) for step in range(12)])) == pytest.approx(log2(12))


def test_scale_consistency_is_the_share_in_the_best_scale() -> None:
    # G major holds C D E F# A, F major C D E A Bb; no scale holds both F# and Bb with the rest
    mixed = tune([(at / 2, pitch) for at, pitch in enumerate((60, 62, 64, 66, 69, 70))])
    assert scale_consistency(mixed) == pytest.approx(5 / 6)
    # A natural minor has the tones of C major
    assert scale_consistency(tune([(at / 2, pitch) for at, pitch in enumerate((57, 59, 60, 62, 64, 65, 67))])) == 1
    # of all twelve tones seven are in any scale
    assert scale_consistency(tune([(step / 4, 60 + step) for step in range(12)])) == pytest.approx(7 / 12)


def test_groove_is_one_less_the_mean_share_of_sixteenths_that_differ() -> None:
    # three bars of 4/4: onsets 0 4 8 12 | 0 4 8 12 | 0 4 8 14; distances 0 and 2 of 16, so 1 - (0 + 1/8) / 2
    starts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11.5]
    assert groove_consistency(tune([(start, 60) for start in starts], [Bar()] * 3)) == 1 - 1 / 16


def test_groove_counts_a_bar_of_six_eighths_in_twelve_sixteenths() -> None:
    # onsets 0 6 | 0 2: two of twelve differ
    bars = [Bar(Metre(6, 8))] * 2
    assert groove_consistency(tune([(0, 60), (1.5, 60), (3, 60), (3.5, 60)], bars)) == pytest.approx(10 / 12)


def test_groove_leaves_out_a_pick_up_and_bars_after_the_last_note() -> None:
    bars = [Bar(length=Fraction(1)), Bar(), Bar(), Bar(), Bar()]
    assert groove_consistency(tune([(0, 60), (1, 60), (5, 60)], bars)) == 1
    assert groove_consistency(tune([(0, 60), (1, 60), (9, 60)], bars)) == 1 - 1 / 16  # a silent bar between counts


def test_groove_rounds_a_start_down_to_its_sixteenth_and_hears_drums() -> None:
    early, late = Fraction(4) + Fraction(1, 24), Fraction(4) + Fraction(7, 24)
    assert groove_consistency(tune([(0, 60), (early, 60)], [Bar()] * 2)) == 1
    assert groove_consistency(tune([(0, 36), (late, 36)], [Bar()] * 2, is_drums=True)) == 1 - 2 / 16


def test_what_cannot_be_said_is_an_error() -> None:
    drums = tune([(0, 36)], is_drums=True)
    for statistic in (pitch_class_entropy, scale_consistency):
        with pytest.raises(InputError, match="no notes but drums"):
            statistic(drums)
    with pytest.raises(InputError, match="no two neighbouring bars"):
        groove_consistency(tune([(0, 60)]))


@given(st.lists(st.tuples(st.integers(0, 47), st.integers(24, 96)), min_size=1, max_size=40), st.integers(-12, 12))
def test_transposing_changes_nothing(rows: list[tuple[int, int]], steps: int) -> None:
    bars = [Bar()] * 3
    low = [(0, 60), (4, 60), *((at / 4, pitch) for at, pitch in rows)]
    one, other = tune(low, bars), tune([(start, pitch + steps) for start, pitch in low], bars)
    for statistic in STATISTICS.values():
        assert statistic(one) == pytest.approx(statistic(other))
