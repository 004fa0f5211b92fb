"""What the commands share that tell the styles of many files: which files, how many at a time, how far they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from segue.cli.home import home
from segue.errors import InputError, SegueError, UnavailableError

if TYPE_CHECKING:
    from segue.recognize.guess import Answer
    from segue.recognize.kept import KeptAnswers
    from segue.recognize.many import Asking, Tell

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


@dataclass(frozen=True)
class Showing:
    """How files are shown: each as a `row` of JSON, made for every file, or by `tell` for people."""

    row: Callable[[Path, Answer], dict[str, object]]
    tell: Callable[[Path, Answer], None]
    json: bool


def tell_many(files: Sequence[Path], how: Asking, show: Showing, tell: Tell | None = None) -> None:
    """Tell files one by one, each shown when it is told and not held; after Ctrl-C say how to go on.

    As JSON it is one object: `answers`, `broken`, and whether it `is_whole`. With `tell` nothing is kept.
    """
    from segue.recognize.many import tell_all

    broken: list[str] = []
    done, between, is_whole = 0, "", True
    if show.json:
        typer.echo('{"answers": [')
    with ExitStack() as stack:
        kept = None if tell is not None else _kept_if_possible(stack, how)
        step = stack.enter_context(advancing(len(files), is_quiet=show.json))
        try:
            for told in tell_all(files, how, kept, tell):
                done += 1
                try:
                    row = {} if told.answer is None else show.row(told.path, told.answer)
                    broken += [told.refusal] if told.answer is None else []
                except SegueError as error:
                    row, broken = {}, [*broken, str(error)]
                if row and show.json:
                    typer.echo(between + orjson.dumps(row).decode(), nl=False)
                    between = ",\n"
                elif row and told.answer is not None:
                    show.tell(told.path, told.answer)
                step()
        except KeyboardInterrupt:
            is_whole = False
    if show.json:
        typer.echo(f'],\n"broken": {orjson.dumps(broken).decode()},\n"is_whole": {str(is_whole).lower()}}}')
    else:
        name_broken(broken, "not read")
    if not is_whole:
        say_stopped(done, len(files), is_kept=kept is not None)
        raise typer.Exit(INTERRUPTED)


def kept_answers(how: Asking) -> KeptAnswers:
    """The answers of former calls, in Segue's own folder."""
    from segue.recognize.kept import KeptAnswers, teller_of

    return KeptAnswers(home() / "cache" / "styles.db", teller_of(how.folder), is_explained=how.is_explained)


def _kept_if_possible(stack: ExitStack, how: Asking) -> KeptAnswers | None:
    """The answers of former calls; where Segue's folder cannot be written, none, which is said."""
    try:
        return stack.enter_context(kept_answers(how))
    except UnavailableError as error:
        Console(stderr=True, highlight=False).print(f"not kept for the next time: {error}", markup=False)
        return None


@contextmanager
def advancing(total: int, *, is_quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on stderr with files done and left, moved by each call; nothing where stderr is no terminal."""
    stderr = Console(stderr=True)
    done = (BarColumn(), MofNCompleteColumn(), TextColumn("files,"), TimeElapsedColumn(), TextColumn("gone,"))
    left = (TimeRemainingColumn(), TextColumn("left"))
    is_off = is_quiet or not stderr.is_terminal
    redirects = sys.stdout.isatty()  # else what is printed meanwhile would leave its file
    with Progress(*done, *left, console=stderr, transient=True, disable=is_off, redirect_stdout=redirects) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def name_broken(broken: Sequence[str], what: str) -> None:
    """Say on stderr how many files something was not done with, and name the first."""
    if broken:
        more = f", and {len(broken) - NAMED:,} more" if len(broken) > NAMED else ""
        told = f"{len(broken):,} files {what}: {'; '.join(broken[:NAMED])}{more}"
        Console(stderr=True, highlight=False).print(told, markup=False, soft_wrap=True)


def say_stopped(done: int, total: int, *, is_kept: bool = True) -> None:
    """Say after Ctrl-C what is kept, and how to go on."""
    kept = " and kept; the same command goes on from there" if is_kept else ""
    told = f"stopped: {done:,} of {total:,} files are told{kept}"
    Console(stderr=True, highlight=False).print(told, markup=False, soft_wrap=True)
