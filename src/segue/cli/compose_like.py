"""`--like FILE`: the option by which new music takes what it can of a file (`segue.likeness`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from segue.likeness import Model

LikeOption = Annotated[
    Path | None,
    typer.Option("--like", metavar="FILE", help="Music to be like: its style, and what no other option says."),
]


def model_of(file: Path | None, style: str, **given: object) -> Model | None:
    """Return the model that a file is, less what the user names; None without a file. Errors as `read_model`."""
    from segue.likeness import read_model

    return None if file is None else read_model(file, style).without(**given)
