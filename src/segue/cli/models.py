"""`segue models`: the tuned models on this machine, and which of them is served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from segue.cli.home import JsonOption, home
from segue.cli.output import console, print_json

if TYPE_CHECKING:
    from segue.tune.registry import Registry
    from segue.tune.run import Run

group = typer.Typer(no_args_is_help=True, help="Tuned models: list, show, promote, rollback, prune, export.")
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, as `segue models list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(group, name="models")


def open_registry() -> Registry:
    """The registry in Segue's own folder."""
    from segue.tune.registry import Registry

    return Registry(home() / "models")


@group.command("list")
def list_runs(
    task: Annotated[str | None, typer.Option("--task", help="Only runs of this task.")] = None,
    json: JsonOption = False,
) -> None:
    """List the tuned models, oldest first; the served ones carry a star, those of which the figures alone are left a -.

    Example: segue models list --task recommend
    """
    registry = open_registry()
    runs = registry.list(task)
    served = _served(registry, runs)
    if json:
        print_json([_summary(run, served) | {"retired": registry.retired(run)} for run in runs])
        return
    if not runs:
        console().print(f"no tuned models in {registry.path}; `segue tune recommend` makes one")
        return
    table = Table("", "run", "task", "method", "metric", "before", "after", "made")
    for run in runs:
        before = f"{run.before[run.metric]:.4f}" if run.metric in run.before else ""
        star = "*" if run.id in served else "-" if registry.retired(run) else ""
        after, made = f"{run.after[run.metric]:.4f}", f"{run.made_at:%Y-%m-%d %H:%M}"
        table.add_row(star, run.id, run.task, run.recipe.method, run.metric, before, after, made)
    console().print(table)


@group.command("show")
def show(run: RunArgument, json: JsonOption = False) -> None:
    """Show a model: figures before and after tuning and of the baselines, recipe, data and versions.

    Example: segue models show recommend-full-1a2b3c4d
    """
    registry = open_registry()
    found = registry.show(run)
    if json:
        print_json(found.as_dict() | {"path": str(found.path), "is_served": run in _served(registry, [found])})
        return
    rows = {"before tuning": found.before, "after tuning": found.after}
    rows |= {f"served: {name}": row for name, row in found.served.items()} | dict(found.baselines)
    table = Table("", *found.after, title=found.id)
    for title, row in rows.items():
        table.add_row(title, *(f"{row[name]:.4f}" if name in row else "" for name in found.after))
    out = console()
    out.print(table)
    out.print(
        f"{found.recipe.method}: {found.trainable:,} of {found.total:,} parameters trained in {found.seconds:.0f} s"
    )
    out.print(f"data {found.data_hash[:12]}, made {found.made_at:%Y-%m-%d %H:%M} UTC")
    out.print(found.recipe.to_toml(), markup=False)
    out.print(f"folder: {found.path}", markup=False, soft_wrap=True)


@group.command("promote")
def promote(run: RunArgument, json: JsonOption = False) -> None:
    """Serve a model from now on; refused where it does not beat the one being served.

    Example: segue models promote recommend-full-1a2b3c4d
    """
    _tell(open_registry().promote(run), json)


@group.command("rollback")
def rollback(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task whose former model is served again.")],
    to_shipped: Annotated[bool, typer.Option("--to-shipped", help="Use the model as it is shipped.")] = False,
    json: JsonOption = False,
) -> None:
    """Serve again the model that was served before.

    Example: segue models rollback recommend
    """
    if not to_shipped:
        _tell(open_registry().rollback(task), json)
        return
    open_registry().withdraw(task)
    if json:
        print_json({"task": task, "served": None})
    else:
        console().print(f"{task}: the model as it is shipped is used from now on", markup=False)


@group.command("prune")
def prune(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task whose older runs lose their weights.")],
    keep: Annotated[int, typer.Option(min=1, help="How many of the latest stay whole.")] = 5,
    json: JsonOption = False,
) -> None:
    """Remove the weights of older runs, and keep their figures; those served, and served before, stay whole.

    Example: segue models prune recommend --keep 3
    """
    gone = open_registry().prune(task, keep)
    if json:
        print_json({"task": task, "retired": gone})
    else:
        console().print(f"{task}: of {len(gone)} runs the figures alone are left", markup=False)


@group.command("export")
def export(
    run: RunArgument,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A new folder, or a new file that ends in .zip.")],
    json: JsonOption = False,
) -> None:
    """Copy a model with its card and recipe into a folder or a zip.

    Example: segue models export recommend-full-1a2b3c4d model.zip
    """
    written = open_registry().export(run, target)
    if json:
        print_json({"run": run, "target": str(written)})
    else:
        console().print(f"{run} is in {written}", markup=False, soft_wrap=True)


def _served(registry: Registry, runs: list[Run]) -> set[str]:
    found = (registry.served(task) for task in {run.task for run in runs})
    return {run.id for run in found if run is not None}


def _summary(run: Run, served: set[str]) -> dict[str, Any]:
    return {
        "id": run.id,
        "task": run.task,
        "method": run.recipe.method,
        "chosen_by": run.chosen_by,
        "before": dict(run.before),
        "after": dict(run.after),
        "made_at": run.made_at,
        "is_served": run.id in served,
    }


def _tell(run: Run, json: bool) -> None:
    if json:
        print_json({"task": run.task, "served": run.id, "metric": run.metric, "value": run.after[run.metric]})
    else:
        console().print(f"{run.task} is served by {run.id} ({run.metric} {run.after[run.metric]:.4f})")
