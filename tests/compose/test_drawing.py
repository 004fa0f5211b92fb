"""Filling holes: what is kept is kept to the note, whatever the score and whatever was drawn."""

from __future__ import annotations

import math
import re
import signal
from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.compose.drawing import Rewriting, Spot, continued, draw
from segue.compose.excerpt import head_of, windows
from segue.compose.holes import CHORDS, holes_in
from segue.errors import InputError
from segue.models.engine.sampling import Sampling
from segue.music.chord import NO_CHORD, Chord
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.key import Key
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.encode import Lane
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score
from tests.compose.engine import engine
from tests.music.scores import scores

WILD = Sampling(temperature=1.5, seed=0)  # far from what the model would choose: everything legal comes up


def heard(score: Score, bar: int, lane: int) -> object:
    """What sounds in one lane of one bar: notes cut to the bar, or the chord at its start and those that follow."""
    start, stop = score.bar_starts[bar : bar + 2]
    if lane == CHORDS:
        before = [one.chord for one in score.chords if one.start <= start]
        return (before or [NO_CHORD])[-1], [one for one in score.chords if start < one.start < stop]
    notes = [note for note in score.parts[lane - 1].notes if note.start < stop and note.end > start]
    return sorted((max(n.start, start), min(n.end, stop), n.pitch, n.velocity) for n in notes)


def begun(score: Score, lane: int, bars: set[int]) -> list[Note]:
    """The notes of a part that begin in some bars, whole."""
    starts = score.bar_starts
    return [note for note in score.parts[lane - 1].notes if bisect_right(starts, note.start) - 1 in bars]


def is_kept(before: Score, after: Score, holes: frozenset[Lane]) -> None:
    assert (after.bars, after.tempos, after.title, after.style) == (
        before.bars,
        before.tempos,
        before.title,
        before.style,
    )
    assert len(after.parts) == len(before.parts)
    for lane in range(len(before.parts) + 1):
        kept = {bar for bar in range(len(before.bars)) if (bar, lane) not in holes}
        for bar in kept:
            assert heard(after, bar, lane) == heard(before, bar, lane), (bar, lane)
        if lane == CHORDS:
            continue
        mine, theirs = before.parts[lane - 1], after.parts[lane - 1]
        assert replace(mine, notes=theirs.notes, words=theirs.words) == theirs
        whole, now = begun(before, lane, kept), begun(after, lane, kept)
        assert [note for note in whole if note not in now] == []
        assert {note.start for note in now if note not in whole} <= set(before.bar_starts)  # rang out of a hole


@st.composite
def performed(draw: st.DrawFn) -> Score:
    """A score whose notes lie between the ticks of the score language, with loudness of their own."""
    score = draw(scores())
    moved = []
    for part in score.parts:
        late = Fraction(draw(st.integers(0, 60)), 480 * 7)
        notes = [
            replace(note, start=note.start + late, velocity=draw(st.integers(1, 127)))
            for note in part.notes
            if note.end + late <= score.end
        ]
        moved.append(replace(part, notes=Notes.of(notes), words=(), name="A name"))
    return score.replace(parts=tuple(moved), title="A title")


@st.composite
def holes_of(draw: st.DrawFn, score: Score) -> frozenset[Lane]:
    bars, lanes = range(len(score.bars)), range(len(score.parts) + 1)
    whole = [(bar, lane) for bar in bars for lane in lanes]
    return frozenset(draw(st.lists(st.sampled_from(whole), min_size=1, max_size=len(whole))))


@settings(max_examples=25, deadline=None)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_what_is_kept_is_kept_to_the_note(data: st.DataObject, seed: int) -> None:
    score = data.draw(st.one_of(scores(), performed()))
    holes = data.draw(holes_of(score))
    for offer in draw(engine(), Rewriting(score, holes), 1, replace(WILD, seed=seed)):
        is_kept(score, offer.value, holes)
        assert offer.fit <= 0 or math.isnan(offer.fit)


def bar(metre: str, key: str = "C", length: Fraction = Fraction(0)) -> Bar:
    return Bar(Metre.parse(metre), Key.parse(key), length)


def tune(bars: list[Bar], step: Fraction = Fraction(1, 2)) -> Part:
    """A scale up and down, in notes of one length, that fills bars."""
    end = sum((one.length for one in bars), Fraction(0))
    pitches = (60, 62, 64, 65, 67, 65, 64, 62)
    return Part(Notes.of(Note(step * n, step, pitches[n % 8]) for n in range(int(end / step))), "Flute", 73)


def piece(bars: list[Bar], **changes: object) -> Score:
    chords = tuple(ChordAt(start, Chord.parse("C")) for start in Score(bars=tuple(bars)).bar_starts[:-1])
    return Score((tune(bars),), tuple(bars), chords, title="Scale").replace(**changes)


@pytest.mark.parametrize(
    "bars",
    [
        [bar("7/8")] * 4,
        [bar("5/4")] * 4,
        [bar("4/4", length=Fraction(1)), bar("4/4"), bar("4/4"), bar("4/4", length=Fraction(3))],
        [bar("3/4"), bar("6/8", "G"), bar("2/2", "Eb"), bar("4/4", "G# minor")],
    ],
    ids=["7/8", "5/4", "pick-up", "changes of metre and key"],
)
@pytest.mark.parametrize("lanes", [None, [0], [1]], ids=["all lanes", "chords", "melody"])
def test_any_metre_and_any_bar_can_be_rewritten(bars: list[Bar], lanes: list[int] | None) -> None:
    score = piece(bars)
    for number in range(len(bars)):
        holes = holes_in(score, [number], lanes)
        for offer in draw(engine(), Rewriting(score, holes), 2):
            is_kept(score, offer.value, holes)
            for lane in {lane for _, lane in holes}:
                assert heard(offer.value, number, lane)


def test_the_same_seed_draws_the_same_offers_and_each_offer_by_its_own_seed() -> None:
    score = piece([bar("4/4")] * 8)
    asked = Rewriting(score, holes_in(score, [3, 4]))
    offers = draw(engine(), asked, 4, Sampling(seed=7))
    assert offers == draw(engine(), asked, 4, Sampling(seed=7))
    (again,) = draw(engine(), asked, 1, Sampling(seed=offers[0].seed))
    assert again.value == offers[0].value
    assert [offer.fit for offer in offers] == sorted((offer.fit for offer in offers), reverse=True)
    assert len({str(offer.value) for offer in offers}) == len(offers) > 1


def test_a_note_that_rings_out_of_a_hole_is_struck_anew_and_one_that_rings_in_goes_on() -> None:
    notes = Notes.of([Note(Fraction(3), Fraction(2), 60, 90), Note(Fraction(5), Fraction(4), 64, 70)])
    score = Score((Part(notes, program=73),), (bar("4/4"),) * 3)
    holes = holes_in(score, [1])
    for offer in draw(engine(), Rewriting(score, holes), 4, WILD):
        made = offer.value.parts[0].notes
        assert Note(Fraction(3), Fraction(2), 60, 90) in made
        assert Note(Fraction(8), Fraction(1), 64, 70) in made
        assert all(note.start >= 5 for note in made if 3 < note.start < 8)


def test_a_chord_that_was_heard_after_a_hole_is_said_there_anew() -> None:
    chords = (ChordAt(Fraction(0), Chord.parse("F")), ChordAt(Fraction(6), Chord.parse("B7")))
    score = Score(bars=(bar("4/4", "B"),) * 4, chords=chords)
    for offer in draw(engine(), Rewriting(score, frozenset([(1, CHORDS)])), 4, WILD):
        assert heard(offer.value, 2, CHORDS) == (Chord.parse("B7"), [])
        assert heard(offer.value, 0, CHORDS) == (Chord.parse("F"), [])
        assert ChordAt(Fraction(12), Chord.parse("B7")) not in offer.value.chords


def test_chords_are_spelled_in_the_key_of_their_bar() -> None:
    score = piece([bar("4/4", "G# minor")] * 4)
    for offer in draw(engine(), Rewriting(score, holes_in(score, range(4), [CHORDS])), 4, WILD):
        for one in offer.value.chords:
            assert one.chord.root is None or one.chord.root == Key.parse("G# minor").spell(one.chord.root.pc)


def test_words_of_rewritten_bars_go_to_the_new_notes_and_those_left_over_are_told() -> None:
    score = piece([bar("4/4")] * 3)
    words = tuple(Sung(note.start, Syllable(f"la{n}")) for n, note in enumerate(score.parts[0].notes))
    score = score.replace(parts=(replace(score.parts[0], words=words),))
    holes = holes_in(score, [1], [1])
    for offer in draw(engine(), Rewriting(score, holes), 4):
        is_kept(score, offer.value, holes)
        part = offer.value.parts[0]
        here = [one for one in part.words if 4 <= one.start < 8]
        onsets = sorted({note.start for note in part.notes if 4 <= note.start < 8})
        assert [(one.start, one.syllable.text) for one in here] == [
            (start, f"la{8 + n}") for n, start in enumerate(onsets[:8])
        ]
        assert bool(offer.value.notice) is (len(onsets) < 8)


@pytest.mark.parametrize("program", [33, 0, 48], ids=["bass", "piano", "strings"])
def test_a_part_without_notes_is_filled_within_its_range(program: int) -> None:
    score = piece([bar("4/4")] * 4)
    score = score.replace(parts=(*score.parts, Part(Notes.of([]), "New", program)))
    holes = holes_in(score, range(4), [2])
    instrument = INSTRUMENTS[OF_PROGRAM[program]]
    for offer in draw(engine(), Rewriting(score, holes), 3, WILD):
        is_kept(score, offer.value, holes)
        assert all(instrument.low <= note.pitch <= instrument.high for note in offer.value.parts[1].notes)
        if head_of(score.parts[1], 0).kind == v.ID["kind:mono"]:
            notes = list(offer.value.parts[1].notes)
            assert all(one.end <= other.start for one, other in pairwise(notes))


def test_a_part_of_drums_is_filled_with_drums() -> None:
    score = piece([bar("4/4")] * 4)
    score = score.replace(parts=(*score.parts, Part(Notes.of([]), "Kit", is_drums=True)))
    for offer in draw(engine(), Rewriting(score, holes_in(score, range(4), [2])), 2):
        assert {note.pitch for note in offer.value.parts[1].notes} <= set(v.DRUMS)


def test_a_rule_holds_wherever_it_leaves_something_legal() -> None:
    score = piece([bar("4/4")] * 4)
    minor = m.bits((v.QUALITY_OF["m"],))

    def only_minor(spot: Spot) -> int | None:
        assert (spot.bar, spot.lane) in holes
        return minor if spot.state.phase == "quality" else 0

    holes = holes_in(score, range(4), [CHORDS])
    for offer in draw(engine(), Rewriting(score, holes, narrow=(only_minor,)), 3, WILD):
        assert {one.chord.quality for one in offer.value.chords if one.chord.root} == {"m"}


def test_a_long_score_is_filled_excerpt_by_excerpt_with_progress() -> None:
    score = piece([bar("4/4")] * 120)
    told: list[int] = []
    holes = holes_in(score, range(120), [CHORDS])
    (offer,) = draw(engine(), Rewriting(score, holes), 1, progress=told.append)
    is_kept(score, offer.value, holes)
    assert told[-1] == 120 and told == sorted(set(told)) and len(told) > 1
    assert all(any(one.start // 4 // 8 == eight for one in offer.value.chords) for eight in range(15))


def test_what_is_done_when_it_is_stopped_is_kept_and_told() -> None:
    score = piece([bar("4/4")] * 120).replace(chords=())

    def stop(_: int) -> None:
        signal.raise_signal(signal.SIGINT)

    (offer,) = draw(engine(), Rewriting(score, holes_in(score, range(120), [CHORDS])), 1, progress=stop)
    (told,) = offer.value.notice
    first = int(re.findall(r"from bar (\d+) on", told)[0])
    assert 1 < first < 120
    assert len(offer.value.chords) > 0 and offer.value.chords[-1].start < 4 * (first - 1)
    assert offer.value.parts == score.parts


def test_a_hole_in_a_long_score_is_seen_with_what_is_around_it() -> None:
    score = piece([bar("4/4")] * 100)
    holes = holes_in(score, [50, 51])
    (window,) = windows(score, holes, {}, 2048)
    assert 0 < window.first < 45 and 57 < window.last < 100
    (offer,) = draw(engine(), Rewriting(score, holes), 1)
    is_kept(score, offer.value, holes)


def test_a_score_is_continued_in_its_last_key_and_metre() -> None:
    score = piece([bar("4/4"), bar("3/4", "G"), bar("3/4", "G", Fraction(1))])
    longer, bars = continued(score, 4)
    assert longer.bars[3:] == (bar("3/4", "G"),) * 4
    for offer in draw(engine(), Rewriting(longer, holes_in(longer, bars)), 2):
        is_kept(longer, offer.value, holes_in(longer, bars))
        assert any(note.start >= score.end for note in offer.value.parts[0].notes)


def test_what_cannot_be_rewritten_is_named() -> None:
    score = piece([bar("4/4")] * 4)
    with pytest.raises(InputError, match="bar 9: the score has bars 1 to 4"):
        Rewriting(score, frozenset([(8, 0)]))
    with pytest.raises(InputError, match="part 3: the score has parts 1 to 1"):
        Rewriting(score, frozenset([(0, 3)]))
    with pytest.raises(InputError, match="nothing is to be rewritten"):
        Rewriting(score, frozenset())
    with pytest.raises(InputError, match=r'style \'jaz\' .*did you mean "jazz"'):
        Rewriting(score, frozenset([(0, 0)]), "jaz")
    with pytest.raises(InputError, match="0 alternatives"):
        draw(engine(), Rewriting(score, frozenset([(0, 0)])), 0)
