"""Muon in fp32, for hardware that is slow in bf16: torch's own orthogonalises in bf16, which such hardware imitates."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

# of the quintic iteration; Jordan 2024, https://kellerjordan.github.io/posts/muon/
A, B, C = 3.4445, -4.7750, 2.0315
TIMES, MOMENTUM, LEAST_NORM = 5, 0.95, 1e-7


def orthogonalised(matrix: Tensor) -> Tensor:
    """Return (m, n) with the singular vectors of `matrix` (m, n) and singular values of about 1.

    TIMES times X <- A X + B (X X') X + C (X X')^2 X, from the matrix divided by its Frobenius norm (Jordan 2024).
    """
    found = matrix.T if matrix.size(0) > matrix.size(1) else matrix
    found = found / found.norm().clamp(min=LEAST_NORM)
    for _ in range(TIMES):
        gram = found @ found.T
        found = torch.addmm(found, torch.addmm(gram, gram, gram, beta=B, alpha=C), found, beta=A)
    return found.T if matrix.size(0) > matrix.size(1) else found


class MuonInFp32(torch.optim.Optimizer):
    """Steps as `torch.optim.Muon` with `match_rms_adamw`, in fp32; its state is the same, by the same name."""

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Make one step: decay, then along the orthogonalised Nesterov momentum, of root mean square 0.2 lr."""
        del closure
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._step(weight, weight.grad, group["lr"], group["weight_decay"])

    def _step(self, weight: nn.Parameter, grad: Tensor, lr: float, weight_decay: float) -> None:
        state = self.state[weight]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(grad)
        momentum: Tensor = state["momentum_buffer"].lerp_(grad, 1 - MOMENTUM)
        size = 0.2 * max(weight.shape) ** 0.5  # Liu et al. 2025, arXiv 2502.16982, equation 4
        weight.mul_(1 - lr * weight_decay)
        weight.add_(orthogonalised(grad.lerp(momentum, MOMENTUM)), alpha=-lr * size)
