"""A population as a tuning found it, in a file: what was cut off goes on with the very same listens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson

from segue.errors import FormatError, InputError
from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions
from segue.recommend.population import Population
from segue.recommend.saving import song_of, song_record

FILE = "listeners.json"


def write_snapshot(population: Population, folder: Path) -> None:
    """Write a population, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {
        "songs": [song_record(song) for song in population.catalogue],
        "listeners": population.heard.listeners,
        "heard": [own.tolist() for own in population.heard.sequences],
        "disliked": [own.tolist() for own in population.disliked.sequences],
        "is_timed": population.is_timed,
    }
    partial = folder / f".{FILE}.partial"
    partial.write_bytes(orjson.dumps(rows))
    partial.replace(folder / FILE)


def read_snapshot(folder: Path) -> Population | None:
    """Read a population; None where there is none, FormatError where the file is damaged."""
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        rows = orjson.loads(file.read_bytes())
        catalogue = Catalogue([song_of(row) for row in rows["songs"]])
        heard, disliked = (
            Interactions(tuple(np.array(own, np.int64) for own in rows[name]), len(catalogue), tuple(rows["listeners"]))
            for name in ("heard", "disliked")
        )
        return Population(catalogue, heard, disliked, tuple(rows["is_timed"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, InputError) as error:
        raise FormatError(f"no listeners as a tuning found them: {error}; delete it", file=str(file)) from error
