"""A head on vectors: logistic regression that tells styles, calibrated, and says nothing under a threshold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from segue.errors import FormatError, InputError
from segue.recognize.calibration import Doubles, softmax, temperature_of, threshold_for

Floats = NDArray[np.float32]
PENALTIES = (0.001, 0.01, 0.1, 1.0)  # inverse strengths of the penalty that valid chooses from
RISK = 0.1  # answers that may be wrong, of those that are given
_FILES = "head.json", "head.safetensors"
_TENSORS = ("centre", "scale", "weights", "bias")


@dataclass(frozen=True, eq=False)
class Head:
    """Styles, and how a vector (d) tells them: centred and scaled, then weighed (styles, d), plus a bias (styles).

    Probabilities are those at `temperature`; an answer under `threshold` is not sure.
    """

    styles: tuple[str, ...]
    centre: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    temperature: float = 1.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        width, count = self.centre.shape[-1:], len(self.styles)
        shapes = [one.shape for one in (self.centre, self.scale, self.weights, self.bias)]
        if shapes != [width, width, (count, *width), (count,)] or not self.temperature > 0:
            raise InputError(
                f"a head of {count} styles with tensors of shapes {shapes} and temperature {self.temperature}:"
                " (d), (d), (styles, d), (styles) and more than 0 are accepted"
            )

    def logits(self, vectors: ArrayLike) -> Doubles:
        """Return logits (n, styles) of vectors (n, d); InputError for vectors of another width."""
        rows = np.asarray(vectors, np.float32)
        if rows.ndim != 2 or rows.shape[1] != len(self.centre):
            raise InputError(f"vectors of shape {rows.shape}: this head takes (n, {len(self.centre)})")
        found: Doubles = (((rows - self.centre) / self.scale) @ self.weights.T + self.bias).astype(np.float64)
        return found

    def probabilities(self, vectors: ArrayLike) -> Doubles:
        """Return calibrated probabilities (n, styles) of vectors (n, d)."""
        return softmax(self.logits(vectors), self.temperature)

    def calibrated(self, vectors: ArrayLike, styles: Sequence[str], risk: float = RISK) -> Head:
        """Return the head with temperature and threshold by held-out vectors (n, d) and their styles (n)."""
        told = indices(self.styles, styles)
        temperature = temperature_of(self.logits(vectors), told)
        shares = softmax(self.logits(vectors), temperature)
        return replace(self, temperature=temperature, threshold=threshold_for(shares, told, risk))

    def save(self, folder: Path) -> None:
        """Write `head.json` and `head.safetensors` into a folder; each is there whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        told, tensors = (folder / name for name in _FILES)
        facts = {"styles": self.styles, "temperature": self.temperature, "threshold": self.threshold}
        partial = tensors.with_name(f"{tensors.name}.partial")
        save_file({name: np.ascontiguousarray(getattr(self, name)) for name in _TENSORS}, partial)
        partial.chmod(0o644)  # of a temporary file only its owner may read
        partial.replace(tensors)
        partial = told.with_name(f"{told.name}.partial")
        partial.write_text(json.dumps(facts, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(told)


def load_head(folder: Path) -> Head:
    """Load a head; InputError where a file is missing, FormatError where one is damaged."""
    told, tensors = (folder / name for name in _FILES)
    try:
        facts, held = json.loads(told.read_text("utf-8")), load_file(tensors)
        tensors_held = (held["centre"], held["scale"], held["weights"], held["bias"])
        return Head(tuple(facts["styles"]), *tensors_held, float(facts["temperature"]), float(facts["threshold"]))
    except OSError as error:
        raise InputError(f"{error.filename or tensors} cannot be read: {error.strerror or error}") from error
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no head: {error!r}", file=str(folder)) from error


def indices(styles: Sequence[str], told: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of each told style among `styles`; InputError for one that is none of them."""
    numbers = {style: number for number, style in enumerate(styles)}
    unknown = sorted(set(told) - numbers.keys())
    if unknown:
        raise InputError(f"style {unknown[0]!r} is none of {', '.join(styles)}")
    return np.array([numbers[style] for style in told], np.int64)


def fit_head(
    vectors: ArrayLike,
    styles: Sequence[str],
    held: tuple[ArrayLike, Sequence[str]] | None = None,
    *,
    balanced: bool = True,
    penalties: Sequence[float] = PENALTIES,
) -> Head:
    """Fit a head to vectors (n, d) and their styles (n).

    With `held` vectors and styles the strength of the penalty is the one by which most of those are told right, and the
    head is calibrated on them. `balanced` makes rare styles count as much as common ones. InputError for fewer than two
    styles.
    """
    from sklearn.linear_model import LogisticRegression  # slow to import

    rows = np.asarray(vectors, np.float32)
    names = tuple(sorted(set(styles)))
    if len(names) < 2 or len(rows) != len(styles):
        raise InputError(
            f"{len(rows)} vectors of {len(names)} styles: a style each, and two styles or more, are needed"
        )
    centre, scale = rows.mean(0), np.maximum(rows.std(0), 1e-6)
    told = indices(names, styles)
    known = [] if held is None else [place for place, style in enumerate(held[1]) if style in names]
    best: tuple[float, Head] | None = None
    for penalty in penalties if known else penalties[-2:-1]:
        model = LogisticRegression(C=penalty, class_weight="balanced" if balanced else None, max_iter=2000)
        model.fit((rows - centre) / scale, told)
        weights, bias = np.asarray(model.coef_, np.float32), np.asarray(model.intercept_, np.float32)
        if len(names) == 2:  # one row tells the second from the first
            weights, bias = np.stack([0 * weights[0], weights[0]]), np.array([0, bias[0]], np.float32)
        head = Head(names, centre, scale, weights, bias)
        right = 0.0
        if held is not None and known:
            shown = np.asarray(held[0], np.float32)[known]
            right = float((head.logits(shown).argmax(1) == indices(names, [held[1][one] for one in known])).mean())
        if best is None or right > best[0]:
            best = right, head
    if best is None:
        raise InputError("no strength of the penalty is given")
    if held is None or not known:
        return best[1]
    return best[1].calibrated(np.asarray(held[0], np.float32)[known], [held[1][one] for one in known])
