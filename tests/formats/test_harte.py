"""Label files become beats and bars, and give their times back."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import pytest
from benchmarks.result import data_dir
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import FormatError, InputError, UnavailableError
from segue.formats import harte
from segue.music.chord import QUALITIES, Chord
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from tests.formats.chord_sheets import damaged


def rows(data: bytes) -> list[tuple[float, float, Chord]]:
    lines = [line.split() for line in data.decode().splitlines() if line.strip()]
    return [(float(start), float(end), Chord.parse(label)) for start, end, label in lines]


def test_a_steady_beat_is_found() -> None:
    score = harte.read(b"0.0\t2.0\tC\n2.0\t3.0\tF:maj\n3.0\t4.0\tG:7\n4.0\t8.0\tC:maj/3\n")
    assert score.tempos == (Tempo(Fraction(0), 120.0),)
    assert [(one.start, str(one.chord)) for one in score.chords] == [(0, "C"), (4, "F"), (6, "G7"), (8, "C/E")]
    assert len(score.bars) == 4
    assert "inferred" in score.notice[0]


def test_gaps_become_no_chord_and_the_last_bar_is_as_long_as_what_is_left() -> None:
    score = harte.read(b"1.0 2.0 C\n3.0 3.5 G\n")
    assert [str(one.chord) for one in score.chords] == ["N.C.", "C", "N.C.", "G"]
    assert score.bars[-1].is_irregular
    assert rows(harte.write(score)) == [
        (0.0, 1.0, Chord.parse("N")),
        (1.0, 2.0, Chord.parse("C")),
        (2.0, 3.0, Chord.parse("N")),
        (3.0, 3.5, Chord.parse("G")),
    ]


SPANS = st.lists(
    st.tuples(st.floats(0.02, 9), st.sampled_from(list(QUALITIES)), st.integers(-6, 6)), min_size=1, max_size=20
)


@settings(max_examples=60, deadline=None)
@given(SPANS)
def test_times_and_chords_come_back_within_a_millisecond(spans: list[tuple[float, str, int]]) -> None:
    clock, lines = 0.0, []
    for length, quality, fifths in spans:
        lines.append(f"{clock:.6f}\t{clock + length:.6f}\t{Chord(Tone.of_fifths(fifths), quality).harte()}\n")
        clock += length
    data = "".join(lines).encode()
    back = rows(harte.write(harte.read(data)))
    for before, after in zip(rows(data), back, strict=True):
        assert before[:2] == pytest.approx(after[:2], abs=1e-3)
        assert before[2] == after[2]


def test_tempo_changes_are_played() -> None:
    score = Score(
        bars=(Bar(), Bar()),
        chords=(ChordAt(Fraction(2), Chord.parse("C")), ChordAt(Fraction(4), Chord.parse("F"))),
        tempos=(Tempo(Fraction(0), 60), Tempo(Fraction(3), 120)),
    )
    assert harte.write(score).decode().splitlines() == [
        "0.000000\t2.000000\tN",
        "2.000000\t3.500000\tC:maj",
        "3.500000\t5.500000\tF:maj",
    ]


def test_what_labels_cannot_say_is_refused() -> None:
    with pytest.raises(InputError, match="no notes"):
        harte.write(Score((Part(Notes.of([Note(Fraction(0), Fraction(1), 60)])),), (Bar(),)))
    with pytest.raises(InputError, match="at least one bar"):
        harte.write(Score())


def test_repeats_are_played_out() -> None:
    score = Score(
        bars=(Bar(), Bar(repeats_to=2)),
        chords=(ChordAt(Fraction(0), Chord.parse("C")), ChordAt(Fraction(4), Chord.parse("G"))),
    )
    assert harte.write(score).decode() == "".join(
        f"{2 * place:.6f}\t{2 * place + 2:.6f}\t{label}\n" for place, label in enumerate(["C:maj", "G:maj"] * 2)
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("# nothing", "0 labels"),
        ("0 1 C\nhello", "line 2: 'hello' is no label"),
        ("0 1 Hfoo", "line 1: 'Hfoo' is no chord"),
        ("0 1 C\n0.5 2 G", "line 2: .*begins or ends before 1.000 s"),
        ("1 0 C", "begins or ends before"),
        ("0 999999 C", "more than 80,000 beats"),
        ("0 1e99 C", "more than 80,000 beats"),
    ],
)
def test_what_is_no_label_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        harte.read(text.encode())


@settings(max_examples=60, deadline=None)
@given(damaged(harte.EXAMPLE, [b"\t", b"0.5\t", b"N\n", b"1e3", b".", b"\n"]))
def test_a_damaged_label_file_is_read_or_refused(data: bytes) -> None:
    try:
        assert harte.read(data).chords
    except FormatError:
        return


def _files() -> list[Path]:
    try:
        return sorted((data_dir() / "pop909").glob("*/chord_*.txt"))
    except UnavailableError:
        return []


@pytest.mark.skipif(not _files(), reason="needs pop909 in SEGUE_DATA")
def test_pop909s_labels_come_back() -> None:
    for file in islice(_files(), 0, None, 60):
        data = file.read_bytes()
        assert harte.is_like(data)
        back = {round(start, 1): chord for start, _, chord in rows(harte.write(harte.read(data)))}
        assert all(back.get(round(start, 1)) == chord for start, end, chord in rows(data) if end - start > 0.2)
