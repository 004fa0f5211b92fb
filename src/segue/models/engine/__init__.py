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


HARMONY = "harmony"  # the folder beside the weights with the adapter for harmonizing


def _fast(folder: Path, adapter: str) -> Engine:
    from segue.models.engine.fast import FastEngine

    return FastEngine.load(folder, adapter=adapter)


def _reference(folder: Path, adapter: str) -> Engine:
    from segue.models.engine.reference import ReferenceEngine

    return ReferenceEngine.load(folder, adapter)


# a new engine is one line here
ENGINES: Mapping[str, Callable[[Path, str], Engine]] = MappingProxyType({"fast": _fast, "reference": _reference})


def load_engine(folder: Path | None = None, name: str = "fast", *, adapter: str = "") -> Engine:
    """Load a score model into an engine; without a folder the model that Segue brings along.

    `adapter` names a folder beside its weights whose adapter is put into them, such as HARMONY; where there is none,
    the model is as it is. InputError for an engine that there is not, or where the folder lacks a file or holds weights
    of another shape, FormatError where a file is damaged.
    """
    if name not in ENGINES:
        raise InputError(f"engine {name!r} is none of {', '.join(ENGINES)}{did_you_mean(name, ENGINES)}")
    place = SHIPPED if folder is None else folder
    return ENGINES[name](place, adapter if (place / adapter).is_dir() else "")
