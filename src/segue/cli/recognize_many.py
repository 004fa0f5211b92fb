"""What the commands share that tell the styles of many files: which files, how many at a time, how far they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from segue.cli.home import home
from segue.errors import InputError

if TYPE_CHECKING:
    from segue.recognize.kept import KeptAnswers
    from segue.recognize.many import Asking

INTERRUPTED = 130  # the exit code of a command that Ctrl-C ended
NAMED = 3  # broken files of a folder that are named
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, metavar="N", help="Files told at a time; as many as there are cores.")
]


def music_files(paths: Sequence[Path]) -> list[Path]:
    """Every file of music below folders, and the files named themselves; InputError where there is none."""
    from segue.recognize.items import music_below

    found = [file for path in paths for file in (music_below(path) if path.is_dir() else (path,))]
    if not found:
        raise InputError(f"{paths[0]} holds no file of music")
    return found


def kept_answers(how: Asking) -> KeptAnswers:
    """The answers of former calls, in Segue's own folder."""
    from segue.recognize.kept import KeptAnswers, teller_of

    return KeptAnswers(home() / "cache" / "styles.db", teller_of(how.folder), is_explained=how.is_explained)


@contextmanager
def advancing(total: int, *, is_quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on stderr with files done and left, moved by each call; nothing where stderr is no terminal."""
    stderr = Console(stderr=True)
    done = (BarColumn(), MofNCompleteColumn(), TextColumn("files,"), TimeElapsedColumn(), TextColumn("gone,"))
    left = (TimeRemainingColumn(), TextColumn("left"))
    with Progress(*done, *left, console=stderr, transient=True, disable=is_quiet or not stderr.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def name_broken(broken: Sequence[str], what: str) -> None:
    """Say on stderr how many files something was not done with, and name the first."""
    if broken:
        more = f", and {len(broken) - NAMED:,} more" if len(broken) > NAMED else ""
        told = f"{len(broken):,} files {what}: {'; '.join(broken[:NAMED])}{more}"
        Console(stderr=True, highlight=False).print(told, markup=False, soft_wrap=True)


def say_stopped(done: int, total: int) -> None:
    """Say after Ctrl-C what is kept, and how to go on."""
    told = f"stopped: answers to {done:,} of {total:,} files are kept; the same command goes on from there"
    Console(stderr=True, highlight=False).print(told, markup=False, soft_wrap=True)
