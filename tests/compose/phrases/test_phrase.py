"""Phrases: what is cut out of tunes, in tokens that no key changes, and back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from segue.compose.phrases.measures import notes_of
from segue.compose.phrases.phrase import GIVEN, LONGEST, phrase_of, phrases_in, places_of
from segue.errors import InputError
from segue.music.language import grammar
from segue.music.language import vocabulary as v
from segue.music.language.layout import lay_out
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from tests.compose.phrases.tunes import tune


def test_a_tune_is_cut_into_twos_and_fours() -> None:
    found = list(phrases_in(lay_out(tune(1, bars=8))))
    assert [phrase.bars for phrase in found] == [2, 2, 2, 2, 4, 4]
    for phrase in found:
        assert grammar.check(phrase.tokens, grammar.Limits()).is_ended
        assert len(phrase.body) <= LONGEST[phrase.bars]
        assert phrase.tokens[GIVEN] == v.BAR.start


def test_no_key_changes_a_phrase() -> None:
    here = list(phrases_in(lay_out(tune(3))))
    for up in (1, 5, 7, 11):
        there = list(phrases_in(lay_out(tune(3, up=up))))
        for one, two in zip(here, there, strict=True):
            assert [token for token in one.body if token in v.ROOT] == [token for token in two.body if token in v.ROOT]
            moved = {
                pitch - other[2]
                for (*_, pitch), other in zip(sorted(notes_of(one)), sorted(notes_of(two)), strict=True)
            }
            assert len(moved) == 1 and moved <= {0, 12, -12}  # all of it by the same octave


def test_a_score_comes_back_from_its_phrase_note_by_note() -> None:
    score = tune(5, bars=4, up=2)
    phrase, place = phrase_of(score)
    back = phrase.score(place)
    assert back.parts[0].notes == score.parts[0].notes
    assert back.chords == score.chords
    assert (back.key, back.metre, len(back.bars)) == (score.key, score.metre, 4)


def test_a_note_from_before_is_said_anew() -> None:
    rows = [(0, 2, 60), (2, 2, 59), (4, 3, 62), (7, 2, 64), *((9 + number, 1, 65) for number in range(7))]
    notes = Notes.of(Note(Fraction(start), Fraction(length), pitch) for start, length, pitch in rows)
    score = Score((Part(notes),), (Bar(),) * 4)
    first, second = [phrase for phrase in phrases_in(lay_out(score)) if phrase.bars == 2]
    assert sorted(notes_of(first))[-1][:2] == (7 * 24, 24)  # cut at the bar line
    assert sorted(notes_of(second))[0][:2] == (0, 24)  # and said anew behind it


def test_places_follow_the_bars_quarters() -> None:
    first = "bar:0 chords root:0 quality: at:48 root:7 quality:7 voice:1 note:0:48 hold:24 note:4:24"
    body = [v.ID[word] for word in f"{first} bar:1 voice:1 rest:96 end".split()]
    assert places_of(body, v.ID["metre:4/4"]) == [0, 0, 0, 0, 0, 2, 2, 2, 0, 2, 3, 4, 4, 4, 8, 8]


def test_what_is_no_phrase_is_named() -> None:
    with pytest.raises(InputError, match="a phrase of 3 bars: 2 or 4 are accepted"):
        phrase_of(tune(1, bars=3))
    with pytest.raises(InputError, match="no part that sounds one note at a time"):
        phrase_of(Score((), (Bar(),) * 2))
    changed = tune(1, bars=2)
    other = changed.replace(bars=(changed.bars[0], replace(changed.bars[1], key=tune(1, up=2).key)))
    with pytest.raises(InputError, match="is no phrase"):
        phrase_of(other)


def test_notes_of_a_phrase_are_those_of_its_score() -> None:
    for seed in range(5):
        phrase, place = phrase_of(tune(seed, bars=2))
        score = phrase.score(place)
        steps = {(int(n.start * 24), int(n.length * 24), n.pitch - 60) for n in score.parts[0].notes}
        shift = {p for _, _, p in steps}, {p for _, _, p in notes_of(phrase)}
        up = min(shift[0]) - min(shift[1])
        assert steps == {(start, length, pitch + up) for start, length, pitch in notes_of(phrase)}
