"""What ABC says, read: each sign of the standard in a tune of its own, with the notes that it means."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from segue.errors import FormatError
from segue.formats import abc
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Score


def tune(music: str, *, key: str = "C", metre: str = "4/4", unit: str = "1/4", head: str = "") -> Score:
    return abc.read(f"X:1\nM:{metre}\nL:{unit}\n{head}K:{key}\n{music}\n".encode())


def sounds(score: Score, part: int = 0) -> list[tuple[F, F, int]]:
    return [(note.start, note.length, note.pitch) for note in score.parts[part].notes]


def pitches(music: str, **options: str) -> list[int]:
    return [note.pitch for note in tune(music, **options).parts[0].notes]


def lengths(music: str, **options: str) -> list[F]:
    return [note.length for note in tune(music, **options).parts[0].notes]


# ---- notes


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C,, C, C c c' c'' B b", [36, 48, 60, 72, 84, 96, 71, 83]),
        ("^C _D =E ^^F __G", [61, 61, 64, 67, 65]),
        ("^F F f | F", [66, 66, 78, 65]),  # an accidental lasts through its bar, in all octaves
        ("^F F =F F", [66, 66, 65, 65]),
        ("^F- | F F", [66, 65]),  # a tie carries it over the bar line, to its note alone
    ],
)
def test_pitches(music: str, expected: list[int]) -> None:
    assert pitches(music) == expected


@pytest.mark.parametrize(
    ("key", "music", "expected"),
    [
        ("G", "F", [66]),
        ("Gm", "BE", [70, 63]),
        ("A dorian", "FG", [66, 67]),
        ("Bbmaj", "BE", [70, 63]),
        ("EMix", "FGC", [66, 68, 61]),
        ("none", "FB", [65, 71]),
        ("HP", "FCG", [66, 61, 67]),
        ("D =c", "FC", [66, 60]),
        ("D exp _b ^g", "FCBG", [65, 60, 70, 68]),
        ("C transpose=2", "C", [62]),
        ("C clef=treble-8", "C", [48]),
        ("C bass octave=-1", "C", [48]),
    ],
)
def test_keys(key: str, music: str, expected: list[int]) -> None:
    assert pitches(music, key=key) == expected


def test_an_accidental_may_count_in_its_own_octave_alone() -> None:
    assert pitches("^F f F", head="%%propagate-accidentals octave\n") == [66, 77, 66]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C2 C/ C/2 C3/2 C// C3/4", [2, F(1, 2), F(1, 2), F(3, 2), F(1, 4), F(3, 4)]),
        ("C>D E<F", [F(3, 2), F(1, 2), F(1, 2), F(3, 2)]),
        ("C>>D C<<<D", [F(7, 4), F(1, 4), F(1, 8), F(15, 8)]),
        ("C > D", [F(3, 2), F(1, 2)]),
        ("(3CDE (3:2:2C2D", [F(2, 3)] * 3 + [F(4, 3), F(2, 3)]),
        ("(2CD (4CDEF (5CDEFG", [F(3, 2)] * 2 + [F(3, 4)] * 4 + [F(2, 5)] * 5),
        ("(3:4:6CDEFGA", [F(4, 3)] * 6),
        ("C-C D-|D", [2, 2]),
        ("C-D", [1, 1]),  # a tie to another pitch is a slur
        ("[CE]2 [C2E2]/ [C-E]C", [2, 2, 1, 1, 2, 1]),
        ("C/11 D/13", [F(1, 11), F(1, 13)]),
        ("(3A>BA", [1, F(1, 3), F(2, 3)]),
    ],
)
def test_lengths(music: str, expected: list[F]) -> None:
    assert lengths(music) == expected


def test_tuplets_of_five_last_three_in_compound_time() -> None:
    assert lengths("(5CDEFG", metre="6/8", unit="1/8") == [F(3, 10)] * 5


def test_the_unit_length_follows_from_the_metre() -> None:
    assert [abc.read(f"X:1\nM:{metre}\nK:C\nC\n".encode()).parts[0].notes[0].length for metre in ("2/4", "3/4")] == [
        F(1, 4),
        F(1, 2),
    ]


def test_rests() -> None:
    score = tune("z C x2 | Z2 | D4 |")
    assert sounds(score) == [(1, 1, 60), (12, 4, 62)]
    assert [bar.length for bar in score.bars] == [4, 4, 4, 4]


def test_chords_of_notes_are_sorted_by_pitch() -> None:
    assert sounds(tune("[GEC]2 C")) == [(0, 2, 60), (0, 2, 64), (0, 2, 67), (2, 1, 60)]


def test_what_a_score_has_no_place_for_is_told() -> None:
    score = tune('"^Slowly"C {de}D .E !trill!F "Fine"(GA) | uB +pizz+c !D.C.!d')
    assert len(score.parts[0].notes) == 9
    assert set(score.notice) == {
        "not kept: texts above the notes (1)",
        "not kept: grace notes (1)",
        "not kept: decorations (4)",
        "not kept: jump 'fine' (1)",
        "not kept: jump 'd.c.' (1)",
    }


def test_dynamics_are_velocities() -> None:
    notes = tune("C !pp!D E !f!F | [I:MIDI=beat 33 33 33 1]G").parts[0].notes
    assert [note.velocity for note in notes] == [80, 45, 45, 105, 33]


# ---- bars


def test_bars_keep_their_lengths() -> None:
    score = tune("C|:CDEF|CD:|EF|C4|]", metre="4/4")
    assert [bar.length for bar in score.bars] == [1, 4, 2, 2, 4]
    assert [bar.repeats_from for bar in score.bars] == [False, True, False, False, False]
    assert [bar.repeats_to for bar in score.bars] == [1, 1, 2, 1, 1]


@pytest.mark.parametrize("sign", ["::", ":||:", ":|:", ":| |:", ": :", ":|\n|:"])
def test_spellings_of_a_double_repeat(sign: str) -> None:
    score = tune(f"C4{sign}D4:|")
    assert [(bar.repeats_from, bar.repeats_to) for bar in score.bars] == [(False, 2), (True, 2)]


@pytest.mark.parametrize("ending", ["|1 D4:|2 E4|]", "|[1 D4:|[2 E4||", "| [1 D4 :| [2 E4 |", "|1 D4:|\n[2 E4|"])
def test_spellings_of_endings(ending: str) -> None:
    score = tune(f"|:C4{ending}")
    assert [(bar.ending, bar.repeats_to) for bar in score.bars] == [((), 1), ((1,), 2), ((2,), 1)]


def test_endings_of_several_passes() -> None:
    assert [bar.ending for bar in tune("|:C4|[1,3 D4:|[2,4-6 E4:|").bars] == [(), (1, 3), (2, 4, 5, 6)]


def test_a_passage_may_be_played_three_times() -> None:
    assert [bar.repeats_to for bar in tune("|:: C4 ::| D4 |").bars] == [3, 1]


def test_a_repeat_without_beginning_goes_back_to_the_double_bar() -> None:
    assert [bar.repeats_from for bar in tune("C4|D4||E4|F4:|").bars] == [False, False, True, False]


def test_metre_and_key_may_change() -> None:
    score = tune("CDEF|[M:3/4][K:D]CDE|\nM:2/4\nCD|[K:C]CD|")
    assert [(str(bar.metre), str(bar.key)) for bar in score.bars] == [
        ("4/4", "C major"),
        ("3/4", "D major"),
        ("2/4", "D major"),
        ("2/4", "C major"),
    ]
    assert [note.pitch for note in score.parts[0].notes][4:7] == [61, 62, 64]


@pytest.mark.parametrize(("text", "metre"), [("C", "4/4"), ("C|", "2/2"), ("2+3/8", "5/8"), ("(2+2+3)/8", "7/8")])
def test_metres(text: str, metre: str) -> None:
    assert tune("C", metre=text).metre == Metre.parse(metre)


def test_sections_are_named() -> None:
    assert [bar.section for bar in tune("P:A\nC4|D4|\nP:B\nE4|[P:C]F4|").bars] == ["A", "", "B", "C"]


def test_a_section_within_a_bar_parts_it() -> None:
    assert [(bar.length, bar.section) for bar in tune("C4|D3\nP:B\nE|F4|").bars] == [
        (4, ""),
        (3, ""),
        (1, "B"),
        (4, ""),
    ]


# ---- above and below the notes


def test_chord_symbols() -> None:
    score = tune('"Am7"C2 D "D/f+"E|"Gd"F2 "(E7)"G2|"N.C."A4|')
    assert [(chord.start, str(chord.chord)) for chord in score.chords] == [
        (0, "Am7"),
        (3, "D/F#"),
        (4, "Gdim"),
        (6, "E7"),
        (8, "N.C."),
    ]


@pytest.mark.parametrize(
    ("text", "bpm"),
    [("1/4=120", 120), ("3/8=60", 90), ("120", 120), ('"Allegro" 1/2=60', 120), ("1/4 1/8=80", 120), ("C=100", 100)],
)
def test_tempos(text: str, bpm: float) -> None:
    assert [(tempo.start, tempo.bpm) for tempo in tune("C4|", head=f"Q:{text}\n").tempos] == [(0, bpm)]


def test_a_tempo_may_change() -> None:
    assert [(tempo.start, tempo.bpm) for tempo in tune("C4|CD[Q:1/4=60]EF|").tempos] == [(6, 60)]


def sung(score: Score, part: int = 0) -> list[tuple[F, str, int]]:
    return [
        (
            one.start,
            ("" if one.syllable.is_start else "-") + one.syllable.text + ("" if one.syllable.is_end else "-"),
            one.verse,
        )
        for one in score.parts[part].words
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a b c d", ["0a", "1b", "2c", "3d"]),
        ("syl-la-ble c", ["0syl-", "1-la-", "2-ble", "3c"]),
        ("time__ d", ["0time", "3d"]),
        ("a * c~d", ["0a", "2c d"]),
        ("a- -d", ["0a-", "2-d"]),
        ("a | e", ["0a", "4e"]),
        (r"pre\-fix \~ ok", ["0pre-fix", "1~", "2ok"]),
    ],
)
def test_words(words: str, expected: list[str]) -> None:
    score = tune(f"CDEF|GABc|\nw:{words}")
    assert [f"{start}{text}" for start, text, _ in sung(score)] == expected


def test_rests_carry_no_words_and_tied_notes_do() -> None:
    assert [start for start, _, _ in sung(tune("C z D-D|E4|\nw:a b c d"))] == [0, 2, 3, 4]


def test_verses_and_words_that_go_on_in_the_next_line() -> None:
    score = tune("CDEF|\nw:one two hap-\nw:uno\nGABc|\nw:py end\nw:* dos")
    assert sung(score) == [
        (0, "one", 1),
        (0, "uno", 2),
        (1, "two", 1),
        (2, "hap-", 1),
        (4, "-py", 1),
        (5, "end", 1),
        (5, "dos", 2),
    ]


def test_words_belong_to_a_line_with_its_continuation() -> None:
    assert [start for start, _, _ in sung(tune("CD\\\nEF|\nw:a b c d"))] == [0, 1, 2, 3]


@pytest.mark.parametrize("words", ["w:a b\\\nw:c d", "w:a b\n+:c d"])
def test_a_line_of_words_may_go_on(words: str) -> None:
    assert [text for _, text, _ in sung(tune(f"CDEF|\n{words}"))] == ["a", "b", "c", "d"]


def test_words_beyond_the_notes_are_told() -> None:
    assert "not kept: syllables beyond the notes of their line (2)" in tune("CD|\nw:a b c d").notice


# ---- voices


def test_voices_by_lines_and_within_lines() -> None:
    score = tune("V:1\nCDEF|\nV:2\nC,4|\n[V:1]G4|\n[V:2]E,4|", head='V:1 name="Flute"\nV:2 clef=bass nm="Bass"\n')
    assert [part.name for part in score.parts] == ["Flute", "Bass"]
    assert sounds(score, 1) == [(0, 4, 48), (4, 4, 52)]
    assert len(score.bars) == 2


def test_each_voice_has_its_program() -> None:
    score = tune("V:1\n%%MIDI program 40\nC4|\nV:2\n%%MIDI program 2 32\n%%MIDI channel 10\nC4|")
    assert [(part.program, part.is_drums) for part in score.parts] == [(40, False), (32, True)]


def test_programs_may_be_told_in_the_header() -> None:
    head = "V:1 name=Flute\n%%MIDI program 73\nV:2\n%%MIDI program 42\n"
    assert [(part.name, part.program) for part in tune("V:1\nC4|\nV:2\nC4|", head=head).parts] == [
        ("Flute", 73),
        ("", 42),
    ]
    assert tune("C4|", head="%%MIDI program 73\n").parts[0].program == 73


def test_bars_of_voices_are_set_under_each_other() -> None:
    score = tune("V:1\nC|D4|E4|\nV:2\nC2|F4|G4-|G4|")
    assert [bar.length for bar in score.bars] == [2, 4, 4, 4]
    assert sounds(score, 0) == [(0, 1, 60), (2, 4, 62), (6, 4, 64)]
    assert sounds(score, 1) == [(0, 2, 60), (2, 4, 65), (6, 8, 67)]
    assert score.notice == ("not kept: different lengths of a bar in different voices (1)",)


def test_an_overlay_goes_back_to_the_start_of_its_bar() -> None:
    assert sounds(tune("C4 & E2 G2- |D4 & G4 |")) == [(0, 4, 60), (0, 2, 64), (2, 6, 67), (4, 4, 62)]


# ---- headers, books, texts


def test_header_fields() -> None:
    score = tune("C4|", head="T:The Tune\nT:or another\nC:Ann\nC:Bea\nR:reel\nS:a book\n")
    assert (score.title, score.composer, score.style) == ("The Tune", "Ann, Bea", "reel")
    assert set(score.notice) == {"not kept: further titles (1)", "not kept: fields S: (1)"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Caf\'e", "Café"),
        (r"Stra\sse", "Straße"),
        ("Caf&eacute; &amp; bar", "Café & bar"),
        (r"\u266d \% \& \\", "♭ % & \\"),
        ("Über", "Über"),
        ("100 % wool", "100"),  # a comment
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert abc.read(f"X:1\nT:{text}\nK:C\nC|\n".encode()).title == expected


def test_latin_1_is_read_where_it_is_no_utf_8() -> None:
    assert abc.read("X:1\nT:Über\nK:C\nC|\n".encode("latin-1")).title == "Über"


BOOK = b"""% a book
M:3/4
L:1/4

X:1
T:One
K:G
FGA|

Some words between.

X:2
T:Two
M:2/4
K:C
FG|\r\n\r\nX:3\rT:Three\rK:C\rCDE|
"""


def test_a_book_holds_several_tunes() -> None:
    scores = abc.read_all(BOOK)
    assert [(score.title, str(score.metre), len(score.parts[0].notes)) for score in scores] == [
        ("One", "3/4", 3),
        ("Two", "2/4", 2),
        ("Three", "3/4", 3),
    ]
    assert abc.read(BOOK) == scores[0]
    assert abc.read(BOOK).notice == ("2 further tunes of the book not read",)


def test_a_tune_that_cannot_be_read_is_told_among_others() -> None:
    scores = abc.read_all(b"X:1\nK:C\nC0|\n\nX:2\nK:C\nC|\n", file="book.abc")
    assert len(scores) == 1
    assert scores[0].notice == (
        "a tune of the book not read: book.abc, line 3: length 0: numbers from 1 on are accepted",
    )


def test_a_tune_may_do_without_a_number_or_a_key() -> None:
    assert abc.read(b"T:x\nK:D\nF|\n").key == Key.parse("D")
    assert "not kept: a key, as there is no K: field (1)" in abc.read(b"X:1\nT:x\nCDE|F4|\n").notice


def test_books_packed_by_mail_are_unpacked() -> None:
    assert pitches("^F =\nG |=20\n=3DF G |") == [66, 67, 65, 67]


def test_music_that_begins_like_a_field_is_music() -> None:
    assert pitches("C D E\nd:|\nA::c|") == [60, 62, 64, 74, 69, 72]


def test_the_example_is_a_tune() -> None:
    score = abc.read(abc.EXAMPLE)
    assert (score.title, len(score.bars), len(score.parts[0].notes), len(score.parts[0].words)) == ("Scale", 4, 10, 6)
    assert abc.is_like(abc.EXAMPLE)
    assert not abc.is_like(b"MThd\0\0\0\6X:")


# ---- what is no ABC


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"a.abc, byte 0: the file is empty"),
        (b"hello\nworld\n", r"a.abc, line 1: no ABC tune: neither an X: nor a K: field"),
        (b"X:1\nT:nothing more\n", r"a.abc, line 1: a tune without a K: field"),
        (b"X:1\nK:C\nCD\nC/0|\n", r"a.abc, line 4: length /0: numbers from 1 on are accepted"),
        (b"X:1\nK:C\nc''''''''|\n", r"a.abc, line 3: note \"c''''''''\" lies outside of MIDI's pitches 0 to 127"),
        (b"X:1\nK:C\nC9999|\n", r"a.abc, line 3: a bar of 4999 quarter notes; at most 256 are accepted"),
        (b"X:1\nK:C\n" + b"C" * 1_000_001, r"a.abc, line 1: a tune of 1,000,007 letters; at most 1,000,000 are read"),
        (b"X:1\nK:C\nC|\n" * 20_002, r"a.abc, line 1: 20,001 tunes in a book; at most"),
    ],
)
def test_errors_name_the_line(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        abc.read(data, file="a.abc")
