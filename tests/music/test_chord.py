"""A chord means the same however it is spelled, and comes back from each of its labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from benchmarks.result import data_dir
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError, UnavailableError
from segue.music.chord import NO_CHORD, QUALITIES, Chord
from segue.music.pitch import Tone
from segue.music.qualities import degrees_of

TONES = st.builds(Tone, st.sampled_from("CDEFGAB"), st.integers(-2, 2))
DEGREE_LISTS = st.lists(
    st.sampled_from(["b2", "2", "#2", "b3", "3", "4", "#4", "b5", "#5", "b6", "6", "bb7", "b7", "7", "9", "#11", "13"]),
    min_size=1,
    max_size=5,
)
FREE = DEGREE_LISTS.map(lambda degrees: f"(1,{','.join(degrees)})")
CHORDS = st.builds(Chord, TONES, st.sampled_from(list(QUALITIES)) | FREE, st.none() | TONES)


@settings(max_examples=60, deadline=None)
@given(CHORDS)
def test_a_chord_comes_back_from_its_name_and_from_hartes_label(chord: Chord) -> None:
    assert Chord.parse(str(chord)) == chord
    assert Chord.parse(chord.harte()) == chord


SAME = [
    "C C:maj CM Cmaj C:(1,3,5)",
    "Cm Cmin C- C:min Cmi",
    "Cmaj7 CM7 CΔ C^ C^7 CΔ7 CMaj7 Cma7 Cj7 C:maj7",
    "Cm7 C-7 Cmin7 C:min7 Cmi7",
    "Cm7b5 Cø Cø7 Ch7 C-7b5 C:hdim7 Cm7(b5)",
    "Cdim7 Co7 C°7 C07 C:dim7",
    "Cdim Co C0 Cmb5 C:dim",
    "CmMaj7 C-^7 Cm(maj7) Cm/maj7 CmM7 Cmmaj7 C:minmaj7",
    "Caug C+ C+5 C(#5) C:aug",
    "C7#5 C7+ C+7 Caug7 C7+5 C:aug(b7)",
    "Csus4 Csus C:sus4",
    "C9sus4 C9sus Csus9 C:sus4(b7,9)",
    "Cadd9 C(add9) C2 C(9) C:maj(9) C:maj(2)",
    "C69 C6/9 C6add9 C6(9) C:maj6(9)",
    "C7b9#11 C7(b9,#11) C7-9+11 C7#11b9 C:7(b9,#11)",
    "C13 C:13 C7(9,13) C:9(13)",
    "C13b9 C7(b9,13) C:7(b9,13)",
    "C7alt Calt",
    "C5 C(no3) Comit3 C:5 C:(1,5)",
    "C/E C/3 C:maj/3 C/e",
    "C/Bb C/b7 C:maj/b7 C:/b7",
    "Cm7/Eb C:min7/b3 Cmin7/b3",
    "F#m7b5/C F♯ø/C F#:hdim7/b5",
    "N.C. NC N X &pause n.c. (N.C.)",
]


@pytest.mark.parametrize("spellings", SAME, ids=[row.split()[0] for row in SAME])
def test_spellings_of_one_chord_are_one_chord_whose_name_is_the_first(spellings: str) -> None:
    names = {str(Chord.parse(label)) for label in spellings.split()}
    assert names == {spellings.split()[0]}


def test_a_quality_is_brought_into_its_canonical_form() -> None:
    assert Chord(Tone("C"), "min7") == Chord(Tone("C"), "-7") == Chord.parse("Cm7")
    assert Chord(Tone("C"), "", Tone("C")) == Chord.parse("C")


def test_what_a_chord_sounds() -> None:
    chord = Chord.parse("Bbmaj9/D")
    assert chord.intervals == (0, 4, 7, 11, 14)
    assert chord.pitch_classes == (10, 2, 5, 9, 0)
    assert Chord.parse("C/F#").pitch_classes == (6, 0, 4, 7)
    assert Chord.parse("C7alt").intervals == (0, 4, 6, 8, 10, 13, 15)
    assert NO_CHORD.is_none and NO_CHORD.pitch_classes == () and NO_CHORD.harte() == "N"


def test_a_flat_fifth_in_the_bass_is_spelled_from_the_root() -> None:
    assert Chord.parse("Gb:min7/b5").bass == Tone.parse("Dbb")
    assert Chord.parse("Eb:min/bb13").harte() == "Eb:min/bb6"


@pytest.mark.parametrize(
    ("label", "triad", "majmin", "strict"),
    [
        ("Em7", "min", "Em", "Em"),
        ("F13", "maj", "F", "F"),
        ("Bm7b5", "dim", "Bm", None),
        ("C+7", "aug", "C", None),
        ("Gsus4", "sus", None, None),
        ("A5", "power", None, None),
        ("C:1", "none", None, None),
        ("N", "none", None, None),
        ("C7alt", "maj", "C", None),
        ("C/D", "maj", "C", None),
        ("C/Bb", "maj", "C", "C"),
        ("C7#9", "maj", "C", "C"),
    ],
)
def test_triads_and_the_reduction_to_24_classes(label: str, triad: str, majmin: str | None, strict: str | None) -> None:
    chord = Chord.parse(label)
    assert chord.triad == triad
    assert chord.majmin() == (majmin and Chord.parse(majmin))
    assert chord.majmin(strict=True) == (strict and Chord.parse(strict))


def test_inversions_say_which_tone_is_the_bass() -> None:
    labels = ["C", "C/E", "Cm/G", "C7/Bb", "C/D", "C6/A"]
    assert [Chord.parse(label).inversion for label in labels] == [0, 1, 2, 3, -1, -1]


def test_transposing_keeps_the_spelling() -> None:
    assert str(Chord.parse("Bbm7/Db").up(2)) == "Cm7/Eb"
    assert str(Chord.parse("Bbm7/Db").up(-5)) == "Cbm7/Ebb"


def test_intervals_give_the_first_chord_of_the_table() -> None:
    assert Chord.of_intervals(Tone("C"), (0, 3, 7, 10)) == Chord.parse("Cm7")
    assert Chord.of_intervals(Tone("C"), (0, 1, 2)).quality == "(1,b2,2)"
    for quality, intervals in QUALITIES.items():
        assert {one % 12 for one in Chord.of_intervals(Tone("D"), intervals).intervals} == {
            one % 12 for one in intervals
        }, quality


def test_the_table_is_closed_ordered_and_each_quality_different() -> None:
    assert 80 <= len(QUALITIES) <= 100
    assert len({degrees_of(quality) for quality in QUALITIES}) == len(QUALITIES)
    assert list(QUALITIES)[:6] == ["", "m", "7", "m7", "maj7", "dim"]
    assert all(list(intervals) == sorted(set(intervals)) and not intervals[0] for intervals in QUALITIES.values())


def test_the_nearest_quality_is_its_own_or_differs_in_the_fewest_tones() -> None:
    assert all(Chord(Tone("C"), quality).nearest_quality() == quality for quality in QUALITIES)
    assert Chord.parse("C(1,b3,b5,6)").nearest_quality() == "dim7"  # the same tones, spelled otherwise
    assert Chord.parse("C(1,3,5,b7,7)").nearest_quality() == "7"


@pytest.mark.parametrize(
    "label", ["", "H7", "Cfoo", "Am7/", "Cm7(b5", "C7)", "C//E", "A/1x", "C:foo", "I am", "C" * 99]
)
def test_what_is_no_chord_is_refused_with_examples(label: str) -> None:
    with pytest.raises(InputError, match=r"is no chord.*such as C, Am7"):
        Chord.parse(label)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12) | st.text("ABCDEFGabcdefgm#b+-^ohs(),/:0123456789", max_size=12).map(lambda end: "C" + end))
def test_any_text_is_a_chord_that_comes_back_or_an_input_error(text: str) -> None:
    try:
        chord = Chord.parse(text)
    except InputError:
        return
    assert Chord.parse(str(chord)) == chord
    assert Chord.parse(chord.harte()) == chord


# ---- real labels


def _has(folder: str) -> bool:
    try:
        return (data_dir() / folder).is_dir()
    except UnavailableError:
        return False


def _billboard(folder: Path) -> Iterator[str]:
    for file in islice(sorted(folder.glob("*/salami_chords.txt")), 0, None, 4):
        for bars in re.findall(r"\|.*\|", file.read_text(encoding="utf-8")):
            yield from (token for token in bars.replace("|", " ").split() if not re.fullmatch(r"[.*]|\(\d/\d\)", token))


def _pop909(folder: Path) -> Iterator[str]:
    for file in islice(sorted(folder.glob("*/chord_*.txt")), 0, None, 8):
        yield from (line.split()[2] for line in file.read_text().splitlines() if line)


def _bunks(folder: Path) -> Iterator[str]:
    for file in islice(sorted(folder.glob("SongDB/*/*.txt")), 0, None, 4):
        for line in file.read_text(encoding="utf-8").splitlines():
            if "=" not in line:
                yield from line.replace("|", " ").split()


@pytest.mark.parametrize(
    ("folder", "labels", "least"),
    [("mcgill_billboard", _billboard, 25_000), ("pop909", _pop909, 24_000), ("jazz_bunks", _bunks, 30_000)],
)
def test_every_label_of_a_corpus_is_a_chord_and_nearly_all_are_in_the_table(
    folder: str, labels: object, least: int
) -> None:
    if not _has(folder):
        pytest.skip(f"needs {folder} in SEGUE_DATA")
    assert callable(labels)
    counts = Counter(labels(data_dir() / folder))
    total = sum(counts.values())
    beyond = 0
    for label, count in counts.items():
        chord = Chord.parse(label)
        assert Chord.parse(str(chord)) == chord and Chord.parse(chord.harte()) == chord, label
        beyond += count * (chord.quality not in QUALITIES)
    assert total > least
    assert beyond / total < 0.001
