"""Where Segue keeps its things, and the options that say so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from segue.listens.sql import SqlStore

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="SEGUE_STORE",
        show_envvar=True,
        help="The store: a path (SQLite) or postgresql://USER@HOST/DATABASE. Without it segue.db in SEGUE_HOME.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]


def home() -> Path:
    """Segue's own folder: SEGUE_HOME, else segue in XDG_DATA_HOME, else ~/.local/share/segue."""
    if named := os.environ.get("SEGUE_HOME"):
        return Path(named).expanduser()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "segue"


def store_url(given: str | None = None) -> str:
    """The store's path or URL: the one given, else SEGUE_STORE, else segue.db in Segue's own folder."""
    return given or os.environ.get("SEGUE_STORE") or str(home() / "segue.db")


def open_home_store(given: str | None = None) -> SqlStore:
    """Open the store; the database library is loaded only here."""
    from segue.listens.sql import open_store

    return open_store(store_url(given))
