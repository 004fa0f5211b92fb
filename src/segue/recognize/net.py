"""Teaching networks on vectors what a straight head cannot tell apart, by the one loop.

One layer of hidden units, dropout on both sides; several that differ in their seeds stand together (`nets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from segue.errors import InputError
from segue.recognize.head import Floats, indices
from segue.recognize.nets import LIMIT, Layers, Nets
from segue.tune.callbacks import Callback
from segue.tune.loop import fit
from segue.tune.metrics import accuracy, macro_f1
from segue.tune.recipe import Recipe
from segue.tune.task import Task, set_dropout

_NOISE, _SMOOTHING = 0.1, 0.05
RECIPE = Recipe(
    backbone="none",
    method="full",
    lr=2e-3,
    weight_decay=0.2,
    batch_size=64,
    epochs=60,
    dropout=0.5,
    patience=0,
    evaluate_every=100_000,
    checkpoint_every=0,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many networks, with how many hidden units, and how rare styles weigh: one over the number of their vectors to
    the power of `balance` (0 as they come, 1 all styles alike)."""

    count: int = 3
    hidden: int = 256
    balance: float = 0.5


@dataclass(frozen=True, eq=False)
class Row:
    """A vector (d) and the number of its style."""

    vector: Floats
    style: int


@dataclass(frozen=True, eq=False)
class Rows:
    """Vectors (n, d) and the numbers of their styles (n)."""

    vectors: Tensor
    styles: Tensor


class Net(nn.Module):
    """Vectors (n, d) to logits (n, styles)."""

    centre: Tensor
    scale: Tensor
    balance: Tensor

    def __init__(self, centre: Floats, scale: Floats, balance: Floats, hidden: int) -> None:
        super().__init__()
        for name, value in (("centre", centre), ("scale", scale), ("balance", balance)):
            self.register_buffer(name, torch.from_numpy(value.copy()))
        self.layers = nn.Sequential(
            nn.Dropout(0.0), nn.Linear(len(centre), hidden), nn.GELU(), nn.Dropout(0.0), nn.Linear(hidden, len(balance))
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Return logits."""
        seen = ((vectors - self.centre) / self.scale).clamp(-LIMIT, LIMIT)
        if self.training:
            seen = seen + _NOISE * torch.randn_like(seen)
        found: Tensor = self.layers(seen)
        return found

    def in_use(self) -> Layers:
        """Return the weights as they are used without PyTorch."""
        layers = self.layers.state_dict()
        held = (self.centre, self.scale, *(layers[name] for name in ("1.weight", "1.bias", "4.weight", "4.bias")))
        return Layers(*(one.detach().cpu().numpy().copy() for one in held))


def fit_nets(
    vectors: ArrayLike,
    styles: Sequence[str],
    directory: Path,
    recipe: Recipe = RECIPE,
    plan: Plan = Plan(),
    callbacks: Sequence[Callback] = (),
) -> Nets:
    """Teach networks the styles (n) of vectors (n, d), by the recipe, with its seed and those behind it.

    Trainings lie in `directory` and are gone on with. InputError for fewer than two styles.
    """
    rows = np.asarray(vectors, np.float32)
    names = tuple(sorted(set(styles)))
    if len(names) < 2 or len(rows) != len(styles):
        raise InputError(
            f"{len(rows)} vectors of {len(names)} styles: a style each, and two styles or more, are needed"
        )
    told = indices(names, styles)
    weights = (1 / np.bincount(told, minlength=len(names))) ** plan.balance
    weights = (weights / weights[told].mean()).astype(np.float32)
    examples = [Row(vector, int(style)) for vector, style in zip(rows, told, strict=True)]
    nets = []
    for number in range(plan.count):
        mine = recipe.replace(seed=recipe.seed + number)
        with torch.random.fork_rng():
            torch.manual_seed(mine.seed)
            net = Net(rows.mean(0), np.maximum(rows.std(0), 1e-3), weights, plan.hidden)
        set_dropout(net, recipe.dropout)
        fit(net, style_task(), examples, [], mine, directory / str(mine.seed), callbacks)
        nets.append(net.in_use())
    return Nets(names, tuple(nets))


def style_task() -> Task[Row, Rows]:
    """The task of telling styles from vectors: accuracy and macro-F1."""
    return Task("style", lambda _: nn.Identity(), _collate, _loss, _evaluate, "accuracy")


def _collate(_net: nn.Module, rows: Sequence[Row]) -> Rows:
    vectors = torch.from_numpy(np.stack([row.vector for row in rows]))
    return Rows(vectors, torch.tensor([row.style for row in rows]))


def _loss(net: nn.Module, batch: Rows) -> Tensor:
    balance: Tensor = net.balance  # type: ignore[assignment]
    each = nn.functional.cross_entropy(net(batch.vectors), batch.styles, label_smoothing=_SMOOTHING, reduction="none")
    return (each * balance[batch.styles]).mean()


def _evaluate(net: nn.Module, rows: Sequence[Row]) -> dict[str, float]:
    batch = _collate(net, rows)
    guesses: NDArray[np.float32] = net(batch.vectors).numpy()
    return {name: one(batch.styles.numpy(), guesses) for name, one in (("accuracy", accuracy), ("f1", macro_f1))}
