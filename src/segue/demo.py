"""The demonstration: the whole loop on simulated listeners whose true tastes are known."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from segue.errors import InputError
from segue.listens.listen import Feedback
from segue.listens.store import Store
from segue.listens.world.simulate import World
from segue.recommend.live import LiveHistories
from segue.recommend.recommender import Recommender
from segue.recommend.suggestion import Suggestion
from segue.tune.metrics import auc

MARK = "made-by-segue-demo"
PAIRS_SEED = 1


@dataclass(frozen=True)
class Truthfulness:
    """AUC over unheard (listener, song) pairs, labelled by the known truth: what was reached, and what could be."""

    popularity: float
    recommender: float
    oracle: float
    pairs: int


@dataclass(frozen=True)
class Thumb:
    """A dislike of the first suggestion: the lists before and after, and the time from thumb to changed list."""

    before: tuple[Suggestion, ...]
    after: tuple[Suggestion, ...]
    milliseconds: float


def fresh_folder(folder: Path) -> Path:
    """Make an empty folder for the demonstration; only one that an earlier demonstration made is emptied."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise InputError(f"{folder} holds something else than a demonstration; name an empty folder with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return folder


def fill(store: Store, world: World) -> None:
    """Put the world's songs and all that its listeners did into a store."""
    store.add_songs(world.songs)
    store.add(world.records)


def measure_truth(model: Recommender, store: Store, world: World) -> Truthfulness:
    """Hold the recommender against what the simulated listeners truly like, over songs none of them has heard."""
    pairs = world.truth.pairs(PAIRS_SEED)
    histories = LiveHistories(store, model.catalogue)
    numbers = np.array([_number(model, song.artist, song.title) for song in world.songs])
    said = np.zeros(len(pairs.label))
    for row, listener in enumerate(world.listeners):
        places = np.flatnonzero(pairs.listener == row)
        said[places] = model.logits(histories(listener.name))[numbers[pairs.song[places]]]
    fame = np.array([piece.popularity for piece in world.truth.pieces], dtype=float)
    truth = world.truth.preferences()[pairs.listener, pairs.song]
    return Truthfulness(
        auc(pairs.label, fame[pairs.song]), auc(pairs.label, said), auc(pairs.label, truth), len(pairs.label)
    )


def _number(model: Recommender, artist: str, title: str) -> int:
    number = model.catalogue.find(artist, title)
    if number is None:
        raise InputError(f"{artist} – {title} is not in the model's catalogue")
    return number


def give_thumb(model: Recommender, store: Store, listener: str, before: Sequence[Suggestion]) -> Thumb:
    """Dislike the first of a list and ask again."""
    histories = LiveHistories(store, model.catalogue)
    began = time.perf_counter()
    store.add([Feedback(listener, before[0].song, "dislike", datetime.now(UTC), source="demo")])
    after = model.recommend(histories(listener), len(before))
    return Thumb(tuple(before), after, (time.perf_counter() - began) * 1000)
