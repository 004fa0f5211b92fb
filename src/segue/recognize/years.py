"""When music may be from: a year by ridge regression on vectors, with an interval that holds as often as it says.

The interval is that of split conformal prediction (Vovk et al., "Algorithmic Learning in a Random World", 2005; Lei et
al., JASA 2018): as wide as the errors on held-out music were, for the share that was asked for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from segue.errors import FormatError, InputError
from segue.recognize.calibration import Doubles
from segue.recognize.head import Floats

PENALTIES = (10.0, 30.0, 100.0, 300.0, 1000.0)
SHARE = 0.8  # of years that lie in their interval
_FILES = "years.json", "years.safetensors"
_TENSORS = ("centre", "scale", "weights")
_LEAST_SCALE = 0.05  # a number that hardly varies is not made much of


@dataclass(frozen=True, eq=False)
class Years:
    """How a vector (d) tells a year: centred and scaled, weighed (d), plus a mean; `margin` years to either side."""

    centre: Floats
    scale: Floats
    weights: Floats
    mean: float
    margin: float = math.inf

    def __post_init__(self) -> None:
        shapes = [one.shape for one in (self.centre, self.scale, self.weights)]
        if len(set(shapes)) != 1 or len(shapes[0]) != 1 or not self.margin > 0:
            raise InputError(
                f"tensors of shapes {shapes} and a margin of {self.margin}: (d) each and more than 0 are needed"
            )

    def years(self, vectors: ArrayLike) -> Doubles:
        """Return years (n) of vectors (n, d); InputError for vectors of another width."""
        rows = np.asarray(vectors, np.float32)
        if rows.ndim != 2 or rows.shape[1] != len(self.centre):
            raise InputError(f"vectors of shape {rows.shape}: (n, {len(self.centre)}) is accepted")
        found: Doubles = (((rows - self.centre) / self.scale) @ self.weights).astype(np.float64) + self.mean
        return found

    def interval(self, vectors: ArrayLike) -> tuple[Doubles, Doubles]:
        """Return the first and the last year (n each) that vectors (n, d) may be from."""
        found = self.years(vectors)
        return found - self.margin, found + self.margin

    def save(self, folder: Path) -> None:
        """Write `years.json` and `years.safetensors` into a folder; each is there whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        told, tensors = (folder / name for name in _FILES)
        partial = tensors.with_name(f"{tensors.name}.partial")
        save_file({name: np.ascontiguousarray(getattr(self, name)) for name in _TENSORS}, partial)
        partial.chmod(0o644)  # of a temporary file only its owner may read
        partial.replace(tensors)
        partial = told.with_name(f"{told.name}.partial")
        partial.write_text(json.dumps({"mean": self.mean, "margin": self.margin}) + "\n", encoding="utf-8")
        partial.replace(told)


def load_years(folder: Path) -> Years:
    """Load what tells years; InputError where a file is missing, FormatError where one is damaged."""
    told, tensors = (folder / name for name in _FILES)
    try:
        facts, held = json.loads(told.read_text("utf-8")), load_file(tensors)
        return Years(held["centre"], held["scale"], held["weights"], float(facts["mean"]), float(facts["margin"]))
    except OSError as error:
        raise InputError(f"{error.filename or tensors} cannot be read: {error.strerror or error}") from error
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no years: {error!r}", file=str(folder)) from error


def margin_of(errors: ArrayLike, share: float = SHARE) -> float:
    """Return the margin by held-out errors (years): that of rank (n + 1) * share, rounded up; endless for too few.

    InputError for a share outside 0 to 1.
    """
    if not 0 < share < 1:
        raise InputError(f"a share of {share}: more than 0 and less than 1 is accepted")
    found = np.sort(np.abs(np.asarray(errors, np.float64)))
    rank = math.ceil((len(found) + 1) * share)
    return float(found[rank - 1]) if rank <= len(found) else math.inf


def fit_years(
    vectors: ArrayLike,
    years: Sequence[float],
    held: tuple[ArrayLike, Sequence[float]],
    *,
    share: float = SHARE,
    penalties: Sequence[float] = PENALTIES,
) -> Years:
    """Fit years (n) to vectors (n, d); `held` ones choose the penalty, by the mean error, and the margin.

    InputError where there is nothing to go by.
    """
    rows, told = np.asarray(vectors, np.float64), np.asarray(years, np.float64)
    if len(rows) < 2 or len(rows) != len(told) or not len(held[1]) or not penalties:
        raise InputError(f"{len(rows)} vectors of {len(told)} years, {len(held[1])} held out: two and one are needed")
    centre, scale, mean = rows.mean(0), np.maximum(rows.std(0), _LEAST_SCALE), float(told.mean())
    shown = (rows - centre) / scale
    gram: NDArray[np.float64] = shown @ shown.T
    best: tuple[float, Years] | None = None
    for penalty in penalties:
        weights = shown.T @ np.linalg.solve(gram + penalty * np.eye(len(gram)), told - mean)
        found = Years(centre.astype(np.float32), scale.astype(np.float32), weights.astype(np.float32), mean)
        error = float(np.abs(found.years(held[0]) - np.asarray(held[1])).mean())
        if best is None or error < best[0]:
            best = error, found
    if best is None:
        raise InputError("no penalty is given")
    model = best[1]
    margin = margin_of(model.years(held[0]) - np.asarray(held[1]), share)
    return Years(model.centre, model.scale, model.weights, model.mean, margin)
