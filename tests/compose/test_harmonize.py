"""Melodies get chords, and keep every note."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from segue.compose.bearing import is_avoided
from segue.compose.chords import ChordWish
from segue.compose.drawing import Draws, Glimpse
from segue.compose.harmonize import harmonize, heard_in
from segue.compose.hearing import Hearing
from segue.compose.studio import Studio
from segue.compose.theory import Setting
from segue.errors import InputError
from segue.models.engine.sampling import Sampling
from segue.models.harmony.beats import STATES, state_of, states_of
from segue.models.harmony.model import HarmonyModel, shipped_harmony
from segue.music.key import Key
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from tests.compose.engine import engine
from tests.compose.test_drawing import bar, piece

TWO = Draws(2, Sampling(0.9, 0.97, seed=1))


def in_e_flat() -> Score:
    pitches = (63, 65, 67, 68, 70, 70, 68, 67, 65, 63, 62, 63)
    notes = Notes.of(Note(Fraction(n), Fraction(1), pitch) for n, pitch in enumerate(pitches))
    return Score((Part(notes, program=73),), (Bar(),) * 3)


@pytest.mark.parametrize("metre", ["4/4", "5/4", "7/8"])
def test_a_melody_gets_chords_and_keeps_every_note(metre: str) -> None:
    score = piece([bar(metre)] * 4).replace(chords=())
    offers = harmonize(engine(), shipped_harmony(), score, draws=TWO)
    assert len(offers) == 2
    for offer in offers:
        assert offer.value.replace(chords=()) == score
        assert offer.value.chords[0].start == 0
        assert all(not one.chord.is_none for one in offer.value.chords)
        assert offer.reasons


def test_long_notes_are_no_avoided_tones_of_new_chords_unless_the_rule_is_off() -> None:
    notes = Notes.of(
        Note(Fraction(2 * n), Fraction(2), pitch) for n, pitch in enumerate((60, 65, 67, 64, 62, 59, 60, 60))
    )
    score = Score((Part(notes, program=73),), (Bar(),) * 4)
    wild = Draws(6, Sampling(2.0, seed=1))

    def clashes(wish: ChordWish) -> int:
        found = 0
        for offer in harmonize(engine(), shipped_harmony(), score, wish=wish, draws=wild):
            here = Setting(offer.value, frozenset())
            found += sum(
                is_avoided(note.pitch % 12, here.chord_at(note.start))
                for note in notes
                if any(one.start == note.start for one in offer.value.chords)
            )
        return found

    assert clashes(ChordWish()) == 0
    assert clashes(ChordWish(without=("melody-tones",))) > 0


def test_a_melody_is_heard_in_the_key_of_its_notes_where_none_is_written() -> None:
    score = in_e_flat()
    assert heard_in(score).key == Key.parse("Eb")
    assert heard_in(score, Key.parse("C minor")).key == Key.parse("C minor")
    written = score.replace(bars=(Bar(key=Key.parse("Bb")),) * 3)
    assert heard_in(written).key == Key.parse("Bb")
    for offer in harmonize(engine(), shipped_harmony(), score, draws=TWO):
        assert offer.value.bars == score.bars
        assert all(one.chord.root is None or one.chord.root.alter <= 0 for one in offer.value.chords)


def test_chords_of_kept_bars_stay() -> None:
    score = piece([bar("4/4")] * 4)
    for offer in harmonize(engine(), shipped_harmony(), score, [2, 3], draws=TWO):
        assert offer.value.chords[:2] == score.chords[:2]


def test_readings_differ_the_likeliest_first_and_the_same_for_a_seed() -> None:
    score = piece([bar("4/4")] * 4).replace(chords=())
    hearing = Hearing(shipped_harmony(), score, range(4), ChordWish())
    paths = hearing.paths(5, seed=3)
    assert len(set(paths)) == 5 and paths[0] == hearing.chain.best()
    likely = [hearing.chain.log_probability(path) for path in paths]
    assert likely == sorted(likely, reverse=True)
    assert hearing.paths(5, seed=3) == paths and hearing.paths(5, seed=4) != paths


def test_offers_say_the_triads_of_their_paths_where_they_change() -> None:
    score = piece([bar("4/4")] * 4).replace(chords=())
    hearing = Hearing(shipped_harmony(), score, range(4), ChordWish())
    (first,) = harmonize(engine(), shipped_harmony(), score, draws=replace(TWO, n=1))
    told = [(hearing.beats.edges[beat], triad) for beat, triad in hearing.triads(hearing.chain.best())]
    assert [one.start for one in first.value.chords] == [start for start, _ in told]
    for one, (_, (root, is_minor)) in zip(first.value.chords, told, strict=True):
        assert one.chord.root is not None and one.chord.root.pc == root and one.chord.bass is None
        assert state_of(one.chord, root) == 12 * is_minor


@pytest.mark.parametrize("span", [Fraction(1, 2), Fraction(1), Fraction(2)])
def test_chords_last_as_long_as_is_wished(span: Fraction) -> None:
    score = piece([bar("4/4")] * 4).replace(chords=())
    hearing = Hearing(shipped_harmony(), score, range(4), ChordWish(span=span))
    assert hearing.firsts == list(range(0, 16, int(4 * span)))
    for offer in harmonize(engine(), shipped_harmony(), score, wish=ChordWish(span=span), draws=TWO):
        assert all(one.start % (4 * span) == 0 for one in offer.value.chords)


def test_planned_cadences_come() -> None:
    score = piece([bar("4/4")] * 4).replace(chords=())
    wish = ChordWish(complexity="triads", cadences={1: "half", 3: "authentic"})
    tonic = score.key.tonic.pc
    for offer in harmonize(engine(), shipped_harmony(), score, wish=wish, draws=TWO):
        here = Setting(offer.value, frozenset())
        roots = [here.chord_at(Fraction(quarter)).root for quarter in (4, 11, 12)]
        assert [(root.pc - tonic) % 12 for root in roots if root is not None] == [7, 7, 0]


def test_what_is_kept_around_is_heard() -> None:
    score = piece([bar("4/4")] * 4)
    hearing = Hearing(shipped_harmony(), score, {2}, ChordWish())
    for path in hearing.paths(4, seed=1):
        kept = [beat for beat in range(16) if beat // 4 != 2]
        assert [path[beat] for beat in kept] == [states_of(score, hearing.beats)[beat] for beat in kept]


def test_ctrl_c_keeps_the_readings_that_are_done() -> None:
    score = piece([bar("4/4")] * 4).replace(chords=())

    def stop(glimpse: Glimpse) -> None:
        if glimpse.seed == 3:
            raise KeyboardInterrupt

    draws = Draws(4, Sampling(0.9, 0.97, seed=1), seen=stop)
    offers = harmonize(engine(), shipped_harmony(), score, draws=draws)
    assert [offer.seed for offer in offers] == [1, 2]
    with pytest.raises(KeyboardInterrupt):
        harmonize(engine(), shipped_harmony(), score, draws=replace(draws, sampling=Sampling(0.9, 0.97, seed=3)))


def test_a_studio_harmonizes_with_the_model_that_it_is_given() -> None:
    score = piece([bar("4/4")] * 4).replace(chords=())
    shipped = shipped_harmony()
    leaves = {"leave.weight": shipped.weights["leave.weight"] * 0, "moves": shipped.weights["moves"] * 0}
    always = np.where(np.arange(STATES + 1) == 5, 9, 0).astype(np.float32)
    stubborn = HarmonyModel(shipped.config, {**shipped.weights, **leaves, "leave.bias": always})
    (offer,) = Studio(engine(), n=1, harmony=stubborn, without=("melody-tones",)).harmonize(score)
    roots = {one.chord.root.pc for one in offer.value.chords if one.chord.root is not None}
    assert roots == {(score.key.tonic.pc + 5) % 12}


def test_a_melody_without_notes_is_refused() -> None:
    with pytest.raises(InputError, match="melody 'Silence' has no notes"):
        harmonize(engine(), shipped_harmony(), Score((Part(Notes.of([])),), (Bar(),), title="Silence"))
