"""Fitting again what a saved recommender counted over all listeners: one who left is in it no more."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segue.listens.store import Store
from segue.recommend import saving
from segue.recommend.baselines import fit_parts
from segue.recommend.interactions import Interactions
from segue.recommend.population import heard_songs
from segue.recommend.recommender import Recommender


def refit_parts(store: Store, folder: Path) -> None:
    """Fit the parts of the recommender in a folder anew over its songs; language part, head and calibration stay."""
    old = saving.load(folder)
    catalogue = old.catalogue
    rows = [np.array(heard_songs(catalogue, heard), np.int64) for _, heard in store.histories()]
    fresh = {part.name: part for part in fit_parts(catalogue, Interactions(tuple(rows), len(catalogue)), is_timed=True)}
    parts = [fresh.get(part.name, part) for part in old.parts]
    made = Recommender(catalogue, parts, old.fusion, fitted=old.scorer.fitted, calibration=old.calibration)
    saving.save(made, folder)
