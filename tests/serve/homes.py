"""A home with a store and a served recommender, small enough to be made for each test."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from segue.listens.listen import Tally
from segue.listens.song import Song
from segue.listens.sql import open_store
from segue.recommend.recommender import Recommender
from segue.recommend.saving import save
from segue.recommend.seen import FILE, pair_hashes
from segue.serve.settings import Settings
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry
from segue.tune.run import Run
from tests.recommend.worlds import small_recommender

HEARD = ("Artist 0", "Artist 4", "Artist 8")


def a_home(folder: Path, model: Recommender | None = None) -> Path:
    """A home in which ann heard three even songs, bob two odd ones, and two runs were tuned, the better one served."""
    model = model or small_recommender()
    with open_store(folder / "segue.db") as store:
        store.add([Tally("ann", Song(name), 5) for name in HEARD])
        store.add([Tally("bob", Song(name), 5) for name in ("Artist 1", "Artist 5")])
        store.add_songs(model.catalogue)
    for name, auc in (("first", 0.7), ("second", 0.8)):
        run = Run(
            name, "recommend", Recipe(), "auc", "d" * 64, {"auc": 0.5}, {"auc": auc}, {"popularity": {"auc": 0.6}}
        )
        place = folder / "models" / "recommend" / name
        place.mkdir(parents=True)
        (place / "metrics.json").write_text(json.dumps(run.as_dict()), encoding="utf-8")
        save(model, place / "recommender")
        seen = [*pair_hashes("ann", [Song(one).key for one in HEARD]), *pair_hashes("bob", [Song("Artist 1").key])]
        save_file({"seen": np.sort(np.array(seen, np.uint64))}, place / FILE)
        Registry(folder / "models").promote(name)
    return folder


def settings(home: Path, **more: object) -> Settings:
    """Settings of a server that knows nobody."""
    return Settings(home=home, store=str(home / "segue.db"), **more)  # type: ignore[arg-type]
