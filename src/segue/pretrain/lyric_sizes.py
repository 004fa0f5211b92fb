"""The recipes of pretraining a lyric model, by size; no torch."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from segue.pretrain.sizes import of_size
from segue.tune.recipe import Recipe

_BASE = Recipe(
    backbone="none",
    optimizer="muon",
    lr=4e-3,
    weight_decay=0.1,
    max_length=512,
    batch_size=1,
    accumulate=1,
    epochs=8,
    warmup=0.03,
    dropout=0.0,
    patience=0,
    checkpoint_every=200,
)
# passes over the verses, where no minutes are given
SIZES: Mapping[str, Recipe] = MappingProxyType(
    {"tiny": _BASE.replace(epochs=1), "small": _BASE.replace(epochs=4), "base": _BASE}
)


def lyric_recipe(size: str = "base") -> Recipe:
    """Return the recipe of a size; InputError with a suggestion where there is none."""
    return of_size(SIZES, size)
