"""A small world for the tests of the loop: points in the plane, and which side of a line they lie on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from segue.tune.callbacks import Callback
from segue.tune.history import Step
from segue.tune.loop import fit
from segue.tune.recipe import Recipe
from segue.tune.task import Task

Point = tuple[float, float, int]


def points(count: int, seed: int) -> list[Point]:
    """Points whose label is 1 above the line x + y = 0."""
    xy = np.random.default_rng(seed).normal(size=(count, 2))
    return [(float(x), float(y), int(x + y > 0)) for x, y in xy]


def network(seed: int = 0) -> nn.Module:
    """A small network with dropout, so that the generators matter, and batch norm, so that buffers do."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))


def plain_network() -> nn.Module:
    """One in which a batch may be parted over processes without a difference."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))


def collate(_model: nn.Module, examples: Sequence[Point]) -> tuple[Tensor, Tensor]:
    rows = torch.tensor(examples)
    return rows[:, :2], rows[:, 2]


def loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    xy, label = batch
    return nn.functional.binary_cross_entropy_with_logits(model(xy)[:, 0], label)


def evaluate(model: nn.Module, examples: Sequence[Point]) -> dict[str, float]:
    xy, label = collate(model, examples)
    score = model(xy)[:, 0]
    return {"accuracy": float(((score > 0) == (label > 0)).float().mean()), "loss": float(loss(model, (xy, label)))}


def length(point: Point) -> int:
    """A length that tells nothing of the label."""
    return int(abs(point[0]) * 1000) % 7


def task(chosen_by: str = "-loss") -> Task[Point, tuple[Tensor, Tensor]]:
    return Task(
        "line",
        lambda width: nn.Linear(width, 1),
        collate,
        loss,
        evaluate,
        chosen_by,
        length=lambda p: int(abs(p[0]) * 1000) % 7,
    )


RECIPE = Recipe(lr=0.01, epochs=4, batch_size=8, accumulate=2, checkpoint_every=3, patience=0, precision="fp32")


class KillAt(Callback):
    """Ends the process without any warning after a step."""

    def __init__(self, step: int, number: int = signal.SIGKILL) -> None:
        self.step, self.number = step, number

    def stepped(self, step: Step) -> None:
        if step.step == self.step:
            os.kill(os.getpid(), self.number)


def main() -> None:
    """Train in DIRECTORY, killed after step KILL (0: never); with a third word a network without noise."""
    torch.set_num_threads(1)
    directory, kill = Path(sys.argv[1]), int(sys.argv[2])
    model = plain_network() if len(sys.argv) > 3 else network()
    fit(model, task(), points(100, 1), points(50, 2), RECIPE, directory, [KillAt(kill)])


if __name__ == "__main__":
    main()
