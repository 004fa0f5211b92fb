"""Which examples go into which batch: shuffled, of near length, and a function of seed and epoch alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

_POOL = 50  # batches sorted by length together: little padding, and still a shuffle


@dataclass(frozen=True)
class BatchPlan:
    """The batches of every epoch; nothing of it needs to be saved for an exact resume.

    `lengths` holds a number per example such that near numbers cost alike, or None.
    """

    examples: int
    batch_size: int
    accumulate: int
    seed: int
    lengths: NDArray[np.int64] | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in one pass over the examples."""
        return -(-self.examples // (self.batch_size * self.accumulate))

    def epoch(self, number: int) -> list[list[NDArray[np.int64]]]:
        """Return the steps of an epoch, each a list of batches of row numbers; every row occurs once."""
        rng = np.random.default_rng((self.seed, number))
        order = rng.permutation(self.examples).astype(np.int64)
        if self.lengths is not None:
            order = self._by_length(order)
        batches = [order[start : start + self.batch_size] for start in range(0, self.examples, self.batch_size)]
        if self.lengths is not None:
            batches = [batches[place] for place in rng.permutation(len(batches))]
        return [batches[start : start + self.accumulate] for start in range(0, len(batches), self.accumulate)]

    def _by_length(self, order: NDArray[np.int64]) -> NDArray[np.int64]:
        lengths = np.asarray(self.lengths)
        pool = self.batch_size * _POOL
        pools = [order[start : start + pool] for start in range(0, len(order), pool)]
        return np.concatenate([rows[np.argsort(lengths[rows], kind="stable")] for rows in pools])


def to_device(batch: Any, device: torch.device) -> Any:
    """Return the batch with its tensors on the device, looking into dataclasses, mappings, lists and tuples."""
    if isinstance(batch, torch.Tensor):
        return batch.to(device)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        fields = {one.name: getattr(batch, one.name) for one in dataclasses.fields(batch) if one.init}
        return dataclasses.replace(batch, **{name: to_device(value, device) for name, value in fields.items()})
    if isinstance(batch, Mapping):
        return {name: to_device(value, device) for name, value in batch.items()}
    if isinstance(batch, list | tuple) and any(_may_hold_tensors(part) for part in batch):
        parts = [to_device(part, device) for part in batch]
        if isinstance(batch, list):
            return parts
        return type(batch)(*parts) if hasattr(batch, "_fields") else tuple(parts)
    return batch


def _may_hold_tensors(value: Any) -> bool:
    return isinstance(value, torch.Tensor | Mapping | tuple) or dataclasses.is_dataclass(value)


def lengths_of(examples: Sequence[Any], length: Any) -> NDArray[np.int64] | None:
    """Return the length of every example, or None where the task names no length."""
    if length is None:
        return None
    return np.fromiter((length(examples[row]) for row in range(len(examples))), dtype=np.int64, count=len(examples))
