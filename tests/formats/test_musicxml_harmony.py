"""Chord symbols: kinds and degrees say every quality, and those of other programs are understood."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.formats.musicxml.harmony import KINDS, changed, chord_of, written
from segue.music.chord import QUALITIES, Chord
from segue.music.qualities import degrees_of, quality_of

DEGREES = st.frozensets(st.tuples(st.integers(2, 7), st.integers(-2, 2)), max_size=8)


def chord(root: str, kind: str, *degrees: tuple[int, int, str], more: str = "", text: str = "") -> str:
    """The chord that a <harmony> gives, as its label."""
    step, alter = root[0], {"#": 1, "b": -1, "": 0}[root[1:]]
    inner = "".join(
        f"<degree><degree-value>{value}</degree-value><degree-alter>{by}</degree-alter><degree-type>{how}</degree-type></degree>"
        for value, by, how in degrees
    )
    tone = f"<root><root-step>{step}</root-step><root-alter>{alter}</root-alter></root>"
    said = f'<kind text="{text}">{kind}</kind>' if text else f"<kind>{kind}</kind>"
    return str(chord_of(ElementTree.fromstring(f"<harmony>{tone}{said}{more}{inner}</harmony>")))


@pytest.mark.parametrize("quality", QUALITIES)
def test_each_quality_of_the_table_is_written_and_read(quality: str) -> None:
    kind, changes = written(quality)
    assert quality_of(changed(degrees_of(KINDS[kind]), changes)) == quality
    assert len(changes) <= 3


@given(DEGREES)
def test_any_set_of_degrees_is_written_and_read(degrees: frozenset[tuple[int, int]]) -> None:
    quality = quality_of(degrees)
    kind, changes = written(quality)
    assert changed(degrees_of(KINDS[kind]), changes) | {(1, 0)} == degrees_of(quality)


def test_common_chords_are_written_as_programs_do() -> None:
    assert written("7sus4") == ("suspended-fourth", ((7, 0, "add"),))
    assert written("7b5") == ("dominant", ((5, -1, "alter"),))
    assert written("13b9") == ("dominant-13th", ((9, -1, "alter"),))
    assert written("7no5") == ("dominant", ((5, 0, "subtract"),))


def test_kinds_and_degrees_of_other_programs() -> None:
    assert chord("Bb", "minor-seventh") == "Bbm7"
    assert chord("F#", "half-diminished") == "F#m7b5"
    assert chord("C", "suspended-fourth", (7, 0, "add"), (9, 0, "add")) == "C9sus4"
    assert chord("G", "dominant", (9, -1, "add"), (5, 1, "alter")) == "G7b9#5"
    assert chord("D", "minor-seventh", (5, -1, "alter")) == "Dm7b5"
    assert chord("C", "maj69") == "C69"  # as Wikifonia had it
    assert chord("C", "other", text="m7b5") == "Cm7b5"


def test_a_bass_is_named_or_follows_from_the_inversion() -> None:
    bass = "<bass><bass-step>E</bass-step></bass>"
    assert chord("C", "major", more=bass) == "C/E"
    assert chord("A", "minor", more="<inversion>1</inversion>") == "Am/C"
    assert chord("Eb", "dominant", more="<inversion>3</inversion>") == "Eb7/Db"
    assert chord("C", "major", more="<inversion>0</inversion>") == "C"


def test_no_chord_and_what_is_none() -> None:
    assert chord("C", "none") == "N.C."
    assert chord("C", "") == "C"
    assert chord("C", "wobbly") == "None"
    function = ElementTree.fromstring("<harmony><function>V7</function><kind>none</kind></harmony>")
    assert chord_of(function) is None
    assert chord_of(ElementTree.fromstring("<harmony/>")) is None


def test_roots_far_out_are_chords_too() -> None:
    double = "<harmony><root><root-step>B</root-step><root-alter>-2</root-alter></root><kind>major</kind></harmony>"
    assert chord_of(ElementTree.fromstring(double)) == Chord.parse("Bbb")
