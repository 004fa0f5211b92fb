"""`segue serve`: the page and the HTTP interface; `segue keys`: who may come in."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, home, store_url
from segue.cli.output import console, print_json

if TYPE_CHECKING:
    from segue.serve.ledger import Ledger

PORT = 8377
_SCREENS = ("darwin", "win32")  # systems that have one without saying so
keys = typer.Typer(no_args_is_help=True, help="Keys to the server: make, list, revoke.")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("serve")(serve)
    app.command("mcp")(mcp)
    app.add_typer(keys, name="keys")


def serve(
    host: Annotated[str, typer.Option(help="The address to answer at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = PORT,
    open_: Annotated[
        bool, typer.Option("--open/--keys", help="Let in who is on this machine without a key, or nobody.")
    ] = True,
    allow: Annotated[
        list[Path] | None, typer.Option("--allow", metavar="FOLDER", help="Files below it may be named by path.")
    ] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second of one key.")] = 50.0,
    retune: Annotated[
        float, typer.Option(min=0, metavar="HOURS", help="Tune again so often, where enough was heard; 0 never.")
    ] = 24.0,
    keep_runs: Annotated[int, typer.Option(min=1, help="Tuned runs kept whole; of older ones the figures stay.")] = 5,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the page and the HTTP interface until Ctrl-C. The first start makes an admin key and shows it once.

    On an address that others can reach a key is always needed.

    Example: segue serve --port 8377 --allow ~/Music
    """
    from segue.serve.running import run
    from segue.serve.settings import Settings, is_loopback

    settings = Settings(
        home=home(),
        store=store_url(store),
        host=host,
        port=port,
        is_open=open_ and is_loopback(host),
        folders=tuple(allow or ()),
        rate=rate,
        retune=retune,
        keep_runs=keep_runs,
    )
    run(settings, lambda told: print_json(told) if json else _told(told))


def serve_home(place: Path, *, opens: bool) -> None:
    """Serve a home to who is on this machine until Ctrl-C, at a free port where the usual one is taken.

    With `opens` the page is shown where there is a screen; a browser that does not come back holds nothing up.
    """
    import threading
    import webbrowser

    from segue.errors import UnavailableError
    from segue.serve.running import run
    from segue.serve.settings import Settings

    def told(words: dict[str, object]) -> None:
        _told(words)
        if opens and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in _SCREENS):
            threading.Thread(target=webbrowser.open, args=(str(words["address"]),), daemon=True).start()

    settings = Settings(home=place, store=str(place / "segue.db"), port=PORT, is_open=True)
    try:
        run(settings, told)
    except UnavailableError:
        run(replace(settings, port=0), told)


def _told(words: dict[str, object]) -> None:
    out = console()
    out.print(Text(f"Segue answers at {words['address']}"), soft_wrap=True)
    if words["admin_key"]:
        out.print(Text(f"admin key, shown this once: {words['admin_key']}"), soft_wrap=True)
    out.print("who is on this machine needs no key" if words["is_open"] else "a key is needed: `segue keys make`")
    out.print("Ctrl-C ends it; nothing that was accepted is lost")


def mcp(
    allow: Annotated[
        list[Path] | None, typer.Option("--allow", metavar="FOLDER", help="Files below it may be recognized.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Serve assistants by the Model Context Protocol, on standard input and output.

    Example: segue mcp --allow ~/Music
    """
    from segue.serve.mcp import serve_mcp
    from segue.serve.service import Service
    from segue.serve.settings import Settings

    serve_mcp(Service(Settings(home=home(), store=store_url(store), folders=tuple(allow or ()))))


@keys.command("make")
def make(
    name: Annotated[str, typer.Argument(help="What it is for: a player, a person.")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="listens, compose, recognize, models or admin; listens without.")
    ] = None,
    listener: Annotated[str | None, typer.Option(help="Whose listens it sends and sees; anybody's without.")] = None,
    json: JsonOption = False,
) -> None:
    """Make a key and show its secret, this once.

    Example: segue keys make navidrome --listener ann
    """
    from segue.serve.keys import make_key

    secret, key = make_key(_ledger(), name, scope or ["listens"], listener)
    if json:
        print_json(asdict(key) | {"secret": secret})
    else:
        console().print(Text(f"{key.name} ({', '.join(key.scopes)}): {secret}"), soft_wrap=True)


@keys.command("list")
def list_(json: JsonOption = False) -> None:
    """List all keys, without their secrets.

    Example: segue keys list --json
    """
    from segue.serve.keys import list_keys

    found = list_keys(_ledger())
    if json:
        print_json([asdict(key) for key in found])
        return
    table = Table("id", "name", "scopes", "listener", "made", "last used", "revoked")
    for key in found:
        times = (key.made_at[:16], (key.used_at or "")[:16], (key.revoked_at or "")[:16])
        table.add_row(key.id, Text(key.name), ", ".join(key.scopes), Text(key.listener or ""), *times)
    console().print(table)


@keys.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `segue keys list` shows it.")],
    json: JsonOption = False,
) -> None:
    """End a key, and the sessions begun with it.

    Example: segue keys revoke 1a2b3c4d5e6f
    """
    from segue.serve.keys import revoke_key

    revoke_key(_ledger(), key)
    if json:
        print_json({"revoked": key})
    else:
        console().print(f"{key} is revoked", markup=False)


def _ledger() -> Ledger:
    from segue.serve.ledger import Ledger
    from segue.serve.service import LEDGER

    return Ledger(home() / LEDGER)
