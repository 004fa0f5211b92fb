"""What is to be kept is told from what is not; every rule of theory is tried, and what it forbids is counted."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from benchmarks.compose_cases import MAKERS, Given, cases, difference
from benchmarks.compose_rules import TRIALS, Made, share_broken
from benchmarks.compose_speed import Counting

from segue.compose.theory import RULES
from segue.models.engine.generating import Request, generate
from segue.models.engine.language import score_language
from segue.models.engine.sampling import Sampling
from segue.music.chord import Chord
from segue.music.language import vocabulary as v
from segue.music.language.grammar import Limits
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score
from tests.compose.engine import engine

Q = Fraction(1)


def score_of(*pitches: int, chords: str = "C F G C", program: int = 73) -> Score:
    """Quarter notes in bars of 4/4, a chord to each bar."""
    notes = Notes.of(Note(n * Q, Q, pitch) for n, pitch in enumerate(pitches))
    placed = tuple(ChordAt(4 * n * Q, Chord.parse(label)) for n, label in enumerate(chords.split()))
    return Score((Part(notes, program=program),), (Bar(Metre(4, 4)),) * 4, placed, title="Steps")


TUNE = score_of(*[60, 64, 67, 64] * 4)


def with_note(score: Score, place: int, **changes: object) -> Score:
    """The score with one note changed."""
    notes = list(score.parts[0].notes)
    notes[place] = replace(notes[place], **changes)  # type: ignore[arg-type]
    return score.replace(parts=(replace(score.parts[0], notes=Notes.of(notes)),))


def test_a_change_outside_the_holes_is_told_and_one_inside_is_not() -> None:
    in_bar_2 = frozenset([(1, 1)])
    assert difference(TUNE, TUNE, frozenset()) == ""
    assert difference(TUNE, with_note(TUNE, 5, pitch=65), in_bar_2) == ""
    assert difference(TUNE, with_note(TUNE, 4, pitch=65), frozenset()) == "bar 2, lane 1 is not as it was"
    assert difference(TUNE, with_note(TUNE, 8, velocity=81), in_bar_2) == "bar 3, lane 1 is not as it was"
    assert difference(TUNE, with_note(TUNE, 7, length=2 * Q), in_bar_2) == "bar 3, lane 1 is not as it was"
    assert difference(TUNE, TUNE.replace(chords=TUNE.chords[:3]), in_bar_2) == "bar 4, lane 0 is not as it was"
    assert difference(TUNE, TUNE.replace(title=""), in_bar_2) == "bars, tempos or title differ"
    assert difference(TUNE, TUNE.replace(parts=()), in_bar_2) == "0 parts of 1"


def test_every_verb_takes_its_turn_and_what_it_is_given_counts_as_kept_where_that_is_so() -> None:
    world = Given([TUNE], [TUNE], [TUNE.progression])
    made = cases(world)
    turn = [next(made) for _ in range(2 * len(MAKERS))]
    assert [case.verb for case in turn] == [*MAKERS] * 2
    again = cases(world)
    assert [next(again).says for _ in turn] == [case.says for case in turn]
    for case in turn:
        if case.verb in ("reharmonize", "infill"):
            assert case.kept(TUNE) == ""
            assert case.kept(TUNE.replace(bars=(Bar(Metre(4, 4)),) * 5)) != ""
    says, _, kept = MAKERS["harmonize"](random.Random(3), world)
    assert (says, kept(TUNE), kept(with_note(TUNE, 0, pitch=61))) == ("'Steps'", "", "bar 1, lane 1 is not as it was")


def test_every_rule_is_tried_by_something_that_is_counted() -> None:
    assert TRIALS.keys() == RULES.keys()
    assert all(rule.soft is not None or TRIALS[name].broken is not None for name, rule in RULES.items())


@pytest.mark.parametrize(
    ("rule", "score", "broken"),
    [
        ("on-beats", TUNE, 0.0),
        ("on-beats", TUNE.replace(chords=(TUNE.chords[0], ChordAt(Fraction(9, 2), Chord.parse("F")))), 0.5),
        ("range", TUNE, 0.0),
        ("range", with_note(TUNE, 3, pitch=40), 1 / 16),  # a flute has no E2
        ("melody-tones", score_of(*[60, 64, 67, 64] * 4, chords="C C C C"), 0.0),
        ("melody-tones", score_of(*[65, 64, 67, 64] * 4, chords="C C C C"), 0.25),  # F over C
        ("sevenths", score_of(60, chords="G7 C G7 Bb"), 0.0),  # F falls to E, or stays
        ("sevenths", score_of(60, chords="G7 D C C"), 1.0),  # F has to rise
    ],
)
def test_what_a_rule_forbids_is_counted(rule: str, score: Score, broken: float) -> None:
    holes = frozenset((bar, lane) for bar in range(4) for lane in (0, 1))
    assert share_broken(RULES[rule], Made(score, holes, {})) == pytest.approx(broken)


def test_tokens_are_counted_and_nothing_else_changes() -> None:
    request = Request((v.ID["task:lead"],), 40, sampling=Sampling(seed=4))
    language, counting = score_language(Limits(least_bars=50)), Counting(engine())
    made = generate(counting, language, request)
    assert made == generate(engine(), language, request)
    assert 20 < counting.read <= 40  # the prefix, and all tokens but those after the last that was asked for
