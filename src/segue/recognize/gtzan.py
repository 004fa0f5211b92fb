"""The ten genres of GTZAN (Tzanetakis and Cook, 2002) from audio features: linear discriminant analysis, shrunk.

Of the 57 features of the public table (means and variances over 30 s, by librosa) those that spread over powers of ten
are taken as logarithms. A few hundred clips do not tell the covariance of so many features apart from chance, so it is
pulled towards a multiple of the identity (Friedman, JASA 1989); how far is chosen on held-out clips.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from segue.errors import InputError
from segue.recognize.calibration import softmax
from segue.recognize.head import Floats, Head, indices

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
_PLAIN = (  # of the table, in its order
    *("chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate"),
    *("harmony", "perceptr"),
)
FEATURES = (
    *(f"{name}_{kind}" for name in _PLAIN for kind in ("mean", "var")),
    "tempo",
    *(f"mfcc{number}_{kind}" for number in range(1, 21) for kind in ("mean", "var")),
)
LOGGED = (
    *(name for name in FEATURES if name.endswith("_var")),
    *(f"{name}_mean" for name in ("rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate")),
    "tempo",
)
SHRINKAGES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
_LEAST = 1e-9  # what logarithms are taken of at least


def logged(features: ArrayLike, names: Sequence[str] = FEATURES) -> Floats:
    """Return features (n, d) by their names (d), those of LOGGED as logarithms; InputError for another width."""
    rows = np.array(features, np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise InputError(f"features of shape {rows.shape}: (n, {len(names)}) is needed")
    columns = [place for place, name in enumerate(names) if name in LOGGED]
    rows[:, columns] = np.log(np.maximum(rows[:, columns], _LEAST))
    return rows.astype(np.float32)


def fit_discriminant(vectors: ArrayLike, styles: Sequence[str], shrinkage: float) -> Head:
    """Fit shrunk linear discriminant analysis to vectors (n, d) and their styles (n), as a head, not calibrated.

    InputError for a shrinkage outside 0 to 1, or fewer than two styles.
    """
    rows, names = np.asarray(vectors, np.float64), tuple(sorted(set(styles)))
    if not 0 <= shrinkage <= 1 or len(names) < 2 or len(rows) != len(styles):
        raise InputError(
            f"shrinkage {shrinkage}, {len(rows)} vectors of {len(names)} styles: 0 to 1, a style each, and two styles"
        )
    told = indices(names, styles)
    centre, scale = rows.mean(0), np.maximum(rows.std(0), 1e-6)
    rows = (rows - centre) / scale
    means = np.stack([rows[told == number].mean(0) for number in range(len(names))])
    away = rows - means[told]
    within = away.T @ away / len(rows)
    width = len(within)
    within = (1 - shrinkage) * within + shrinkage * np.trace(within) / width * np.eye(width)
    weights = np.linalg.lstsq(within, means.T, rcond=None)[0].T
    bias = np.log(np.bincount(told) / len(told)) - 0.5 * (weights * means).sum(1)
    return Head(names, *(one.astype(np.float32) for one in (centre, scale, weights, bias)))


def fit_shrunk(
    vectors: ArrayLike, styles: Sequence[str], held: tuple[ArrayLike, Sequence[str]]
) -> tuple[Head, float, float]:
    """Fit with the shrinkage that tells held-out vectors (m, d) with the fewest nats, calibrated on them.

    Returns the head, the shrinkage and those nats.
    """
    best: tuple[Head, float, float] | None = None
    for shrinkage in SHRINKAGES:
        head = fit_discriminant(vectors, styles, shrinkage).calibrated(*held)
        shares = softmax(head.logits(held[0]), head.temperature)
        told = indices(head.styles, held[1])
        nats = float(-np.log(np.maximum(shares[np.arange(len(told)), told], 1e-300)).mean())
        if best is None or nats < best[2]:
            best = head, shrinkage, nats
    if best is None:
        raise InputError("no shrinkage is given")
    return best
