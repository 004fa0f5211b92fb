"""Chords as language: loops told once, numerals in their keys, nothing where no chord sounds."""

from __future__ import annotations

from segue.formats import chart
from segue.music.score import Progression
from segue.recognize.chord_words import NO_CHORDS, describe_progression


def told(bars: str, key: str = "A minor") -> str:
    return describe_progression(chart.read(f"key: {key}\nmetre: 4/4\n\n| {bars} |\n".encode()).progression)


def test_a_loop_is_told_once() -> None:
    assert told("Am | F | C | G | Am | F | C | G") == "in A minor, 4/4: i | VI | III | VII, twice"


def test_bars_that_come_once_stand_between_loops() -> None:
    assert told("C | G | C | G | C | G | F G | C | C", "C") == "in C major, 4/4: I | V, three times; IV V; I, twice"


def test_the_key_is_all_that_a_transposed_progression_changes() -> None:
    one, other = told("Dm7 | G7 | Cmaj7", "C major"), told("Em7 | A7 | Dmaj7", "D major")
    assert one.partition(": ")[2] == other.partition(": ")[2] and one != other


def test_a_bar_in_which_a_chord_goes_on_and_none_at_all() -> None:
    assert told("C | % | F | G", "C").partition(": ")[2].startswith("I")
    assert describe_progression(Progression((), ())) == NO_CHORDS
    assert told("N.C. | N.C.", "C") == NO_CHORDS
