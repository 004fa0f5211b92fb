"""The registry serves only what is better, goes back, and keeps whole folders."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch
import yaml
from torch import nn

from segue.errors import ConflictError, FormatError, InputError, NotFoundError
from segue.tune.card import figures_table
from segue.tune.checkpoint import load_weights
from segue.tune.history import Evaluation
from segue.tune.loop import fit
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry
from segue.tune.run import Run, hash_of, run_id

from .small import RECIPE, network, points, task

HISTORY = (Evaluation(0, 0.0, None, {"auc": 0.5}), Evaluation(10, 1.0, 0.6, {"auc": 0.8}))


def a_run(name: str, auc: float, **more: object) -> Run:
    made = Run(
        id=name,
        task="recommend",
        recipe=Recipe(),
        chosen_by="auc",
        data_hash="d" * 64,
        before={"auc": 0.5, "f1": 0.4},
        after={"auc": auc, "f1": 0.7},
        baselines={"popularity": {"auc": 0.6}},
        history=HISTORY,
    )
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    made = Registry(tmp_path / "models")
    for name, auc in (("first", 0.8), ("better", 0.9), ("worse", 0.7)):
        made.add(a_run(name, auc), nn.Linear(2, 1))
    return made


def test_a_run_reads_back_equal_and_its_folder_is_whole(registry: Registry) -> None:
    run = registry.show("first")
    assert run == replace(a_run("first", 0.8), made_at=run.made_at, frozen_weights=run.frozen_weights)
    assert run.path is not None
    assert {file.name for file in run.path.iterdir()} == {
        "model.safetensors",
        "recipe.toml",
        "metrics.json",
        "README.md",
        "curve.png",
    }
    assert Recipe.from_toml(run.path / "recipe.toml") == run.recipe
    assert (run.path / "curve.png").read_bytes()[:4] == b"\x89PNG"
    assert {one.id for one in registry.list()} == {"first", "better", "worse"}
    assert registry.list("other") == []


def test_the_model_card_has_front_matter_and_the_table(registry: Registry) -> None:
    path = registry.show("first").path
    assert path is not None
    text = (path / "README.md").read_text(encoding="utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    assert front["base_model"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert front["model-index"][0]["results"][0]["metrics"][0] == {"type": "auc", "value": 0.8}
    assert figures_table(a_run("first", 0.8)).splitlines() == [
        "| | auc | f1 |",
        "|---|---:|---:|",
        "| before tuning | 0.5000 | 0.4000 |",
        "| **after tuning** | 0.8000 | 0.7000 |",
        "| popularity | 0.6000 |  |",
    ]


def test_only_what_is_better_is_promoted(registry: Registry) -> None:
    assert registry.served("recommend") is None
    registry.promote("first")
    with pytest.raises(ConflictError, match=r"worse \(auc 0\.7000\) does not beat the served first \(0\.8000\)"):
        registry.promote("worse")
    with pytest.raises(ConflictError, match="first is being served already"):
        registry.promote("first")
    registry.promote("better")
    served = registry.served("recommend")
    assert served is not None and served.id == "better"
    assert registry.promote("worse", even_if_worse=True).id == "worse"


def test_where_lower_is_better_lower_is_promoted(registry: Registry) -> None:
    for name, value in (("low", 0.1), ("high", 0.2)):
        run = a_run(name, 0.5, task="chords", chosen_by="-loss", after={"loss": value}, before={"loss": 1.0})
        registry.add(run, nn.Linear(2, 1))
    registry.promote("low")
    with pytest.raises(ConflictError, match="does not beat"):
        registry.promote("high")
    assert registry.served("recommend") is None


def test_unlike_data_needs_the_served_models_figures_on_it(registry: Registry) -> None:
    registry.promote("better")
    registry.add(a_run("newer", 0.85, data_hash="e" * 64), nn.Linear(2, 1))
    with pytest.raises(ConflictError, match="newer and the served better were measured on unlike data by auc"):
        registry.promote("newer")
    registry.add(a_run("newer", 0.85, data_hash="e" * 64, served={"better": {"auc": 0.84}}), nn.Linear(2, 1))
    assert registry.promote("newer").after["auc"] == 0.85


def test_rollback_serves_what_was_served_before(registry: Registry) -> None:
    with pytest.raises(ConflictError, match="nothing was served before"):
        registry.rollback("recommend")
    registry.promote("first")
    registry.promote("better")
    assert registry.rollback("recommend").id == "first"
    with pytest.raises(ConflictError, match="nothing was served before"):
        registry.rollback("recommend")
    assert [(one.act, one.run, one.instead_of) for one in registry.record("recommend")] == [
        ("promote", "first", ""),
        ("promote", "better", "first"),
        ("rollback", "first", "better"),
    ]


def test_a_served_run_can_be_withdrawn_for_the_shipped_model(registry: Registry) -> None:
    with pytest.raises(ConflictError, match="is as it is shipped"):
        registry.withdraw("recommend")
    registry.promote("first")
    registry.promote("better")
    registry.withdraw("recommend")
    assert registry.served("recommend") is None
    assert registry.record("recommend")[-1].act == "withdraw"
    assert registry.promote("first").id == "first"


def test_unknown_names_are_answered_with_the_nearest(registry: Registry) -> None:
    with pytest.raises(NotFoundError, match=r"no run 'frist' .*did you mean \"first\""):
        registry.show("frist")
    with pytest.raises(NotFoundError, match=r"'recomend' .*did you mean \"recommend\""):
        registry.rollback("recomend")
    for bad in ("../first", "", "..", ".training"):
        with pytest.raises(NotFoundError, match="no run"):
            registry.show(bad)


def test_export_writes_a_folder_or_a_zip_and_overwrites_nothing(registry: Registry, tmp_path: Path) -> None:
    folder = registry.export("first", tmp_path / "out" / "first")
    assert (folder / "model.safetensors").exists()
    archive = registry.export("first", tmp_path / "out" / "first.zip")
    with zipfile.ZipFile(archive) as found:
        assert "first/model.safetensors" in found.namelist() and found.testzip() is None
    with pytest.raises(ConflictError, match="is there already"):
        registry.export("first", archive)


def test_damaged_files_are_named(registry: Registry) -> None:
    path = registry.show("first").path
    assert path is not None
    (path / "metrics.json").write_text("{}")
    with pytest.raises(FormatError, match=r"first/metrics\.json: not the metrics of a run"):
        registry.list()
    (path.parent / "served.json").write_text('{"stack": 1}')
    with pytest.raises(FormatError, match=r"served\.json: not a pointer"):
        registry.served("recommend")


def test_a_trained_model_is_added_with_its_logs_and_loads_again(tmp_path: Path) -> None:
    registry, model = Registry(tmp_path), network()
    directory = registry.training_directory("line", "line-1")
    made = fit(model, task(), points(100, 1), points(50, 2), RECIPE.replace(epochs=1), directory)
    run = Run(
        "line-1", "line", RECIPE, "-loss", hash_of(points(100, 1)), made.before, made.best, history=tuple(made.history)
    )
    run = registry.add(run, model)
    assert run.path is not None and not directory.exists()
    assert (run.path / "metrics.jsonl").exists() and list((run.path / "tensorboard").iterdir())
    again = network(seed=9)
    registry.load(registry.show("line-1"), again)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))


def test_another_backbone_than_the_tuned_one_is_refused(tmp_path: Path) -> None:
    def half_frozen(seed: int) -> nn.Module:
        model = network(seed)
        model[0].requires_grad_(False)  # type: ignore[index]
        return model

    registry = Registry(tmp_path)
    run = registry.add(a_run("frozen", 0.8), half_frozen(0))
    registry.load(run, half_frozen(0))
    with pytest.raises(ConflictError, match="run frozen was tuned on another minilm"):
        registry.load(run, half_frozen(1))
    with pytest.raises(InputError, match="weights of another model"):
        load_weights(nn.Linear(3, 1), tmp_path / "recommend" / "frozen" / "model.safetensors")


def test_a_run_is_named_by_what_it_is_made_of() -> None:
    assert run_id("t", Recipe(), "x") == run_id("t", Recipe(), "x") != run_id("t", Recipe(seed=1), "x")
    assert hash_of([1, 2]) != hash_of([2, 1]) and hash_of(["a", "b"]) != hash_of(["ab"])
    with pytest.raises(InputError, match=r"'a/b' cannot name a run"):
        a_run("a/b", 0.8)
    with pytest.raises(InputError, match="is judged by 'hr'; its metrics are auc, f1"):
        a_run("x", 0.8, chosen_by="hr")
    assert json.loads(json.dumps(a_run("x", 0.8).as_dict()))["after"]["auc"] == 0.8


def test_a_retired_run_keeps_its_figures_and_is_served_no_more(registry: Registry) -> None:
    registry.promote("first")
    registry.promote("better")
    with pytest.raises(ConflictError, match="better is being served"):
        registry.retire("better", "tidying")
    run = registry.retire("first", "tidying")
    assert run.path is not None and not (run.path / "model.safetensors").exists()
    assert {"curve.png", "recipe.toml", "README.md"} < {file.name for file in run.path.iterdir()}
    assert registry.show("first").after == {"auc": 0.8, "f1": 0.7} and registry.retired(run) == "tidying"
    with pytest.raises(ConflictError, match="the weights of first are gone: tidying; tune again"):
        registry.promote("first", even_if_worse=True)
    with pytest.raises(ConflictError, match="the weights of first are gone"):
        registry.load(run, nn.Linear(2, 1))
    with pytest.raises(ConflictError, match="nothing was served before"):
        registry.rollback("recommend")
    assert [change.act for change in registry.record("recommend")] == ["promote", "promote", "retire"]


def test_pruning_spares_the_latest_what_is_served_and_what_would_be_gone_back_to(registry: Registry) -> None:
    for name in ("first", "better"):
        registry.promote(name)
    for number in range(4):
        registry.add(a_run(f"later-{number}", 0.5, made_at=datetime(2100, 1, 1 + number, tzinfo=UTC)), nn.Linear(2, 1))
    assert registry.prune("recommend", 2) == ["worse", "later-0", "later-1"]
    assert registry.prune("recommend", 2) == []
    assert {run.id for run in registry.list() if not registry.retired(run)} == {"first", "better", "later-2", "later-3"}
    assert registry.rollback("recommend").id == "first"
    with pytest.raises(InputError, match="0 runs are to be kept"):
        registry.prune("recommend", 0)
