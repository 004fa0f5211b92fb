"""A head fitted for the first places of a list, where many songs are ranked and one is right.

For a listener, part k's raw scores are scaled to z = (s - mean) / (mean of the 20 best - mean) over the songs not yet
known: what counts is how far a song stands out beside those that stand out most. A song's score is sum_k w_k z_k with
w_k >= 0 that add up to 1, so it is monotone in every part. w is the mean of two fits by Adam (Kingma & Ba 2015): by
listwise softmax, and by the smoothed gain 1 / log2(rank + 2), with rank = sum over rivals of
sigmoid((score of the rival - score of the target) / tau), tau falling (as in ApproxNDCG, Qin et al. 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segue.errors import InputError
from segue.recommend.catalogue import Indexes
from segue.recommend.fusion import Fusion
from segue.recommend.parts.operators import Floats

_TOP = 20
_STEPS = 120
_RATE = 0.08
_TAU = 0.1  # falls to .3 of this
_AMONG = 99  # the rank among so many songs drawn counts half as much as that among all


def stand_out(raw: Floats, known: NDArray[np.bool_]) -> Floats:
    """z of raw scores (U, n), per listener over the songs not `known` (U, n); 0 where a part says nothing.

    InputError where a listener knows all but a few of the songs.
    """
    left = (~known).sum(1, keepdims=True)
    if left.min(initial=_TOP + 1) <= _TOP:
        raise InputError(f"a listener knows all but {left.min()} songs; at least {_TOP + 1} must be left to rank")
    mean = np.where(known, 0, raw).sum(1, keepdims=True) / left
    best = np.partition(np.where(known, -np.inf, raw), -_TOP, axis=1)[:, -_TOP:].mean(1, keepdims=True)
    width = best - mean
    least = 1e-9 + 1e-6 * np.abs(mean)
    return np.where(width > least, (raw - mean) / np.maximum(width, least), 0.0).astype(np.float32)


@dataclass(frozen=True)
class Rivals:
    """Per listener some rivals of the target: z less the target's z, (U, C, K), and how many songs each stands for."""

    gaps: Tensor
    counts: Tensor

    @staticmethod
    def draw(z: Floats, targets: Indexes, known: NDArray[np.bool_], most: int, seed: int) -> Rivals:
        """Of z (K, U, n): the `most` best by mean z, and as many of the others, which stand for all of these."""
        rng = np.random.default_rng(seed)
        rows = np.arange(len(targets))
        barred = known.copy()
        barred[rows, targets] = True
        mean = np.where(barred, -np.inf, z.mean(0))
        order = np.argsort(-mean, axis=1, kind="stable")
        free = (~barred).sum(1)
        chosen = np.zeros((len(rows), 2 * most), np.int64)
        counts = np.zeros(chosen.shape, np.float32)
        for row, own in enumerate(order):
            first, others = own[: min(most, free[row])], own[most : free[row]]
            drawn = rng.permutation(others)[:most]
            found = np.concatenate([first, drawn])
            chosen[row, : len(found)] = found
            counts[row, : len(first)] = 1.0
            counts[row, len(first) : len(found)] = len(others) / max(len(drawn), 1)
        gaps = np.stack([one[rows[:, None], chosen] - one[rows, targets][:, None] for one in z], axis=-1)
        return Rivals(torch.from_numpy(gaps), torch.from_numpy(counts))


def fit_ranking(
    parts: tuple[str, ...],
    z: Floats,
    targets: Indexes,
    known: NDArray[np.bool_],
    *,
    most: int = 400,
    seed: int = 0,
) -> Fusion:
    """Fit the weights: z (K, U, n) by part and listener, the songs asked for (U,), and the songs not ranked, (U, n)."""
    if z.shape != (len(parts), *known.shape) or targets.shape != known.shape[:1]:
        raise InputError(f"{len(parts)} parts with scores {z.shape}, targets {targets.shape} and known {known.shape}")
    rivals = Rivals.draw(z, targets, known, most, seed)
    weights = (_fitted(rivals, is_gain=False) + _fitted(rivals, is_gain=True)) / 2
    return Fusion(parts, tuple(weights.tolist()), (0.0,) * len(parts), 0.0)


def _fitted(rivals: Rivals, *, is_gain: bool) -> Tensor:
    free = torch.full((rivals.gaps.shape[-1],), -0.5, requires_grad=True)
    optimizer = torch.optim.Adam([free], lr=_RATE)
    for step in range(_STEPS):
        weights = torch.nn.functional.softplus(free)
        tau = _TAU * (0.3 + 0.7 * (1 - step / _STEPS))
        loss = _gain_loss(rivals, weights / weights.sum(), tau) if is_gain else _softmax_loss(rivals, weights)
        (free.grad,) = torch.autograd.grad(loss, [free])
        optimizer.step()
    found = torch.nn.functional.softplus(free.detach())
    return found / found.sum()


def _softmax_loss(rivals: Rivals, weights: Tensor) -> Tensor:
    logits = rivals.gaps @ weights + torch.log(rivals.counts)
    zero = torch.zeros(len(logits), 1)
    return torch.logsumexp(torch.cat([logits, zero], 1), 1).mean() + 1e-3 * weights.square().sum()


def _gain_loss(rivals: Rivals, weights: Tensor, tau: float) -> Tensor:
    rank = (torch.sigmoid(rivals.gaps @ weights / tau) * rivals.counts).sum(1)
    drawn = rank * _AMONG / rivals.counts.sum(1)
    return -(1 / torch.log2(2 + rank)).mean() - 0.5 * (1 / torch.log2(2 + drawn)).mean()
