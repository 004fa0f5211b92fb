"""`segue pretrain-harmony`: make the harmony model anew from public sets of songs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.recipe_options import with_recipe
from segue.cli.stages import Stages
from segue.pretrain.sizes import harmony_recipe
from segue.tune.recipe import Recipe


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("pretrain-harmony")(with_recipe(harmony_recipe(), harmony_recipe)(pretrain_harmony))


def pretrain_harmony(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model; the same one goes on where it stopped.")],
    corpora: Annotated[
        str, typer.Option(help="Corpora, comma between; OpenEWLD, rock and pop songs, if none is named.")
    ] = "",
    json: JsonOption = False,
    *,
    recipe: Recipe,
) -> None:
    """Teach a model to hear chords under melodies: gather songs, split them, learn them by beats, write its card.

    Ctrl-C saves; the same command goes on from there. `--backbone harmony` begins with the weights that are shipped.

    Example: segue pretrain-harmony --data ../shared/data --out harmony-model
    """
    from segue.cli.training_lines import TrainingLines
    from segue.pretrain.harmony import CORPORA, make_harmony

    named = tuple(name for name in corpora.split(",") if name) or CORPORA

    def lines(beats: float) -> list[TrainingLines]:
        return [TrainingLines(beats, unit="beats", is_quiet=json)]

    made = make_harmony(data, out, recipe, named, lines, Stages(is_quiet=json))
    done = made.fit
    if json:
        told = {"steps": done.steps, "seconds": round(done.seconds, 1), "songs": dict(made.songs)}
        print_json({"folder": str(made.folder), **told, "before": dict(done.before), "after": dict(done.best)})
        return
    console().print(
        f"{done.steps:,} steps in {done.seconds / 60:.1f} minutes; of beats of held-out songs "
        f"{done.best.get('accuracy', float('nan')):.1%} are told right; model in {made.folder}",
        markup=False,
        soft_wrap=True,
    )
