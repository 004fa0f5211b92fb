"""How much to spend on tuning to taste."""

from __future__ import annotations

from segue.tune.recipe import Recipe, size


def taste_recipe(name: str = "small") -> Recipe:
    """The recipe of a size for this task: blocks of 384 songs; `epochs` counts readings of the catalogue."""
    epochs = {"tiny": 2, "small": 5, "base": 8}
    recipe = size(name)
    lr = max(recipe.lr, 5e-5)
    return recipe.replace(batch_size=384, head_lr=1e-2, max_length=40, epochs=epochs[name], lr=lr)
