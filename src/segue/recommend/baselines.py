"""The simple systems that a tuned one is compared with, and the parts that stand beside the language model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from segue.recommend.als import Als
from segue.recommend.catalogue import Catalogue
from segue.recommend.evaluate import Ranker, System
from segue.recommend.held_out import HeldOut
from segue.recommend.interactions import Interactions
from segue.recommend.parts import Ease, LowRank, Neighbours, Part, Popularity, Tags, Transitions
from segue.recommend.sequence import RECIPE, fit_sequence

RECENT = 10.0  # songs after which a song of a timed history counts half among the recent ones
# (what is left to train on and the valid pairs, a folder for checkpoints, seed) -> a ranker that is no part
Baseline = Callable[[HeldOut, Path, int], Ranker]


def _als(held: HeldOut, folder: Path, seed: int) -> Ranker:  # noqa: ARG001 (it is quick, and keeps no checkpoints)
    return Als.fit(held.train, seed=seed)


def _sequence(held: HeldOut, folder: Path, seed: int) -> Ranker:
    return fit_sequence(held, folder, RECIPE.replace(seed=seed))


# a new baseline is one function and one line here
BASELINES: Mapping[str, Baseline] = MappingProxyType({"ALS": _als, "sequence": _sequence})
# simple systems made of parts alone: their name in the table, and the parts
SIMPLE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "popularity": ("popularity",),
        "item-kNN": ("neighbours",),
        "EASE": ("near ease",),
        "tags": ("tags",),
        "tags + EASE": ("tags", "near ease"),
    }
)


def fit_baselines(held: HeldOut, folder: Path, seed: int) -> dict[str, Ranker]:
    """Fit every baseline that is no part on what is left to train on; `folder` keeps their checkpoints."""
    return {name: fit(held, folder / name.lower(), seed) for name, fit in BASELINES.items()}


def simple_systems() -> list[System]:
    """Every simple system, its head yet to be fitted."""
    made = [System(name, parts) for name, parts in SIMPLE.items()]
    return made + [System(name, (name,)) for name in BASELINES]


def fit_parts(catalogue: Catalogue, heard: Interactions, *, is_timed: bool) -> list[Part]:
    """Fit all parts but the language model; recent songs and what follows them are asked only of timed histories."""
    plain, near = Tags.fit(catalogue, heard), Neighbours.fit(catalogue, heard)
    parts: list[Part] = [
        Popularity.fit(catalogue, heard),
        near,
        Neighbours.fit(catalogue, heard, name="sure neighbours", shrink=5.0),
        Ease.fit(catalogue, heard),
        Ease.fit(catalogue, heard, name="near ease", penalty=200.0),
        LowRank.fit(catalogue, heard),
        plain,
        plain.sharpened(),
    ]
    return [*parts, near.recent(RECENT), Transitions.fit(catalogue, heard)] if is_timed else parts
