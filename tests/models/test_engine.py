"""What every engine promises: logits as transformers computes them, whichever way the tokens are fed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import LlamaConfig, LlamaForCausalLM

from segue.errors import InputError
from segue.models.backbones import quiet
from segue.models.engine.fast import FastEngine
from segue.models.engine.layout import Processor
from segue.models.engine.protocol import Engine
from segue.models.engine.reference import ReferenceEngine
from segue.models.score.config import ScoreConfig
from tests.models.toy_language import SIZE

LOADERS: dict[str, Callable[[Path], Engine]] = {
    "reference": ReferenceEngine.load,
    "fast": FastEngine.load,
    "fast, exact cache": lambda folder: FastEngine.load(folder, Processor(is_wide=True, has_halves=False)),
    "fast, narrow": lambda folder: FastEngine.load(folder, Processor(is_wide=False, has_halves=False)),
}
CONFIG = ScoreConfig(vocabulary=SIZE, width=64, layers=3, heads=2, feed_forward=96, longest=96)
IDS = [1, *np.random.default_rng(0).integers(3, SIZE, 47).tolist()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with strong weights, so that what it computes depends on all it has read."""
    place = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    with quiet():
        model = LlamaForCausalLM(LlamaConfig(**CONFIG.as_dict())).to(torch.bfloat16)
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.data.mul_(6)
        model.save_pretrained(place)
    (place / "config.json").write_text(json.dumps(CONFIG.as_dict()), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def expected(folder: Path) -> NDArray[np.float32]:
    """(T, vocabulary) logits of transformers."""
    with quiet(), torch.no_grad():
        model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
        out: NDArray[np.float32] = model(torch.tensor([IDS])).logits[0].numpy()
    return out


@pytest.fixture(params=LOADERS, scope="module")
def engine(request: pytest.FixtureRequest, folder: Path) -> Engine:
    return LOADERS[request.param](folder)


def is_near(engine: Engine, found: NDArray[np.float32], expected: NDArray[np.float32]) -> bool:
    """Whether logits (up to 20 here) differ by no more than the order of sums makes, and the rounding of the cache."""
    rounds = isinstance(engine, FastEngine) and engine.forward.halves
    return bool(np.abs(found - expected).max() <= (1e-2 if rounds else 5e-5))


def test_logits_are_those_of_transformers(engine: Engine, expected: NDArray[np.float32]) -> None:
    assert is_near(engine, engine.open().feed_each(0, IDS), expected)


@pytest.mark.parametrize("pieces", [[1] * 48, [48], [7, 1, 1, 16, 23], [32, 16]])
def test_tokens_may_come_in_pieces(engine: Engine, expected: NDArray[np.float32], pieces: list[int]) -> None:
    session, start = engine.open(), 0
    for size in pieces:
        logits = session.feed({0: IDS[start : start + size]})
        start += size
        assert logits.shape == (1, SIZE)
        assert is_near(engine, logits[0], expected[start - 1])
    assert session.lengths == (48,)


def test_rows_do_not_see_each_other(engine: Engine) -> None:
    session = engine.open(3)
    rows = {0: IDS[:5], 2: IDS[10:40], 1: [3]}
    logits = session.feed(rows)
    more = session.feed({2: [7], 0: [9, 9]})
    assert session.lengths == (7, 1, 31)
    for place, (row, tokens) in enumerate(rows.items()):
        assert is_near(engine, logits[place], engine.open().feed({0: tokens})[0]), row
    assert is_near(engine, more[0], engine.open().feed({0: [*IDS[10:40], 7]})[0])
    assert is_near(engine, more[1], engine.open().feed({0: [*IDS[:5], 9, 9]})[0])


def test_there_may_be_many_rows(engine: Engine, expected: NDArray[np.float32]) -> None:
    session = engine.open(40)
    session.feed({row: IDS[: 1 + row % 7] for row in range(40)})
    logits = session.feed({row: IDS[1 + row % 7 : 2 + row % 7] for row in reversed(range(40))})
    assert is_near(engine, logits, expected[[1 + row % 7 for row in reversed(range(40))]])


def test_a_cut_row_has_forgotten(engine: Engine, expected: NDArray[np.float32]) -> None:
    session = engine.open()
    session.feed({0: [*IDS[:20], 5, 6, 7]})
    session.cut(0, 20)
    assert is_near(engine, session.feed({0: IDS[20:21]})[0], expected[20])
    session.cut(0, 0)
    assert is_near(engine, session.feed({0: IDS[:4]})[0], expected[3])


def test_a_copied_row_goes_its_own_way(engine: Engine, expected: NDArray[np.float32]) -> None:
    session = engine.open(2)
    session.feed({0: IDS[:20]})
    session.copy(0, 1)
    session.feed({0: [5, 6, 7]})
    assert session.lengths == (23, 20)
    assert is_near(engine, session.feed({1: IDS[20:21]})[0], expected[20])


def test_what_cannot_be_read_is_named(engine: Engine) -> None:
    with pytest.raises(InputError, match="0 rows"):
        engine.open(0)
    session = engine.open()
    with pytest.raises(InputError, match=r"token 40 is not in the vocabulary, 0 to 39"):
        session.feed({0: [1, SIZE]})
    with pytest.raises(InputError, match=r"token -1 is not in the vocabulary"):
        session.feed({0: [-1]})
    with pytest.raises(InputError, match="row 1 is not among the 1"):
        session.feed({1: [1]})
    with pytest.raises(InputError, match="0 tokens given"):
        session.feed({0: []})
    session.feed({0: [1] * 95})
    with pytest.raises(InputError, match="95 tokens and 2 more are over the 96"):
        session.feed({0: [1, 1]})
    with pytest.raises(InputError, match="a row of 95 tokens cannot be cut to 96"):
        session.cut(0, 96)
    assert session.lengths == (95,)


@pytest.mark.parametrize("load", LOADERS.values(), ids=LOADERS)
def test_damaged_weights_are_refused(load: Callable[[Path], Engine], folder: Path, tmp_path: Path) -> None:
    config = (folder / "config.json").read_bytes()
    weights = (folder / "model.safetensors").read_bytes()
    (tmp_path / "config.json").write_bytes(config)
    for damaged in (b"", weights[:100], weights[:-10], b"\xff" * 64, weights.replace(b"o_proj", b"x_proj")):
        (tmp_path / "model.safetensors").write_bytes(damaged)
        with pytest.raises(InputError, match=r"model\.safetensors"):
            load(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"model\.safetensors"):
        load(tmp_path)
    (tmp_path / "config.json").write_bytes(config.replace(b'"hidden_size": 64', b'"hidden_size": 32'))
    (tmp_path / "model.safetensors").write_bytes(weights)
    with pytest.raises(InputError, match=r"model\.safetensors"):
        load(tmp_path)
