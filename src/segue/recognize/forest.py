"""A forest on vectors, flattened to arrays: trees of randomised splits, calibrated, in use without scikit-learn.

Extremely randomised trees (Geurts, Ernst and Wehenkel, Machine Learning 2006): they ask one number at a time, so that
many that say nothing do little harm, and a few hundred examples are enough.
"""

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
from segue.recognize.calibration import Doubles, consistent_temperature, softmax, threshold_for
from segue.recognize.head import RISK, Floats, indices

LEAST = 1e-3  # added to shares before logarithms are taken: what no tree has seen is rare, not impossible
_TOLD, _TENSORS = "forest.json", "forest.safetensors"
_NAMES = ("roots", "columns", "cuts", "ways", "shares")


@dataclass(frozen=True, slots=True)
class Growth:
    """How a forest grows: how many trees, the fewest vectors of a leaf, the share of columns that a split is drawn from
    (0: the root of their number), and whether all styles count alike."""

    trees: int = 300
    leaf: int = 1
    columns: float = 0.0
    is_balanced: bool = False


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees whose nodes lie one after another: the first of each tree (trees), the column that a node asks for (nodes;
    -1 in a leaf), the cut up to which it goes the first of its two ways (nodes, 2), and the shares of styles (nodes,
    styles) in leaves.

    Used as a `segue.recognize.head.Head` is: an answer under `threshold` is not sure.
    """

    styles: tuple[str, ...]
    width: int
    roots: NDArray[np.int32]
    columns: NDArray[np.int32]
    cuts: Floats
    ways: NDArray[np.int32]
    shares: NDArray[np.float16]
    temperature: float = 1.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        count, styles = len(self.columns), len(self.styles)
        shapes = [one.shape for one in (self.cuts, self.ways, self.shares)]
        if shapes != [(count,), (count, 2), (count, styles)] or not self._leads_on() or not self.temperature > 0:
            raise InputError(
                f"a forest of {styles} styles and {count} nodes with tensors of shapes {shapes} and temperature"
                f" {self.temperature}: (nodes), (nodes, 2), (nodes, styles), nodes that there are and that lead to"
                " later ones, and more than 0 are accepted"
            )

    def _leads_on(self) -> bool:
        """Whether there are trees, and each way leads to a later node, so that it ends."""
        inner = np.flatnonzero(self.columns >= 0)
        ways = self.ways[inner]
        return bool(
            len(self.roots)
            and 0 <= self.roots.min() <= self.roots.max() < len(self.columns)
            and self.columns.max(initial=-1) < self.width
            and (ways > inner[:, None]).all()
            and ways.max(initial=0) < len(self.columns)
        )

    def logits(self, vectors: ArrayLike) -> Doubles:
        """Return the logarithm of the mean shares (n, styles) of vectors (n, d); InputError for another width."""
        rows = np.asarray(vectors, np.float32)
        if rows.ndim != 2 or rows.shape[1] != self.width:
            raise InputError(f"vectors of shape {rows.shape}: this forest takes (n, {self.width})")
        every = np.arange(len(rows))
        total = np.zeros((len(rows), len(self.styles)))
        for root in self.roots:
            nodes = np.full(len(rows), root, np.int32)
            going = every
            while len(going):
                going = going[self.columns[nodes[going]] >= 0]
                mine = nodes[going]
                nodes[going] = self.ways[mine, (rows[going, self.columns[mine]] > self.cuts[mine]).astype(np.int64)]
            total += self.shares[nodes]
        found: Doubles = np.log(total / len(self.roots) + LEAST)
        return found

    def probabilities(self, vectors: ArrayLike) -> Doubles:
        """Return calibrated probabilities (n, styles) of vectors (n, d)."""
        return softmax(self.logits(vectors), self.temperature)

    def calibrated(self, vectors: ArrayLike, styles: Sequence[str], risk: float = RISK) -> Forest:
        """Return the forest with temperature and threshold by held-out vectors (n, d) and their styles (n)."""
        return self.calibrated_by(self.logits(vectors), styles, risk)

    def calibrated_by(self, logits: ArrayLike, styles: Sequence[str], risk: float = RISK) -> Forest:
        """Return the forest with temperature and threshold by logits (n, styles) that others like it told of vectors
        they did not learn from, and the styles (n) of those."""
        told = indices(self.styles, styles)
        temperature = consistent_temperature(logits, told)
        threshold = threshold_for(softmax(logits, temperature), told, risk)
        return replace(self, temperature=temperature, threshold=threshold)

    def save(self, folder: Path) -> None:
        """Write `forest.json` and `forest.safetensors`; each is there whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {
            "styles": self.styles, "width": self.width, "temperature": self.temperature, "threshold": self.threshold
        }  # fmt: skip
        partial = folder / f"{_TENSORS}.partial"
        save_file({name: np.ascontiguousarray(getattr(self, name)) for name in _NAMES}, partial)
        partial.chmod(0o644)  # of a temporary file only its owner may read
        partial.replace(folder / _TENSORS)
        partial = folder / f"{_TOLD}.partial"
        partial.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(folder / _TOLD)


def load_forest(folder: Path) -> Forest:
    """Load a forest; InputError where a file is missing, FormatError where one is damaged."""
    try:
        told, held = json.loads((folder / _TOLD).read_text("utf-8")), load_file(folder / _TENSORS)
        tensors = held["roots"], held["columns"], held["cuts"], held["ways"], held["shares"]
        calibration = float(told["temperature"]), float(told["threshold"])
        return Forest(tuple(told["styles"]), int(told["width"]), *tensors, *calibration)
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be read: {error.strerror or error}") from error
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no forest: {error!r}", file=str(folder)) from error


def fit_forest(vectors: ArrayLike, styles: Sequence[str], growth: Growth = Growth(), seed: int = 0) -> Forest:
    """Grow a forest on vectors (n, d) and their styles (n), not calibrated; InputError for fewer than two styles."""
    from sklearn.ensemble import ExtraTreesClassifier  # slow to import

    rows, names = np.asarray(vectors, np.float32), tuple(sorted(set(styles)))
    if len(names) < 2 or len(rows) != len(styles):
        raise InputError(
            f"{len(rows)} vectors of {len(names)} styles: a style each, and two styles or more, are needed"
        )
    model = ExtraTreesClassifier(
        growth.trees,
        min_samples_leaf=growth.leaf,
        max_features=growth.columns or "sqrt",
        class_weight="balanced" if growth.is_balanced else None,
        random_state=seed,
    )
    trees = [one.tree_ for one in model.fit(rows, indices(names, styles)).estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1].astype(np.int32)
    shares, cuts = (
        np.concatenate(one) for one in ([tree.value[:, 0] for tree in trees], [one.threshold for one in trees])
    )
    rounded = cuts.astype(np.float32)  # downwards, so that every vector goes the same way in 32 bits
    ways = [
        root + np.maximum(np.stack([tree.children_left, tree.children_right], 1), 0)
        for root, tree in zip(roots, trees, strict=True)
    ]
    return Forest(
        names,
        rows.shape[1],
        roots,
        np.maximum(np.concatenate([tree.feature for tree in trees]), -1).astype(np.int32),
        np.where(rounded > cuts, np.nextafter(rounded, np.float32(-np.inf)), rounded),
        np.concatenate(ways).astype(np.int32),
        (shares / shares.sum(1, keepdims=True)).astype(np.float16),
    )
