"""Plans of form: their sections, where they come back, how they end; likeness and contour, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from segue.compose.forms import FORMS, plan
from segue.compose.likeness import CONTOURS, contour_fit, likeness
from segue.errors import InputError
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score


def test_a_song_form_has_its_sections_and_cadences() -> None:
    planned = plan("AABA")
    assert [(one.name, one.first, one.bars, one.model, one.cadence) for one in planned.sections] == [
        ("A", 0, 8, 0, "half"),
        ("A", 8, 8, 0, "authentic"),
        ("B", 16, 8, 2, "half"),
        ("A", 24, 8, 0, "authentic"),
    ]
    assert planned.bars == 32
    assert [planned.returns(place) for place in range(4)] == [False, True, False, True]


def test_verse_and_chorus_have_names_and_the_verse_leads_on() -> None:
    planned = plan("verse-chorus", bars=24)
    assert [one.name for one in planned.sections] == ["verse", "chorus", "verse", "chorus", "bridge", "chorus"]
    assert [one.bars for one in planned.sections] == [4] * 6
    assert [one.cadence for one in planned.sections[:2]] == ["half", "authentic"]
    assert [one.model for one in planned.sections] == [0, 1, 0, 1, 4, 1]


def test_a_blues_has_its_harmony_and_ends_at_home() -> None:
    first, last = plan("12-bar-blues").sections
    assert first.degrees == (1, 1, 1, 1, 4, 4, 1, 1, 5, 4, 1, 5)
    assert last.degrees == (1, 1, 1, 1, 4, 4, 1, 1, 5, 4, 1, 1)


@pytest.mark.parametrize("form", [*FORMS, "ABAC", "AA'BA'", "A", "verse-bridge-verse", "ABCDE"])
def test_sections_follow_one_another_and_the_last_one_closes(form: str) -> None:
    planned = plan(form)
    after = 0
    for place, section in enumerate(planned.sections):
        assert section.first == after and section.model <= place
        assert planned.sections[section.model].name == section.name
        after = section.after
    assert after == planned.bars
    assert planned.sections[-1].cadence == "authentic"


def test_wrong_forms_and_bars_are_named() -> None:
    with pytest.raises(InputError, match=r"form 'AABBA-X' is none of AABA"):
        plan("AABBA-X")
    with pytest.raises(InputError, match='did you mean "rondo"'):
        plan("rond")
    with pytest.raises(InputError, match="30 bars for the form AABA: its 4 sections need a multiple of 4 from 8"):
        plan("AABA", 30)
    with pytest.raises(InputError, match="32 bars for the form 12-bar-blues: it has 2 choruses of 12, 24 bars in all"):
        plan("12-bar-blues", 32)


def _line(*pitches: int) -> Notes:
    return Notes.of(Note(Fraction(place), Fraction(1), pitch) for place, pitch in enumerate(pitches))


def test_likeness_is_counted() -> None:
    # two bars of 4/4 against the two that follow: the first is the same, the last differs in its last note
    notes = _line(60, 62, 64, 65, 67, 65, 64, 62, 60, 62, 64, 65, 67, 65, 64, 60)
    score = Score((Part(notes),), (Bar(),) * 4)
    alike = likeness(score, range(2), range(2, 4))
    assert alike.bars == 1 / 2
    assert alike.rhythm == 1
    assert alike.intervals == pytest.approx(6 / 7)  # of 7 steps each the last one differs


def test_a_transposed_passage_has_the_same_steps_and_no_equal_bar() -> None:
    notes = _line(60, 62, 64, 65, 67, 69, 71, 72)
    alike = likeness(Score((Part(notes),), (Bar(),) * 2), range(1), range(1, 2))
    assert (alike.bars, alike.rhythm) == (0, 1)
    assert alike.intervals == pytest.approx(2 * 3 / (3 + 3))  # up by 2, 2, 1 both times


def test_passages_that_are_not_there_are_refused() -> None:
    score = Score((Part(_line(60)),), (Bar(),))
    with pytest.raises(InputError, match="bars 0 to 2 of a score of 1: no passage to compare"):
        likeness(score, range(2), range(1))


def test_contours_are_correlations_with_their_shapes() -> None:
    assert contour_fit(_line(60, 62, 64), "rising") == pytest.approx(1)
    assert contour_fit(_line(60, 62, 64), "falling") == pytest.approx(-1)
    assert contour_fit(_line(60, 67, 60), "arch") == pytest.approx(1)
    assert contour_fit(_line(60, 53, 60), "valley") == pytest.approx(1)
    # times and pitches from their means: (-1/2)(-1) + 0 * 1 + (1/2) * 0 = 1/2, over sqrt(1/2 * 2)
    assert contour_fit(_line(60, 62, 61), "rising") == pytest.approx(0.5)
    assert contour_fit(_line(60, 60, 60), "arch") == 0
    with pytest.raises(InputError, match="contour 'wavy' is none of"):
        contour_fit(_line(60, 61, 62), "wavy")
    assert set(CONTOURS) == {"rising", "falling", "arch", "valley"}
