"""From a logit to a probability that holds among all songs, though the head was fitted on as many heard as not.

    score = 1 / (1 + exp(-(slope logit + intercept))),    slope > 0,

Platt's scaling (1999), by maximum likelihood over all songs that held-out listeners had not heard yet, where the songs
held out from them are the hits. No rank changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from segue.errors import InputError

Doubles = NDArray[np.float64]
_BINS = 2000  # the songs that are no hits are counted in so many bins of logits


@dataclass(frozen=True)
class Calibration:
    """The two numbers of the formula above; as it stands it leaves a logit's logistic as it is."""

    slope: float = 1.0
    intercept: float = 0.0

    def __post_init__(self) -> None:
        if not (self.slope > 0 and np.isfinite(self.slope) and np.isfinite(self.intercept)):
            raise InputError(f"{self}: the slope must be above 0, and both must be finite numbers")

    def scores(self, logits: Doubles) -> Doubles:
        """Probabilities of logits, of any shape."""
        found: Doubles = expit(self.slope * logits + self.intercept)
        return found


def fit_calibration(hits: Sequence[Doubles], others: Sequence[Doubles]) -> Calibration:
    """Fit to the logits of hits and of all other songs, an array per listener each; without any hit it does nothing."""
    from scipy.optimize import minimize  # slow to import

    liked = np.concatenate([np.asarray(row, np.float64) for row in hits]) if hits else np.empty(0)
    rest = np.concatenate([np.asarray(row, np.float32) for row in others]) if others else np.empty(0, np.float32)
    if not len(liked) or not len(rest):
        return Calibration()
    counts, edges = np.histogram(rest, _BINS)
    filled = counts > 0
    logits = np.concatenate([liked, ((edges[1:] + edges[:-1]) / 2)[filled]])
    labels = np.concatenate([np.ones(len(liked)), np.zeros(int(filled.sum()))])
    weights = np.concatenate([np.ones(len(liked)), counts[filled].astype(np.float64)])

    def loss(theta: Doubles) -> tuple[float, Doubles]:
        slope = np.exp(theta[0])
        said = slope * logits + theta[1]
        gap = weights * (expit(said) - labels)
        value = float(weights @ (np.logaddexp(0.0, said) - labels * said)) / len(liked)
        return value, np.array([slope * (gap @ logits), gap.sum()]) / len(liked)

    start = np.array([0.0, np.log(len(liked) / len(rest))])
    bounds = [(-7.0, 7.0), (-50.0, 50.0)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(float(np.exp(found[0])), float(found[1]))
