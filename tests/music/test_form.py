"""Repeats and endings played out, and the form that is heard."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.form import passages, play_order, unfold
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from segue.music.sections import find_form


def bars(text: str) -> tuple[Bar, ...]:
    """Bars from words such as "|:a", "b:|", "1:c:|": signs at their start, a letter each, signs at their end."""
    found = []
    for word in text.split():
        head, _, rest = word.rpartition(";")
        played = rest.count(":", 1) + 1 if rest.endswith("|") else 1
        ending = tuple(int(number) for number in head.removeprefix("|:").split(",") if number)
        found.append(Bar(repeats_from=head.startswith("|:"), repeats_to=played, ending=ending))
    return tuple(found)


def letters(text: str) -> str:
    """Return the letters of the bars as they sound."""
    names = [word.rpartition(";")[2][0] for word in text.split()]
    return "".join(names[bar] for span in play_order(bars(text)) for bar in range(span.first, span.after))


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("a b c", "abc"),
        ("|:;a b:|", "abab"),
        ("a b:| c", "ababc"),
        ("a |:;b c:| d", "abcbcd"),
        ("a b:| c d:|", "ababcdcd"),
        ("|:;a b::|", "ababab"),
        ("|:;a 1;b:| 2;c d", "abacd"),
        ("|:;a 1;b:| 2;c:| d", "abacd"),
        ("|:;a 1,3;b:| 2;c:| d", "abacabd"),
        ("|:;a 1,2;b:| 3;c", "ababac"),
        ("|:;a 1;b:| 2;c |:;d 1;e:| 2;f", "abacdedf"),
        ("|:;a 1;b:| 2;c d 1;e:| 2;f", "abacdecdf"),  # no |: after the second ending: it repeats from there
        ("|:;a 1;b:| c", "abac"),  # the second time leaves the only ending out
        ("|:;a 1;b 2;c d", "abacd"),  # an ending without its repeat sign
        ("|:;a |:;b c:|", "abcbc"),
        ("1;a:| 2;b", "ab"),
        ("|:;a b", "ab"),
    ],
)
def test_the_order_in_which_bars_sound(written: str, heard: str) -> None:
    assert letters(written) == heard


@given(
    st.lists(
        st.builds(
            Bar,
            repeats_from=st.booleans(),
            repeats_to=st.sampled_from((1, 1, 2, 3)),
            ending=st.sampled_from(((), (), (), (1,), (2,), (1, 3), (2, 4))),
        ),
        max_size=12,
    )
)
def test_every_bar_belongs_to_one_passage_and_sounds(drawn: list[Bar]) -> None:
    spans = [
        span
        for passage in passages(drawn)
        for span in ((passage.first, passage.after), *(ending[1:] for ending in passage.endings))
    ]
    assert [bar for first, after in spans for bar in range(first, after)] == list(range(len(drawn)))
    assert {bar for span in play_order(drawn) for bar in range(span.first, span.after)} == set(range(len(drawn)))


def test_too_much_music_is_refused() -> None:
    with pytest.raises(InputError, match="100,000 bars or more"):
        play_order([Bar(repeats_to=99)] * 2_000)


def score(text: str, *notes: tuple[float, float, int], **fields: object) -> Score:
    part = Part(Notes.of(Note(F(start), F(length), pitch) for start, length, pitch in notes))
    return Score((part,), bars(text)).replace(**fields)


def rows(played: Score) -> list[tuple[F, F, int]]:
    return [(note.start, note.length, note.pitch) for note in played.parts[0].notes]


def test_notes_chords_and_bars_are_played_out() -> None:
    written = score(
        "|:;a 1;b:| 2;c",
        (0, 4, 60),
        (4, 2, 62),
        (8, 4, 64),
        chords=(ChordAt(F(0), Chord.parse("C")), ChordAt(F(5), Chord.parse("G")), ChordAt(F(8), Chord.parse("F"))),
    )
    played = unfold(written)
    assert rows(played) == [(0, 4, 60), (4, 2, 62), (8, 4, 60), (12, 4, 64)]
    assert [(chord.start, str(chord.chord)) for chord in played.chords] == [(0, "C"), (5, "G"), (8, "C"), (12, "F")]
    assert played.bars == (Bar(),) * 4
    assert unfold(played) is played


def test_a_note_held_over_the_border_of_a_repeat_is_cut_and_struck_again() -> None:
    played = unfold(score("|:;a 1;b:| 2;c", (0, 8, 60), (8, 4, 64)))
    assert rows(played) == [(0, 8, 60), (8, 4, 60), (12, 4, 64)]
    assert rows(unfold(score("|:;a b:| c", (0, 4, 60), (4, 8, 64)))) == [
        (0, 4, 60),
        (4, 4, 64),
        (8, 4, 60),
        (12, 8, 64),
    ]
    assert rows(unfold(score("|:;a 1;b:| 2;c", (4, 8, 60)))) == [(4, 4, 60), (12, 4, 60)]


def test_the_tempo_of_a_passage_holds_each_time() -> None:
    tempos = (Tempo(F(0), 100), Tempo(F(4), 60))
    assert [(tempo.start, tempo.bpm) for tempo in unfold(score("|:;a b:| c", tempos=tempos)).tempos] == [
        (0, 100),
        (4, 60),
        (8, 100),
        (12, 60),
    ]


def sing(text: str, *words: tuple[float, str, int]) -> list[tuple[F, str, int]]:
    sung = tuple(Sung(F(start), Syllable(word), verse) for start, word, verse in words)
    part = Part(Notes.of([Note(F(start), F(4), 60) for start in range(0, 4 * len(text.split()), 4)]), words=sung)
    return [(one.start, one.syllable.text, one.verse) for one in unfold(Score((part,), bars(text))).parts[0].words]


def test_each_pass_sings_its_verse() -> None:
    assert sing("|:;a b:|", (0, "one", 1), (0, "two", 2), (4, "x", 1)) == [
        (0, "one", 1),
        (4, "x", 1),
        (8, "two", 1),
        (12, "x", 1),
    ]


def test_one_verse_is_sung_each_time_and_more_verses_than_passes_stay() -> None:
    assert sing("a:|", (0, "one", 1)) == [(0, "one", 1), (4, "one", 1)]
    words = [(0, "one", 1), (0, "two", 2), (0, "three", 3)]
    assert sing("a:|", *words) == [*words, *((4, word, verse) for _, word, verse in words)]


def melody(*sections: str) -> Score:
    """A score with a bar for each letter, each letter its own pitch, without signs."""
    names = "".join(sections)
    notes = Notes.of(Note(F(4 * at), F(4), 40 + ord(name) % 64) for at, name in enumerate(names))
    return Score((Part(notes),), (Bar(),) * len(names))


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (melody("abcdefgh", "abcdefgh", "ijklmnop", "ijklmnop"), "AABB"),
        (melody("abcdefgh", "abcdefgX", "ijklmnop", "ijklmnop"), "AABB"),  # another ending
        (melody("abcdefgh", "ijklmnop", "abcdefgh", "qrstuvwx"), "ABAC"),
        (melody("abcd", "abcd", "efgh", "abcd"), "AABA"),
        (melody("abcdefgh"), "A"),
        (Score(), ""),
    ],
)
def test_form_from_equal_bars(written: Score, form: str) -> None:
    assert find_form(written) == form


def test_form_from_repeats_and_section_names() -> None:
    written = melody("abcdefgh", "ijklmnop")
    signs = list(written.bars)
    signs[7], signs[15] = Bar(repeats_to=2), Bar(repeats_to=2)
    assert find_form(written.replace(bars=tuple(signs))) == "AABB"
    named = [Bar(section="verse"), *[Bar()] * 7, Bar(section="chorus"), *[Bar()] * 7]
    assert find_form(written.replace(bars=tuple(named))) == "AB"


def test_a_last_ending_belongs_to_its_section() -> None:
    written = melody("abcdefgh", "H", "ijklmnop")
    signs = [Bar()] * 17
    signs[7], signs[8], signs[9] = Bar(ending=(1,), repeats_to=2), Bar(ending=(2,)), Bar(repeats_from=True)
    signs[16] = Bar(repeats_to=2)
    assert find_form(written.replace(bars=tuple(signs))) == "AABB"


def test_a_pick_up_and_a_split_bar_do_not_shift_the_form() -> None:
    three, one = Bar(Metre(), length=F(3)), Bar(Metre(), length=F(1))
    strain = [one, *[Bar()] * 3, three]
    notes, time = [], F(0)
    for at, bar in enumerate(strain * 2):
        notes.append(Note(time, bar.length, 60 + at % 5))
        time += bar.length
    assert find_form(Score((Part(Notes.of(notes)),), tuple(strain * 2))) == "AA"


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_what_is_played_out_has_no_signs_and_lasts_as_long_as_it_sounds(data: st.DataObject) -> None:
    from tests.formats.abc_scores import scores

    written = data.draw(scores())
    played = unfold(written)
    order = [bar for span in play_order(written.bars) for bar in written.bars[span.first : span.after]]
    assert played.end == sum((bar.length for bar in order), F(0))
    assert all(not bar.repeats_from and bar.repeats_to == 1 and not bar.ending for bar in played.bars)
    assert all(len(part.notes) >= len(old.notes) for part, old in zip(played.parts, written.parts, strict=True))
