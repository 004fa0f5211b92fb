"""How much of the demo world's truth simple systems find: `python -m benchmarks.demo_world`

Pooled AUC over songs that a simulated listener has not heard, labelled by the truth; six worlds, error over worlds.
"""

from __future__ import annotations

import numpy as np

from benchmarks.result import Result, write
from segue.listens.listen import Listen
from segue.listens.world.simulate import World, simulate
from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions
from segue.recommend.parts import Ease, Neighbours, Part, Popularity, Tags
from segue.tune.metrics import auc
from segue.tune.stats import figure

SEEDS = tuple(range(6))


def liked(world: World) -> Interactions:
    """What each listener heard to the end, oldest first."""
    rows: dict[str, dict[int, None]] = {listener.name: {} for listener in world.listeners}
    for record in world.records:
        if isinstance(record, Listen) and not record.skipped:
            rows[record.listener].setdefault(world.truth.number(record.song))
    return Interactions.of([list(row) for row in rows.values()], len(world.songs))


def measure(seed: int) -> tuple[dict[str, float], int]:
    """AUC by system in one world, and the number of pairs."""
    world = simulate(seed)
    catalogue, heard = Catalogue(world.songs), liked(world)
    parts: list[Part] = [part.fit(catalogue, heard) for part in (Popularity, Neighbours, Ease, Tags)]
    pairs = world.truth.pairs(seed)
    said = np.zeros((len(parts), len(pairs.label)))
    for row, songs in enumerate(heard.sequences):
        places = np.flatnonzero(pairs.listener == row)
        weights = np.full(len(songs), 1 / max(len(songs), 1), np.float32)
        for number, part in enumerate(parts):
            said[number, places] = part.scores(songs, weights)[pairs.song[places]]
    found = {part.name: auc(pairs.label, said[number]) for number, part in enumerate(parts)}
    found["truth"] = auc(pairs.label, world.truth.preferences()[pairs.listener, pairs.song])
    return found, len(pairs.label)


def run() -> list[Result]:
    """Measure the worlds."""
    worlds = [measure(seed) for seed in SEEDS]
    found = []
    for name in worlds[0][0]:
        value = figure([metrics[name] for metrics, _ in worlds])
        found.append(
            Result(
                id=f"demo_world.{name}.auc",
                value=value.mean,
                error=value.error,
                unit="1",
                better="higher",
                bar=None,
                seeds=SEEDS,
                n=worlds[0][1],
                command="python -m benchmarks.demo_world",
                recipe={"listeners": 400, "songs": "heard to the end"},
            )
        )
    return found


if __name__ == "__main__":
    write("demo_world", run())
