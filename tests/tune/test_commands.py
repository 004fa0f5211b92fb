"""`segue models`, and the options that are made from the recipe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer
from torch import nn
from typer.testing import CliRunner

from segue.cli import models
from segue.cli.recipe_options import with_recipe
from segue.errors import ConflictError, InputError, NotFoundError
from segue.tune.recipe import DIALS, SIZES, Recipe
from segue.tune.registry import Registry

from .test_registry import a_run

RUNNER = CliRunner()


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path))
    registry = Registry(tmp_path / "models")
    for name, auc in (("first", 0.8), ("better", 0.9)):
        registry.add(a_run(name, auc), nn.Linear(2, 1))
    made = typer.Typer()
    models.register(made)
    return made


def said(app: typer.Typer, *words: str) -> str:
    result = RUNNER.invoke(app, ["models", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_models_in_words_and_in_json(app: typer.Typer, tmp_path: Path) -> None:
    assert "recommend is served by first (auc 0.8000)" in said(app, "promote", "first")
    assert json.loads(said(app, "promote", "better", "--json"))["served"] == "better"
    rows = json.loads(said(app, "list", "--json"))
    assert {row["id"]: row["is_served"] for row in rows} == {"first": False, "better": True}
    assert "better" in said(app, "list") and "no tuned models" in said(app, "list", "--task", "other")
    shown = json.loads(said(app, "show", "better", "--json"))
    assert shown["after"] == {"auc": 0.9, "f1": 0.7} and shown["is_served"]
    text = said(app, "show", "better")
    assert "popularity" in text and "0.6000" in text and 'method = "full"' in text
    assert json.loads(said(app, "rollback", "recommend", "--json"))["served"] == "first"
    target = tmp_path / "out.zip"
    assert json.loads(said(app, "export", "first", str(target), "--json"))["target"] == str(target)
    assert target.exists()


@pytest.mark.parametrize(
    ("words", "error", "match"),
    [
        (("show", "frist"), NotFoundError, "did you mean"),
        (("promote", "nobody"), NotFoundError, "no run 'nobody'"),
        (("rollback", "recommend"), ConflictError, "nothing was served before"),
    ],
)
def test_what_cannot_be_done_is_told(app: typer.Typer, words: tuple[str, ...], error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        RUNNER.invoke(app, ["models", *words], catch_exceptions=False)


def test_every_command_has_json_and_an_example(app: typer.Typer) -> None:
    for command in ("list", "show", "promote", "rollback", "export"):
        text = said(app, command, "--help")
        assert "--json" in text and f"Example: segue models {command}" in text


def recipe_of(*words: str, default: Recipe | None = None) -> Recipe:
    app, seen = typer.Typer(), []

    @app.command()
    @with_recipe(default)
    def tune(name: Annotated[str, typer.Argument()], recipe: Recipe, loud: bool = False) -> None:
        """Tune."""
        assert name == "task" and not loud
        seen.append(recipe)

    result = RUNNER.invoke(app, ["task", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return seen[0] if seen else Recipe()


def test_flags_beat_the_file_and_the_file_beats_the_size(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text("lr = 0.5\nepochs = 7\n")
    found = recipe_of("--size", "tiny", "--recipe", str(file), "--epochs", "9", "--method", "lora", "--head-lr", "0.25")
    assert found == SIZES["tiny"].replace(lr=0.5, epochs=9, method="lora", head_lr=0.25)
    assert recipe_of() == Recipe()
    assert recipe_of("--lr", "1", default=Recipe(epochs=11)) == Recipe(epochs=11, lr=1.0)


def test_every_field_is_a_flag_with_its_comment() -> None:
    app = typer.Typer()

    @app.command()
    @with_recipe()
    def tune(recipe: Recipe) -> None:
        """Tune."""

    text = RUNNER.invoke(app, ["--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"}).stdout
    for dial in DIALS.values():
        assert f"--{dial.name.replace('_', '-')}" in text
        assert dial.comment[1:] in text


def test_values_outside_the_range_and_clashes_are_refused() -> None:
    with pytest.raises(InputError, match=r"dropout = 2\.0 is outside 0 to 0\.99"):
        recipe_of("--dropout", "2")
    with pytest.raises(InputError, match="size 'huge' is none of"):
        recipe_of("--size", "huge")
    with pytest.raises(InputError, match="has no parameter 'recipe'"):
        with_recipe()(lambda name: str(name))
    with pytest.raises(InputError, match="names lr as the recipe does"):
        with_recipe()(lambda lr, recipe: str((lr, recipe)))


def test_the_command_line_needs_no_torch() -> None:
    code = (
        "import sys, segue.cli.models, segue.cli.recipe_options, segue.tune.registry, segue.tune.compare;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'matplotlib', 'accelerate')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
