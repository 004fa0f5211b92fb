"""Other note values say the same music: twice as long in a metre of twice the length, at twice the tempo."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from segue.corpora.corpus import Piece
from segue.music.language import vocabulary as v
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, Part, Score, Tempo
from segue.pretrain.excerpts import Drawing
from segue.pretrain.mixture import Mixture, train_windows
from segue.pretrain.stretch import DOUBLED, HALVED, stretch
from tests.pretrain.tunes import tune

HALF = Fraction(1, 2)


def test_twice_the_values_and_back_is_the_same_score() -> None:
    for metre in ("3/4", "6/8", "5/8", "4/4"):
        bar = Bar(Metre.parse(metre))
        pickup = replace(bar, length=HALF)
        notes = Notes(2, [0, 1, 3], [1, 2, 1], [60, 62, 64], [80, 70, 60])
        score = Score(
            (Part(notes, "Voice", words=(Sung(HALF, Syllable("la")),)),),
            (pickup, bar),
            tune(1, 1).chords[:1],
            (Tempo(Fraction(0), 96.0),),
        )
        doubled = stretch(score, is_doubled=True)
        assert doubled is not None and doubled != score
        assert stretch(doubled, is_doubled=False) == score


def test_a_waltz_in_eighths_becomes_one_in_quarters() -> None:
    part = Part(Notes(4, [0, 2, 4], [2, 2, 2], [60, 64, 67], [80] * 3))
    score = Score((part,), (Bar(Metre(3, 8)),), tempos=(Tempo(Fraction(0), 60.0),))
    made = stretch(score, is_doubled=True)
    assert made is not None
    assert (str(made.metre), made.bars[0].length, made.tempos[0].bpm) == ("3/4", 3, 120.0)
    assert [(note.start, note.length) for note in made.parts[0].notes] == [(0, 1), (1, 1), (2, 1)]


def test_the_metre_of_twice_the_length_is_named_and_the_same_way_back() -> None:
    for short, long in DOUBLED.items():
        assert Metre.parse(long).length == 2 * Metre.parse(short).length
        assert f"metre:{long}" in v.ID
    for long, short in HALVED.items():
        assert 2 * Metre.parse(short).length == Metre.parse(long).length
        assert f"metre:{short}" in v.ID


@pytest.mark.parametrize(
    ("metre", "length", "is_doubled"), [("11/8", 1, True), ("4/4", Fraction(1, 8), False), ("8/4", 1, False)]
)
def test_what_has_no_sister_or_falls_between_ticks_stays(metre: str, length: Fraction, is_doubled: bool) -> None:
    part = Part(Notes(8, [0], [int(8 * length)], [60], [80]))
    score = Score((part,), (Bar(Metre.parse(metre)),))
    assert stretch(score, is_doubled=is_doubled) is None


def test_a_share_of_notated_sayings_has_other_note_values() -> None:
    pieces = [Piece(str(number), tune(number, 4), "ryan") for number in range(300)]
    drawing = Drawing(stretched=0.2, transposed=0, changes=0)
    found = train_windows(pieces, Mixture(passes=1, drawing=drawing), lambda _what, _done, _total: None)
    metres = [v.TOKENS[int(found[row].tokens[5])] for row in range(len(found))]
    assert metres.count("metre:4/2") == pytest.approx(30, abs=15)
    assert metres.count("metre:2/4") == pytest.approx(30, abs=15)
    played = [Piece(piece.key, piece.score, "pop909_cl") for piece in pieces]
    found = train_windows(played, Mixture(passes=1, drawing=drawing), lambda _what, _done, _total: None)
    assert {v.TOKENS[int(found[row].tokens[5])] for row in range(len(found))} == {"metre:4/4"}
