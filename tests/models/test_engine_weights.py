"""Reading weights without PyTorch: the same numbers, and one kind of error for whatever else a file may hold."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from segue.errors import InputError
from segue.models.engine.weights import read_weights, shapes, to_floats
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import save_score_model
from segue.models.score.network import ScoreModel

CONFIG = ScoreConfig(vocabulary=12, width=16, layers=1, heads=2, feed_forward=16, longest=16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    save_score_model(ScoreModel(CONFIG), place)
    return place


def test_weights_are_those_that_pytorch_reads(folder: Path) -> None:
    torch.manual_seed(0)
    expected = {name: weight.bfloat16().float().numpy() for name, weight in ScoreModel(CONFIG).state_dict().items()}
    config, found = read_weights(folder)
    assert config == CONFIG
    assert found.keys() == expected.keys()
    for name, weight in found.items():
        np.testing.assert_array_equal(to_floats(weight), expected[name])


@pytest.fixture(scope="module")
def damaged(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second folder, whose weights each test writes."""
    place = tmp_path_factory.mktemp("damaged")
    (place / "config.json").write_bytes((folder / "config.json").read_bytes())
    return place


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_damaged_gives_one_kind_of_error(folder: Path, damaged: Path, data: st.DataObject) -> None:
    whole = bytearray((folder / "model.safetensors").read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, min(len(whole), 2000) - 1))] = data.draw(st.integers(0, 255))
    (damaged / "model.safetensors").write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        _, found = read_weights(damaged)
    except InputError as error:
        assert "model.safetensors" in str(error)
    else:
        assert {name: weight.shape for name, weight in found.items()} == shapes(CONFIG)


def test_offsets_and_tables_that_lie_are_refused(folder: Path, damaged: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (size,) = struct.unpack_from("<Q", whole)
    table, rest = json.loads(whole[8 : 8 + size]), whole[8 + size :]
    name = "model.norm.weight"
    beyond = [len(rest) - 2, len(rest) + 30]
    ends = ([0, 2**63], [-32, 0], [0, 30], [1.5, 33.5], ["0", "32"], [0], None, beyond)
    lies = [{**table, name: {**table[name], "data_offsets": given_ends}} for given_ends in ends]
    lies += [{**table, name: held} for held in (None, [], 7, {"dtype": "BF16"})]
    texts = [json.dumps(lie) for lie in lies] + ["[" * 100_000, "[]", "7", "{", "\x00"]
    for text in texts:
        (damaged / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text.encode() + rest)
        with pytest.raises(InputError, match=r"model\.safetensors"):
            read_weights(damaged)


def test_other_types_are_refused(damaged: Path) -> None:
    save_file({name: torch.zeros(shape) for name, shape in shapes(CONFIG).items()}, damaged / "model.safetensors")
    with pytest.raises(InputError, match=r"embed_tokens\.weight is of type 'F32'; this engine takes BF16"):
        read_weights(damaged)
