"""The command line: argument parsing only, one module per group of commands."""

from __future__ import annotations

import sys

import typer

from segue.cli import (
    compose,
    connect,
    demo,
    evaluate,
    generate,
    listens,
    models,
    music,
    phrases,
    pretrain,
    pretrain_harmony,
    pretrain_lyrics,
    recognize,
    recommend,
    review,
    serve,
    songs,
    tune,
)
from segue.errors import SegueError

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="What comes next? Music by a language model."
)
for group in (
    demo,
    listens,
    songs,
    music,
    generate,
    compose,
    tune,
    pretrain,
    pretrain_harmony,
    pretrain_lyrics,
    phrases,
    evaluate,
    recommend,
    recognize,
    models,
    review,
    serve,
    connect,
):
    group.register(app)


def main() -> None:
    """Run the command line; a SegueError becomes one line on stderr and its exit code."""
    try:
        app()
    except SegueError as error:
        sys.stderr.write(f"segue: {error}\n")
        sys.exit(error.exit_code)
