"""What readings agree on, in small worlds where the answer is known."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

import pytest

from segue.compose.consensus import consensus, stretches
from segue.music.chord import Chord
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score


def sheet(labels: str = "", pitches: str = "60 60 60 60") -> Score:
    """A whole note in each bar of 4/4, and a chord on each half of a bar; "-" says none, the one before goes on."""
    heard = [int(one) for one in pitches.split()]
    notes = Notes.of(Note(Fraction(4 * n), Fraction(4), pitch) for n, pitch in enumerate(heard))
    chords = [
        ChordAt(Fraction(2 * n), Chord.parse(label)) for n, label in enumerate(labels.split()) if label not in ("-",)
    ]
    return Score((Part(notes),), (Bar(),) * len(heard), tuple(chords))


def agreed(given: Score, readings: list[str], bars: Collection[int] = range(4), trust: float = 0.0) -> str:
    found = consensus(given, [given.replace(chords=sheet(one).chords) for one in readings], bars, trust=trust)
    return " ".join(f"{float(one.start):g}:{one.chord}" for one in found.chords)


def test_the_chord_of_most_readings_is_taken_in_each_half_of_a_bar() -> None:
    readings = ["C - - G F - C -", "C - F - F - G -", "Am - - G F - C -"]
    assert agreed(sheet(), readings) == "0:C 6:G 8:F 12:C"


def test_votes_count_for_triads_and_the_chord_over_the_triad_that_has_most_is_taken() -> None:
    readings = [
        "G7 - C - C - C -",
        "G7 - C - C - C -",
        "G - C - C - C -",
        *["Em - C - C - C -"] * 3,
        "Em7 - C - C - C -",
    ]
    assert agreed(sheet(), readings) == "0:Em 4:C"
    assert agreed(sheet(), [*readings, "G7 - C - C - C -", "G13 - C - C - C -"]) == "0:G7 4:C"


@pytest.mark.parametrize(("trust", "first"), [(0.0, "C"), (1.0, "Dm")])
def test_what_is_sung_weighs_against_votes(trust: float, first: str) -> None:
    readings = ["C - C - C - C -", "C - C - C - C -", "Dm - C - C - C -"]  # e to the 1 is more than two votes to one
    assert agreed(sheet(pitches="62 60 60 60"), readings, trust=trust).split()[0] == f"0:{first}"


def test_a_vote_counts_for_as_long_as_it_sounds() -> None:
    given = sheet()
    quarter = given.replace(chords=(ChordAt(Fraction(0), Chord.parse("F")), ChordAt(Fraction(1, 2), Chord.parse("C"))))
    found = consensus(given, [quarter, sheet("F - C - - - - -"), quarter, quarter], range(4), trust=0.0)
    assert [str(one.chord) for one in found.chords] == ["C"]


def test_chords_of_kept_bars_stay_and_what_rang_into_them_goes_on() -> None:
    given = sheet("C - - - - - F F")
    found = agreed(given, ["C - G - - - F F", "C - G - G - F F"], bars=[1])
    assert found == "0:C 4:G 8:C 12:F 14:F"
    found = agreed(given, ["C - F - C - F F"], bars=[1])
    assert found == "0:C 4:F 8:C 12:F 14:F"
    assert agreed(given, ["C - C - C - F F"], bars=[1]) == "0:C 12:F 14:F"


def test_stretches_lie_on_beats_and_begin_anew_behind_kept_bars() -> None:
    score = Score((), (Bar(),) * 6)
    halves = list(stretches(score, [0, 1, 4], Fraction(1, 2)))
    assert [[float(start) for start, _ in run] for run in halves] == [[0, 2, 4, 6], [16, 18]]
    twos = list(stretches(score, [1, 2, 3], Fraction(2)))
    assert [[(float(start), float(end)) for start, end in run] for run in twos] == [[(4, 12), (12, 16)]]
