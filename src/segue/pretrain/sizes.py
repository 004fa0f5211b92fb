"""The recipes of pretraining and of tuning to one's own tunes, by size; no torch."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from segue.errors import InputError, did_you_mean
from segue.tune.recipe import Recipe

_BASE = Recipe(
    backbone="none",
    optimizer="muon",
    lr=4e-3,
    weight_decay=0.05,
    max_length=1024,
    batch_size=1,
    accumulate=2,
    epochs=1,
    warmup=0.03,
    dropout=0.0,
    patience=0,
    checkpoint_every=100,
)
# windows of 256, 512 and 1,024 tokens
SIZES: Mapping[str, Recipe] = MappingProxyType(
    {"tiny": _BASE.replace(max_length=256), "small": _BASE.replace(max_length=512), "base": _BASE}
)


def of_size(sizes: Mapping[str, Recipe], size: str) -> Recipe:
    """Return the recipe of a size; InputError with a suggestion where there is none."""
    if size not in sizes:
        raise InputError(f"size {size!r} is none of {', '.join(sizes)}{did_you_mean(size, sizes)}")
    return sizes[size]


def pretrain_recipe(size: str = "base") -> Recipe:
    """Return the recipe of a size (its windows' length); InputError with a suggestion where there is none."""
    return of_size(SIZES, size)


_OWN = Recipe(
    backbone="score",
    method="lora",
    lr=3e-3,
    max_length=1024,
    batch_size=2,
    epochs=4,
    patience=2,
    checkpoint_every=50,
)
# two, four and ten passes over the tunes
OWN_SIZES: Mapping[str, Recipe] = MappingProxyType(
    {"tiny": _OWN.replace(epochs=2), "small": _OWN, "base": _OWN.replace(epochs=10)}
)


def own_recipe(size: str = "small") -> Recipe:
    """Return the recipe of tuning to one's own tunes; InputError with a suggestion where there is none of that size."""
    return of_size(OWN_SIZES, size)


_HARMONY = Recipe(
    backbone="none",
    method="full",
    lr=3e-3,
    weight_decay=0.05,
    batch_size=8,
    epochs=12,
    dropout=0.3,
    schedule="cosine",
    patience=0,
)
# passes over the songs; the shipped model is of the size base
HARMONY_SIZES: Mapping[str, Recipe] = MappingProxyType(
    {"tiny": _HARMONY.replace(epochs=1), "small": _HARMONY.replace(epochs=4), "base": _HARMONY}
)


def harmony_recipe(size: str = "base") -> Recipe:
    """Return the recipe of a harmony model; InputError with a suggestion where a size is unknown."""
    return of_size(HARMONY_SIZES, size)


_OWN_HARMONY = _HARMONY.replace(backbone="harmony", lr=2e-3, epochs=8, patience=3)
OWN_HARMONY_SIZES: Mapping[str, Recipe] = MappingProxyType(
    {"tiny": _OWN_HARMONY.replace(epochs=2), "small": _OWN_HARMONY, "base": _OWN_HARMONY.replace(epochs=16)}
)


def own_harmony_recipe(size: str = "small") -> Recipe:
    """Return the recipe of tuning the harmony model to one's own tunes; InputError where a size is unknown."""
    return of_size(OWN_HARMONY_SIZES, size)
