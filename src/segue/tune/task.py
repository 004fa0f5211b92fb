"""A task: what is learned, as named functions composed; nothing is inherited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from segue.errors import InputError
from segue.models.text import TextEncoder

E = TypeVar("E")  # an example
B = TypeVar("B")  # a batch


@dataclass(frozen=True)
class Task(Generic[E, B]):
    """What the one loop needs to know in order to teach a model anything.

    - `head`: width of the backbone -> the network that stands on it (used by `build_model`, not by the loop)
    - `collate`: (model, examples) -> a batch; tensors in it (also inside a dataclass, list or mapping) are moved to the
      model's device by the loop. What is drawn at random here or in `loss` comes from torch's global generator, which
      the loop seeds anew at every step: so a resumed training repeats it exactly.
    - `loss`: (model, batch) -> a scalar, the mean over the batch's examples
    - `evaluate`: (model, examples) -> metrics by name; the model is in evaluation mode and gradients are off
    - `chosen_by`: the metric that says which weights are best; with a leading "-" lower is better
    - `length`: example -> a number such that examples of near numbers cost alike; batches are then made of such
    """

    name: str
    head: Callable[[int], nn.Module]
    collate: Callable[[nn.Module, Sequence[E]], B]
    loss: Callable[[nn.Module, B], Tensor]
    evaluate: Callable[[nn.Module, Sequence[E]], Mapping[str, float]]
    chosen_by: str
    length: Callable[[E], int] | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.chosen_by.lstrip("-"):
            raise InputError(f"a task needs a name and a metric to choose by; got {self.name!r}, {self.chosen_by!r}")

    @property
    def metric(self) -> str:
        """The name of the metric that chooses, without its sign."""
        return self.chosen_by.removeprefix("-")

    def goodness(self, metrics: Mapping[str, float]) -> float:
        """Return the choosing metric so that higher is better; InputError where the evaluation lacks it."""
        if self.metric not in metrics:
            raise InputError(f"task {self.name} is chosen by {self.metric!r}; its metrics are {', '.join(metrics)}")
        value = float(metrics[self.metric])
        return -value if self.chosen_by.startswith("-") else value


class Model(nn.Module):
    """A text encoder with a head on it."""

    def __init__(self, encoder: TextEncoder, head: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Return the head's answer for each row of token ids."""
        out: Tensor = self.head(self.encoder(ids))
        return out


def set_dropout(module: nn.Module, share: float) -> None:
    """Set every dropout layer inside a module to that share."""
    for part in module.modules():
        if isinstance(part, nn.Dropout):
            part.p = share


def device_of(module: nn.Module) -> torch.device:
    """Return where a module's weights lie."""
    return next(module.parameters()).device
