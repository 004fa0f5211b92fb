"""`segue evaluate`: how good the recommendations are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, home, open_home_store
from segue.cli.output import console, print_json
from segue.cli.stages import Stages
from segue.cli.tune import figures

if TYPE_CHECKING:
    from segue.recommend.assessing import Assessment


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("evaluate")(evaluate)


def evaluate(
    run: Annotated[str | None, typer.Option(help="A run's id; without it the one that is served.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Measure the model on what was heard and it has not seen, beside the simple baselines.

    Example: segue evaluate --json
    """
    from segue.recommend.assessing import assess

    with open_home_store(store) as opened:
        found = assess(opened, home(), run, Stages(is_quiet=json))
    if json:
        print_json(as_json(found))
        return
    out = console()
    out.print(Text(f"{found.run}: {found.pairs:,} pairs of {found.listeners:,} listeners that it has not seen"))
    out.print(figures(found.rows))
    out.print("± is a standard error over listeners")


def as_json(found: Assessment) -> dict[str, object]:
    """An assessment as one JSON object."""
    rows = {
        system: {name: {"mean": one.mean, "error": one.error, "n": one.n} for name, one in metrics.items()}
        for system, metrics in found.rows.items()
    }
    return {"run": found.run, "listeners": found.listeners, "pairs": found.pairs, "rows": rows}
