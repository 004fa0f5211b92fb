"""A world of tastes: each listener keeps to one of four groups of words, by which alone the songs can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segue.listens.listen import Tally
from segue.listens.song import Song
from segue.listens.sql import SqlStore
from segue.recommend.audience import Audience, reading
from segue.recommend.catalogue import Catalogue
from segue.recommend.held_out import HeldOut, hold_out
from segue.recommend.interactions import Interactions
from segue.tune.recipe import Recipe
from tests.models.tiny import WORDS, tiny_folder

TASTES = 4


@dataclass(frozen=True)
class World:
    """Songs tagged with two of their taste's four words, listeners who heard 14 of their taste's songs and 2 others."""

    catalogue: Catalogue
    heard: Interactions
    taste: NDArray[np.int64]
    held: HeldOut
    audience: Audience


def world(songs: int = 120, listeners: int = 60, seed: int = 0) -> World:
    """Make the world; a tiny random backbone knows nothing of which words belong together."""
    rng = np.random.default_rng(seed)
    groups = rng.permutation(WORDS).reshape(TASTES, -1)
    taste = rng.integers(0, TASTES, songs)
    catalogue = Catalogue(
        [Song(f"{number:03d}", tags=tuple(rng.permutation(groups[own])[:2])) for number, own in enumerate(taste)]
    )
    heard = []
    for listener in range(listeners):
        own, others = (np.flatnonzero(mask) for mask in (taste == listener % TASTES, taste != listener % TASTES))
        chosen = [rng.choice(own, 14, replace=False), rng.choice(others, 2, replace=False)]
        heard.append(rng.permutation(np.concatenate(chosen)))
    names = tuple(f"listener {number}" for number in range(listeners))
    made = Interactions(tuple(heard), songs, names)
    held = hold_out(made, [False] * listeners, seed)
    return World(catalogue, made, taste, held, Audience(held.train, reading(catalogue)))


def fill(store: SqlStore, made: World) -> None:
    """Put the world into a store, as counts without times."""
    store.add_songs(made.catalogue)
    songs = made.catalogue.songs
    rows = zip(made.heard.listeners, made.heard.sequences, strict=True)
    store.add(Tally(listener, songs[number], 1) for listener, own in rows for number in own.tolist())


def tiny_recipe(folder: Path, kind: str = "bert", **changes: object) -> Recipe:
    """A recipe that teaches a tiny random backbone within a second or two."""
    path = folder / kind
    if not path.exists():
        path.mkdir()
        tiny_folder(kind, path)
    recipe = Recipe(
        backbone=str(path), lr=5e-3, head_lr=1e-2, batch_size=64, epochs=3, max_length=16, dropout=0.0, warmup=0.1,
        precision="fp32", patience=0, checkpoint_every=4,
    )  # fmt: skip
    return recipe.replace(**changes)
