"""Drawn pieces: under the grammar, cut in whole bars, held against other programs and against human ones."""

from __future__ import annotations

import math
import os
import shutil
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
import torch
from benchmarks.score_drawing import Wish, cut_alike, draw, whole_bars
from benchmarks.score_oracles import DUMP, Abcjs, abcjs_faults, difference, music21_fault, symusic_fault
from benchmarks.score_pieces import Spread, distance, spreads, wishes
from benchmarks.score_protocol import CONTEXT

from segue.models.engine.reference import ReferenceEngine
from segue.models.engine.sampling import Sampling
from segue.models.score.config import ScoreConfig
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import encode
from segue.music.language.grammar import Limits, check
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
has_abcjs = shutil.which("node") is not None and DUMP.is_file() and bool(os.environ.get("NODE_PATH"))


@cache
def engine() -> ReferenceEngine:
    torch.manual_seed(2)
    return ReferenceEngine(ScoreModel(ScoreConfig(v.SIZE, width=16, layers=1, heads=2, feed_forward=16)))


def tune(bars: int, *, metre: str = "4/4") -> Score:
    """Two voices: quarters, and triplets of eighths an octave below."""
    count = int(bars * Metre.parse(metre).length)
    upper = Notes.of(Note(Fraction(at), Fraction(1), 67 + at % 5) for at in range(count))
    lower = Notes.of(Note(Fraction(at, 3), Fraction(1, 3), 55 + at % 5) for at in range(3 * count))
    return Score((Part(upper, program=73), Part(lower, program=42)), (Bar(Metre.parse(metre)),) * bars, title="Tune")


def test_what_is_drawn_is_of_the_language_and_of_its_seed() -> None:
    asked = [Wish("reel", seed=seed) for seed in (0, 1, 0)]
    drawn = list(draw(engine(), asked, Sampling(), Limits(most_bars=3)))
    assert drawn[0] == drawn[2] != drawn[1]
    for piece in drawn:
        assert piece.tokens[:3] == tuple(v.ID[word] for word in ("task:lead", "source:notated", "style:reel"))
        assert v.LATER not in piece.tokens and len(piece.tokens) <= CONTEXT
        assert check(piece.tokens).is_ended == piece.is_whole
        assert decode(piece.tokens).style == "reel"


def test_bars_are_cut_whole() -> None:
    tokens = encode(tune(3)).tokens
    third = [place for place, token in enumerate(tokens) if token in v.BAR][2]
    assert whole_bars(tokens[: third + 4]) == tokens[:third]
    assert whole_bars(tokens[:8]) == tokens[:8]


def test_a_human_piece_is_cut_to_whole_bars_of_the_context() -> None:
    short, long = cut_alike(tune(4), "notated"), cut_alike(tune(200), "notated")
    assert len(short.bars) == 4 and short.parts[0].notes == tune(4).parts[0].notes
    assert 20 < len(long.bars) < 200
    assert len(encode(long).tokens) <= CONTEXT + 1  # `end` is said anew


def test_wishes_are_spread_over_styles_and_orders() -> None:
    asked = wishes(1000)
    assert set(Counter(wish.style for wish in asked).values()) == {50}
    assert Counter(wish.task for wish in asked) == {"lead": 800, "harmonize": 200}
    assert len({wish.seed for wish in asked}) == 1000


def test_a_distance_is_in_human_standard_deviations() -> None:
    # means 3 and 2, human deviation 2: half a deviation; its error sqrt(1 / 100 + 4 / 25) / 2
    found = distance(Spread(3, 1, 100, 0), Spread(2, 2, 25, 0))
    assert found.value == 0.5
    assert found.error == pytest.approx(math.sqrt(0.01 + 0.16) / 2)


def test_spreads_count_pieces_without_notes_apart() -> None:
    silent = Score((), (Bar(), Bar()))
    found = spreads([tune(4), silent, tune(5), tune(6)])
    assert {(each.count, each.without) for each in found.values()} == {(3, 1)}
    assert found["groove_consistency"].mean == 1


def waltz() -> Score:
    """Three bars of 3/4, played twice."""
    bar = Bar(Metre(3, 4))
    return replace(tune(3, metre="3/4"), bars=(bar, bar, replace(bar, repeats_to=2)))


def test_symusic_finds_nothing_amiss_in_a_plain_piece() -> None:
    assert symusic_fault(waltz()) == ""


@pytest.mark.slow  # music21 takes long to import
def test_music21_finds_nothing_amiss_in_a_plain_piece() -> None:
    pytest.importorskip("music21")
    assert music21_fault(waltz()) == ""


@pytest.mark.skipif(not has_abcjs, reason="needs node, and abcjs in NODE_PATH")
def test_abcjs_finds_nothing_amiss_in_plain_pieces() -> None:
    assert abcjs_faults([waltz(), tune(2)]) == [Abcjs("", "", "")] * 2


def test_what_cannot_be_written_is_amiss() -> None:
    odd = tune(2).replace(bars=(Bar(length=Fraction(11, 3)), Bar(length=Fraction(13, 3))))
    assert symusic_fault(odd).startswith("not written: a bar of 13/3 quarter notes")


def test_notes_are_told_apart_by_onset_pitch_and_number() -> None:
    one, other = Counter({(0, 60): 2, (48, 62): 1}), Counter({(0, 60): 1, (48, 62): 1, (96, 64): 1})
    assert difference(one, one) == ""
    assert difference(one, other) == "1 notes are missing, 1 added"
