"""A run: one tuned model with all that is needed to judge it and to make it again."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any

from segue.errors import FormatError, InputError
from segue.tune.continued import Continued
from segue.tune.history import Evaluation
from segue.tune.recipe import Recipe

_PACKAGES = ("segue-music", "torch", "transformers", "peft", "accelerate", "numpy")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Run:
    """A tuned model on disk, or about to be.

    `before` and `after` are the task's metrics on the held-out examples, before and after tuning; `baselines` those of
    the simple systems by name; `served` those of the model that was being served then, by its id, measured on the same
    examples; `continued` what it made of what that one knew. `data_hash` says what it learned from and was measured on.
    `path` is its folder (None until the registry has it).
    """

    id: str
    task: str
    recipe: Recipe
    chosen_by: str
    data_hash: str
    before: Mapping[str, float]
    after: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    served: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    continued: Continued | None = None
    history: tuple[Evaluation, ...] = ()
    trainable: int = 0
    total: int = 0
    seconds: float = 0.0
    frozen_weights: str = ""
    versions: Mapping[str, str] = field(default_factory=lambda: versions())
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    path: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name in (self.id, self.task):
            if not _ID.fullmatch(name):
                raise InputError(f"{name!r} cannot name a run or a task: letters, digits and . _ - up to 100")
        if self.metric not in self.after:
            raise InputError(f"run {self.id} is judged by {self.metric!r}; its metrics are {', '.join(self.after)}")
        for part in ("before", "after", "versions"):
            object.__setattr__(self, part, MappingProxyType(dict(getattr(self, part))))
        for part in ("baselines", "served"):
            rows = {name: MappingProxyType(dict(row)) for name, row in getattr(self, part).items()}
            object.__setattr__(self, part, MappingProxyType(rows))

    @property
    def metric(self) -> str:
        """The name of the metric that judges, without its sign."""
        return self.chosen_by.removeprefix("-")

    @property
    def seed(self) -> int:
        """The recipe's seed."""
        return self.recipe.seed

    def is_better(self, mine: float, other: float) -> bool:
        """Return whether the first figure of the judging metric beats the second."""
        return mine < other if self.chosen_by.startswith("-") else mine > other

    def as_dict(self) -> dict[str, Any]:
        """Everything but the path, for JSON."""
        return {
            "id": self.id,
            "task": self.task,
            "chosen_by": self.chosen_by,
            "before": dict(self.before),
            "after": dict(self.after),
            "baselines": {name: dict(row) for name, row in self.baselines.items()},
            "served": {name: dict(row) for name, row in self.served.items()},
            "continued": None if self.continued is None else self.continued.as_dict(),
            "recipe": self.recipe.as_dict(),
            "data_hash": self.data_hash,
            "trainable": self.trainable,
            "total": self.total,
            "seconds": round(self.seconds, 3),
            "frozen_weights": self.frozen_weights,
            "versions": dict(self.versions),
            "made_at": self.made_at.isoformat(),
            "history": [
                {"step": one.step, "epoch": one.epoch, "loss": one.loss, "metrics": dict(one.metrics)}
                for one in self.history
            ],
        }

    @classmethod
    def from_file(cls, file: Path) -> Run:
        """Read a run's `metrics.json`; FormatError names the file where it is damaged."""
        try:
            fields = json.loads(file.read_text(encoding="utf-8"))
            fields["recipe"] = Recipe.from_mapping(fields["recipe"])
            fields["made_at"] = datetime.fromisoformat(fields["made_at"])
            going_on = fields.get("continued")
            fields["continued"] = None if going_on is None else Continued.from_dict(going_on)
            fields["history"] = tuple(Evaluation(**one) for one in fields["history"])
            return cls(**fields, path=file.parent)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise FormatError(f"not the metrics of a run: {error}", file=str(file)) from error


def run_id(task: str, recipe: Recipe, data_hash: str) -> str:
    """Name a run by what it is made of: the same recipe on the same data has the same name, and is resumed by it."""
    made_of = json.dumps([task, recipe.as_dict(), data_hash], sort_keys=True)
    return f"{task}-{recipe.method}-{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"


def hash_of(examples: Iterable[object]) -> str:
    """Return the sha256 over examples in their order, by their `repr`: equal data, equal hash."""
    digest = hashlib.sha256()
    for example in examples:
        digest.update(repr(example).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide the figures."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        found[name] = metadata.version(name)
    return found
