"""Mean and standard error over seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segue.errors import InputError


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `n` runs with its standard error (None where there is one run only)."""

    mean: float
    error: float | None
    n: int

    def __str__(self) -> str:
        return f"{self.mean:.4f}" if self.error is None else f"{self.mean:.4f} ± {self.error:.4f}"


def figure(values: Sequence[float]) -> Figure:
    """Return mean and standard error: the sample's standard deviation (n - 1) over the root of n."""
    if not values:
        raise InputError("a mean needs at least one value")
    mean = math.fsum(values) / len(values)
    if len(values) == 1:
        return Figure(mean, None, 1)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return Figure(mean, spread / math.sqrt(len(values)), len(values))


def over_seeds(runs: Sequence[Mapping[str, float]]) -> dict[str, Figure]:
    """Return a figure per metric over runs that differ in their seed; InputError where they name unlike metrics."""
    for run in runs:
        if run.keys() != runs[0].keys():
            raise InputError(f"runs with unlike metrics: {', '.join(runs[0])} and {', '.join(run)}")
    return {name: figure([run[name] for run in runs]) for name in (runs[0] if runs else {})}
