"""The options of a command that tunes: `--size`, `--recipe`, and one for each field of the recipe."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from segue.errors import InputError
from segue.tune.recipe import DIALS, SIZES, Dial, Recipe, size

_PANEL = "Recipe"


def with_recipe(
    default: Recipe | None = None, sizes: Callable[[str], Recipe] = size
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command whose parameter `recipe: Recipe` is keyword-only or last the options that make one.

    A flag beats the file of `--recipe`, the file beats `--size`, and what nobody names is `default`'s (or the recipe's
    own). `sizes` gives the recipe of a size, where a task has sizes of its own. InputError where a value is not
    accepted.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, include_extras=True)
        signature = inspect.signature(command)
        if "recipe" not in signature.parameters:
            raise InputError(f"command {command.__name__} has no parameter 'recipe'")
        own = [
            one.replace(annotation=hints.get(name, one.annotation), kind=inspect.Parameter.KEYWORD_ONLY)
            for name, one in signature.parameters.items()
            if name != "recipe"
        ]
        clash = {one.name for one in own} & {"size", "recipe_file", *DIALS}
        if clash:
            raise InputError(f"command {command.__name__} names {', '.join(sorted(clash))} as the recipe does")

        @functools.wraps(command)
        def run(**given: Any) -> None:
            chosen = {name: given.pop(name) for name in DIALS}
            base = sizes(named) if (named := given.pop("size")) else (default or Recipe())
            file: Path | None = given.pop("recipe_file")
            recipe = Recipe.from_toml(file, base) if file else base
            changes = {name: value for name, value in chosen.items() if value is not None}
            command(**given, recipe=recipe.replace(**changes))

        options = [*own, *_first_options(), *(_option(dial, default or Recipe()) for dial in DIALS.values())]
        del run.__wrapped__  # typer would read the signature of the command instead
        run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in options} | {"return": None}
        return run

    return decorate


def _first_options() -> list[inspect.Parameter]:
    sizes = f"How much to spend: {' | '.join(SIZES)}; sets several of the options below."
    file = "A recipe.toml; options beat it, it beats --size."
    return [
        _parameter("size", str, typer.Option("--size", help=sizes, rich_help_panel=_PANEL)),
        _parameter("recipe_file", Path, typer.Option("--recipe", help=file, rich_help_panel=_PANEL)),
    ]


def _option(dial: Dial, default: Recipe) -> inspect.Parameter:
    comment = f"{dial.comment[0].upper()}{dial.comment[1:]} ({dial.range}; {getattr(default, dial.name)})."
    flag = f"--{dial.name.replace('_', '-')}"
    return _parameter(dial.name, dial.kind, typer.Option(flag, help=comment, rich_help_panel=_PANEL))


def _parameter(name: str, kind: type, option: Any) -> inspect.Parameter:
    annotation = Annotated[kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
