"""`segue pretrain-styles`: what tells years, made anew from a small set, and used in place of what is brought along."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import InputError
from tests.recognize.test_chart_years import world

CHART = "key: C\nmetre: 4/4\n\n| F | C | F | C | F | C | F | C | F | C | F | C | F | C | F | C | F | C | F | C |\n"


def test_years_are_made_anew_and_used_with_what_is_brought_along(tmp_path: Path) -> None:
    world(tmp_path / "data")
    words = ["pretrain-styles", "years", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "styles" / "years")]
    done = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.stdout)
    assert told["kind"] == "years" and told["test"]["error"] < told["test"]["error_of_mean_year"]
    card = (tmp_path / "styles" / "years" / "README.md").read_text(encoding="utf-8")
    assert "CC0-1.0" in card and f"{told['test']['error']:.3f}" in card

    (tmp_path / "a.chart").write_text(CHART, encoding="utf-8")
    words = ["recognize", str(tmp_path / "a.chart"), "--model", str(tmp_path / "styles"), "--json"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    told = orjson.loads(done.stdout)
    assert told["kind"] == "chords" and told["guesses"][0]["style"] == "pop"
    assert any("probably of 19" in notice and " to 196" in notice for notice in told["notice"])


@pytest.mark.parametrize("kind", ["score", "chords", "years", "ci"])
def test_a_folder_without_the_sets_is_refused(tmp_path: Path, kind: str) -> None:
    words = ["pretrain-styles", kind, "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    with pytest.raises(InputError):
        CliRunner().invoke(app, words, catch_exceptions=False)
