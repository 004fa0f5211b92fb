"""What frames promise: of forms, tune names, rhythms, melodies and chord charts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from segue.compose.lyrics.frame import LineFrame, of_chart, of_form, of_rhythm, of_score, of_tune
from segue.compose.lyrics.tunes import Form, Tune, find_tune, learn, read, tunes, write
from segue.errors import FormatError, InputError, NotFoundError
from segue.music.chord import Chord
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.phrases import is_strong
from segue.music.score import Bar, ChordAt, Part, Progression, Score, bars_until


def lengths(frame_lines: tuple[LineFrame, ...]) -> list[int]:
    return [line.length for line in frame_lines]


def test_a_form_is_numbers_letters_and_sections() -> None:
    frame = of_form("[verse] 8 6 8 6 ABAB [chorus] 7.7 AA [verse] 8,6")
    assert lengths(frame.lines) == [8, 6, 8, 6, 7, 7, 8, 6]
    assert [line.rhyme for line in frame.lines] == ["A", "B", "A", "B", "A2", "A2", "", ""]
    assert [line.section for line in frame.lines] == ["verse"] * 4 + ["chorus"] * 2 + ["verse"] * 2
    assert frame.rhyme_groups == {"A": [0, 2], "B": [1, 3], "A2": [4, 5]}


def test_hymn_metres_and_feet_have_names() -> None:
    frame = of_form("CM ABAB", foot="iambic")
    assert lengths(frame.lines) == [8, 6, 8, 6]
    assert frame.lines[1].strong == (False, True) * 3


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "names no line"),
        ("8 eight", "'eight' is neither"),
        ("AABB", "stands without numbers"),
        ("8 8 ABAB", "4 letters for 2 lines"),
        ("99", "99 syllables: 1 to 24"),
        ("0", "0 syllables"),
    ],
)
def test_a_form_that_is_none_is_told(text: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        of_form(text)


def test_an_unknown_foot_and_language_are_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r'foot .iamb. is none of .*did you mean "iambic"'):
        of_form("8", foot="iamb")
    with pytest.raises(InputError, match="language 'fr' is none of en, zh"):
        of_form("8", language="fr")  # type: ignore[arg-type]


def test_a_scheme_is_used_again_with_new_rhymes() -> None:
    frame = of_form("8 8 8 8").with_rhymes("AA")
    assert [line.rhyme for line in frame.lines] == ["A", "A", "A2", "A2"]
    assert [line.rhyme for line in of_form("8 8 8").with_rhymes("A-A").lines] == ["A", "", "A"]
    with pytest.raises(InputError, match="rhyme scheme 'ab'"):
        of_form("8 8").with_rhymes("ab")


# ---- tune names


def test_tunes_are_those_that_the_tradition_knows() -> None:
    """浣溪沙: six lines of seven, all level rhymes but in the fourth; 菩萨蛮: four pairs."""
    frame = of_tune("浣溪沙")
    assert lengths(frame.lines) == [7] * 6
    assert [line.rhyme for line in frame.lines] == ["A", "A", "A", "", "A", "A"]
    assert [line.tones[-1] for line in frame.lines] == ["平", "平", "平", "仄", "平", "平"]
    assert frame.language == "zh"
    pairs = of_tune("菩萨蛮")
    assert lengths(pairs.lines) == [7, 7, 5, 5, 5, 5, 5, 5]
    assert "".join(line.rhyme for line in pairs.lines) == "AABBCCDD"
    assert lengths(of_tune("水调歌头").lines)[:4] == [5, 5, 6, 5]


def test_the_table_tells_how_much_it_rests_on() -> None:
    held = tunes()
    assert len(held) > 100
    assert all(form.poems >= 12 for tune in held.values() for form in tune.forms)
    assert all(
        len(form.lengths) == len(form.rhymes) == len(form.tones) for tune in held.values() for form in tune.forms
    )


def test_an_unknown_tune_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match=r"no tune '浣溪纱'.*did you mean \"浣溪沙\""):
        find_tune("浣溪纱")
    with pytest.raises(InputError, match="form 9 of 浣溪沙"):
        of_tune("浣溪沙", 9)
    assert find_tune("忆江南") is find_tune("望江南・忆江南")


def test_a_tune_is_learned_from_its_poems(tmp_path: Path) -> None:
    """Twelve couplets whose ends rhyme, and one of another length that is too rare to count."""
    poems = [[("人在江东", "，"), ("月满山中", "。"), ("花落无心", "。")] for _ in range(12)]
    found = learn({"测试": [*poems, [("人", "。")]]})
    assert found == [
        Tune("测试", 13, (Form((4, 4, 4), ("，", "。", "。"), "AA ", ("平仄平平", "仄仄平平", "平仄平平"), 12, 1.0),))
    ]
    write(found, tmp_path / "tunes.json", "a test")
    assert read(tmp_path / "tunes.json") == {"测试": found[0]}
    (tmp_path / "tunes.json").write_text("{}")
    with pytest.raises(FormatError, match=r"tunes\.json: not a table of tunes"):
        read(tmp_path / "tunes.json")


# ---- music


@pytest.mark.parametrize(
    ("metre", "strong"),
    [
        ("4/4", [0, 2]),
        ("3/4", [0]),
        ("2/4", [0, 1]),
        ("6/8", [0, 1.5]),
        ("12/8", [0, 3]),
        ("5/4", [0, 3]),
        ("7/8", [0, 2]),
    ],
)
def test_strong_beats_are_those_of_the_metre(metre: str, strong: list[float]) -> None:
    bar = Metre.parse(metre)
    eighths = [Fraction(place, 2) for place in range(int(bar.length * 2))]
    assert [time for time in eighths if is_strong(time, bar)] == [Fraction(time) for time in strong]


def test_a_rhythm_gives_lines_strong_beats_and_held_notes() -> None:
    frame = of_rhythm("1 1 .5 .5 1 / r1 1 ~1 1/2 1/2", Metre(4, 4))
    assert lengths(frame.lines) == [5, 3]
    assert frame.lines[0].strong == (True, False, True, False, False)
    assert frame.lines[1].starts == (5, 7, Fraction(15, 2))


@pytest.mark.parametrize("text", ["", "/", "1 x", "~1", "-1", "1/0", "0"])
def test_a_rhythm_that_is_none_is_told(text: str) -> None:
    with pytest.raises(InputError, match="rhythm"):
        of_rhythm(text)


def melody(durations: list[float]) -> list[Note]:
    notes, start = [], Fraction(0)
    for length in durations:
        if length > 0:
            notes.append(Note(start, Fraction(length), 60))
        start += Fraction(abs(length))
    return notes


def score_of(notes: list[Note], metre: str = "4/4", **parts: object) -> Score:
    bar = Bar(Metre.parse(metre))
    return Score((Part(Notes.of(notes), "Voice", **parts),), bars_until(max(note.end for note in notes), bar))  # type: ignore[arg-type]


def test_a_melody_gives_a_syllable_to_each_note_and_lines_where_it_breathes() -> None:
    frame = of_score(score_of(melody([1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2])))
    assert lengths(frame.lines) == [7, 7]
    assert frame.lines[0].strong == (True, False, True, False, True, False, True)
    assert frame.lines[1].starts[0] == 8


@pytest.mark.parametrize("metre", ["5/4", "7/8", "3/4", "12/8"])
def test_odd_metres_work(metre: str) -> None:
    frame = of_score(score_of(melody([0.5] * 20 + [2] + [0.5] * 20 + [2]), metre))
    assert sum(lengths(frame.lines)) == 42
    assert all(line.strong and any(line.strong) for line in frame.lines)


def test_notes_without_a_syllable_are_held_where_there_are_words() -> None:
    notes = melody([1, 1, 1, 1])
    words = tuple(Sung(Fraction(time), Syllable("la")) for time in (0, 2, 3))
    assert lengths(of_score(score_of(notes, words=words)).lines) == [3]
    assert lengths(of_score(score_of(notes)).lines) == [4]


def test_notes_of_one_moment_are_one_syllable() -> None:
    chord = [Note(Fraction(0), Fraction(1), pitch) for pitch in (60, 64, 67)]
    assert lengths(of_score(score_of([*chord, Note(Fraction(1), Fraction(1), 60)])).lines) == [2]


def test_a_score_without_a_melody_is_told() -> None:
    with pytest.raises(InputError, match="no part with notes to sing"):
        of_score(Score(bars=(Bar(),)))
    with pytest.raises(InputError, match=r"no part 'Voise'.*did you mean \"Voice\""):
        of_score(score_of(melody([1])), part="Voise")


def test_a_long_melody_without_breath_is_parted_all_the_same() -> None:
    frame = of_score(score_of(melody([0.5] * 400)))
    assert sum(lengths(frame.lines)) == 400
    assert max(lengths(frame.lines)) <= 14


def test_a_chart_gives_a_line_to_two_bars_and_ends_it_with_its_section() -> None:
    bars = (Bar(section="verse"), Bar(), Bar(), Bar(section="chorus"), Bar())
    frame = of_chart(Progression((ChordAt(Fraction(0), Chord.parse("C")),), bars), syllables=8)
    assert [line.section for line in frame.lines] == ["verse", "verse", "chorus"]
    assert lengths(frame.lines) == [8, 8, 8]
    assert frame.lines[0].strong == (True, False, True, False) * 2
