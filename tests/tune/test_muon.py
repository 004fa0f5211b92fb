"""Muon in fp32 steps as torch's own, which computes in bf16, and orthogonalises what it is given."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from segue.tune.muon import MuonInFp32, orthogonalised


@pytest.mark.parametrize("shape", [(1, 1), (24, 24), (16, 40), (40, 16)])
def test_all_singular_values_come_near_one(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    values = torch.linalg.svdvals(orthogonalised(matrix))
    assert 0.6 < values.min() <= values.max() < 1.3


def test_one_number_goes_through_the_quintic_by_hand() -> None:
    """1 is mapped to A + B + C = .701 first, then x to Ax + Bx^3 + Cx^5, five times in all."""
    by_hand = 1.0
    for _ in range(5):
        by_hand = 3.4445 * by_hand - 4.7750 * by_hand**3 + 2.0315 * by_hand**5
    assert orthogonalised(torch.tensor([[7.0]])).item() == pytest.approx(by_hand, abs=1e-5)


def test_steps_are_those_of_torch_within_its_bf16() -> None:
    noise = torch.Generator().manual_seed(2)
    start, grads = torch.randn(24, 48, generator=noise), [torch.randn(24, 48, generator=noise) for _ in range(3)]
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    settings = {"lr": 0.02, "weight_decay": 0.1}
    mine = MuonInFp32([{"params": [ours], **settings}])
    reference = torch.optim.Muon([{"params": [theirs], **settings}], adjust_lr_fn="match_rms_adamw")
    for grad in grads:
        ours.grad, theirs.grad = grad.clone(), grad.clone()
        mine.step()
        reference.step()  # type: ignore[no-untyped-call]
    moved = (theirs - start).norm()
    assert (ours - theirs).norm() < 0.02 * moved
    assert mine.state[ours].keys() == reference.state[theirs].keys()
    assert torch.equal(mine.state[ours]["momentum_buffer"], reference.state[theirs]["momentum_buffer"])
