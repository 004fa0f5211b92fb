"""Splits into train, valid and test: random, by time, leave-last-out, by group; row numbers in, row numbers out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import InputError

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Row numbers of the three parts, each ascending; no row is in two of them."""

    train: Rows
    valid: Rows
    test: Rows

    def __post_init__(self) -> None:
        for name in ("train", "valid", "test"):
            object.__setattr__(self, name, np.sort(np.asarray(getattr(self, name), dtype=np.int64)))
        every = np.concatenate([self.train, self.valid, self.test])
        if len(np.unique(every)) != len(every):
            raise InputError("a row is in two parts of the split")


def random_split(rows: int, valid: float = 0.2, test: float = 0.2, seed: int = 555) -> Split:
    """Split pairs at random, as KGCN does: valid is drawn from all, test from the rest.

    The draw is numpy's legacy generator seeded once, so that seed 555 and shares of .2 give KGCN's own split.
    """
    _check_shares(valid, test)
    rng = np.random.RandomState(seed)
    chosen = rng.choice(rows, size=int(rows * valid), replace=False)
    left = sorted(set(range(rows)) - set(chosen.tolist()))
    tested = rng.choice(list(left), size=int(rows * test), replace=False)
    train = sorted(set(left) - set(tested.tolist()))
    return Split(np.array(train, dtype=np.int64), chosen, tested)


def leave_last_out(listeners: Sequence[Hashable], times: ArrayLike) -> Split:
    """The last row of each listener is test, the last but one valid, all before train.

    Rows of one time keep their order. A listener with two rows has no valid row, one with one row is train only.
    """
    rows = _by_time(listeners, times)
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for own in rows.values():
        held = min(2, len(own) - 1)
        parts[0].extend(own[: len(own) - held])
        parts[2].extend(own[len(own) - 1 :] if held else [])
        parts[1].extend(own[-2:-1] if held == 2 else [])
    return Split(*(np.array(part, dtype=np.int64) for part in parts))


def by_time(times: ArrayLike, valid: float = 0.1, test: float = 0.1) -> Split:
    """The latest share is test, the share before it valid; rows of one moment are never parted."""
    _check_shares(valid, test)
    moments = np.asarray(times)
    ordered = np.sort(moments)
    if not len(ordered):
        raise InputError("no rows to split by time")
    last = len(ordered) - 1
    starts_test = ordered[min(last, round(len(ordered) * (1 - test)))]
    starts_valid = ordered[min(last, round(len(ordered) * (1 - test - valid)))]
    tested = moments >= starts_test if test else np.zeros(len(moments), dtype=bool)
    checked = (moments >= starts_valid) & ~tested if valid else np.zeros(len(moments), dtype=bool)
    return Split(np.flatnonzero(~tested & ~checked), np.flatnonzero(checked), np.flatnonzero(tested))


def by_group(groups: Sequence[Hashable], valid: float = 0.1, test: float = 0.1, seed: int = 0) -> Split:
    """Whole groups (listeners, artists, composers) go to one part, shares counted in groups, drawn with the seed."""
    _check_shares(valid, test)
    names = list(dict.fromkeys(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    tests, valids = round(len(names) * test), round(len(names) * valid)
    part = {names[place]: 2 if turn < tests else 1 if turn < tests + valids else 0 for turn, place in enumerate(order)}
    of_row = np.array([part[group] for group in groups], dtype=np.int64)
    return Split(*(np.flatnonzero(of_row == number) for number in range(3)))


def _by_time(listeners: Sequence[Hashable], times: ArrayLike) -> dict[Hashable, list[int]]:
    moments = np.asarray(times)
    if len(moments) != len(listeners):
        raise InputError(f"{len(listeners)} listeners and {len(moments)} times; they must be equally many")
    rows: dict[Hashable, list[int]] = {}
    for row in np.argsort(moments, kind="stable").tolist():
        rows.setdefault(listeners[row], []).append(row)
    return rows


def _check_shares(valid: float, test: float) -> None:
    if not (valid >= 0 and test >= 0 and valid + test < 1):
        raise InputError(f"shares valid {valid}, test {test} must be 0 or more and leave something to train on")
