"""What a training went through, and where it stands."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Stopped = Literal["", "epochs", "max_steps", "patience"]


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer step: the mean loss of its examples, the learning rate of the backbone, the gradient's norm before
    clipping, how many examples it saw and how many seconds it took."""

    step: int
    epoch: float
    loss: float
    lr: float
    norm: float
    examples: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The validation metrics after `step` steps; `loss` is the mean training loss since the evaluation before (None at
    step 0)."""

    step: int
    epoch: float
    loss: float | None
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead, told to callbacks at the start."""

    name: str
    directory: Path
    start: int
    steps: int
    steps_per_epoch: int
    recipe: Mapping[str, int | float | str]


@dataclass(frozen=True, slots=True)
class Fit:
    """A finished training; the model holds the best weights.

    `before` and `best` are validation metrics at step 0 and at `best_step` (empty without validation examples);
    `weights` is the file of the best weights (the trained ones); `seconds` counts all sessions of a resumed training.
    """

    before: Mapping[str, float]
    best: Mapping[str, float]
    best_step: int
    steps: int
    history: Sequence[Evaluation]
    stopped: Stopped
    weights: Path
    seconds: float
    examples_per_second: float


@dataclass
class Progress:
    """Where a training stands: all of its state that is not weights; written in every checkpoint."""

    step: int = 0
    history: list[Evaluation] = field(default_factory=list)
    best_step: int = 0
    best: float = -math.inf
    stale: int = 0
    loss_sum: float = 0.0
    loss_steps: int = 0
    examples: int = 0
    seconds: float = 0.0
    stopped: Stopped = ""

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON; floats read back equal."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Progress:
        """The inverse of `as_dict`."""
        progress = cls(**fields)
        progress.history = [Evaluation(**one) for one in fields["history"]]
        return progress

    def mean_loss(self) -> float | None:
        """The mean training loss since the last evaluation, None before the first step."""
        return self.loss_sum / self.loss_steps if self.loss_steps else None

    def metrics_at(self, step: int) -> Mapping[str, float]:
        """The metrics of the evaluation after that many steps, or nothing."""
        return next((one.metrics for one in self.history if one.step == step), {})
