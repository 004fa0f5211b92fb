"""Roman numerals say chords relative to a key and come back; functions and cadences as textbooks teach them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import pytest
from benchmarks.result import data_dir
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError, UnavailableError
from segue.music.cadence import cadence_of, function_of
from segue.music.chord import NO_CHORD, QUALITIES, Chord
from segue.music.key import MODES, Key
from segue.music.pitch import Tone
from segue.music.roman import parse_roman, roman

C, A_MINOR = Key.parse("C"), Key.parse("A minor")
TONES = st.integers(-8, 12).map(Tone.of_fifths)
CHORDS = st.builds(Chord, TONES, st.sampled_from(list(QUALITIES)), st.none() | TONES)
KEYS = st.builds(Key, st.integers(-6, 6).map(Tone.of_fifths), st.sampled_from(list(MODES)))


@settings(max_examples=60, deadline=None)
@given(CHORDS | st.just(NO_CHORD), KEYS)
def test_a_chord_comes_back_from_its_numeral(chord: Chord, key: Key) -> None:
    assert parse_roman(roman(chord, key), key) == chord


@settings(max_examples=60, deadline=None)
@given(CHORDS, KEYS, st.integers(-3, 3))
def test_a_numeral_stays_when_chord_and_key_are_transposed(chord: Chord, key: Key, fifths: int) -> None:
    moved = Key(key.tonic.up(fifths), key.mode)
    assert roman(chord.up(fifths), moved) == roman(chord, key)


@pytest.mark.parametrize(
    ("numeral", "in_c", "in_a_minor"),
    [
        ("I", "C", "A"),
        ("i", "Cm", "Am"),
        ("ii65", "Dm7/F", "Bm7/D"),
        ("iiø65", "Dm7b5/F", "Bm7b5/D"),
        ("ii/o6/5", "Dm7b5/F", "Bm7b5/D"),
        ("V65/V", "D7/F#", "B7/D#"),
        ("V6/5/V", "D7/F#", "B7/D#"),
        ("viio7", "Bdim7", "G#dim7"),
        ("viio7/V/V", "C#dim7", "A#dim7"),
        ("I7", "Cmaj7", "A7"),
        ("V7", "G7", "E7"),
        ("V9", "G9", "E7b9"),
        ("V9[b9]", "G7b9", "E7b9"),
        ("bVII", "Bb", "G"),
        ("VI", "A", "F"),
        ("bVI", "Ab", "F"),
        ("vi", "Am", "F#m"),
        ("#viio6", "B#dim/D#", "G#dim/B"),
        ("III+6", "Eaug/G#", "Caug/E"),
        ("N6", "Db/F", "Bb/D"),
        ("N", "Db/F", "Bb/D"),
        ("V7/N", "Ab7", "F7"),
        ("Ger65", "Ab7", "F7"),
        ("It6", "Ab7no5", "F7no5"),
        ("Fr43", "Ab7b5", "F7b5"),
        ("Ger43", "Ab7/C", "F7/A"),
        ("Cad64", "C/G", "Am/E"),
        ("Cad64/V", "G/D", "E/B"),
        ("V54", "Gsus4", "Esus4"),
        ("V[no3][add4]", "Gsus4", "Esus4"),
        ("V7[no3][add4]", "G7sus4", "E7sus4"),
        ("IVmaj7", "Fmaj7", "Dmaj7"),
        ("IVM65", "Fmaj7/A", "Dmaj7/F#"),
        ("IVd7", "F7", "D7"),
        ("I[/5]", "C/G", "A/E"),
        ("I[/b7]", "C/Bb", "A/Gb"),
    ],
)
def test_numerals_in_major_and_minor(numeral: str, in_c: str, in_a_minor: str) -> None:
    assert [str(parse_roman(numeral, key)) for key in (C, A_MINOR)] == [in_c, in_a_minor]


@pytest.mark.parametrize(
    ("chord", "in_c", "in_a_minor"),
    [
        ("C", "I", "III"),
        ("Dm7", "ii7", "iv7"),
        ("D7/F#", "V65/V", "V65/VII"),
        ("D", "V/V", "IV"),
        ("E7", "V7/vi", "V7"),
        ("Bb", "bVII", "bII"),
        ("Fm", "iv", "bvi"),
        ("C#dim7", "viio7/ii", "viio7/iv"),
        ("Bm7b5/D", "viiø65", "iiø65"),
        ("G7sus4", "V7[no3][add4]", "VII7[no3][add4]"),
        ("G9", "V9", "VII9"),
        ("C7", "V7/IV", "V7/VI"),
        ("F/G", "IV[/5]", "VI[/7]"),
    ],
)
def test_how_chords_are_written(chord: str, in_c: str, in_a_minor: str) -> None:
    assert [roman(Chord.parse(chord), key) for key in (C, A_MINOR)] == [in_c, in_a_minor]


@pytest.mark.parametrize(
    ("labels", "function"),
    [(("C", "Em", "Am", "C/G"), "T"), (("F", "Dm7", "Db", "Ab", "Fm"), "S"), (("G7", "Bdim", "D7", "E7", "Bb"), "D")],
)
def test_functions(labels: tuple[str, ...], function: str) -> None:
    assert {function_of(Chord.parse(label), C) for label in labels} == {function}
    assert function_of(NO_CHORD, C) == ""


@pytest.mark.parametrize(
    ("before", "last", "name"),
    [
        ("G7", "C", "authentic"),
        ("Bdim7", "C/E", "authentic"),
        ("F", "C", "plagal"),
        ("Fm6", "C", "plagal"),
        ("G7", "Am", "deceptive"),
        ("G", "Ab", "deceptive"),
        ("Dm7", "G", "half"),
        ("C", "G7", "half"),
        ("G", "F", ""),
        ("Am", "F", ""),
        ("N", "C", ""),
    ],
)
def test_cadences(before: str, last: str, name: str) -> None:
    assert cadence_of(Chord.parse(before), Chord.parse(last), C) == name


@pytest.mark.parametrize("text", ["", "VIII", "H7", "V7/", "V/Ger6", "V99", "V[foo]", "Ger64", "V" * 70])
def test_what_is_no_numeral_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match=r"is no roman numeral.*such as I, ii65"):
        parse_roman(text, C)


@settings(max_examples=60, deadline=None)
@given(st.text("iIvV7654329/bo#+ø[]addno MN", max_size=14), KEYS)
def test_any_text_is_a_numeral_or_an_input_error(text: str, key: Key) -> None:
    try:
        chord = parse_roman(text, key)
    except InputError:
        return
    assert parse_roman(roman(chord, key), key) == chord


def test_the_analyses_of_when_in_rome_are_read() -> None:
    try:
        folder = data_dir() / "when_in_rome" / "Corpus"
    except UnavailableError:
        folder = None
    if folder is None or not folder.is_dir():
        pytest.skip("needs when_in_rome in SEGUE_DATA")
    numerals: Counter[str] = Counter()
    for file in islice(sorted(folder.glob("**/analysis*.txt")), 0, None, 3):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if re.match(r"m\d+[a-z]? ", line) and "=" not in line:
                numerals.update(token for token in line.split()[1:] if re.match(r"[#b-]*[iIvVNGFC][^:]*$", token))
    failed = 0
    for numeral, count in numerals.items():
        try:
            parse_roman(numeral, C)
        except InputError:
            failed += count
    assert sum(numerals.values()) > 40_000
    assert failed / sum(numerals.values()) < 0.005
