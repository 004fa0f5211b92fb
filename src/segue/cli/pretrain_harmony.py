"""`segue pretrain-harmony`: make the score model's adapter for harmonizing anew from public sets of songs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.pretrain import weights_of
from segue.cli.recipe_options import with_recipe
from segue.cli.stages import Stages
from segue.pretrain.sizes import harmony_recipe
from segue.tune.recipe import Recipe


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("pretrain-harmony")(with_recipe(harmony_recipe(), harmony_recipe)(pretrain_harmony))


def pretrain_harmony(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the adapter; the same one goes on where it stopped.")],
    corpora: Annotated[
        str, typer.Option(help="Corpora, comma between; OpenEWLD and rock songs, if none is named.")
    ] = "",
    weights: Annotated[str, typer.Option(help="How often a pass takes each piece: openewld=2,rock_corpus=0.5")] = "",
    json: JsonOption = False,
    *,
    recipe: Recipe,
) -> None:
    """Teach an adapter of the score model to harmonize: gather songs, hide all chords, learn them, write its card.

    Ctrl-C saves; the same command goes on from there. The adapter is used where OUT is the folder `harmony` beside the
    weights it was made for.

    Example: segue pretrain-harmony --data ../shared/data --out score-model/harmony --backbone score-model
    """
    from segue.cli.training_lines import TrainingLines
    from segue.pretrain.harmony import CORPORA, Order, make_harmony

    order = Order(tuple(name for name in corpora.split(",") if name) or CORPORA, weights_of(weights))
    made = make_harmony(
        data, out, recipe, order, lambda tokens: [TrainingLines(tokens, is_quiet=json)], Stages(is_quiet=json)
    )
    done = made.adapted.fit
    if json:
        told = {"steps": done.steps, "seconds": round(done.seconds, 1), "pieces": dict(made.pieces)}
        print_json({"file": str(made.file), **told, "before": dict(done.before), "after": dict(done.best)})
        return
    console().print(
        f"{done.steps:,} steps in {done.seconds / 60:.1f} minutes; nats per token of hidden chords of held-out pieces: "
        f"{done.before.get('nats', float('nan')):.4f} before, {done.best.get('nats', float('nan')):.4f} after; "
        f"adapter in {made.file}",
        markup=False,
        soft_wrap=True,
    )
