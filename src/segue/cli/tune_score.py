"""`segue tune score`: tune the score model to one's own tunes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, home, open_home_store
from segue.cli.output import console, print_json
from segue.cli.recipe_options import with_recipe
from segue.cli.stages import Stages
from segue.errors import InputError
from segue.pretrain.sizes import own_recipe
from segue.tune.recipe import Recipe

if TYPE_CHECKING:
    from segue.corpora.corpus import Piece
    from segue.pretrain.own import OwnTuned


def register(group: typer.Typer) -> None:
    """Add the command to `segue tune`."""
    group.command("score")(with_recipe(own_recipe(), own_recipe)(score))


def score(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder of tunes: ABC, MIDI, MusicXML.")
    ] = None,
    from_accepts: Annotated[
        bool, typer.Option("--from-accepts", help="Tune to what you accepted or edited of what was offered to you.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
    *,
    recipe: Recipe,
) -> None:
    """Tune the score model to a folder of tunes, measure it on some held out, and serve it if it is better.

    With --from-accepts the tunes are those that were offered to you and that you took, as they were or as you edited
    them; see `segue compose log`. Ctrl-C saves; the same command goes on from there.

    Example: segue tune score my-tunes --method lora
    """
    from segue.cli.training_lines import TrainingLines
    from segue.pretrain.own import tune_score

    source = _tunes(folder, from_accepts, store)
    tuned = tune_score(
        source, recipe, home(), lambda tokens: [TrainingLines(tokens, is_quiet=json)], Stages(is_quiet=json)
    )
    if json:
        print_json(tuned_as_json(tuned))
    else:
        show_tuned(tuned)


def _tunes(folder: Path | None, from_accepts: bool, store: str | None) -> Path | list[Piece]:
    """Where the tunes are: the folder, or the pieces of the store's log that were taken."""
    if from_accepts == (folder is not None):
        raise InputError("which tunes? give a folder, or --from-accepts, and not both")
    if folder is not None:
        return folder
    from segue.compose.log import taken_pieces

    with open_home_store(store) as opened:
        return taken_pieces(opened.offers)


def tuned_as_json(tuned: OwnTuned) -> dict[str, object]:
    """What a tuning came to, as one JSON object."""
    tunes = tuned.tunes
    return {
        "run": tuned.run.id,
        "folder": str(tuned.run.path),
        "is_served": not tuned.refused,
        "refused": tuned.refused,
        "tunes": {"train": len(tunes.train), "valid": len(tunes.valid), "test": len(tunes.test)},
        "repeats": tunes.repeats,
        "broken": [{"name": one.name, "why": one.why} for one in tunes.broken],
        "before": dict(tuned.run.before),
        "after": dict(tuned.run.after),
        "seconds": round(tuned.run.seconds, 1),
        "recipe": tuned.run.recipe.as_dict(),
    }


def show_tuned(tuned: OwnTuned) -> None:
    """The figures on held-out tunes as a table, and where everything was put."""
    out, run, tunes = console(), tuned.run, tuned.tunes
    table = Table(f"{len(tunes.test)} held-out tunes", "before", "after")
    for name, value in run.after.items():
        table.add_row(name, f"{run.before[name]:.3f}", f"{value:.3f}")
    out.print(table)
    told = f"learned from {len(tunes.train)} tunes, chosen by {len(tunes.valid)}, in {run.seconds / 60:.1f} minutes"
    out.print(Text(f"{told}; {tunes.repeats} variants of held-out tunes left out, {len(tunes.broken)} files not read"))
    for one in tunes.broken[:5]:
        out.print(Text(f"  {one.name}: {one.why}"))
    out.print(Text(f"method {run.recipe.method}: {run.trainable:,} of {run.total:,} parameters trained"))
    out.print(Text(f"run {run.id} in {run.path}"))
    out.print(Text("served from now on" if not tuned.refused else f"not served: {tuned.refused}"))
