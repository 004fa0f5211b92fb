"""The methods of fine-tuning: which weights of the backbone are trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from torch import nn

from segue.errors import ConflictError, InputError
from segue.models.score.network import ScoreModel
from segue.models.text import TextEncoder
from segue.tune.adapters import insert_bottlenecks
from segue.tune.recipe import Recipe
from segue.tune.task import Model, Task, set_dropout

Tunable = TextEncoder | ScoreModel  # what a method can make ready


@dataclass(frozen=True, slots=True)
class Trainable:
    """How many weights there are, and how many of them are trained."""

    method: str
    total: int
    trainable: int

    def __str__(self) -> str:
        share = self.trainable / max(self.total, 1)
        return f"{self.method}: {self.trainable:,} of {self.total:,} parameters are trained ({share:.2%})"


def _head_only(_encoder: Tunable, _recipe: Recipe) -> None:
    """Freeze the backbone."""


def _full(encoder: Tunable, _recipe: Recipe) -> None:
    """Train every weight."""
    encoder.requires_grad_(True)


def _last_n(encoder: Tunable, recipe: Recipe) -> None:
    """Train the last layers and nothing else."""
    layers = encoder.layers
    if recipe.last_layers > len(layers):
        raise InputError(f"last_layers = {recipe.last_layers}, but {encoder.name} has {len(layers)} layers")
    for layer in list(layers)[-recipe.last_layers :]:
        layer.requires_grad_(True)


def _lora(encoder: Tunable, recipe: Recipe) -> None:
    """Train low-rank updates of the attention's projections (Hu et al. 2021), by PEFT."""
    from peft import LoraConfig, inject_adapter_in_model

    conv = type(next(encoder.backbone.get_submodule(name) for name in _named(encoder, encoder.family.lora))).__name__
    config = LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.dropout,
        target_modules=list(encoder.family.lora),
        fan_in_fan_out=conv == "Conv1D",  # GPT-2 keeps its matrices transposed
    )
    inject_adapter_in_model(config, encoder.backbone)


def _adapters(encoder: Tunable, recipe: Recipe) -> None:
    """Train a bottleneck behind the attention and the feed-forward part of each layer."""
    for layer in encoder.layers:
        insert_bottlenecks(layer, encoder.family.sublayers, encoder.width, recipe.adapter_width)


def _named(encoder: Tunable, endings: tuple[str, ...]) -> Iterator[str]:
    for name, _ in encoder.backbone.named_modules():
        if any(name == ending or name.endswith("." + ending) for ending in endings):
            yield name


# each finds the backbone frozen; a new method is one function and one line here (and its name in recipe.py)
METHODS: Mapping[str, Callable[[Tunable, Recipe], None]] = MappingProxyType(
    {"head-only": _head_only, "last-n": _last_n, "full": _full, "lora": _lora, "adapters": _adapters}
)


def apply_method(encoder: Tunable, recipe: Recipe) -> Trainable:
    """Make the encoder ready for the recipe's method, in place; new weights are drawn with the recipe's seed.

    Returns the counts of the encoder's parameters. ConflictError where a method was applied already.
    """
    if encoder.method is not None:
        raise ConflictError(f"the encoder is made ready for {encoder.method} already; load it anew for {recipe.method}")
    encoder.requires_grad_(False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        METHODS[recipe.method](encoder, recipe)
    encoder.method = recipe.method
    set_dropout(encoder, recipe.dropout)
    return count(encoder, recipe.method)


def count(module: nn.Module, method: str) -> Trainable:
    """Count a module's parameters, all and trained."""
    sizes = [(weight.numel(), weight.requires_grad) for weight in module.parameters()]
    return Trainable(method, sum(size for size, _ in sizes), sum(size for size, trained in sizes if trained))


def build_model(task: Task[Any, Any], recipe: Recipe, encoder: TextEncoder | None = None) -> tuple[Model, Trainable]:
    """Load the recipe's backbone (or take the one given), apply the method, and set the task's head on it."""
    encoder = encoder or TextEncoder.load(recipe.backbone)
    apply_method(encoder, recipe)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        head = task.head(encoder.width)
    set_dropout(head, recipe.dropout)
    model = Model(encoder, head.to(encoder.device))
    return model, count(model, recipe.method)


@contextmanager
def lora_off(encoder: Tunable) -> Iterator[None]:
    """Switch the LoRA updates off for a while: the encoder is then the base."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    layers = [module for module in encoder.modules() if isinstance(module, BaseTunerLayer)]
    for layer in layers:
        layer.enable_adapters(False)
    try:
        yield
    finally:
        for layer in layers:
            layer.enable_adapters(True)


def merge_lora(encoder: Tunable) -> None:
    """Put the LoRA updates into the matrices that they adapt, in place: the weights then have their plain names."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for name, layer in list(encoder.backbone.named_modules()):
        if isinstance(layer, BaseTunerLayer):
            layer.merge()
            parent, _, last = name.rpartition(".")
            setattr(encoder.backbone.get_submodule(parent), last, layer.get_base_layer())
