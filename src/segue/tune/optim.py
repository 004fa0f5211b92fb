"""Optimizers and the learning rate over time."""

from __future__ import annotations

import math

import torch
from torch import nn

from segue.errors import InputError
from segue.models.text import TextEncoder
from segue.tune.recipe import Recipe


def make_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the recipe's optimizer over the trained weights, in four groups: backbone or not, decayed or not.

    Weights inside a `TextEncoder` have the learning rate `lr`, all others `head_lr`; a model without a `TextEncoder`
    has `lr` throughout. Matrices are decayed, vectors (biases, norms) are not. InputError where nothing is trained.
    """
    inside = {id(weight) for part in model.modules() if isinstance(part, TextEncoder) for weight in part.parameters()}
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for weight in model.parameters():
        if weight.requires_grad:
            peak = recipe.lr if id(weight) in inside or not inside else recipe.head_lr
            decay = recipe.weight_decay if weight.ndim > 1 else 0.0
            groups.setdefault((peak, decay), []).append(weight)
    if not groups:
        raise InputError("no weight of the model is trained: a frozen backbone needs a head with weights")
    settings = [{"params": ws, "lr": peak, "peak": peak, "weight_decay": decay} for (peak, decay), ws in groups.items()]
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(settings, lr=recipe.lr, momentum=0.9)
    return torch.optim.AdamW(settings, lr=recipe.lr, fused=True)


def schedule(step: int, steps: int, recipe: Recipe) -> float:
    """Return the factor on the highest learning rate at `step` (0-based) of `steps`: warm-up, then decay to 0.

    linear: (steps - step) / (steps - warm); cosine: half a wave (Loshchilov and Hutter 2017, equation 5); constant: 1.
    """
    warm = math.ceil(recipe.warmup * steps)
    if step < warm:
        return (step + 1) / warm
    if recipe.schedule == "constant":
        return 1.0
    left = (steps - step) / max(steps - warm, 1)
    return left if recipe.schedule == "linear" else 0.5 * (1 - math.cos(math.pi * left))


def set_rate(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Set every group's learning rate to its highest one times the factor."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor
