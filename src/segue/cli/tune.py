"""`segue tune`: fine-tune a language model for a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from segue.cli import tune_harmony, tune_score
from segue.cli.home import JsonOption, StoreOption, home, open_home_store
from segue.cli.output import console, print_json
from segue.cli.recipe_options import with_recipe
from segue.cli.stages import Stages
from segue.recommend.sizes import taste_recipe
from segue.tune.recipe import Recipe

if TYPE_CHECKING:
    from segue.recommend.tuning import Tuned
    from segue.tune.stats import Figure

group = typer.Typer(no_args_is_help=True, help="Fine-tune a language model for a task.")
SHOWN = ("auc", "f1", "hr10", "ndcg10")


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    group.command("recommend")(with_recipe(taste_recipe(), taste_recipe)(recommend))
    tune_score.register(group)
    tune_harmony.register(group)
    app.add_typer(group, name="tune")


def recommend(
    seeds: Annotated[int, typer.Option(min=1, help="Trainings with as many seeds, for standard errors.")] = 1,
    store: StoreOption = None,
    json: JsonOption = False,
    *,
    recipe: Recipe,
) -> None:
    """Tune the language model on the listeners in the store, compare it, and serve it if it is better.

    Ctrl-C saves; the same command goes on from there. Likes and dislikes given since are learned from.

    Example: segue tune recommend --size small --seeds 3
    """
    from segue.recommend.tuning import tune_recommend
    from segue.tune.callbacks import Callback, ProgressBar

    def bars() -> list[Callback]:
        return [] if json else [ProgressBar()]

    with open_home_store(store) as opened:
        tuned = tune_recommend(opened, recipe, home(), seeds, bars, Stages(is_quiet=json))
    if json:
        print_json(tuned_as_json(tuned))
    else:
        show_tuned(tuned)


def tuned_as_json(tuned: Tuned) -> dict[str, object]:
    """What a tuning came to, as one JSON object."""
    return {
        "run": tuned.run.id,
        "folder": str(tuned.folder),
        "is_served": tuned.is_served,
        "refused": tuned.refused,
        "recipe": tuned.run.recipe.as_dict(),
        "comparison": tuned.comparison.as_dict(),
    }


def figures(rows: Mapping[str, Mapping[str, Figure]]) -> Table:
    """A table of systems by their main metrics."""
    table = Table("system", box=SIMPLE, pad_edge=False)
    for name in SHOWN:
        table.add_column(name, justify="right", no_wrap=True)
    for system, metrics in rows.items():
        table.add_row(Text(system), *(_short(metrics[name]) if name in metrics else "" for name in SHOWN))
    return table


def _short(figure: Figure) -> str:
    return f"{figure.mean:.3f}" if figure.error is None else f"{figure.mean:.3f} ± {figure.error:.3f}"


def show_tuned(tuned: Tuned) -> None:
    """The comparison as a table, and where everything was put."""
    out = console()
    out.print(figures(tuned.comparison.rows))
    run = tuned.run
    out.print(Text(f"method {run.recipe.method}: {run.trainable:,} of {run.total:,} parameters trained"))
    out.print(
        Text(f"tuning the language model: {run.metric} {tuned.comparison.gain():+.4f} over the same system frozen")
    )
    out.print(Text(f"run {run.id} in {tuned.folder} (comparison.png, README.md, recipe.toml)"))
    out.print(Text("served from now on" if tuned.is_served else f"not served: {tuned.refused}"))
