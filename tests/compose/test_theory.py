"""Rules of theory: each tells what it says it tells, has a source, and can be switched off."""

from __future__ import annotations

from fractions import Fraction

import pytest

from segue.compose.bearing import is_avoided, longest
from segue.compose.chords import progression_of
from segue.compose.drawing import Rewriting, draw
from segue.compose.holes import holes_in
from segue.compose.theory import RULES, Setting, checked_rules, cost, motion, narrowing
from segue.errors import InputError
from segue.models.engine.sampling import Sampling
from segue.music.chord import Chord
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score
from tests.compose.engine import engine
from tests.compose.test_drawing import bar, piece


def setting(labels: str, **cadences: str) -> Setting:
    score = progression_of([Chord.parse(label) for label in labels.split()]).score
    planned = {int(place[1:]): kind for place, kind in cadences.items()}
    return Setting(score, holes_in(score, range(len(score.bars)), [0]), planned)


def softly(name: str, here: Setting) -> float:
    return cost(checked_rules([name]), here)


def test_voices_move_as_little_as_they_can() -> None:
    assert motion(Chord.parse("C"), Chord.parse("Am")) == pytest.approx(2 / 3)  # G to A
    assert motion(Chord.parse("C"), Chord.parse("C")) == 0
    assert motion(Chord.parse("C"), Chord.parse("Ab")) == pytest.approx(2 / 3)  # E to Eb, G to Ab
    assert motion(Chord.parse("G7"), Chord.parse("C")) == pytest.approx(1.0)  # F-E, B-C, D-C or E, G stays: 4 in 4
    assert softly("voice-leading", setting("C Am C Am")) == pytest.approx(1 / 3)


def test_an_avoided_tone_lies_a_semitone_above_a_chord_tone() -> None:
    assert [pc for pc in range(12) if is_avoided(pc, Chord.parse("Cmaj7"))] == [1, 5, 8]


def test_the_longest_tone_of_a_stretch_is_found_and_of_equals_the_first() -> None:
    spans = ((Fraction(0), Fraction(1), 72), (Fraction(1), Fraction(1, 2), 62), (Fraction(3, 2), Fraction(3), 64))
    notes = [Note(*span) for span in spans]
    assert longest(notes, Fraction(0), Fraction(4)) == 4
    assert longest(notes, Fraction(0), Fraction(2)) == 0
    assert longest(notes, Fraction(1), Fraction(2)) == 2
    assert longest(notes, Fraction(5), Fraction(6)) is None


def test_sevenths_are_to_fall_or_stay() -> None:
    assert softly("sevenths", setting("G7 C")) == 0
    assert softly("sevenths", setting("G7 Bm")) == 1
    assert softly("sevenths", setting("G7 C D7 F#m C")) == 0.5  # F falls to E, but C finds no C, B or Bb in F#m
    assert softly("sevenths", setting("C F")) == 0


def test_planned_cadences_are_counted() -> None:
    assert softly("cadences", setting("C G7 C F", b2="authentic")) == 0
    assert softly("cadences", setting("C G7 C F", b2="plagal", b3="half")) == 1
    assert softly("cadences", setting("C G7 C F", b2="authentic", b3="half")) == 0.5


def test_notes_outside_chord_and_scale_cost_their_share_of_time() -> None:
    pitches = (60, 66, 65, 64)  # C, F#, F on the chord of C: a beat of an avoided tone, E
    notes = Notes.of(Note(Fraction(n), Fraction(1), pitch) for n, pitch in enumerate(pitches))
    score = Score((Part(notes),), (Bar(),), (ChordAt(Fraction(0), Chord.parse("C")),))
    assert softly("chord-scale", Setting(score, frozenset([(0, 1)]))) == 0.5
    assert softly("chord-scale", Setting(score, frozenset([(0, 0)]))) == 0
    assert softly("melody-tones", Setting(score, frozenset([(0, 0)]))) == 0.25


def test_new_notes_stay_in_chord_and_scale_unless_the_rule_is_off() -> None:
    score = piece([bar("4/4", "D")] * 6)
    holes = holes_in(score, range(1, 5), [1])
    here, wild = Setting(score, holes), Sampling(2.0, seed=3)
    ruled = Rewriting(score, holes, narrow=narrowing(checked_rules(["chord-scale"]), here))
    for offer in draw(engine(), ruled, 3, wild):
        assert softly("chord-scale", Setting(offer.value, holes)) == 0
    assert any(
        softly("chord-scale", Setting(offer.value, holes)) for offer in draw(engine(), Rewriting(score, holes), 3, wild)
    )


def test_chords_change_on_beats_unless_the_rule_is_off() -> None:
    score = piece([bar("6/8")] * 6)
    holes = holes_in(score, range(6), [0])
    wild = Sampling(2.0, seed=3)

    def beside(rewriting: Rewriting) -> int:
        offers = draw(engine(), rewriting, 3, wild)
        return sum(bool(one.start % Fraction(3, 2)) for offer in offers for one in offer.value.chords)

    ruled = narrowing(checked_rules(["on-beats"]), Setting(score, holes))
    assert beside(Rewriting(score, holes, narrow=ruled)) == 0
    assert beside(Rewriting(score, holes)) > 0


def test_every_rule_has_words_a_source_and_a_form() -> None:
    for name, rule in RULES.items():
        assert rule.name == name and rule.says.endswith(".") and len(rule.source) > 20
        assert rule.hard or rule.soft or name == "range"


def test_rules_are_switched_off_by_name() -> None:
    assert [rule.name for rule in checked_rules(None, ["range"])] == [name for name in RULES if name != "range"]
    assert checked_rules([]) == ()
    with pytest.raises(InputError, match=r'rule \'cadence\' .*did you mean "cadences"'):
        checked_rules(["cadence"])
