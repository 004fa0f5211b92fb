"""A performance goes to the times that were meant: those it was made from, moved by no more than it was blurred."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from benchmarks.result import data_dir
from hypothesis import example, given
from hypothesis import strategies as st

from segue.errors import UnavailableError
from segue.formats.midi import read
from segue.music.chord import Chord
from segue.music.lyric import Sung, Syllable
from segue.music.note import Note, Notes
from segue.music.quantize import quantize
from segue.music.score import Bar, ChordAt, Part, Score

F = Fraction
BEATS = {
    "quarter": (F(0),),
    "eighths": (F(0), F(1, 2)),
    "sixteenths": (F(0), F(1, 4), F(1, 2), F(3, 4)),
    "dotted": (F(0), F(3, 4)),
    "triplet": (F(0), F(1, 3), F(2, 3)),
    "shuffle": (F(0), F(2, 3)),
}


def written(names: list[str]) -> Score:
    """Notes that fill each beat by its pattern, one after the other."""
    starts = [beat + place for beat, name in enumerate(names) for place in BEATS[name]]
    ends = [*starts[1:], F(len(names))]
    notes = [
        Note(start, end - start, 60 + place % 12) for place, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    return Score((Part(Notes.of(notes)),), (Bar(),) * -(-len(names) // 4))


def performed(score: Score, blur: float, seed: int) -> Score:
    """The same notes, each beginning and end off by up to `blur` quarter notes, in ticks of 1/480."""
    draw = random.Random(seed)

    def off(time: Fraction) -> Fraction:
        return max(F(0), F(round((float(time) + draw.uniform(-blur, blur)) * 480), 480))

    notes = [
        Note(begin := off(note.start), max(F(1, 480), off(note.end) - begin), note.pitch)
        for note in score.parts[0].notes
    ]
    return Score((Part(Notes.of(notes)),), (*score.bars, Bar()))


@given(st.lists(st.sampled_from(sorted(BEATS)), min_size=1, max_size=12))
def test_what_is_on_the_grid_stays(names: list[str]) -> None:
    score = written(names)
    done = quantize(score)
    assert done.score == score
    assert (done.mean, done.most, done.merged) == (0, 0, 0)
    assert done.triplets == sum(name in ("triplet", "shuffle") for name in names)
    assert done.beats == len(names)


@example(["shuffle"], 1)  # two notes that might be late sixteenths
@given(st.lists(st.sampled_from(sorted(BEATS)), min_size=1, max_size=12), st.integers(0, 1_000))
def test_a_slightly_loose_performance_goes_back_to_what_was_written(names: list[str], seed: int) -> None:
    """Up to .0305 quarter notes: there two notes of a shuffle, both off towards sixteenths, fit these half as well."""
    done = quantize(performed(written(names), 0.028, seed))
    assert done.score.parts == written(names).parts
    assert done.most <= 0.0305


def test_what_lies_beside_the_grid_as_a_whole_is_shifted_first() -> None:
    """As in POP909, whose first notes lie a third of a sixteenth after it."""
    score = written(["sixteenths", "eighths", "sixteenths", "quarter"])
    (part,) = score.parts
    late = [Note(note.start + F(1, 12), note.length, note.pitch) for note in part.notes]
    done = quantize(Score((Part(Notes.of(late)),), (Bar(),) * 2))
    assert done.shift == F(-1, 12)
    assert done.score.parts == score.parts
    assert done.mean == 0


def test_lengths_words_and_chords_go_along() -> None:
    notes = Notes.of([Note(F(1, 480), F(1, 480), 60), Note(F(477, 480), F(300, 480), 62)])
    words = (Sung(F(477, 480), Syllable("la")),)
    chords = (ChordAt(F(5, 480), Chord.parse("C")), ChordAt(F(479, 480), Chord.parse("F")))
    score = quantize(Score((Part(notes, words=words),), (Bar(),), chords)).score
    assert [(note.start, note.length) for note in score.parts[0].notes] == [(F(0), F(1, 4)), (F(1), F(1, 2))]
    assert score.parts[0].words[0].start == 1
    assert [one.start for one in score.chords] == [0, 1]
    assert score.parts[0].notes.resolution == 24


def test_notes_that_fall_on_each_other_are_one_and_that_is_said() -> None:
    notes = Notes.of([Note(F(0), F(1, 4), 60), Note(F(1, 32), F(1), 60), Note(F(0), F(1, 4), 64)])
    done = quantize(Score((Part(notes),), (Bar(),)))
    assert [(note.pitch, note.length) for note in done.score.parts[0].notes] == [(60, F(1)), (64, F(1, 4))]
    assert done.merged == 1
    assert done.most == pytest.approx(1 / 32)
    assert done.mean == pytest.approx(1 / 96)


def test_a_note_that_moves_beyond_the_last_bar_has_a_bar() -> None:
    notes = Notes.of([Note(F(399, 100), F(1, 100), 60)])
    score = quantize(Score((Part(notes),), (Bar(),))).score
    assert len(score.bars) == 2
    assert [(note.start, note.length) for note in score.parts[0].notes] == [(F(4), F(1, 4))]


@pytest.mark.parametrize(
    ("pattern", "most"), [("pop909/00[1-9]/*.mid", 0.04), ("groove/groove/drummer1/session1/*rock*.mid", 0.06)]
)
def test_real_performances_move_little(pattern: str, most: float) -> None:
    try:
        files = sorted(data_dir().glob(pattern))
    except UnavailableError as error:
        pytest.skip(str(error))
    if not files:
        pytest.skip(f"no {pattern}")
    for path in files[:9]:
        done = quantize(read(path.read_bytes()))
        assert done.mean < most
        assert done.most <= 1 / 6
        assert done.triplets < 0.5 * done.beats
