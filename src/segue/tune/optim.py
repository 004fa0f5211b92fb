"""Optimizers and the learning rate over time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from segue.errors import InputError
from segue.models.text import TextEncoder, is_bf16_fast
from segue.tune.muon import MuonInFp32
from segue.tune.recipe import Recipe


def make_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the recipe's optimizer over the trained weights, in groups: backbone or not, decayed or not.

    Weights inside a `TextEncoder` have the learning rate `lr`, all others `head_lr`; a model without a `TextEncoder`
    has `lr` throughout. Matrices are decayed, vectors (biases, norms) are not. InputError where nothing is trained.
    """
    inside = {id(weight) for part in model.modules() if isinstance(part, TextEncoder) for weight in part.parameters()}
    tables = {id(part.weight) for part in model.modules() if isinstance(part, nn.Embedding)}
    groups: dict[tuple[float, float, bool], list[nn.Parameter]] = {}
    for weight in model.parameters():
        if weight.requires_grad:
            is_backbone = id(weight) in inside or not inside
            peak = recipe.lr if is_backbone else recipe.head_lr
            decay = recipe.weight_decay if weight.ndim > 1 else 0.0
            is_hidden = recipe.optimizer == "muon" and is_backbone and weight.ndim == 2 and id(weight) not in tables
            groups.setdefault((peak, decay, is_hidden), []).append(weight)
    if not groups:
        raise InputError("no weight of the model is trained: a frozen backbone needs a head with weights")
    settings = [
        {"params": weights, "lr": peak, "peak": peak, "weight_decay": decay, "is_hidden": is_hidden}
        for (peak, decay, is_hidden), weights in groups.items()
    ]
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(settings, lr=recipe.lr, momentum=0.9)
    if recipe.optimizer == "muon":
        return MuonAndAdamW(settings)
    return torch.optim.AdamW(settings, lr=recipe.lr, fused=True)


class MuonAndAdamW(torch.optim.Optimizer):
    """Muon for hidden matrices, AdamW for all else, as one optimizer with one state.

    Muon (Jordan 2024, https://kellerjordan.github.io/posts/muon/) steps along the orthogonalised momentum; its step is
    scaled to the size of AdamW's, so that both have the same learning rate and decay (Liu et al. 2025, arXiv
    2502.16982, equation 4). A group of weights belongs to Muon where its `is_hidden` is true.
    """

    def __init__(self, settings: list[dict[str, Any]]) -> None:
        super().__init__(settings, {})
        hidden = [group for group in settings if group["is_hidden"]]
        others = [group for group in settings if not group["is_hidden"]]
        self._parts: list[tuple[bool, torch.optim.Optimizer]] = []
        if hidden:
            is_fast = is_bf16_fast(hidden[0]["params"][0].device)
            muon = torch.optim.Muon(hidden, adjust_lr_fn="match_rms_adamw") if is_fast else MuonInFp32(hidden)
            self._parts.append((True, muon))
        if others:
            self._parts.append((False, torch.optim.AdamW(others, betas=(0.9, 0.95), fused=True)))
        self.param_groups = [group for _, part in self._parts for group in part.param_groups]

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Make one step of both."""
        if closure is not None:
            raise InputError("this optimizer takes no closure")
        for is_hidden, part in self._parts:
            part.param_groups = [group for group in self.param_groups if group["is_hidden"] == is_hidden]
            part.state = self.state
            part.step()


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
