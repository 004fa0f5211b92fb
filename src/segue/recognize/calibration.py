"""Probabilities that mean what they say, and saying nothing where too many answers would be wrong.

Logits are divided by one temperature: that which makes held-out answers likeliest (Guo et al., ICML 2017), or that at
which they are as sure as they are right (Clarté et al., UAI 2023). An answer is given
where its probability is at least a threshold, the lowest by which held-out answers are wrong no more often than a risk
that was chosen (selective classification; Geifman and El-Yaniv, NeurIPS 2017).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import InputError

Doubles = NDArray[np.float64]
_COLDEST, _HOTTEST = -3.0, 3.0  # natural logarithms of temperatures that are tried


def softmax(logits: ArrayLike, temperature: float = 1.0) -> Doubles:
    """Return probabilities (n, classes) of logits (n, classes) divided by a temperature."""
    scaled = np.asarray(logits, np.float64) / temperature
    found = np.exp(scaled - scaled.max(-1, keepdims=True))
    shares: Doubles = found / found.sum(-1, keepdims=True)
    return shares


def temperature_of(logits: ArrayLike, classes: ArrayLike) -> float:
    """Return the temperature by which held-out logits (n, classes) tell their classes (n) with the fewest nats.

    InputError where there is nothing to go by.
    """
    from scipy.optimize import minimize_scalar  # slow to import

    rows, told = np.asarray(logits, np.float64), np.asarray(classes, np.int64)
    _check(rows, told)

    def nats(log_temperature: float) -> float:
        shares = softmax(rows, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(shares[np.arange(len(told)), told], 1e-300)).mean())

    found = minimize_scalar(nats, bounds=(_COLDEST, _HOTTEST), method="bounded")
    return float(np.exp(found.x))


def _check(rows: Doubles, told: NDArray[np.int64]) -> None:
    if not len(rows) or rows.ndim != 2 or len(rows) != len(told):
        raise InputError(
            f"logits of shape {rows.shape} for {len(told)} classes: (n, classes) and n are needed, n over 0"
        )


def consistent_temperature(logits: ArrayLike, classes: ArrayLike) -> float:
    """Return the temperature at which held-out logits (n, classes) are as sure, in the mean, as they are right.

    Where a few answers are sure and wrong, the likeliest temperature makes all others too shy; this one does not
    (expectation consistency; Clarté, Loureiro, Krzakala and Zdeborová, UAI 2023). InputError where there is nothing to
    go by.
    """
    from scipy.optimize import minimize_scalar  # slow to import

    rows, told = np.asarray(logits, np.float64), np.asarray(classes, np.int64)
    _check(rows, told)
    right = float((rows.argmax(1) == told).mean())

    def away(log_temperature: float) -> float:
        return abs(float(softmax(rows, float(np.exp(log_temperature))).max(1).mean()) - right)

    found = minimize_scalar(away, bounds=(_COLDEST, _HOTTEST), method="bounded")  # surer, the colder: one valley
    return float(np.exp(found.x))


def threshold_for(probabilities: ArrayLike, classes: ArrayLike, risk: float) -> float:
    """Return the least probability from which on answers are wrong at most at a rate of `risk` among held-out ones.

    Above 1 where no answer is to be given. InputError for a risk outside 0 to 1.
    """
    if not 0 <= risk <= 1:
        raise InputError(f"risk {risk}: 0 to 1 is accepted")
    shares, told = np.asarray(probabilities, np.float64), np.asarray(classes, np.int64)
    best = shares.max(-1)
    order = np.argsort(-best, kind="stable")
    wrong = np.cumsum(shares.argmax(-1)[order] != told[order]) / np.arange(1, len(order) + 1)
    last = np.flatnonzero((wrong <= risk) & np.append(best[order][1:] < best[order][:-1], True))
    return float(best[order][last[-1]]) if len(last) else 1.01
