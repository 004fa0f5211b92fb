"""A forest and a straight head that tell together: trees know what is common, a balanced head what is rare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from segue.errors import FormatError, InputError
from segue.recognize.calibration import Doubles, consistent_temperature, softmax, threshold_for
from segue.recognize.forest import Forest, Growth, fit_forest, load_forest
from segue.recognize.head import RISK, Head, fit_head, indices, load_head

GROWTH = Growth()
PENALTY = 0.003  # inverse strength of the head's
_TOLD, _FOREST, _HEAD = "panel.json", "forest", "head"


@dataclass(frozen=True, eq=False)
class Panel:
    """A forest and a head of the same styles; their probabilities are averaged.

    Used as a `segue.recognize.head.Head` is: an answer under `threshold` is not sure. Temperatures of the two count no
    more, only that of the panel.
    """

    forest: Forest
    head: Head
    temperature: float = 1.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        if self.forest.styles != self.head.styles or not self.temperature > 0:
            raise InputError(
                f"a forest of {', '.join(self.forest.styles)}, a head of {', '.join(self.head.styles)}, temperature"
                f" {self.temperature}: the same styles and more than 0 are accepted"
            )

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles, in the order of the probabilities."""
        return self.forest.styles

    def logits(self, vectors: ArrayLike) -> Doubles:
        """Return the logarithm of the mean probabilities (n, styles) of vectors (n, d); InputError for another
        width."""
        found: Doubles = np.log((softmax(self.forest.logits(vectors)) + softmax(self.head.logits(vectors))) / 2)
        return found

    def probabilities(self, vectors: ArrayLike) -> Doubles:
        """Return calibrated probabilities (n, styles) of vectors (n, d)."""
        return softmax(self.logits(vectors), self.temperature)

    def calibrated_by(self, logits: ArrayLike, styles: Sequence[str], risk: float = RISK) -> Panel:
        """Return the panel with temperature and threshold by logits (n, styles) that others like it told of vectors
        they did not learn from, and the styles (n) of those."""
        told = indices(self.styles, styles)
        temperature = consistent_temperature(logits, told)
        return replace(self, temperature=temperature, threshold=threshold_for(softmax(logits, temperature), told, risk))

    def save(self, folder: Path) -> None:
        """Write `panel.json` and the folders `forest` and `head`; each file is there whole or not at all."""
        self.forest.save(folder / _FOREST)
        self.head.save(folder / _HEAD)
        partial = folder / f"{_TOLD}.partial"
        partial.write_text(json.dumps({"temperature": self.temperature, "threshold": self.threshold}) + "\n", "utf-8")
        partial.replace(folder / _TOLD)


def load_panel(folder: Path) -> Panel:
    """Load a panel; InputError where a file is missing, FormatError where one is damaged."""
    forest, head = load_forest(folder / _FOREST), load_head(folder / _HEAD)
    try:
        told = json.loads((folder / _TOLD).read_text("utf-8"))
        return Panel(forest, head, float(told["temperature"]), float(told["threshold"]))
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no panel: {error!r}", file=str(folder)) from error


def fit_panel(vectors: ArrayLike, styles: Sequence[str], growth: Growth = GROWTH, seed: int = 0) -> Panel:
    """Grow a forest and fit a balanced head on vectors (n, d) and their styles (n), not calibrated.

    InputError for fewer than two styles.
    """
    return Panel(fit_forest(vectors, styles, growth, seed), fit_head(vectors, styles, penalties=(PENALTY, PENALTY)))
