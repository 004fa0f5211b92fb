"""Before tuning, after tuning, and the simple baselines, over seeds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segue.errors import FormatError, InputError
from segue.tune.history import Evaluation
from segue.tune.pictures import draw_comparison
from segue.tune.run import Run
from segue.tune.stats import Figure, over_seeds

BEFORE, AFTER = "before tuning", "after tuning"


@dataclass(frozen=True)
class Comparison:
    """The figures of several systems on the same examples: a row per system, a figure per metric.

    `curves` are the validation histories of the tuned runs, one per seed.
    """

    task: str
    chosen_by: str
    rows: Mapping[str, Mapping[str, Figure]]
    curves: Sequence[Sequence[Evaluation]] = ()

    def __post_init__(self) -> None:
        for name, row in self.rows.items():
            if self.metric not in row:
                raise InputError(f"{name} has no {self.metric!r}, which judges {self.task}; it has {', '.join(row)}")

    @property
    def metric(self) -> str:
        """The name of the judging metric, without its sign."""
        return self.chosen_by.removeprefix("-")

    @classmethod
    def of_runs(cls, runs: Sequence[Run]) -> Comparison:
        """Compare runs that differ only in their seed; InputError where they are of unlike tasks or data."""
        if not runs:
            raise InputError("a comparison needs at least one run")
        first = runs[0]
        for run in runs:
            if (run.task, run.chosen_by, run.recipe.replace(seed=0)) != (
                first.task,
                first.chosen_by,
                first.recipe.replace(seed=0),
            ):
                raise InputError(f"runs {first.id} and {run.id} differ in more than their seed")
        rows = {BEFORE: over_seeds([run.before for run in runs]), AFTER: over_seeds([run.after for run in runs])}
        for name in first.baselines:
            rows[name] = over_seeds([run.baselines[name] for run in runs if name in run.baselines])
        return cls(first.task, first.chosen_by, rows, [run.history for run in runs])

    def gain(self, over: str = BEFORE, of: str = AFTER) -> float:
        """Return by how much one row's judging metric beats another's; positive is better."""
        difference = self.rows[of][self.metric].mean - self.rows[over][self.metric].mean
        return -difference if self.chosen_by.startswith("-") else difference

    def table(self) -> list[list[str]]:
        """Return rows of text, the header first: system, then each metric with its standard error."""
        names = list(dict.fromkeys(name for row in self.rows.values() for name in row))
        lines = [["", *names]]
        for title, row in self.rows.items():
            lines.append([title, *(str(row[name]) if name in row else "" for name in names)])
        return lines

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        rows = {
            title: {name: {"mean": one.mean, "error": one.error, "n": one.n} for name, one in row.items()}
            for title, row in self.rows.items()
        }
        curves = [
            [{"step": one.step, "loss": one.loss, "metrics": dict(one.metrics)} for one in curve]
            for curve in self.curves
        ]
        return {"task": self.task, "chosen_by": self.chosen_by, "rows": rows, "curves": curves}

    @classmethod
    def load(cls, folder: Path, runs: Sequence[Run]) -> Comparison:
        """Read the figures that `save` wrote, with the curves of its runs; FormatError where the file is damaged."""
        file = folder / "comparison.json"
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            rows = {
                title: {name: Figure(one["mean"], one["error"], one["n"]) for name, one in row.items()}
                for title, row in told["rows"].items()
            }
            return cls(told["task"], told["chosen_by"], rows, [run.history for run in runs])
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"not a comparison: {error}", file=str(file)) from error

    def save(self, folder: Path) -> list[Path]:
        """Write comparison.json, .png and .svg into a folder and return their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        data, *pictures = (folder / f"comparison.{end}" for end in ("json", "png", "svg"))
        data.write_text(json.dumps(self.as_dict(), indent=1) + "\n", encoding="utf-8")
        bars = {title: row[self.metric] for title, row in self.rows.items()}
        draw_comparison(bars, self.curves, self.metric, AFTER, pictures)
        return [data, *pictures]
