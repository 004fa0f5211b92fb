"""Scores written as ABC: as a person would write them, and read back equal."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from segue.errors import InputError
from segue.formats import abc
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from tests.formats.abc_scores import scores

DATA = Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def one_voice(*rows: tuple[F | float, F | float, int], bars: int = 1, key: str = "C", **parts: object) -> Score:
    notes = Notes.of(Note(F(start), F(length), pitch) for start, length, pitch in rows)
    bar = Bar(Metre(), Key.parse(key))
    return Score((replace(Part(notes), **parts),), (bar,) * bars)


def body(score: Score) -> str:
    return abc.write(score).decode().partition("\nK:")[2].partition("\n")[2].strip()


# ---- the text


def test_a_tune_reads_as_a_person_would_write_it() -> None:
    text = """X:1
T:The Tune
C:Ann
R:jig
M:6/8
L:1/8
Q:1/4=180
K:G
D|:"G"G2B d2B|"Am"c2A "D7"A2F|"G"GBd gdB|[1 "D7"AGF "G"G2D:|
[2 "D7"AGF "G"G2z|]
w:al- le- lu- ia
"""
    assert abc.write(abc.read(text.encode())).decode() == text


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (one_voice((0, 1, 66), (1, 1, 78), (2, 1, 65), (3, 1, 66), key="G"), "F f =F ^F|]"),
        (one_voice((0, 1, 61), (1, 1, 60), (2, 2, 73)), "^C =C ^c2|]"),
        (one_voice((0, 1, 63), (1, 1, 68), key="Eb"), "E A z2|]"),
        (one_voice((0, F(1, 3), 60), (F(1, 3), F(1, 3), 62), (F(2, 3), F(1, 3), 64), (1, 3, 60)), "(3CDE C6|]"),
        (one_voice((0, F(2, 3), 60), (F(2, 3), F(1, 3), 62), (1, 1, 60)), "(3:2:2CD/2 C z2|]"),
        (one_voice((0, 5, 60), bars=2), "C4-|C z3|]"),
        (one_voice((0, 2.5, 60)), "C4- Cz3|]"),
        (one_voice((0, 2, 60), (0, 2, 64), (2, 2, 60)), "[CE]4 C4|]"),
        (one_voice((0, 4, 60), (0, 2, 64), (2, 2, 65)), "E4 F4 & C8|]"),
        (one_voice((3, 1, 60)), "z3 C|]"),
    ],
)
def test_notes(score: Score, text: str) -> None:
    assert body(score) == text
    assert abc.read(abc.write(score)) == score


def test_chord_symbols_and_tempos_within_a_note_part_it() -> None:
    score = one_voice((0, 4, 60))
    score = score.replace(chords=(ChordAt(F(0), Chord.parse("C")), ChordAt(F(2), Chord.parse("F/C"))))
    assert body(score) == '"C"C4- "F/C"C4|]'
    score = score.replace(chords=(), tempos=(Tempo(F(1), 90.5),))
    assert body(score) == "C2- [Q:1/4=90.5]C6|]"
    assert abc.read(abc.write(score)) == score


def test_voices_with_names_and_programs() -> None:
    part = Part(Notes.of([Note(F(0), F(4), 72)]), 'The "one"', 40)
    score = Score((part, Part(Notes.of([Note(F(0), F(4), 36)]), program=0, is_drums=True)), (Bar(),))
    assert abc.write(score).decode() == (
        'X:1\nM:4/4\nL:1/8\nV:1 name="The \\u0022one\\u0022"\nV:2\nK:C\n'
        "V:1\n%%MIDI program 40\nV:2\n%%MIDI channel 10\n[V:1] c8|]\n[V:2] C,,8|]\n"
    )
    assert abc.read(abc.write(score)) == score


def test_a_score_without_parts_is_a_chart() -> None:
    score = Score(bars=(Bar(), Bar()), chords=(ChordAt(F(0), Chord.parse("Cmaj7")), ChordAt(F(6), Chord.parse("G7"))))
    assert body(score) == '"Cmaj7"x8|x4 "G7"x4|]'
    assert abc.read(abc.write(score)) == score


def test_verses_stand_under_their_line() -> None:
    words = (
        Sung(F(0), Syllable("hap", is_end=False), 1),
        Sung(F(1), Syllable("py", is_start=False), 1),
        Sung(F(1), Syllable("two~", True, True), 2),
        Sung(F(3), Syllable("New York"), 1),
    )
    score = one_voice((0, 1, 60), (1, 1, 62), (2, 1, 64), (3, 1, 65), words=words)
    assert body(score) == "C D E F|]\nw:hap- py * New~York\nw:* two\\u007e * *"
    assert abc.read(abc.write(score)) == score


def test_a_book_of_all_scores() -> None:
    score = one_voice((0, 4, 60))
    assert abc.read_all(abc.write_all([score, score.replace(title="b")])) == [score, score.replace(title="b")]


# ---- what ABC cannot say


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (one_voice((0, 1, 60), words=(Sung(F(2), Syllable("a")),)), "words at 2 quarter notes lie on no note"),
        (one_voice((0, 1, 60), words=(Sung(F(0), Syllable("")),)), "a syllable without letters"),
        (one_voice((0, 1, 60), words=(Sung(F(0), Syllable("a"), 100),)), "verse 100: 1 to 99 are accepted"),
        (one_voice((0, 1, 60)).replace(title="\ud800"), "half of a surrogate pair"),
        (Score(bars=(Bar(key=Key(Tone("F", 2))),)), "key F## major has a double accidental in its tonic"),
        (Score(bars=(Bar(ending=(2, 1)),)), r"an ending for passes \(2, 1\)"),
    ],
)
def test_what_cannot_be_written_is_refused(score: Score, message: str) -> None:
    with pytest.raises(InputError, match=message):
        abc.write(score)


# ---- read back


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(scores())
def test_any_score_is_read_back_equal(score: Score) -> None:
    back = abc.read(abc.write(score))
    assert back == score
    assert back.notice == ()


def music21_books(*folders: str) -> list[Path]:
    import importlib.util

    found = importlib.util.find_spec("music21")
    if found is None or found.origin is None:
        pytest.skip("music21, whose corpus has these books, is not installed")
    corpus = Path(found.origin).parent / "corpus"
    return sorted(path for folder in folders for path in (corpus / folder).glob("*.abc"))


def nottingham() -> list[Path]:
    folder = DATA / "nottingham" / "ABC_cleaned"
    if not folder.is_dir():
        pytest.skip(f"no {folder}; put the data beside the checkout, or name its folder in SEGUE_DATA")
    return sorted(folder.glob("*.abc"))


@pytest.mark.parametrize(
    ("books", "count"),
    [
        (nottingham, 1_034),
        pytest.param(lambda: music21_books("oneills1850"), 2_009, marks=pytest.mark.slow),
        pytest.param(lambda: music21_books("airdsAirs", "ryansMammoth"), 2_239, marks=pytest.mark.slow),
    ],
    ids=["nottingham", "oneill", "aird and ryan"],
)
def test_every_tune_of_real_books_is_read_back_equal(books: object, count: int) -> None:
    assert callable(books)
    read = [score for path in books() for score in abc.read_all(path.read_bytes(), file=path.name)]
    assert len(read) == count
    assert [score.title for score in read if any("not read" in told for told in score.notice)] == []
    written = abc.write_all(read)
    assert len(re.findall(rb"(?m)^X:", written)) == count
    different = [one.title for one, back in zip(read, abc.read_all(written), strict=True) if one != back]
    assert different == []
