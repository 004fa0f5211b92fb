"""The Billboard annotations: what each sign means, and that all of them are read."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import pytest
from benchmarks.result import data_dir
from hypothesis import given, settings

from segue.errors import FormatError, UnavailableError
from segue.formats import chart, salami
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Score
from tests.formats.chord_sheets import damaged

HEAD = "# title: T\n# artist: A\n# metre: 4/4\n# tonic: C\n\n0.0\tsilence\n"


def read(lines: str, head: str = HEAD) -> Score:
    return salami.read((head + lines).encode())


def chords(score: Score) -> list[tuple[str, str]]:
    return [(str(one.start), str(one.chord)) for one in score.chords]


def test_the_example() -> None:
    score = salami.read(salami.EXAMPLE)
    assert chords(score) == [("0", "G"), ("3", "D7"), ("6", "C"), ("8", "D9sus4"), ("9", "G")]
    assert [str(bar.metre) for bar in score.bars] == ["3/4", "3/4", "3/4", "2/4"]
    assert [(bar.repeats_from, bar.repeats_to) for bar in score.bars[:2]] == [(True, 1), (False, 2)]
    assert [bar.section for bar in score.bars] == ["intro A", "", "verse B", ""]
    assert (score.title, score.composer, score.key) == ("Little waltz", "Nobody", Key.parse("G"))
    assert score.tempos[0].bpm == pytest.approx(60.0)  # 12 quarter notes in 12 s; 5 in 5 s


def test_dots_hold_a_chord_and_what_goes_on_is_not_said_again() -> None:
    score = read("1.0\tA, intro, | C:maj . G:maj . | G:maj | C:maj |\n9.0\tend\n")
    assert chords(score) == [("0", "C"), ("2", "G"), ("8", "C")]


def test_a_repeated_passage_says_its_first_chord_although_it_goes_on() -> None:
    score = read("1.0\t| C:maj |\n2.0\t| C:maj | G:maj | x4\n9.0\tend\n")
    assert chords(score) == [("0", "C"), ("4", "C"), ("8", "G")]
    assert [bar.repeats_to for bar in score.bars] == [1, 1, 4]


def test_metres_and_tonics_change_where_they_stand() -> None:
    score = read("1.0\t| C:maj |\n# metre: 3/4\n# tonic: A\n2.0\t| A:min | (2/4) A:min |\n3.0\t| E:7 |\n")
    assert [bar.metre for bar in score.bars] == [Metre(4, 4), Metre(3, 4), Metre(2, 4), Metre(3, 4)]
    assert [str(bar.key) for bar in score.bars] == ["C major", "A minor", "A minor", "A minor"]


def test_the_mode_follows_the_chords_on_the_tonic() -> None:
    assert str(read("1.0\t| C:min | F:min | C:min7 | C:maj |\n").key) == "C minor"
    assert str(read("1.0\t| G:7 | F:min |\n").key) == "C major"


def test_silence_players_and_marks_are_passed_over() -> None:
    score = read(
        "1.0\tZ, noise\n2.0\tB', verse, | C:maj | ->, (voice\n3.0\t| &pause | * |, voice), fadeout\n4.0\tZ\n5.0\tend\n"
    )
    assert chords(score) == [("0", "C"), ("4", "N.C.")]
    assert score.bars[0].section == "verse B'"
    assert score.notice == ("a pause (`&pause`) is N.C.", "`*`, chords not told, is N.C.")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("1.0\t| Hfoo |\n", "line 7: 'Hfoo' is no chord"),
        ("1.0\t| C:maj | |\n", "line 7: a bar without a chord"),
        ("nonsense\n", "line 7: 'nonsense' is no line of an annotation"),
        ("# metre: 4\n", "line 7: '4' is no metre"),
        ("# tonic: H\n", "line 7: 'H' is no tone"),
        ("1.0\t| C:maj | x500\n", "1 to 99 are accepted"),
        ("1.0\tend\n", "no bar in it"),
        ("1.0\t" + "| C:maj " * 90_000, "bar lines: too many"),
    ],
)
def test_what_is_no_annotation_is_refused_with_its_line(lines: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(lines)


@settings(max_examples=60, deadline=None)
@given(damaged(salami.EXAMPLE, [b"\t", b"|", b"x9", b"(2/4)", b"# tonic: F\n", b"# metre: 6/8\n", b"1e5"]))
def test_a_damaged_annotation_is_read_or_refused(data: bytes) -> None:
    try:
        assert salami.read(data).bars
    except FormatError:
        return


def _files() -> list[Path]:
    try:
        return sorted((data_dir() / "mcgill_billboard").glob("*/salami_chords.txt"))
    except UnavailableError:
        return []


@pytest.mark.skipif(not _files(), reason="needs mcgill_billboard in SEGUE_DATA")
def test_the_annotations_are_read_and_come_back_from_a_chart() -> None:
    files = list(islice(_files(), 0, None, 20))
    assert len(files) == 45
    for file in files:
        score = salami.read(file.read_bytes(), file=file.parent.name)
        assert score.bars and score.title and score.tempos
        assert score.end == score.bar_starts[-1] > Fraction(100)
        assert chart.read(chart.write(score)) == score


@pytest.mark.slow
@pytest.mark.skipif(not _files(), reason="needs mcgill_billboard in SEGUE_DATA")
def test_all_890_annotations_are_read() -> None:
    assert sum(bool(salami.read(file.read_bytes()).chords) for file in _files()) == 890
