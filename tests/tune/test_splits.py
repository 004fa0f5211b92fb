"""Splits keep their word: nothing is in two parts, and no part sees another's future or group."""

from __future__ import annotations

import numpy as np
import pytest

from segue.errors import InputError
from segue.tune.splits import Split, by_group, by_time, leave_last_out, random_split


def parts(split: Split) -> list[list[int]]:
    return [split.train.tolist(), split.valid.tolist(), split.test.tolist()]


def whole(split: Split, rows: int) -> bool:
    return sorted(row for part in parts(split) for row in part) == list(range(rows))


@pytest.mark.parametrize("rows", [10, 1000, 42346])
def test_random_pairs_are_those_of_kgcn(rows: int) -> None:
    before = np.random.get_state()
    np.random.seed(555)  # as in KGCN's src/data_loader.py
    evaluated = np.random.choice(list(range(rows)), size=int(rows * 0.2), replace=False)
    left = set(range(rows)) - set(evaluated)
    tested = np.random.choice(list(left), size=int(rows * 0.2), replace=False)
    np.random.set_state(before)
    split = random_split(rows)
    assert split.valid.tolist() == sorted(evaluated) and split.test.tolist() == sorted(tested)
    assert whole(split, rows)
    assert parts(random_split(rows, seed=1)) != parts(split)


def test_leave_last_out_by_hand() -> None:
    listeners = ["ann", "bob", "ann", "ann", "cy", "bob", "ann"]
    times = [3, 1, 1, 9, 5, 2, 9]  # ann's two rows at 9 keep their order
    assert parts(leave_last_out(listeners, times)) == [[0, 1, 2, 4], [3], [5, 6]]
    with pytest.raises(InputError, match="1 listeners and 2 times"):
        leave_last_out(["ann"], [1, 2])


def test_by_time_parts_no_moment_and_never_looks_ahead() -> None:
    times = np.array([5, 1, 9, 9, 3, 7, 8, 2, 9, 4])
    split = by_time(times, valid=0.2, test=0.2)
    assert whole(split, 10)
    assert parts(split) == [[0, 1, 4, 5, 7, 9], [6], [2, 3, 8]]  # the last moment has three rows
    assert times[split.train].max() < times[split.valid].min() <= times[split.valid].max() < times[split.test].min()
    stamps = times.astype("datetime64[s]")
    assert parts(by_time(stamps, 0.2, 0.2)) == parts(split)
    assert parts(by_time(times, 0, 0)) == [list(range(10)), [], []]
    with pytest.raises(InputError, match="no rows"):
        by_time([])


def test_by_group_keeps_groups_whole() -> None:
    groups = [f"artist {number % 30}" for number in range(300)]
    split = by_group(groups, valid=0.1, test=0.2, seed=3)
    assert whole(split, 300)
    held = [{groups[row] for row in part} for part in parts(split)]
    assert [len(part) for part in held] == [21, 3, 6]
    assert not (held[0] & held[1] or held[0] & held[2] or held[1] & held[2])
    assert parts(by_group(groups, 0.1, 0.2, 3)) == parts(split) != parts(by_group(groups, 0.1, 0.2, 4))


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(InputError, match=r"shares valid 0\.5, test 0\.5"):
        random_split(10, 0.5, 0.5)
    with pytest.raises(InputError, match="in two parts"):
        Split(np.array([0, 1]), np.array([1]), np.array([2]))
