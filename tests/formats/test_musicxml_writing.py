"""What the MusicXML writer promises: reading gives the equal score, and musicians find proper notation."""

from __future__ import annotations

import re
from fractions import Fraction as F
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from segue.errors import InputError
from segue.formats import musicxml, mxl
from segue.formats.musicxml.values import Grid, grid_of, value_of, values
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo, bars_until
from tests.formats.drawn_scores import scores

C_MAJOR = Bar()


def part(*notes: tuple[float | F, float | F, int], name: str = "", program: int = 0, is_drums: bool = False) -> Part:
    """A part of notes (start, length, pitch) in quarter notes."""
    made = Notes.of(Note(F(start), F(length), pitch) for start, length, pitch in notes)
    return Part(made, name, program, is_drums)


def one(*notes: tuple[float | F, float | F, int], bar: Bar = C_MAJOR) -> Score:
    """A score of one part."""
    made = part(*notes)
    return Score((made,), bars_until(made.notes.end, bar))


def tree(score: Score) -> ElementTree.Element:
    return ElementTree.fromstring(musicxml.write(score))


def written(score: Score) -> list[str]:
    """The notes and rests of a score of one part, such as "quarter. C4", "eighth(3) rest", "| " between bars."""
    found = []
    for measure in tree(score).iter("measure"):
        for note in measure.iter("note"):
            ratio = note.findtext("time-modification/actual-notes")
            value = (note.findtext("type") or "bar") + "." * len(note.findall("dot")) + (f"({ratio})" if ratio else "")
            pitch = note.find("pitch")
            alter = {"1": "#", "-1": "b", None: ""}[pitch.findtext("alter")] if pitch is not None else ""
            name = f"{pitch.findtext('step')}{alter}{pitch.findtext('octave')}" if pitch is not None else "rest"
            ties = "".join("~" for tie in note.findall("tie") if tie.get("type") == "start")
            found.append(("+" if note.find("chord") is not None else "") + f"{value} {name}{ties}")
        found.append("|")
    return found[:-1]


@given(scores())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(score: Score) -> None:
    assert musicxml.read(musicxml.write(score)) == score
    assert mxl.read(mxl.write(score)) == score


# ---- note values

FOUR, SIX = grid_of(Metre(4, 4), 96), grid_of(Metre(6, 8), 96)


@pytest.mark.parametrize(
    ("at", "length", "grid", "told"),
    [
        (F(0), F(4), FOUR, "whole"),
        (F(0), F(3), FOUR, "half."),
        (F(0), F(7, 4), FOUR, "quarter.."),
        (F(1, 2), F(1), FOUR, "quarter"),  # plain syncopation
        (F(3, 2), F(1), FOUR, "eighth eighth"),  # over the middle of the bar
        (F(0), F(5, 2), FOUR, "half eighth"),
        (F(1), F(2), FOUR, "half"),
        (F(1, 3), F(1, 3), FOUR, "eighth(3)"),
        (F(1, 3), F(5, 3), FOUR, "quarter(3) quarter"),
        (F(2, 3), F(2, 3), FOUR, "quarter(3)"),  # of three quarters in the time of two
        (F(1, 5), F(2, 5), FOUR, "eighth(5)"),
        (F(0), F(3), SIX, "half."),
        (F(0), F(3, 2), SIX, "quarter."),
        (F(1), F(1), SIX, "eighth eighth"),  # over the beat
        (F(1, 2), F(1), SIX, "quarter"),
        (F(0), F(5), grid_of(Metre(5, 4), 96), "whole quarter"),
    ],
)
def test_values_show_the_beat(at: F, length: F, grid: Grid, told: str) -> None:
    grid = Grid(grid.beat, grid.middle, grid.is_compound, 480)
    found = values(at, length, grid)
    assert sum(value.length for value in found) == length
    names = [value.type + "." * value.dots + (f"({value.actual})" if value.actual > 1 else "") for value in found]
    assert " ".join(names) == told


@pytest.mark.parametrize("is_rest", [True, False])
def test_values_in_a_very_long_bar_last_as_long_as_they_say(is_rest: bool) -> None:
    found = values(F(1, 4), F(17, 2), Grid(F(1), F(2), False, 480), is_rest)
    assert sum(value.length for value in found) == F(17, 2)
    assert all(value == value_of(value.length) for value in found)  # programs go by the sign, not by the duration


def test_rests_are_cut_at_beats() -> None:
    assert written(one((0, F(1, 2), 60), (3, 1, 60))) == [
        "eighth C4",
        "eighth rest",
        "quarter rest",
        "quarter rest",
        "quarter C4",
    ]
    six = Bar(Metre(6, 8))
    assert written(one((0, F(1, 2), 60), (F(5, 2), F(1, 2), 60), bar=six)) == [
        "eighth C4",
        "eighth rest",
        "eighth rest",
        "quarter rest",
        "eighth C4",
    ]


def test_notes_are_tied_over_bar_lines() -> None:
    assert written(one((2, 4, 60), (6, 2, 62))) == ["half rest", "half C4~", "|", "half C4", "half D4"]


def test_a_silent_bar_has_one_rest() -> None:
    assert written(one((4, 4, 60))) == ["bar rest", "|", "whole C4"]


def test_what_sounds_together_is_a_chord_or_a_second_voice() -> None:
    score = one((0, 4, 72), (0, 2, 60), (2, 2, 62), (0, 2, 64))
    assert written(score) == ["whole C5", "half C4", "+half E4", "half D4"]
    voices = [note.findtext("voice") for note in tree(score).iter("note")]
    assert voices == ["1", "2", "2", "2"]


def test_tuplets_have_brackets() -> None:
    score = one(*((F(place, 3), F(1, 3), 60) for place in range(6)), (2, 2, 60))
    marks = [note.find("notations/tuplet") for note in tree(score).iter("note")]
    assert [mark is not None and mark.get("type") for mark in marks] == ["start", False, "stop"] * 2 + [False]


def test_eighths_are_beamed_in_halves_of_a_bar_and_sixteenths_in_beats() -> None:
    eighths = one(*((F(place, 2), F(1, 2), 60) for place in range(8)))
    beams = [note.findtext("beam") for note in tree(eighths).iter("note")]
    assert beams == ["begin", "continue", "continue", "end"] * 2
    mixed = one(
        (0, F(3, 4), 60), (F(3, 4), F(1, 4), 60), (1, 1, 60), (2, F(1, 2), 60), (F(5, 2), F(1, 2), 60), (3, 1, 60)
    )
    beams = [" ".join(beam.text or "" for beam in note.findall("beam")) for note in tree(mixed).iter("note")]
    assert beams == ["begin", "end backward hook", "", "begin", "end", ""]


# ---- pitches


def test_pitches_are_spelled_as_in_chord_key_or_melody() -> None:
    flat = Score((part((0, 4, 70)),), (C_MAJOR,), (ChordAt(F(0), Chord.parse("Gm")),))
    assert written(flat) == ["whole Bb4"]
    assert written(one((0, 4, 68), bar=Bar(key=Key.parse("A minor")))) == ["whole G#4"]
    assert written(one((0, 2, 63), (2, 2, 64))) == ["half D#4", "half E4"]
    assert written(one((0, 2, 63), (2, 2, 62))) == ["half Eb4", "half D4"]


def test_accidentals_are_printed_once_in_a_bar() -> None:
    score = one((0, 1, 66), (1, 1, 66), (2, 1, 65), (3, 2, 66), (5, 3, 66))
    shown = [note.findtext("accidental") for note in tree(score).iter("note")]
    assert shown == ["sharp", None, "natural", "sharp", None, "sharp"]


# ---- bars


def test_bars_count_from_1_and_a_pickup_is_0() -> None:
    bars = (Bar(length=F(1)), C_MAJOR, Bar(length=F(2)), C_MAJOR)
    measures = list(tree(Score((part((0, 11, 60)),), bars)).iter("measure"))
    assert [measure.get("number") for measure in measures] == ["0", "1", "2", "3"]
    assert [measure.get("implicit") for measure in measures] == ["yes", None, "yes", None]
    plain = list(tree(one((0, 8, 60))).iter("measure"))
    assert [measure.get("number") for measure in plain] == ["1", "2"]


def test_endings_stop_at_repeats_and_are_as_long_as_the_first() -> None:
    bars = (
        Bar(repeats_from=True),
        Bar(ending=(1,)),
        Bar(repeats_to=2),
        Bar(ending=(2,)),
        C_MAJOR,
        C_MAJOR,
    )
    found = [(ending.get("number"), ending.get("type")) for ending in tree(Score((), bars)).iter("ending")]
    assert found == [("1", "start"), ("1", "stop"), ("2", "start"), ("2", "discontinue")]
    measures = enumerate(tree(Score((), bars)).iter("measure"))
    assert [place for place, bar in measures if any(end.get("type") != "start" for end in bar.iter("ending"))] == [2, 4]


# ---- chords, words, players


def test_chord_symbols_have_kind_degrees_and_bass() -> None:
    marks = (ChordAt(F(0), Chord.parse("Bb7b9/D")), ChordAt(F(3), Chord(None)))
    found = list(tree(Score((part((0, 4, 60)),), (C_MAJOR,), marks)).iter("harmony"))
    first, second = (ElementTree.tostring(each, encoding="unicode") for each in found)
    root = "<root><root-step>B</root-step><root-alter>-1</root-alter></root>"
    assert root + '<kind text="7b9">dominant</kind><bass><bass-step>D</bass-step></bass>' in first
    assert "<degree-value>9</degree-value><degree-alter>-1</degree-alter><degree-type>add</degree-type>" in first
    assert '<kind text="N.C.">none</kind>' in second
    assert found[1].findtext("offset") == "3"  # it stands before the whole note, three quarters early


def test_words_are_written_where_no_note_begins_too() -> None:
    words = (
        Sung(F(0), Syllable("a", True, False)),
        Sung(F(2), Syllable("men", False, True)),
        Sung(F(3), Syllable("O")),
    )
    score = Score((Part(part((0, 3, 60)).notes, words=words),), (C_MAJOR,))
    assert written(score) == ["half C4~", "quarter C4", "quarter rest"]
    assert musicxml.read(musicxml.write(score)) == score
    syllabics = [lyric.findtext("syllabic") for lyric in tree(score).iter("lyric")]
    assert syllabics == ["begin", "end", "single"]


def test_the_hands_of_a_player_share_a_brace() -> None:
    score = Score((part((0, 4, 72), name="Piano RH"), part((0, 4, 48), name="Piano LH")), (C_MAJOR,))
    assert [group.get("type") for group in tree(score).iter("part-group")] == ["start", "stop"]
    assert [clef.findtext("sign") for clef in tree(score).iter("clef")] == ["G", "F"]


@pytest.mark.parametrize(
    ("pitch", "program", "clef"), [(72, 0, "G2"), (40, 0, "F4"), (60, 41, "C3"), (55, 24, "G2-1"), (72, 52, "G2")]
)
def test_clefs_fit_the_range_and_the_instrument(pitch: int, program: int, clef: str) -> None:
    found = next(tree(Score((part((0, 4, pitch), program=program),), (C_MAJOR,))).iter("clef"))
    assert "".join(child.text or "" for child in found) == clef


def test_drums_stand_at_their_lines() -> None:
    score = Score((part((0, 1, 36), (1, 1, 42), is_drums=True),), (C_MAJOR,))
    notes = list(tree(score).iter("note"))
    assert [note.findtext("unpitched/display-step") for note in notes[:2]] == ["F", "G"]
    assert [note.findtext("notehead") for note in notes[:2]] == [None, "x"]
    assert musicxml.read(musicxml.write(score)) == score


def test_a_tempo_is_a_metronome_mark_in_beats_of_the_metre() -> None:
    score = one((0, 3, 60), bar=Bar(Metre(6, 8))).replace(tempos=(Tempo(F(0), 90.0),))
    mark = next(tree(score).iter("metronome"))
    assert (mark.findtext("beat-unit"), len(mark.findall("beat-unit-dot")), mark.findtext("per-minute")) == (
        "quarter",
        1,
        "60",
    )


def test_names_are_text_and_never_markup() -> None:
    evil = '<script>alert(1)</script> & "q" ]]>'
    score = one((0, 4, 60)).replace(title=evil, composer=evil, style=evil)
    score = score.replace(parts=(Part(score.parts[0].notes, evil, words=(Sung(F(0), Syllable(evil)),)),))
    assert b"<script" not in musicxml.write(score)
    assert musicxml.read(musicxml.write(score)) == score


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    read = musicxml.read(musicxml.write(one((0, 4, 60)).replace(title="a\x00\x1b\ud800b\uffff")))
    assert read.title == "ab"


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(InputError, match="without bars cannot be written"):
        musicxml.write(Score())
    late = Score((Part(part().notes, "Voice", words=(Sung(F(9), Syllable("la")),)),), (C_MAJOR,))
    with pytest.raises(InputError, match=re.escape("'la' of part 'Voice' is sung at 9, outside the bars (0 to 4)")):
        musicxml.write(late)
    with pytest.raises(InputError, match="at most 1,048,576 can be written"):
        musicxml.write(
            Score((part((0, F(1, 1009), 60)), part((0, F(1, 1013), 60)), part((0, F(1, 1019), 60))), (C_MAJOR,))
        )
    with pytest.raises(InputError, match="1 to 99 are accepted"):
        musicxml.write(Score((), (Bar(ending=(100,)),)))


def test_an_mxl_file_is_the_same_text_zipped() -> None:
    score = one((0, 4, 60))
    assert mxl.write(score) == mxl.write(score)
    assert mxl.write(score)[:2] == b"PK"
    assert mxl.read(musicxml.write(score)) == musicxml.read(mxl.write(score)) == score


def test_a_rest_as_long_as_a_whole_note_is_no_rest_of_the_whole_bar() -> None:
    part = Part(Notes(1, [0, 8], [4, 8], [60, 62], [80, 80]))
    text = musicxml.write(Score((part,), (Bar(Metre(4, 2)), Bar(Metre(4, 2))))).decode()
    assert re.findall(r"<note><rest/><duration>\d+</duration><voice>1</voice><type>(\w+)</type>", text) == ["half"] * 2
