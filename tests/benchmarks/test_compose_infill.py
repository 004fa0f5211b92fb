"""The gaps of infill, what is copied into them, and agreement by hand."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from benchmarks.compose_infill import Slots, copied, copying, gap_of, measured

from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score


def tune(*bars: int, pick_up: bool = False) -> Score:
    """Bars of four quarter notes, each on one pitch."""
    first = (Bar(length=Fraction(1)),) if pick_up else ()
    shift = Fraction(len(first))
    notes = [Note(shift + 4 * bar + beat, Fraction(1), pitch) for bar, pitch in enumerate(bars) for beat in range(4)]
    return Score((Part(Notes.of(notes)),), (*first, *(Bar(),) * len(bars)))


def bars_of(found: Slots) -> dict[int, set[int]]:
    told: dict[int, set[int]] = {}
    for bar, _, pitch in found:
        told.setdefault(bar, set()).add(pitch)
    return told


def test_a_gap_lies_in_the_first_eight_whole_bars() -> None:
    gap = gap_of(tune(*range(60, 70), pick_up=True), 0)
    assert gap is not None
    assert len(gap.score.bars) == 8 and gap.bars == (3, 4)
    assert bars_of(gap.truth) == {3: {63}, 4: {64}} and gap.truth.total() == 8
    assert gap_of(tune(60, 61, 62), 0) is None


def test_bars_are_copied_from_before_the_gap_or_from_behind() -> None:
    gap = gap_of(tune(*range(60, 68)), 0)
    assert gap is not None
    assert bars_of(copied(gap, 2)) == {3: {61}, 4: {62}}
    assert bars_of(copied(gap, 4)) == {3: {67}}  # bars 8 and 9, of which there is no ninth


def test_the_distance_that_is_copied_from_is_the_best_one() -> None:
    gaps = [gap_of(tune(60, 62, 64, 60, 62, 64, 60, 62), 0)]
    rule, back = copying([gap for gap in gaps if gap is not None])
    assert back == 3
    assert measured([gap for gap in gaps if gap is not None], rule).value == 1


def test_agreement_is_the_share_of_notes_in_common_over_all_runs() -> None:
    gap = gap_of(tune(*range(60, 68)), 0)
    assert gap is not None
    half: Slots = Counter({slot: 1 for slot in gap.truth if slot[0] == 3})
    assert measured([gap], lambda _: half).value == pytest.approx(2 * 4 / (8 + 4))
    assert measured([gap], lambda _: half, lambda gap: gap.truth).value == pytest.approx((8 + 16) / (12 + 16))
