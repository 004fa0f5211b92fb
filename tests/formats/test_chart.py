"""A chart is read as musicians mean it, and a sheet of chords written as a chart comes back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from segue.errors import FormatError, InputError
from segue.formats import chart
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from tests.formats.chord_sheets import damaged, sheets


def chords(text: str) -> list[tuple[str, str]]:
    return [(str(one.start), str(one.chord)) for one in chart.read(text.encode()).chords]


def test_chords_share_their_bar_equally_and_slashes_hold_them() -> None:
    assert chords("| C | Am7 | F G |") == [("0", "C"), ("4", "Am7"), ("8", "F"), ("10", "G")]
    assert chords("| C / / G |") == chords("| C . . G |") == [("0", "C"), ("3", "G")]
    assert chords("| / / Dm7 G7 |") == [("2", "Dm7"), ("3", "G7")]
    assert chords("metre: 3/4\n| C G Am |") == [("0", "C"), ("1", "G"), ("2", "Am")]


def test_percent_repeats_the_bar_before() -> None:
    assert chords("| C | % |") == [("0", "C")]
    assert chords("| C G | % |") == [("0", "C"), ("2", "G"), ("4", "C"), ("6", "G")]
    with pytest.raises(FormatError, match=r"song\.chart, line 1: % repeats the bar before, and there is none"):
        chart.read(b"| % |", file="song.chart")


def test_headers_and_sections() -> None:
    score = chart.read(
        b"title: T\ncomposer: K\nkey: Gm\nmetre: 3/4\ntempo: 90\n# a comment\nverse:\n| Gm |\n[B]\n| D7 | Gm |"
    )
    assert (score.title, score.composer, score.key, score.metre) == ("T", "K", Key.parse("G minor"), Metre(3, 4))
    assert score.tempos == (Tempo(Fraction(0), 90.0),)
    assert [bar.section for bar in score.bars] == ["verse", "B", ""]


def test_key_metre_and_tempo_change_between_lines() -> None:
    score = chart.read(b"| C |\nkey: D\nmetre: 6/8\ntempo: 100\n| D |")
    assert score.bars == (Bar(), Bar(Metre(6, 8), Key.parse("D")))
    assert score.tempos == (Tempo(Fraction(4), 100.0),)


def test_repeats_endings_and_lengths() -> None:
    score = chart.read(b"|: C | G | 1. F :| 2. (2/4) C |\n| D | E | x4\n|: A :|x3\n")
    marks = [(bar.repeats_from, bar.repeats_to, bar.ending, bar.length) for bar in score.bars]
    assert marks == [
        (True, 1, (), 4),
        (False, 1, (), 4),
        (False, 2, (1,), 4),
        (False, 1, (2,), 2),
        (True, 1, (), 4),
        (False, 4, (), 4),
        (True, 3, (), 4),
    ]


def test_a_written_chart() -> None:
    bars = (Bar(section="verse", repeats_from=True), Bar(), Bar(repeats_to=2), Bar(length=Fraction(2)))
    score = Score(
        bars=bars,
        chords=tuple(
            ChordAt(Fraction(at), Chord.parse(label)) for at, label in ((0, "C"), (8, "F"), (11, "G7"), (12, "C"))
        ),
        title="T",
    )
    assert chart.write(score).decode() == (
        "title: T\nkey: C major\nmetre: 4/4\n[verse]\n|: C | % | F / / G7 :|\n| (1/2) C |\n"
    )


@settings(max_examples=60, deadline=None)
@given(sheets())
def test_a_sheet_of_chords_comes_back(score: Score) -> None:
    assert chart.read(chart.write(score)) == score


def test_what_a_chart_cannot_say_is_refused() -> None:
    bar = Bar()
    with pytest.raises(InputError, match="no notes"):
        chart.write(Score((Part(Notes.of([Note(Fraction(0), Fraction(1), 60)])),), (bar,)))
    with pytest.raises(InputError, match="at least one bar"):
        chart.write(Score())
    with pytest.raises(InputError, match="have no place among 96 equal ones"):
        chart.write(Score(bars=(bar,), chords=(ChordAt(Fraction(1, 97), Chord.parse("C")),)))
    with pytest.raises(InputError, match=r"tempos at 1 .*start of a bar"):
        chart.write(Score(bars=(bar,), tempos=(Tempo(Fraction(1), 90),)))
    with pytest.raises(InputError, match="names or tempos"):
        chart.write(Score(bars=(Bar(section="a]b"),)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("hello world", "line 1: 'hello world' is no bar, header or section"),
        ("key: C", "no bar in it"),
        ("| C |\n| Hfoo |", "line 2: 'Hfoo' is no chord"),
        (":| C |", "a repeat ends before the first bar"),
        ("| (0/4) C |", "a bar of length"),
        ("| (999/1) C |", "256 are accepted"),
        ("| C | x500", "1 to 99 are accepted"),
        ("tempo: fast\n| C |", "tempo 'fast' is none"),
        ("|" + " C" * 97 + "|", "96 places in a bar"),
        ("| C " * 90_000, "bar lines: too many"),
    ],
)
def test_what_is_no_chart_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        chart.read(text.encode())


@settings(max_examples=60, deadline=None)
@given(damaged(chart.EXAMPLE, [b"|:", b":|", b"%", b"(3/8)", b"x9", b"\n", b"key: Q\n"]))
def test_a_damaged_chart_is_read_or_refused(data: bytes) -> None:
    try:
        score = chart.read(data)
    except FormatError:
        return
    assert score.bars
