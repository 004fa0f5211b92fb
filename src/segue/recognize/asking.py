"""Which files to label next: those that a head is unsure of, unlike each other; where there is no head, typical ones.

With a head, the files whose two likeliest labels lie closest together are grouped, and of each group the one nearest
its middle is asked for, middles weighed by how close the labels are (diverse mini-batches; Zhdanov 2019): two versions
of a piece lie in one group. Without one, groups of all files are asked for by their most typical member, the one whose
neighbours are nearest (TypiClust; Hacohen, Dekel and Weinshall, ICML 2022), large groups that hold no labelled file
first, in turns: while little is known, what is typical teaches more than what is odd.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import InputError
from segue.recognize.calibration import Doubles
from segue.recognize.head import Floats, Head
from segue.recognize.learning import shrunk

PREFILTER = 10  # times as many unsure files as are asked for are grouped
MOST = 4000  # files that are grouped where there is no head; of more, so many are drawn
NEIGHBOURS = 20
_SMALL = 5  # groups smaller than this are odd rather than typical, and asked for last


@dataclass(frozen=True, slots=True)
class Asked:
    """A file to label: its place among those given, and how unsure its label is: 1 less the margin between the two
    likeliest (1 where there is no head)."""

    place: int
    doubt: float


def ask(
    vectors: ArrayLike, count: int, head: Head | None = None, labelled: ArrayLike | None = None, seed: int = 0
) -> list[Asked]:
    """Choose up to `count` of unlabelled vectors (n, d) to label, the most useful first.

    Without a head `labelled` vectors (m, d), if any, are kept away from. Of equal vectors one is asked for, and none
    that is labelled. InputError for a count under 1.
    """
    if count < 1:
        raise InputError(f"{count} files to ask for: 1 or more are accepted")
    rows = np.asarray(vectors, np.float32)
    known = np.zeros((0, rows.shape[-1]), np.float32) if labelled is None else np.asarray(labelled, np.float32)
    pool = _distinct(rows, known)
    if not len(pool):
        return []
    if head is None:
        return [Asked(int(pool[one]), 1.0) for one in typical(rows[pool], count, known, seed)]
    doubts = doubts_of(head.probabilities(rows[pool]))
    chosen = unsure((rows[pool] - head.centre) / head.scale, doubts, count, seed)
    return [Asked(int(pool[one]), float(doubts[one])) for one in chosen]


def doubts_of(shares: Doubles) -> Doubles:
    """Return for probabilities (n, styles) 1 less the margin between the two likeliest (n)."""
    if shares.shape[1] < 2:
        return np.ones(len(shares))
    ordered = np.sort(shares, axis=1)
    found: Doubles = 1 - (ordered[:, -1] - ordered[:, -2])
    return found


def unsure(vectors: Floats, doubts: Doubles, count: int, seed: int = 0) -> list[int]:
    """Choose the places of `count` doubtful vectors (n, d) that lie apart, the most doubtful first."""
    top = np.argsort(-doubts, kind="stable")[: count * PREFILTER]
    if len(top) <= count:
        return [int(one) for one in top]
    groups, middles = _grouped(vectors[top], count, seed, doubts[top] + 1e-6)
    away = ((vectors[top] - middles[groups]) ** 2).sum(1)
    chosen = [int(top[mine[away[mine].argmin()]]) for mine in _members(groups)]
    return sorted(chosen, key=lambda place: (-doubts[place], place))


def typical(vectors: Floats, count: int, labelled: Floats, seed: int = 0) -> list[int]:
    """Choose the places of up to `count` typical vectors (n, d), groups in turn, away from `labelled` ones (m, d)."""
    rng = np.random.default_rng(seed)
    drawn = np.sort(rng.choice(len(vectors), MOST, replace=False)) if len(vectors) > MOST else np.arange(len(vectors))
    every = np.vstack([vectors[drawn], labelled])
    centre, scale = shrunk(every)
    rows, wanted = (every - centre) / scale, min(len(drawn), count)
    if wanted == len(drawn):
        return [int(one) for one in drawn]
    groups, _ = _grouped(rows, min(len(rows), wanted + len(labelled)), seed)
    members = [mine for mine in _members(groups) if (mine < len(drawn)).any()]
    members.sort(key=lambda mine: (bool((mine >= len(drawn)).any()), -len(mine)))
    lines = [(len(mine) < _SMALL, _by_typicality(rows, mine, len(drawn))) for mine in members]
    turns = [
        line[turn]
        for are_odd in (False, True)
        for turn in range(len(drawn))
        for is_odd, line in lines
        if is_odd == are_odd and turn < len(line)
    ]
    return [int(drawn[one]) for one in turns[:wanted]]


def _by_typicality(rows: Floats, members: NDArray[np.int64], unlabelled: int) -> list[int]:
    """The unlabelled members of a group, the least mean distance to their nearest neighbours in the group first."""
    mine = rows[members]
    away = np.sqrt(np.maximum((mine**2).sum(1)[:, None] + (mine**2).sum(1) - 2 * mine @ mine.T, 0))
    near = np.sort(away, axis=1)[:, 1 : NEIGHBOURS + 1]
    reach = near.mean(1) if near.shape[1] else np.zeros(len(members))
    return [int(one) for one in members[np.argsort(reach, kind="stable")] if one < unlabelled]


def _grouped(
    rows: Floats, count: int, seed: int, weights: Doubles | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Groups (n) of vectors (n, d) by k-means, and the middles (count, d)."""
    from sklearn.cluster import KMeans  # slow to import

    model = KMeans(count, n_init=1, random_state=seed).fit(rows.astype(np.float64), sample_weight=weights)
    return model.labels_.astype(np.int64), model.cluster_centers_


def _members(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [np.flatnonzero(groups == group) for group in np.unique(groups)]


def _distinct(rows: Floats, known: Floats) -> NDArray[np.int64]:
    """The places of vectors that equal none before them, and no known one."""
    seen = {one.tobytes() for one in known}
    found = []
    for place, one in enumerate(rows):
        key = one.tobytes()
        if key not in seen:
            seen.add(key)
            found.append(place)
    return np.array(found, np.int64)


def shares_of_kinds(sizes: Sequence[int], count: int) -> list[int]:
    """Part a count over kinds by their sizes, by the largest remainders; none gets more than it has."""
    total = sum(sizes)
    count = min(count, total)
    exact = [size * count / total if total else 0.0 for size in sizes]
    found = [int(one) for one in exact]
    order = sorted(range(len(sizes)), key=lambda one: (found[one] - exact[one], one))
    for one in order[: count - sum(found)]:
        found[one] += 1
    return found
