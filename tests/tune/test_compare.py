"""Figures over seeds, tables and pictures of a comparison."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import replace
from pathlib import Path

import pytest

from segue.errors import InputError
from segue.tune.compare import AFTER, BEFORE, Comparison
from segue.tune.recipe import Recipe
from segue.tune.stats import Figure, figure, over_seeds

from .test_registry import a_run


def test_mean_and_standard_error_by_hand() -> None:
    assert figure([1.0, 2.0, 3.0]) == Figure(2.0, pytest.approx(1 / math.sqrt(3)), 3)
    assert figure([0.5]) == Figure(0.5, None, 1)
    values = [0.81, 0.84, 0.8, 0.86]
    assert figure(values).error == pytest.approx(statistics.stdev(values) / 2)
    assert str(figure([1.0, 3.0])) == "2.0000 ± 1.0000" and str(figure([1])) == "1.0000"
    with pytest.raises(InputError, match="at least one value"):
        figure([])
    with pytest.raises(InputError, match="unlike metrics: auc and f1"):
        over_seeds([{"auc": 1.0}, {"f1": 1.0}])


def runs() -> list:  # type: ignore[type-arg]
    return [a_run(f"r{seed}", auc, recipe=Recipe(seed=seed)) for seed, auc in enumerate((0.8, 0.9))]


def test_before_after_and_baselines_over_seeds() -> None:
    found = Comparison.of_runs(runs())
    assert list(found.rows) == [BEFORE, AFTER, "popularity"]
    assert found.rows[AFTER]["auc"] == Figure(pytest.approx(0.85), pytest.approx(0.05), 2)
    assert found.gain() == pytest.approx(0.35) and found.gain(over="popularity") == pytest.approx(0.25)
    assert found.table()[0] == ["", "auc", "f1"]
    assert found.table()[2] == [AFTER, "0.8500 ± 0.0500", "0.7000 ± 0.0000"]
    assert found.table()[3] == ["popularity", "0.6000 ± 0.0000", ""]
    lower = replace(found, chosen_by="-auc")
    assert lower.gain() == pytest.approx(-0.35)


def test_json_and_pictures_are_written(tmp_path: Path) -> None:
    paths = Comparison.of_runs(runs()).save(tmp_path / "out")
    assert [path.name for path in paths] == ["comparison.json", "comparison.png", "comparison.svg"]
    data = json.loads(paths[0].read_text())
    assert data["rows"]["popularity"]["auc"] == {"mean": 0.6, "error": 0.0, "n": 2}
    assert len(data["curves"]) == 2
    assert (paths[1].stat().st_size > 5000 and "popularity" in paths[2].read_text()) or "<svg" in paths[2].read_text()


def test_unlike_runs_are_not_compared() -> None:
    with pytest.raises(InputError, match="differ in more than their seed"):
        Comparison.of_runs([*runs(), a_run("other", 0.8, recipe=Recipe(lr=1.0))])
    with pytest.raises(InputError, match="at least one run"):
        Comparison.of_runs([])
    with pytest.raises(InputError, match="x has no 'auc'"):
        Comparison("t", "auc", {"x": {"f1": figure([1.0])}})
