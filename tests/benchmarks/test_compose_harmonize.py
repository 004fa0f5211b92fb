"""Measures of harmony with values worked by hand, and simple systems in worlds whose answer is known."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from benchmarks.compose_harmonize import tunes_of
from benchmarks.harmonizers import HiddenMarkov, template, tonic_only
from benchmarks.harmony_protocol import (
    Melody,
    Triad,
    changes,
    chord_tone_ratio,
    consonance,
    hits,
    tonal_distance,
    triads_of,
)

from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score

C: Triad = (0, False)
F: Triad = (5, False)
G: Triad = (7, False)
ZERO, ONE = Fraction(0), Fraction(1)


def tune(pitches: tuple[int, ...], chords: str, key: str = "C") -> Score:
    """Quarter notes in bars of 4/4, each with a chord."""
    labels = chords.split()
    return Score(
        (Part(Notes.of(Note(Fraction(n), ONE, pitch) for n, pitch in enumerate(pitches))),),
        (Bar(key=Key.parse(key)),) * (len(pitches) // 4),
        tuple(ChordAt(Fraction(4 * n), Chord.parse(label)) for n, label in enumerate(labels)),
    )


def test_a_frame_is_half_a_beat_and_has_the_triad_that_sounds_at_its_start() -> None:
    score = Score(
        (),
        (Bar(Metre.parse("6/8")),),
        (ChordAt(Fraction(3, 4), Chord.parse("Am7/G")), ChordAt(Fraction(5, 2), Chord.parse("C5"))),
    )
    melody = Melody(score)
    assert [frame.start for frame in melody.frames] == [0, Fraction(3, 4), Fraction(3, 2), Fraction(9, 4)]
    assert triads_of(score, melody.frames) == [None, (9, True), (9, True), (9, True)]


def test_hits_are_counted_where_a_chord_is_known() -> None:
    assert hits([None, C, G, (9, True)], [C, C, F, (9, False)]) == hits([C, G, (9, True)], [C, F, (9, False)])
    found = hits([None, C, G, (9, True)], [C, C, F, (9, False)])
    assert (found.frames, found.same, found.root) == (3, 1, 2)


def test_chord_tones_and_proper_others_are_counted() -> None:
    # on C: C is a chord tone, D is next to E, A falls a fourth to E, E is a chord tone: 3 of 4
    melody = tuple(Note(Fraction(n), ONE, pitch) for n, pitch in enumerate((60, 62, 64, 69, 64)))
    assert chord_tone_ratio(melody, [(ZERO, C)]) == pytest.approx(4 / 5)
    assert math.isnan(chord_tone_ratio(melody, [(Fraction(9), C)]))


def test_consonance_is_the_mean_over_sixteenths() -> None:
    # C over C E G: a unison 1, a minor sixth 1, a fourth 0; F: a fourth 0, a minor second -1, a minor seventh -1
    assert consonance([Note(ZERO, ONE, 60)], [(ZERO, C)]) == pytest.approx(2 / 3)
    assert consonance([Note(ZERO, ONE, 60), Note(ONE, ONE, 65)], [(ZERO, C)]) == pytest.approx((2 / 3 - 2 / 3) / 2)


def test_tonal_distance_is_that_of_the_centroids() -> None:
    # C against C E G, by hand: on the circle of fifths the three lie at 0, 120 and 30 degrees, mean (.455, .455);
    # on that of minor thirds at 0, 0 and 90, mean (2/3, 1/3); on that of major thirds, half as wide, at 0, 120 and 120,
    # mean (0, .289). Squared distances from C: .504, .222, .333.
    away = math.sqrt(0.504 + 0.2222 + 0.3333)
    assert tonal_distance([Note(ZERO, ONE, 60)], [(ZERO, C)]) == pytest.approx(away, abs=1e-3)
    halves = [(ZERO, C), (Fraction(1, 2), G)]
    under_g = tonal_distance([Note(ZERO, ONE, 60)], [(ZERO, G)])
    assert tonal_distance([Note(ZERO, ONE, 60)], halves) == pytest.approx((away + under_g) / 2, abs=1e-3)


def test_frames_become_changes() -> None:
    melody = Melody(tune((60,) * 8, ""))
    assert list(changes(melody.frames, [None, C, C, G, G, G, C, C, *[C] * 8])) == [
        (Fraction(1, 2), C),
        (Fraction(3, 2), G),
        (Fraction(3), C),
    ]


def test_simple_systems_find_what_is_plain() -> None:
    melody = Melody(tune((60, 64, 67, 60, 65, 69, 72, 65, 67, 71, 74, 67), ""))
    assert template(melody, 1) == [C] * 8 + [F] * 8 + [G] * 8
    assert tonic_only(melody) == [C] * 24
    assert tonic_only(Melody(tune((60,) * 4, "", "A minor"))) == [(9, True)] * 8


def test_a_hidden_markov_model_learns_moves_and_moves_with_the_key() -> None:
    # G is always followed by C, also where the melody holds a tone that both have
    seen = tune((60, 64, 67, 64, 67, 71, 74, 71, 60, 64, 67, 64), "C G C")
    learnt = HiddenMarkov.of([(Melody(seen), triads_of(seen, Melody(seen).frames))] * 20, 1, 0.1, 1.0)
    held = Melody(tune((67, 71, 74, 71, 67, 67, 67, 67), ""))
    assert learnt.harmonize(held) == [G] * 8 + [C] * 8
    in_d = Melody(tune(tuple(pitch + 2 for pitch in (67, 71, 74, 71, 67, 67, 67, 67)), "", "D"))
    assert learnt.harmonize(in_d) == [(9, False)] * 8 + [(2, False)] * 8


def test_tunes_without_chords_or_melody_are_left_out() -> None:
    with_both = tune((60,) * 4, "C")
    found = tunes_of([with_both, with_both.replace(chords=()), with_both.replace(parts=())])
    assert len(found) == 1
    assert found[0].melody.score.chords == () and found[0].truth == (C,) * 8
