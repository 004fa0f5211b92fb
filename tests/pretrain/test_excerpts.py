"""Every window is a sentence of the score language, and together the windows say the whole piece."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.errors import InputError
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import encode
from segue.music.language.layout import lay_out
from segue.music.score import Tempo
from segue.pretrain.excerpts import Drawing, Excerpt, excerpts
from tests.pretrain.tunes import tune

ALL_FILLED = Drawing(longest=256, harmonize=0.5, fill=1.0, changes=0.0, bare=0.0)


def said(bars: int, seed: int, drawing: Drawing, *, is_varied: bool = True, parts: int = 1) -> list[Excerpt]:
    layout = lay_out(tune(seed, bars, parts=parts))
    return list(excerpts(layout, drawing, np.random.default_rng(seed), is_varied=is_varied))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 40), st.integers(0, 10**6), st.integers(1, 3), st.sampled_from([0.0, 0.3, 1.0]))
def test_every_window_is_a_sentence_of_the_language(bars: int, seed: int, parts: int, fill: float) -> None:
    for one in said(bars, seed, Drawing(longest=256, fill=fill, changes=0.2), parts=parts):
        assert len(one.tokens) <= 256
        decode(one.tokens.tolist())  # raises where the grammar does not allow a token


def test_a_piece_that_fits_is_one_window_and_said_as_it_is() -> None:
    score = tune(1, 8)
    (one,) = said(8, 1, Drawing(longest=1024), is_varied=False)
    assert tuple(one.tokens.tolist()) == encode(score, "lead").tokens
    assert one.notes == 64
    assert v.TOKENS[int(one.tokens[one.given])] == "bar:0"


def test_windows_of_a_long_piece_say_each_bar_once() -> None:
    for is_varied in (False, True):
        drawing = Drawing(longest=256, harmonize=0, fill=0, changes=0)
        windows = said(60, 2, drawing, is_varied=is_varied)
        bars = sum(int(((one.tokens >= v.BAR.start) & (one.tokens < v.BAR.stop)).sum()) for one in windows)
        assert bars == 60 and len(windows) > 3
        assert sum(one.notes for one in windows) == 480
        assert all(v.LATER in one.tokens for one in windows[1:])
        assert [v.END in one.tokens for one in windows] == [False] * (len(windows) - 1) + [True]


def test_no_two_passes_cut_a_long_piece_in_the_same_places() -> None:
    layout, drawing = lay_out(tune(3, 60)), Drawing(longest=256, harmonize=0, fill=0, changes=0)
    cuts = {
        tuple(len(one.tokens) for one in excerpts(layout, drawing, np.random.default_rng(seed), is_varied=True))
        for seed in range(5)
    }
    assert len(cuts) > 1


def test_what_is_masked_is_said_at_the_end_and_nothing_is_lost() -> None:
    whole = Counter(encode(tune(4, 8)).tokens)
    notes = Counter({token: count for token, count in whole.items() if token in v.NOTE})
    seen = set()
    for seed in range(20):
        layout = lay_out(tune(4, 8))
        for one in excerpts(layout, ALL_FILLED, np.random.default_rng(seed), is_varied=True):
            tokens = one.tokens.tolist()
            assert v.MASK in tokens and v.FILL in tokens
            assert Counter(token for token in tokens if token in v.NOTE) == notes
            seen.add(tokens.count(v.MASK))
    assert len(seen) > 3


def test_shares_are_what_the_drawing_says() -> None:
    drawing = Drawing(longest=1024, harmonize=0.5, fill=0.25, changes=0.2, untold=0.3, transposed=0.5, bare=0.0)
    layout = lay_out(tune(5, 4))
    drawn = [
        one for seed in range(400) for one in excerpts(layout, drawing, np.random.default_rng(seed), is_varied=True)
    ]
    tasks = Counter(v.TOKENS[int(one.tokens[0])] for one in drawn)
    assert tasks["task:changes"] + tasks["task:triads"] == pytest.approx(80, abs=25)
    assert tasks["task:harmonize"] == pytest.approx(160, abs=30)
    assert sum(v.FILL in one.tokens for one in drawn) == pytest.approx(80, abs=25)
    assert sum(int(one.tokens[4]) != v.TONIC.start for one in drawn) == pytest.approx(200, abs=30)


def test_a_drawing_moves_only_the_tonic() -> None:
    drawing = Drawing(longest=1024, harmonize=0, fill=0, changes=0, untold=0, transposed=1, bare=0)
    moved = {int(one.tokens[4]) for seed in range(60) for one in said(2, seed, drawing)}
    assert moved == set(v.TONIC) - {v.TONIC.start}
    for seed in range(5):
        (one,) = said(2, seed, drawing)
        plain = encode(tune(seed, 2)).tokens
        assert [a for a, b in zip(one.tokens.tolist(), plain, strict=True) if a != b] == [int(one.tokens[4])]


def test_a_share_of_pieces_is_said_without_chords_and_all_else_stays() -> None:
    drawing = Drawing(longest=1024, harmonize=0, fill=0, changes=0, untold=0, transposed=0, bare=0.25)
    plain = encode(tune(6, 4, with_chords=False), "lead").tokens
    drawn = [
        tuple(one.tokens.tolist())
        for seed in range(200)
        for one in excerpts(lay_out(tune(6, 4)), drawing, np.random.default_rng(seed), is_varied=True)
    ]
    assert set(drawn) == {plain, encode(tune(6, 4), "lead").tokens}
    assert drawn.count(plain) == pytest.approx(50, abs=20)


def test_a_share_of_pieces_is_said_at_the_next_tempo_and_what_is_not_told_stays_so() -> None:
    drawing = Drawing(longest=1024, harmonize=0, fill=0, changes=0, untold=0, transposed=0, bare=0, hurried=0.5)
    for bpm, near in ((112, {96, 112, 126}), (50, {50, 66}), (240, {200, 240}), (0, {0})):
        score = tune(7, 2).replace(tempos=(Tempo(Fraction(0), bpm),) if bpm else ())
        layout = lay_out(score)
        drawn = [
            v.TOKENS[int(one.tokens[6])]
            for seed in range(100)
            for one in excerpts(layout, drawing, np.random.default_rng(seed), is_varied=True)
        ]
        assert set(drawn) == {f"tempo:{tempo}" for tempo in near}


def test_windows_that_hold_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="windows of 10 tokens are too short; 64 is the least"):
        Drawing(longest=10)
