"""Generating: legal music, the same for the same seed, stopped where asked, a bar at a time, several at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.errors import InputError
from segue.models.engine.fast import FastEngine
from segue.models.engine.generating import Bar, Generated, Request, generate, generate_batch, stream, stream_batch
from segue.models.engine.grammar import State
from segue.models.engine.protocol import Engine
from segue.models.engine.reference import ReferenceEngine
from segue.models.engine.sampling import Sampling
from segue.models.engine.scoring import score
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import save_score_model
from segue.models.score.network import ScoreModel
from tests.models.toy_language import BARS, BEGIN, END, SIZE, TOY, UNITS, Toy, note, units

CONFIG = ScoreConfig(vocabulary=SIZE, width=32, layers=2, heads=2, feed_forward=48, longest=96)
PREFIX = (BEGIN, BARS[0], note(0, 4), BARS[1], note(3, 2))


def model() -> ScoreModel:
    torch.manual_seed(1)
    network = ScoreModel(CONFIG)
    for weight in network.parameters():
        if weight.ndim > 1:
            weight.data.mul_(6)
    return network.bfloat16().float()


LOADERS: dict[str, Callable[[Path], Engine]] = {"reference": ReferenceEngine.load, "fast": FastEngine.load}


@pytest.fixture(scope="module", params=LOADERS)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("model")
    save_score_model(model(), folder)
    return LOADERS[request.param](folder)


def bars_of(tokens: tuple[int, ...]) -> list[list[int]]:
    """The lengths of the notes in each bar."""
    found: list[list[int]] = []
    for token in tokens:
        if token in BARS:
            found.append([])
        elif token >= 8:
            found[-1].append(units(token))
    return found


def asked(seed: int = 0, **changes: object) -> Request:
    return replace(Request(PREFIX, sampling=Sampling(seed=seed)), **changes)  # type: ignore[arg-type]


def test_all_that_is_sampled_is_legal(engine: Engine) -> None:
    for seed in range(20):
        made = generate(engine, TOY, Request((BEGIN,), sampling=Sampling(temperature=2.0, seed=seed)))
        state = Toy()
        for token in (BEGIN, *made.tokens):
            state = state.advance(token)
        bars = bars_of(made.tokens)
        whole = bars if made.stopped == "end" else bars[:-1]
        assert all(sum(bar) == UNITS for bar in whole)
        assert (made.tokens[-1] == END) is (made.stopped == "end")


def test_the_same_seed_makes_the_same_tokens(engine: Engine) -> None:
    first = [generate(engine, TOY, asked(seed)) for seed in range(6)]
    assert first == [generate(engine, TOY, asked(seed)) for seed in range(6)]
    assert len({made.tokens for made in first}) == 6


def test_a_batch_makes_what_each_makes_alone(engine: Engine) -> None:
    requests = [asked(0), asked(1), Request((BEGIN,), max_bars=2), asked(2, max_tokens=3), asked(0)]
    made = generate_batch(engine, TOY, requests)
    alone = [generate(engine, TOY, request) for request in requests]
    assert [one.tokens for one in made] == [one.tokens for one in alone]
    assert [one.stopped for one in made] == [one.stopped for one in alone]
    for one, other in zip(made, alone, strict=True):
        np.testing.assert_allclose(one.logprobs, other.logprobs, atol=2e-3)
    for threads in (2, 3, 9):
        assert [one.tokens for one in generate_batch(engine, TOY, requests, threads)] == [one.tokens for one in made]
    assert generate_batch(engine, TOY, []) == []
    assert generate_batch(engine, TOY, [], threads=2) == []
    with pytest.raises(InputError, match="threads 0 must be 1 or above"):
        generate_batch(engine, TOY, requests, threads=0)


def test_greedy_takes_the_most_probable_legal_token(engine: Engine) -> None:
    made = generate(engine, TOY, asked(sampling=Sampling(temperature=0), max_tokens=30))
    logits = engine.open().feed_each(0, PREFIX + made.tokens)
    state: State = Toy()
    for place, token in enumerate(PREFIX + made.tokens):
        if place >= len(PREFIX):
            legal = list(state.legal())
            assert token == legal[int(logits[place - 1, legal].argmax())]
        state = state.advance(token)


def never_ending(state: State) -> tuple[int, ...] | None:
    """Forbid the end."""
    return tuple(token for token in state.legal() if token != END)


def test_stops(engine: Engine) -> None:
    three = generate(engine, TOY, asked(max_tokens=3, allow=never_ending))
    assert (len(three.tokens), three.stopped) == (3, "max_tokens")
    full = generate(engine, TOY, asked(allow=never_ending))
    assert (len(full.tokens), full.stopped) == (96 - len(PREFIX), "context")
    ended = generate(engine, TOY, asked(allow=lambda state: (END,) if END in state.legal() else None))
    assert (ended.tokens[-1], ended.stopped) == (END, "end")
    for bars in (1, 2, 5):
        made = generate(engine, TOY, asked(max_bars=bars, allow=never_ending))
        assert made.stopped == "max_bars"
        # the first one is the bar that the prefix left with two units to fill
        assert [sum(bar) for bar in bars_of((BARS[1], note(0, 2), *made.tokens))] == [UNITS] * bars


def test_bars_come_when_they_are_complete(engine: Engine) -> None:
    request = asked(max_bars=4, allow=never_ending)
    bars = list(stream(engine, TOY, request))
    assert [bar.number for bar in bars] == [1, 2, 3, 4]
    assert [bar.stopped for bar in bars] == [None, None, None, "max_bars"]
    assert sum(map(units, bars[0].tokens)) == 2
    assert all(bar.tokens[0] in BARS and sum(map(units, bar.tokens[1:])) == UNITS for bar in bars[1:])
    assert together(bars) == generate(engine, TOY, request)


def together(bars: list[Bar]) -> Generated:
    last = bars[-1].stopped
    assert last is not None
    return Generated(
        tuple(token for bar in bars for token in bar.tokens),
        tuple(one for bar in bars for one in bar.logprobs),
        last,
    )


def test_bars_of_several_pieces_come_in_turn_and_are_those_of_each_alone(engine: Engine) -> None:
    requests = [asked(seed, max_bars=bars, allow=never_ending) for seed, bars in enumerate((3, 1, 5, 3))]
    requests.append(Request((BEGIN,), max_bars=2, allow=never_ending))
    given = list(stream_batch(engine, TOY, requests))
    for number, request in enumerate(requests):
        alone = list(stream(engine, TOY, request))
        mine = [bar for place, bar in given if place == number]
        assert [(bar.number, bar.tokens, bar.stopped) for bar in mine] == [
            (bar.number, bar.tokens, bar.stopped) for bar in alone
        ]
    order = [place for place, _ in given]
    assert order.index(3) < len(order) - 1 - order[::-1].index(2)  # the last one does not wait for the longest
    assert list(stream_batch(engine, TOY, [])) == []


@pytest.mark.parametrize("prefix", [(BEGIN,), PREFIX, PREFIX[:2], PREFIX[:3], PREFIX[:4]])
def test_bars_together_are_the_whole(engine: Engine, prefix: tuple[int, ...]) -> None:
    for seed in range(5):
        request = Request(prefix, max_tokens=40, sampling=Sampling(seed=seed))
        bars = list(stream(engine, TOY, request))
        assert together(bars) == generate(engine, TOY, request)
        assert all(bar.tokens for bar in bars)
        assert len({bar.number for bar in bars}) == len(bars)


def test_an_abandoned_stream_leaves_the_engine_as_it_was(engine: Engine) -> None:
    before = generate(engine, TOY, asked())
    begun = stream(engine, TOY, asked(7))
    next(begun)
    assert generate(engine, TOY, asked()) == before
    del begun
    assert generate(engine, TOY, asked()) == before


def test_bars_can_be_kept(engine: Engine) -> None:
    """The second bar added is to be a given one; the others are free."""
    kept = (BARS[1], note(7, 1), note(6, 1), note(5, 2))

    def allow(state: State) -> tuple[int, ...] | None:
        assert isinstance(state, Toy)
        if state.left == 0:
            return (BARS[0], BARS[1])
        done = UNITS - state.left
        return (kept[{0: 1, 1: 2, 2: 3}[done]],) if state.bar == 4 and done < 3 else None

    for seed in range(10):
        bars = list(stream(engine, TOY, asked(seed, max_bars=4, allow=allow)))
        assert bars[2].tokens == kept
        assert bars[2].logprobs[1:] == (0.0, 0.0, 0.0)
    assert len({tuple(stream(engine, TOY, asked(seed, max_bars=4, allow=allow))) for seed in range(10)}) == 10


def test_what_cannot_be_generated_is_named(engine: Engine) -> None:
    with pytest.raises(
        InputError, match=r"none of the tokens allowed here, \(0\), is legal; the grammar accepts \(8, "
    ):
        generate(engine, TOY, asked(allow=lambda _: (0,)))
    with pytest.raises(InputError, match="token 2 cannot stand here"):
        generate(engine, TOY, Request((BEGIN, END)))
    with pytest.raises(InputError, match="nothing can follow: the piece has ended"):
        generate(engine, TOY, Request((*PREFIX[:3], END)))
    with pytest.raises(InputError, match="an empty prefix"):
        Request(())
    with pytest.raises(InputError, match="max_tokens 0"):
        asked(max_tokens=0)
    with pytest.raises(InputError, match="max_bars 0"):
        asked(max_bars=0)
    long = (BEGIN, *([BARS[0], note(0, 4), BARS[1], note(0, 4)] * 24))[:96]
    with pytest.raises(InputError, match="a prefix of 96 tokens fills all 96"):
        stream(engine, TOY, Request(long))


def test_scores_are_those_of_generating(engine: Engine) -> None:
    made = generate(engine, TOY, asked(3, max_tokens=60))
    found = score(engine, PREFIX + made.tokens, len(PREFIX), TOY)
    np.testing.assert_allclose(found, made.logprobs, atol=2e-3)


def test_scores_over_the_vocabulary_are_the_log_softmax(engine: Engine) -> None:
    tokens = (BEGIN, 9, 3, 30, 30, 0, 17)
    with torch.no_grad():
        expected = model()(torch.tensor([tokens]))[0].log_softmax(-1)
    rows = range(len(tokens) - 1)
    np.testing.assert_allclose(score(engine, tokens), expected[rows, tokens[1:]], atol=2e-3)
    np.testing.assert_allclose(score(engine, tokens, 4), expected[rows, tokens[1:]][3:], atol=2e-3)
    assert score(engine, tokens, 7).shape == (0,)
    with pytest.raises(InputError, match="given 8 must be from 1 to the number of tokens, 7"):
        score(engine, tokens, 8)
    with pytest.raises(InputError, match="token 9 cannot stand here"):
        score(engine, tokens, 1, TOY)
