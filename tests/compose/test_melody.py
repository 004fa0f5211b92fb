"""Melodies over chords: chords, rhythm and phrases are kept, ranges are never left, contours are heard."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.compose.ground import HarmonyOf, strong_beats
from segue.compose.likeness import contour_fit
from segue.compose.melody import MelodyWish, answer, go_on, melody
from segue.errors import InputError
from segue.models.engine.sampling import Sampling
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Progression, Score
from tests.compose.engine import engine
from tests.compose.sheets import chart
from tests.music.scores import scores

CHART = chart("C | Am | Dm7 G7 | C | F | Fm | C G7 | C")


def test_the_chords_are_kept_and_the_range_is_never_left() -> None:
    for offer in melody(engine(), CHART, MelodyWish(low=62, high=69), n=4):
        score = offer.value
        assert score.progression.chords == CHART.chords and score.bars == CHART.bars
        assert all(62 <= pitch <= 69 for pitch in score.parts[0].notes.pitches)
        assert len(score.parts[0].notes) > 8
        assert offer.fit < 0


def test_several_are_drawn_together_and_each_as_it_would_be_alone() -> None:
    together = melody(engine(), CHART, n=3, sampling=Sampling(0.9, 0.97, seed=5))
    assert {offer.seed for offer in together} == {5, 6, 7}
    for offer in together:
        (alone,) = melody(engine(), CHART, n=1, sampling=Sampling(0.9, 0.97, seed=offer.seed))
        assert alone.value == offer.value and alone.reasons == offer.reasons


def test_ctrl_c_keeps_the_stretches_that_are_done_of_all_that_are_in_the_making() -> None:
    def stop(_what: str, done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    long = Progression(chords=(), bars=CHART.bars * 12)  # 96 bars: a stretch of 64 and one of 32
    offers = melody(engine(), long, n=2, sampling=Sampling(0.9, 0.97, seed=5), told=stop)
    assert len(offers) == 2 and all(offer.is_stopped for offer in offers)
    for offer in offers:
        assert any(reason == "stopped after bar 64" for reason in offer.reasons)
        assert len(offer.value.parts[0].notes) > 60 and offer.value.parts[0].notes.end <= offer.value.bar_starts[64]


@pytest.mark.parametrize("low", [40, 57, 72])
def test_a_range_of_a_fifth_is_kept_anywhere(low: int) -> None:
    (offer,) = melody(engine(), CHART, MelodyWish(low=low, high=low + 7), n=1, sampling=Sampling(1.5, seed=low))
    pitches = offer.value.parts[0].notes.pitches
    assert low <= min(pitches) <= max(pitches) <= low + 7


@pytest.mark.parametrize("contour", ["rising", "falling", "arch", "valley"])
def test_a_contour_is_heard_over_seeds(contour: str) -> None:
    wish = MelodyWish(low=57, high=76, contour=contour)
    wished = melody(engine(), CHART, wish, n=6, sampling=Sampling(0.9, 0.97, seed=11))
    free = melody(engine(), CHART, MelodyWish(low=57, high=76), n=6, sampling=Sampling(0.9, 0.97, seed=11))
    fits = [contour_fit(offer.value.parts[0].notes, contour) for offer in wished]
    assert mean(fits) > 0.5
    assert mean(fits) > mean(contour_fit(offer.value.parts[0].notes, contour) for offer in free) + 0.2


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(5, 4), Metre(7, 8)])
def test_a_rhythm_is_kept_to_the_note_in_every_metre(metre: Metre) -> None:
    length = metre.length
    rhythm = Notes.of(
        Note(start, share * length, 60)
        for bar in range(3)
        for start, share in (
            (bar * length, Fraction(1, 4)),
            (bar * length + length / 4, Fraction(1, 2)),
            (bar * length + length * Fraction(7, 8), Fraction(1, 8)),
        )
    )
    (offer,) = melody(engine(), chart("C | F | G7 | C", metre=metre), rhythm=rhythm, n=1)
    made = offer.value.parts[0].notes
    assert [(one.start, one.length) for one in made] == [(one.start, one.length) for one in rhythm]
    assert len(set(made.pitches)) > 1
    assert any("rhythm given is kept: 9 notes" in reason for reason in offer.reasons)


def test_a_rhythm_between_ticks_and_over_bar_lines_is_kept() -> None:
    times = [
        (Fraction(0), Fraction(2, 7)),
        (Fraction(2, 7), Fraction(5, 7)),
        (Fraction(3), Fraction(6)),
        (Fraction(10), Fraction(1)),
    ]
    rhythm = Notes.of(Note(start, length, 60) for start, length in times)
    (offer,) = melody(engine(), CHART, rhythm=rhythm, n=1)
    assert [(one.start, one.length) for one in offer.value.parts[0].notes] == times


def test_a_new_melody_stands_on_its_chords() -> None:
    strong: list[bool] = []
    for offer in melody(engine(), CHART, n=4, sampling=Sampling(0.9, 0.97, seed=5)):
        harmony = HarmonyOf(offer.value)
        for note in offer.value.parts[0].notes:
            if note.start in harmony.starts:
                assert note.pitch % 12 in harmony.chord(note.start).pitch_classes
        strong += [fits for _, fits in harmony.strong(offer.value.parts[0].notes)]
    assert mean(strong) > 0.6


def _phrase() -> Score:
    pitches = (64, 65, 67, 67, 65, 64, 62, 62)
    notes = Notes.of(Note(Fraction(place), Fraction(1), pitch) for place, pitch in enumerate(pitches))
    return chart("C | G7").score.replace(parts=(Part(notes, "Melody", 52),))


def test_a_phrase_goes_on_and_is_kept_to_the_note() -> None:
    phrase = _phrase()
    for offer in go_on(engine(), phrase, chart("F | G7 | C | C"), n=3):
        score = offer.value
        assert len(score.bars) == 6
        kept = [note for note in score.parts[0].notes if note.start < 8]
        assert kept == list(phrase.parts[0].notes)
        assert any(note.start >= 8 for note in score.parts[0].notes)
        assert [str(one.chord) for one in score.chords] == ["C", "G7", "F", "G7", "C"] or len(score.chords) == 6


def test_an_answer_takes_up_the_rhythm_and_comes_home() -> None:
    phrase = _phrase()
    for offer in answer(engine(), phrase, n=4):
        score = offer.value
        assert len(score.bars) == 4
        assert [note for note in score.parts[0].notes if note.start < 8] == list(phrase.parts[0].notes)
        new = [note for note in score.parts[0].notes if note.start >= 8]
        assert [note.start - 8 for note in new if note.start < 12] == [0, 1, 2, 3]
        assert new[-1].pitch % 12 == 0
        assert [str(one.chord) for one in score.chords][-2:] == ["G", "C"]
        assert any("take up the rhythm" in reason for reason in offer.reasons)


def test_the_same_seed_gives_the_same_melodies() -> None:
    first, again = (melody(engine(), CHART, n=2, sampling=Sampling(0.9, seed=3)) for _ in range(2))
    assert first == again
    (alone,) = melody(engine(), CHART, n=1, sampling=Sampling(0.9, seed=first[0].seed))
    assert alone.value == first[0].value and alone.fit == pytest.approx(first[0].fit, abs=1e-4)


def test_reasons_are_true() -> None:
    (offer,) = melody(engine(), CHART, MelodyWish(contour="arch"), n=1)
    harmony = HarmonyOf(offer.value)
    notes = offer.value.parts[0].notes
    low, high = min(notes, key=lambda note: note.pitch), max(notes, key=lambda note: note.pitch)
    assert offer.reasons[0] == f"from {harmony.name(low)} to {harmony.name(high)} (bar {harmony.bar(high.start) + 1})"
    strong = [fits for _, fits in harmony.strong(notes)]
    told = f"{sum(strong)} of {len(strong)} notes on strong beats are tones of their chords"
    assert told in offer.reasons
    assert f"arch: the correlation of its pitches with that shape is {contour_fit(notes, 'arch'):.2f}" in offer.reasons


def test_a_tone_is_named_by_its_degree() -> None:
    score = Score((), (Bar(),), (ChordAt(Fraction(0), Chord.parse("D7")),))
    harmony = HarmonyOf(score)
    assert harmony.tone(Note(Fraction(0), Fraction(1), 66)) == "the third of D7"
    assert harmony.tone(Note(Fraction(0), Fraction(1), 60)) == "the seventh of D7"
    assert harmony.tone(Note(Fraction(0), Fraction(1), 61)) == ""


def test_the_scale_gives_way_to_the_chord() -> None:
    score = Score((), (Bar(key=Key.parse("C")),), (ChordAt(Fraction(0), Chord.parse("D7")),))
    scale = HarmonyOf(score).scale(Fraction(0))
    assert [pc for pc in range(12) if scale >> (60 + pc) & 1] == [0, 2, 4, 6, 7, 9, 11]  # F gives way to F#


def test_strong_beats_of_metres() -> None:
    assert strong_beats(Metre(4, 4)) == {0, 2}
    assert strong_beats(Metre(3, 4)) == {0}
    assert strong_beats(Metre(6, 8)) == {0, Fraction(3, 2)}
    assert strong_beats(Metre(5, 4)) == {0, 3}
    assert strong_beats(Metre(7, 8)) == {0, 2}


@settings(max_examples=25, deadline=None)
@given(scores(), st.integers(0, 1000))
def test_any_chart_gets_a_melody_and_keeps_its_chords(given_score: Score, seed: int) -> None:
    progression = given_score.progression
    wish = MelodyWish(low=60, high=71, contour=("", "arch", "falling")[seed % 3])
    (offer,) = melody(engine(), progression, wish, n=1, sampling=Sampling(1.3, seed=seed))
    made = offer.value
    assert (made.bars, made.chords) == (progression.bars, progression.chords)
    assert all(60 <= pitch <= 71 for pitch in made.parts[0].notes.pitches)


@settings(max_examples=25, deadline=None)
@given(scores(), st.integers(0, 1000))
def test_the_rhythm_of_any_tune_is_kept(tune: Score, seed: int) -> None:
    rhythm = next((part.notes for part in tune.parts if not part.is_drums and _is_line(part.notes)), None)
    if rhythm is None:
        return
    (offer,) = melody(engine(), tune.progression, rhythm=rhythm, n=1, sampling=Sampling(1.3, seed=seed))
    made = offer.value.parts[0].notes
    assert [(one.start, one.length) for one in made] == [(one.start, one.length) for one in rhythm]
    assert all(57 <= pitch <= 76 for pitch in made.pitches)


def _is_line(notes: Notes) -> bool:
    return all(one.end <= other.start for one, other in pairwise(notes))


def test_bad_input_is_named() -> None:
    empty = Progression((), ())
    with pytest.raises(InputError, match="no bars; at least one bar of chords"):
        melody(engine(), empty)
    with pytest.raises(InputError, match="the rhythm has no notes"):
        melody(engine(), CHART, rhythm=Notes.of(()))
    with pytest.raises(InputError, match="the rhythm ends at 40, the chords at 32"):
        melody(engine(), CHART, rhythm=Notes.of([Note(Fraction(0), Fraction(40), 60)]))
    two = Notes.of([Note(Fraction(0), Fraction(2), 60), Note(Fraction(1), Fraction(1), 64)])
    with pytest.raises(InputError, match="two notes of the rhythm sound at 1 quarter notes"):
        melody(engine(), CHART, rhythm=two)
    with pytest.raises(InputError, match="no melody in its first part"):
        answer(engine(), CHART.score)
    with pytest.raises(InputError, match=r"the phrase has G4 at 2 quarter notes, outside the range C3 to F#4"):
        go_on(engine(), _phrase(), CHART, MelodyWish(low=48, high=66))
    with pytest.raises(InputError, match=r"a melody to 20 \(G#0\): flute goes from 55"):
        MelodyWish(low=20, instrument="flute")
    with pytest.raises(InputError, match='did you mean "flute"'):
        MelodyWish(instrument="flut")
    with pytest.raises(InputError, match="contour 'archy' is none of"):
        MelodyWish(contour="archy")
