"""`segue tune harmony`: tune the harmony model to one's own tunes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segue.cli.home import JsonOption, home
from segue.cli.output import print_json
from segue.cli.recipe_options import with_recipe
from segue.cli.stages import Stages
from segue.cli.tune_score import show_tuned, tuned_as_json
from segue.pretrain.sizes import own_harmony_recipe
from segue.tune.recipe import Recipe


def register(group: typer.Typer) -> None:
    """Add the command to `segue tune`."""
    group.command("harmony")(with_recipe(own_harmony_recipe(), own_harmony_recipe)(harmony))


def harmony(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of tunes with melody and chords.")],
    json: JsonOption = False,
    *,
    recipe: Recipe,
) -> None:
    """Tune the harmony model to a folder of tunes, measure it on some held out, and serve it if it is better.

    `segue compose harmony` then hears melodies as these tunes are harmonized. Ctrl-C saves; the same command goes on
    from there.

    Example: segue tune harmony my-lead-sheets
    """
    from segue.cli.training_lines import TrainingLines
    from segue.pretrain.own_harmony import tune_harmony

    def lines(beats: float) -> list[TrainingLines]:
        return [TrainingLines(beats, unit="beats", is_quiet=json)]

    tuned = tune_harmony(folder, recipe, home(), lines, Stages(is_quiet=json))
    if json:
        print_json(tuned_as_json(tuned))
    else:
        show_tuned(tuned)
