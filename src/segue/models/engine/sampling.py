"""Choosing one token from logits: temperature, min-p, top-p, with a seed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError

_COOLEST, _HOTTEST = 0.01, 100  # temperatures between which float32 neither overflows nor loses all differences


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    `temperature` divides the logits (0: always the most probable token). Then `min_p` drops tokens less probable than
    that share of the most probable one (Nguyen et al. 2024), and `top_p` keeps the fewest most probable ones that
    together reach that share of what is left (Holtzman et al. 2020). The same `seed` draws the same tokens.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    min_p: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not (self.temperature == 0 or _COOLEST <= self.temperature <= _HOTTEST):
            raise InputError(f"temperature {self.temperature!r} must be 0, or from {_COOLEST} to {_HOTTEST}")
        if not 0 < self.top_p <= 1:
            raise InputError(f"top_p {self.top_p!r} must be above 0 and at most 1")
        if not 0 <= self.min_p <= 1:
            raise InputError(f"min_p {self.min_p!r} must be from 0 to 1")
        if self.seed < 0:
            raise InputError(f"seed {self.seed!r} must be 0 or above")


class Sampler:
    """One row's draws, one after the other."""

    def __init__(self, sampling: Sampling) -> None:
        self._temperature, self._top_p, self._min_p = sampling.temperature, sampling.top_p, sampling.min_p
        self._random = np.random.default_rng(sampling.seed).random

    def pick(self, logits: NDArray[np.float32], legal: NDArray[np.int64]) -> tuple[int, float]:
        """Draw one of the legal tokens (n,) by the logits (vocabulary,).

        Returns the token and its log-probability in nats among the legal ones, before temperature and filters.
        InputError where logits are not numbers.
        """
        left = logits[legal]
        best = int(left.argmax())
        left -= left[best]
        weights = np.exp(left)
        total = float(weights.sum())
        if not math.isfinite(total):
            raise InputError("the model gave logits that are not numbers; its weights are damaged")
        place = best if self._temperature == 0 else self._draw(left, weights)
        return int(legal[place]), float(left[place]) - math.log(total)

    def _draw(self, left: NDArray[np.float32], weights: NDArray[np.float32]) -> int:
        """Draw a place by logits whose largest is 0, given their exponentials."""
        if self._temperature != 1:
            weights = np.exp(left / self._temperature)
        if self._min_p > 0:
            weights[weights < self._min_p] = 0
        if self._top_p < 1:
            total = float(weights.sum(dtype=np.float64))
            # all that are smaller than this hold less than 1 - top_p together: those that are kept lie above
            near = (weights >= (1 - self._top_p) * total / len(weights)).nonzero()[0]
            held = weights[near]
            order = (-held).argsort()
            summed = held[order].cumsum(dtype=np.float64)
            last = int(summed.searchsorted(self._top_p * total))
            return int(near[order[self._throw(summed[: last + 1])]])
        return self._throw(weights.cumsum(dtype=np.float64))

    def _throw(self, summed: NDArray[np.float64]) -> int:
        place = int(summed.searchsorted(self._random() * summed[-1], side="right"))
        return min(place, len(summed) - 1)
