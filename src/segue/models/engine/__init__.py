"""Generating with the score model: engines that compute logits, the grammar over them, sampling, bars as they come.

`load_engine` gives an engine; `generating` and `scoring` work with any; docs/engine.md tells what was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from segue.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from segue.models.engine.protocol import Engine

# the place of `segue.models.score.folder.SHIPPED`, which cannot be asked without loading PyTorch
SHIPPED = Path(__file__).parents[1] / "weights" / "score"


def _fast(folder: Path) -> Engine:
    from segue.models.engine.fast import FastEngine

    return FastEngine.load(folder)


def _reference(folder: Path) -> Engine:
    from segue.models.engine.reference import ReferenceEngine

    return ReferenceEngine.load(folder)


# a new engine is one line here
ENGINES: Mapping[str, Callable[[Path], Engine]] = MappingProxyType({"fast": _fast, "reference": _reference})


def load_engine(folder: Path | None = None, name: str = "fast") -> Engine:
    """Load a score model into an engine; without a folder the model that Segue brings along.

    InputError for an engine that there is not, or where the folder lacks a file or holds weights of another shape,
    FormatError where a file is damaged.
    """
    if name not in ENGINES:
        raise InputError(f"engine {name!r} is none of {', '.join(ENGINES)}{did_you_mean(name, ENGINES)}")
    return ENGINES[name](SHIPPED if folder is None else folder)
