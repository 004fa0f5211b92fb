"""Adapters on disk: added to the weights that they were made for, by both engines, and to no others."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.errors import FormatError, InputError
from segue.models.engine import HARMONY, SHIPPED, load_engine
from segue.models.engine.weights import ADAPTER, read_weights, to_floats, to_halves
from segue.models.score.adapter import load_adapted, save_adapter
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import load_score_model, save_score_model
from segue.models.score.network import ScoreModel

CONFIG = ScoreConfig(vocabulary=12, width=16, layers=1, heads=2, feed_forward=32, longest=16)
UP, QUERY = "model.layers.0.mlp.up_proj.weight", "model.layers.0.self_attn.q_proj.weight"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_score_model(ScoreModel(CONFIG), tmp_path)
    factors = {UP: (torch.randn(32, 2), torch.randn(2, 16)), QUERY: (torch.randn(16, 3), torch.randn(3, 16))}
    save_adapter(factors, tmp_path / HARMONY, tmp_path)
    return tmp_path


def test_an_adapter_is_the_product_of_its_factors_added_to_the_weights_that_it_names(folder: Path) -> None:
    _, plain = read_weights(folder)
    _, adapted = read_weights(folder, HARMONY)
    torch.manual_seed(0)
    ScoreModel(CONFIG)
    for name, ranks in ((UP, (32, 2)), (QUERY, (16, 3))):
        up, down = torch.randn(ranks).bfloat16().float(), torch.randn(ranks[1], 16).bfloat16().float()
        expected = to_floats(plain[name]) + (up @ down).numpy()
        np.testing.assert_allclose(to_floats(adapted[name]), expected, rtol=2**-8, atol=1e-6)
    assert all(np.array_equal(plain[name], adapted[name]) for name in plain.keys() - {UP, QUERY})


def test_both_engines_and_pytorch_put_it_in_and_without_one_the_model_is_as_it_is(folder: Path) -> None:
    tokens = [3, 1, 4, 1, 5]
    with torch.no_grad():
        expected = load_adapted(folder, HARMONY)(torch.tensor([tokens]))[0].numpy()
        plain = load_score_model(folder)(torch.tensor([tokens]))[0].numpy()
    assert np.abs(expected - plain).max() > 0.01
    for name in ("fast", "reference"):
        found = load_engine(folder, name, adapter=HARMONY).open().feed_each(0, tokens)
        np.testing.assert_allclose(found, expected, atol=2e-3)
    shutil.rmtree(folder / HARMONY)
    found = load_engine(folder, "reference", adapter=HARMONY).open().feed_each(0, tokens)
    np.testing.assert_array_equal(found, plain)


def test_an_adapter_for_other_weights_or_a_damaged_one_is_refused(folder: Path) -> None:
    file = folder / HARMONY / ADAPTER
    whole = file.read_bytes()
    file.write_bytes(whole[:40])
    with pytest.raises(FormatError, match="does not fit"):
        read_weights(folder, HARMONY)
    save_adapter({"model.layers.7.mlp.up_proj.weight": (torch.ones(32, 1), torch.ones(1, 16))}, file.parent, folder)
    with pytest.raises(InputError, match=r"update of model\.layers\.7\.mlp\.up_proj\.weight, which is no matrix"):
        read_weights(folder, HARMONY)
    file.write_bytes(whole)
    save_score_model(ScoreModel(CONFIG), folder)
    with pytest.raises(InputError, match="was made for other weights"):
        read_weights(folder, HARMONY)


def test_numbers_become_the_nearest_bfloat16() -> None:
    torch.manual_seed(1)
    numbers = torch.cat([torch.randn(1000), torch.tensor([1.0, 1.00390625, 1.01171875, 0.0, -2.5])])
    np.testing.assert_array_equal(to_floats(to_halves(numbers.numpy())), numbers.bfloat16().float().numpy())


def test_the_shipped_adapter_fits_the_shipped_weights() -> None:
    _, plain = read_weights(SHIPPED)
    _, adapted = read_weights(SHIPPED, HARMONY)
    changed = {name for name in plain if not np.array_equal(plain[name], adapted[name])}
    assert changed == {name for name in plain if name.endswith("proj.weight")}
