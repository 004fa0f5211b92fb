"""`segue pretrain`: make the score model anew from public sets of music."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.recipe_options import with_recipe
from segue.cli.stages import Stages
from segue.errors import InputError
from segue.pretrain.sizes import pretrain_recipe
from segue.tune.recipe import Recipe

if TYPE_CHECKING:
    from segue.pretrain.making import Made


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("pretrain")(with_recipe(pretrain_recipe(), pretrain_recipe)(pretrain))


def pretrain(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model; the same one goes on where it stopped.")],
    minutes: Annotated[float, typer.Option(min=0, help="Time to train; 0: by epochs and max-steps.")] = 60.0,
    corpora: Annotated[str, typer.Option(help="Corpora, comma between; all that may be, if none is named.")] = "",
    weights: Annotated[str, typer.Option(help="How often a pass takes each piece: ceol_rince=2,groove=0.5")] = "",
    passes: Annotated[int, typer.Option(min=1, help="Passes over the pieces, each said in other ways.")] = 4,
    batch_tokens: Annotated[int, typer.Option(min=256, help="Tokens per forward pass, at most.")] = 4096,
    shape: Annotated[str, typer.Option(help="Width, layers, heads and feed-forward width.")] = "384,4,6,1152",
    windows: Annotated[
        Path | None, typer.Option(help="Where windows are kept; several trainings may share it.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--init-from", help="Model folder whose weights it begins with.")
    ] = None,
    json: JsonOption = False,
    *,
    recipe: Recipe,
) -> None:
    """Pretrain a score model on corpora: gather, say in tokens, train, write a model folder with its card.

    Ctrl-C saves; the same command goes on from there.

    Example: segue pretrain --data ../shared/data --out score-model --minutes 100
    """
    from segue.cli.training_lines import TrainingLines
    from segue.pretrain.making import Order, make
    from segue.pretrain.pretraining import Budget

    order = Order(
        corpora=tuple(name for name in corpora.split(",") if name),
        weights=weights_of(weights),
        passes=passes,
        shape=shape_of(shape),
        budget=Budget(minutes, batch_tokens, start),
        windows=windows,
    )
    made = make(data, out, recipe, order, lambda tokens: [TrainingLines(tokens, is_quiet=json)], Stages(is_quiet=json))
    if json:
        print_json(made_as_json(made))
    else:
        show_made(made)


def weights_of(text: str) -> Mapping[str, float]:
    """Read "name=weight,name=weight"; InputError names what is not."""
    found = {}
    for part in filter(None, text.split(",")):
        name, _, weight = part.partition("=")
        try:
            found[name.strip()] = float(weight)
        except ValueError as error:
            raise InputError(f"weights: {part!r} is not NAME=NUMBER") from error
    return found


def shape_of(text: str) -> tuple[int, int, int, int]:
    """Read "width,layers,heads,feed-forward"; InputError where it is not four whole numbers."""
    parts = text.split(",")
    if len(parts) != 4 or not all(part.strip().isdecimal() for part in parts):
        raise InputError(f"shape {text!r} is not four whole numbers: width,layers,heads,feed-forward")
    width, layers, heads, inner = (int(part) for part in parts)
    return width, layers, heads, inner


def made_as_json(made: Made) -> dict[str, object]:
    """What a pretraining came to, as one JSON object."""
    fit = made.pretrained.fit
    return {
        "folder": str(made.pretrained.folder),
        "parameters": made.pretrained.config.parameters,
        "steps": fit.steps,
        "tokens": made.pretrained.tokens,
        "seconds": round(fit.seconds, 1),
        "tokens_per_second": round(made.pretrained.tokens / max(fit.seconds, 1e-9)),
        "before": dict(fit.before),
        "after": dict(fit.best),
        "data_hash": made.data.sha256,
        "tokens_by_corpus": made.data.train.tokens_by_source(),
    }


def show_made(made: Made) -> None:
    """The figures as a table, and where the model is."""
    fit, out = made.pretrained.fit, console()
    table = Table("held-out pieces", "before", "after")
    for name, value in fit.best.items():
        table.add_row(name, f"{fit.before.get(name, float('nan')):.4f}", f"{value:.4f}")
    out.print(table)
    out.print(
        f"{made.pretrained.config.parameters / 1e6:.2f} M parameters, {made.pretrained.tokens / 1e6:.1f} M tokens in "
        f"{fit.seconds / 60:.1f} minutes ({made.pretrained.tokens / max(fit.seconds, 1e-9):,.0f} a second)"
    )
    out.print(f"model in {made.pretrained.folder} (README.md, curve.png)", markup=False, soft_wrap=True)
