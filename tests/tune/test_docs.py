"""docs/tuning.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segue.models.backbones import BACKBONES
from segue.models.text import TextEncoder
from segue.tune.loop import fit
from segue.tune.methods import METHODS, apply_method
from segue.tune.recipe import SIZES, Recipe
from segue.tune.text_task import predict
from tests.models.tiny import WORDS, tiny_folder

TEXT = (Path(__file__).parents[2] / "docs" / "tuning.md").read_text(encoding="utf-8")


def test_methods_sizes_and_backbones_are_named() -> None:
    for name in (*METHODS, *BACKBONES, *SIZES):
        assert name in TEXT


@pytest.mark.parametrize("method", METHODS)
def test_the_counts_of_minilm_are_those_of_the_table(method: str) -> None:
    (row,) = re.findall(rf"^\| `{method}` \|.*\| ([\d,]+)", TEXT, flags=re.MULTILINE)
    assert apply_method(TextEncoder.load(), Recipe(method=method)).trainable == int(row.replace(",", ""))


def test_the_example_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    pairs = [(f"{a} {b}", int(a < b)) for a in WORDS[:4] for b in WORDS[:4]]
    code = code.replace('Path("runs/mood")', "directory").replace('method="lora"', 'method="lora", backbone=backbone')
    names = {"train": pairs, "valid": pairs, "directory": tmp_path / "run"}
    exec(code, names | {"backbone": str(tiny_folder("bert", tmp_path / "base"))})
    assert "parameters are trained" in capsys.readouterr().out
    assert fit.__doc__ and predict.__doc__
