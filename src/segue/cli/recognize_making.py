"""`segue pretrain-styles`: make what tells styles anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.stages import Stages


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("pretrain-styles")(pretrain_styles)


def pretrain_styles(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the networks; the same one goes on where it stopped.")],
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the scores.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make the networks that tell the style of a score anew, from public sets, and measure them on other people's.

    Ctrl-C saves; the same command goes on from there.

    Example: segue pretrain-styles --data ../shared/data --out styles/score
    """
    from segue.cli.training_lines import TrainingLines
    from segue.recognize.making import make_styles
    from segue.recognize.net import RECIPE

    stages = Stages(is_quiet=json)
    lines = TrainingLines(1, unit="scores", is_quiet=json)
    made = make_styles(data, out, RECIPE.replace(epochs=epochs, seed=seed), [lines], lambda line: stages(line, 0, 1))
    if json:
        print_json({"folder": str(made.folder), "styles": made.nets.styles, "test": made.metrics})
        return
    told = ", ".join(f"{name} {value:.3f}" for name, value in made.metrics.items())
    console().print(f"{len(made.nets.styles)} styles; on other people's scores: {told}; in {made.folder}", markup=False)
