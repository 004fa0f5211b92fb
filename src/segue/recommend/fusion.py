"""The calibrated head: an additive, monotone logistic model over the parts.

For a listener, part k's raw scores are standardised over the catalogue to z_k. A song's logit is

    b + sum_k g_k(z_k),    g_k(z) = a_k z + c_k sign(z) log(1 + |z|),    a_k, c_k >= 0,

a generalised additive model (Hastie & Tibshirani 1986) with two monotone basis functions. Since g_k(z) = r_k(z) z with
r_k(z) = a_k + c_k log(1 + |z|) / |z|, what a song of the history adds to z_k it adds r_k(z_k) times to the logit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from segue.errors import InputError

Doubles = NDArray[np.float64]


def bases(z: Doubles) -> Doubles:
    """The two monotone basis functions of z (..., K), stacked: (..., 2 K)."""
    return np.concatenate([z, np.sign(z) * np.log1p(np.abs(z))], axis=-1)


@dataclass(frozen=True)
class Fusion:
    """Weights of the head: `linear` (K,) and `log` (K,), all >= 0, and the intercept `bias`."""

    parts: tuple[str, ...]
    linear: tuple[float, ...]
    log: tuple[float, ...]
    bias: float

    def __post_init__(self) -> None:
        if not len(self.parts) == len(self.linear) == len(self.log):
            raise InputError(f"{len(self.parts)} parts with {len(self.linear)} and {len(self.log)} weights")
        if min((*self.linear, *self.log), default=0.0) < 0:
            raise InputError("a fusion weight is negative; every part must be monotone")

    def logits(self, z: Doubles) -> Doubles:
        """Logits (...,) of standardised scores (..., K)."""
        return bases(z) @ np.array(self.linear + self.log) + self.bias

    def logits_by_part(self, z: NDArray[np.floating]) -> NDArray[np.floating]:
        """The same logits (C,) of scores laid out part by part, (K, C), in the precision of z: what serving uses."""
        logs = np.copysign(np.log1p(np.abs(z)), z)
        return np.array(self.linear, z.dtype) @ z + np.array(self.log, z.dtype) @ logs + z.dtype.type(self.bias)

    def probabilities(self, z: Doubles) -> Doubles:
        """Calibrated probabilities (...,) that the listener likes the song."""
        return expit(self.logits(z))

    def only(self, parts: Sequence[str]) -> Fusion:
        """The same head over some of its parts, in the order named."""
        places = [self.parts.index(part) for part in parts]
        return Fusion(
            tuple(parts), tuple(self.linear[k] for k in places), tuple(self.log[k] for k in places), self.bias
        )

    def silencing(self, parts: Collection[str]) -> Fusion:
        """The same head with the weights of some parts set to 0."""
        linear = tuple(0.0 if name in parts else a for name, a in zip(self.parts, self.linear, strict=True))
        log = tuple(0.0 if name in parts else c for name, c in zip(self.parts, self.log, strict=True))
        return Fusion(self.parts, linear, log, self.bias)

    def rates(self, z: Doubles) -> Doubles:
        """r_k(z_k), (..., K): how much of the logit one unit of z_k stands for."""
        size = np.abs(z)
        ratio = np.where(size > 1e-9, np.log1p(size) / np.maximum(size, 1e-9), 1.0)
        return np.array(self.linear) + np.array(self.log) * ratio


def standardise(raw: Doubles, mean: Doubles, deviation: Doubles) -> Doubles:
    """z of raw scores, with a listener's mean and deviation over the catalogue; 0 where a part says nothing.

    A part says nothing where it gives all songs the same: a deviation within the rounding of the mean.
    """
    least = 1e-9 + 1e-6 * np.abs(mean)
    return np.where(deviation > least, (raw - mean) / np.maximum(deviation, least), 0.0)


def fit_logistic(parts: tuple[str, ...], z: Doubles, labels: Doubles, l2: float = 1e-3) -> Fusion:
    """Fit by binary cross-entropy: z (P, K), labels (P,) in {0, 1}."""
    x = bases(z)

    def loss(theta: Doubles) -> tuple[float, Doubles]:
        logits = x @ theta[:-1] + theta[-1]
        gap = (expit(logits) - labels) / len(labels)
        value = float(np.mean(np.logaddexp(0.0, logits) - labels * logits)) + l2 * float(theta[:-1] @ theta[:-1])
        return value, np.append(x.T @ gap + 2 * l2 * theta[:-1], gap.sum())

    return _solve(parts, loss, free_bias=True)


def fit_softmax(parts: tuple[str, ...], z: Doubles, targets: NDArray[np.int64], l2: float = 1e-3) -> Fusion:
    """Fit by listwise softmax: z (P, C, K) of P listeners' C candidates, targets (P,) positions of the chosen."""
    x = bases(z)
    rows = np.arange(len(targets))

    def loss(theta: Doubles) -> tuple[float, Doubles]:
        logits = x @ theta[:-1]
        norm = logsumexp(logits, axis=1)
        share = np.exp(logits - norm[:, None])
        share[rows, targets] -= 1.0
        value = float(np.mean(norm - logits[rows, targets])) + l2 * float(theta[:-1] @ theta[:-1])
        gradient = np.einsum("pc,pck->k", share, x) / len(targets) + 2 * l2 * theta[:-1]
        return value, np.append(gradient, 0.0)

    return _solve(parts, loss, free_bias=False)


def _solve(parts: tuple[str, ...], loss: object, *, free_bias: bool) -> Fusion:
    count = len(parts)
    bounds: list[tuple[float | None, float | None]] = [(0.0, None)] * (2 * count)
    bounds.append((None, None) if free_bias else (0.0, 0.0))
    start = np.append(np.full(2 * count, 0.5 / max(count, 1)), 0.0)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x  # type: ignore[call-overload]
    weights = np.maximum(found[:-1], 0.0)
    linear, log = weights[:count].tolist(), weights[count:].tolist()
    return Fusion(parts, tuple(linear), tuple(log), float(found[-1]))
