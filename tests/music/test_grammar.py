"""The grammar: whatever is drawn from it is a piece, and nothing else is accepted."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.errors import InputError
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import encode
from segue.music.language.grammar import Limits, State, check, start
from tests.music.test_language import lead_sheet


def draw(limits: Limits, seed: int, most: int = 4000) -> list[int]:
    """Draw tokens at random until the piece ends; there is always one that may follow."""
    rng, state = random.Random(seed), start(limits)
    tokens: list[int] = []
    while not state.is_ended and len(tokens) < most:
        legal = state.legal()
        assert legal, f"nothing may follow {[v.TOKENS[token] for token in tokens[-8:]]}"
        tokens.append(rng.choice(legal))
        state = state.advance(tokens[-1])
    return tokens


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.booleans())
def test_what_is_drawn_is_music(seed: int, masks: bool, in_range: bool) -> None:
    tokens = draw(Limits(in_range=in_range, masks=masks, most_bars=6), seed)
    score = decode(tokens)
    for part in score.parts:
        instrument = INSTRUMENTS[OF_PROGRAM[part.program]]
        assert part.notes.end <= score.end
        if in_range and not part.is_drums:
            assert all(instrument.low <= pitch <= instrument.high for pitch in part.notes.pitches)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_drawn_is_said_again_alike(seed: int) -> None:
    tokens = draw(Limits(most_bars=6), seed)
    task = v.TASKS[tokens[0] - v.TASK.start]
    if task in ("lead", "harmonize"):
        score = decode(tokens)
        heard = score.replace(parts=tuple(part for part in score.parts if len(part.notes)))
        assert decode(encode(score, task).tokens) == heard


def test_irregular_bars_last_so_many_sixteenths_where_that_is_asked_for() -> None:
    lengths = set()
    for seed in range(600):
        tokens = draw(Limits(in_sixteenths=True, most_bars=6), seed)
        if tokens[0] - v.TASK.start < 2:
            lengths |= {bar.length for bar in decode(tokens).bars if bar.is_irregular}
    assert len(lengths) > 5
    assert all((4 * length).denominator == 1 for length in lengths)


def test_a_piece_has_as_many_bars_as_it_must() -> None:
    for seed in range(30):
        tokens = draw(Limits(least_bars=3, most_bars=3), seed)
        if tokens[0] - v.TASK.start < 2:
            bars = decode(tokens).bars
            assert len(bars) >= 3
            # one more only where a note of a sounding chord would else be cut
            assert sum(bar.length for bar in bars[3:]) <= 16


def test_one_voice_fills_its_bars_exactly() -> None:
    tokens = list(encode(lead_sheet()).tokens)
    place = tokens.index(v.ID["note:4:24"])
    state = check(tokens[:place])
    legal = {v.TOKENS[token] for token in state.legal()}
    assert "note:4:24" in legal and "hold:24" in legal and "rest:24" in legal
    assert "note:4:36" not in legal and "rest:36" not in legal and "bar:2" not in legal and "end" not in legal
    full = {v.TOKENS[token] for token in check(tokens[: place + 1]).legal()}
    assert "bar:2" in full and "end" in full and not any(word.startswith(("note", "rest")) for word in full)


def test_a_note_of_many_may_not_ring_beyond_the_end() -> None:
    head = "task:lead source:notated style:unknown mode:major tonic:0 metre:4/4 tempo:0 voice:1 kind:poly inst:piano"
    words = f"{head} register:0 bar:0 voice:1 at:72 note:0:48"
    state = check(v.ID[word] for word in words.split())
    assert v.END not in state.legal()
    assert v.END in state.advance(v.ID["bar:1"]).legal()


def test_notes_at_one_place_ascend() -> None:
    head = "task:lead source:notated style:unknown mode:major tonic:0 metre:4/4 tempo:0 voice:1 kind:poly inst:piano"
    state = check(v.ID[word] for word in f"{head} register:0 bar:0 voice:1 note:4:24".split())
    assert v.ID["note:5:24"] in state.legal() and v.ID["note:4:24"] not in state.legal()
    assert v.ID["note:0:24"] in state.advance(v.ID["at:24"]).legal()


def test_a_hole_before_a_held_note_must_sound_to_its_end() -> None:
    tokens = encode(lead_sheet(), masks=[(1, 1)]).tokens
    place = tokens.index(v.ID["fill"])
    state: State = check(tokens[: place + 3])
    assert v.SILENT not in state.legal() and v.ID["rest:72"] not in state.legal() and v.ID["rest:48"] in state.legal()


def test_the_first_wrong_token_is_named() -> None:
    tokens = [*encode(lead_sheet()).tokens]
    tokens[12] = v.ID["root:0"]
    with pytest.raises(InputError, match=r"token 13: 'root:0' cannot follow here"):
        check(tokens)


def test_equal_sets_are_the_same_object() -> None:
    first, second = check(encode(lead_sheet()).tokens[:-1]), check(encode(lead_sheet()).tokens[:-1])
    assert first.legal() is second.legal()
