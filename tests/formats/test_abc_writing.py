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
from tests.music.scores import scores as sayable

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


# ---- signs that one can print


@pytest.mark.parametrize(
    ("score", "text"),
    [
        # in a tuplet a note that no sign says is parted at the beat, and there by the longest sign
        (one_voice((0, F(1, 3), 60), (F(1, 3), F(3, 2), 62), (F(11, 6), F(1, 6), 64)), "(3:2:2CD2- (3D2-D/2E/2 z4|]"),
        (one_voice((0, F(1, 3), 60), (F(11, 6), F(1, 6), 64)), "(3:2:2Cz2 (3z2z/2E/2 z4|]"),
        (one_voice((F(1, 3), F(13, 3), 60), bars=2), "(3:2:2zC2- C6-|(3:2:2C2z z6|]"),
        # but not where equal ones make the tuplet
        (one_voice((0, F(4, 3), 60), (F(4, 3), F(4, 3), 62), (F(8, 3), F(4, 3), 64)), "(3C4D4E4|]"),
        # a tuplet ends with its bar, and where another one begins
        (Score((Part(Notes.of([Note(F(0), F(7, 24), 60)])),), (Bar(length=F(7, 24)),)), "(3:2:1C7/4|]"),
        (one_voice((0, F(1, 3), 60), (F(1, 3), F(4, 15), 62), (F(3, 5), F(2, 5), 64)), "(3:2:1C(15:8:2DE3/2 z6|]"),
    ],
)
def test_what_no_sign_says_is_parted_in_tuplets(score: Score, text: str) -> None:
    assert body(score) == text
    assert abc.read(abc.write(score)) == score


def test_a_tuplet_of_many_signs_is_written_nine_by_nine() -> None:
    short = [(F(1, 6) + F(at, 4), F(1, 4), 60 + at) for at in range(9)]
    score = one_voice((0, F(1, 6), 72), *short, (F(29, 12), F(7, 12), 72))
    assert body(score) == "(3:2:9cC3/2^C3/2D3/2_E3/2=E3/2F3/2^F3/2G3/2(3:2:2^G3/2=c7/2 z4|]"
    assert abc.read(abc.write(score)) == score


def test_a_whole_rest_is_written_where_the_first_metre_has_room_for_it() -> None:
    notes = Part(Notes.of([Note(F(0), F(3), 60)]))
    score = Score((notes,), (Bar(Metre(3, 4)), Bar(Metre(4, 4)), Bar(Metre(6, 4))))
    assert body(score) == "C6|[M:4/4]z4 z4|[M:6/4]z12|]"
    assert abc.read(abc.write(score)) == score
    assert body(score.replace(bars=(Bar(), Bar()))) == "C6 z2|z8|]"


# What abcjs calls representable: a half to a 64th note with up to five dots, and all from a whole note on.
PRINTABLE = {F(2 ** (dots + 1) - 1, 2 ** (power + dots)) for power in range(1, 7) for dots in range(6)}
SIGN = re.compile(r"(?:\[[^\]|:]*\]|[_^=]*[A-Ga-g][,']*|[zx])(\d*)(?:(/)(\d*))?")


@settings(max_examples=120, deadline=None)
@given(sayable())
def test_all_that_the_score_language_says_is_written_in_signs_that_abcjs_knows(score: Score) -> None:
    score = score.replace(parts=tuple(replace(part, words=()) for part in score.parts))
    text = abc.write(score).decode()
    assert abc.read(text.encode()) == score
    header, _, music = text.partition("\nK:")
    unit = F(header.partition("\nL:")[2].split()[0])
    lines = [line for line in music.splitlines()[1:] if not line.startswith("%%") and line[1:2] != ":"]
    plain = re.sub(r'"[^"]*"|\[\w:[^\]]*\]|\[?\d[\d,]* ', "", " ".join(lines))
    assert set(re.findall(r"\(([\d:]+)", plain)) <= {"3", *(f"3:2:{count}" for count in range(1, 10))}
    for top, slash, low in SIGN.findall(re.sub(r"\([\d:]+", "", plain)):
        length = unit * int(top or 1) / (int(low or 2) if slash else 1)
        assert length >= 1 or length in PRINTABLE


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
