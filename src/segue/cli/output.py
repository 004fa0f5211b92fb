"""Print a command's answer: a table for people, one JSON value for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


def print_json(value: object) -> None:
    """Print one JSON value of dictionaries, lists, texts, numbers and times."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def console() -> Console:
    """Where tables go; made anew, so that it writes to the present stdout."""
    return Console(highlight=False)


@contextmanager
def counting(what: str, *, is_quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress line on stderr that shows how many were done; nothing where stderr is no terminal or it is quiet."""
    stderr = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True, disable=is_quiet or not stderr.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda count: progress.update(task, completed=count)
