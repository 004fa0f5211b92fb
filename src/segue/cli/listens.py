"""`segue listens`: bring histories in, look at them, take them out, forget them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, open_home_store
from segue.cli.output import console, counting, print_json
from segue.errors import InputError

if TYPE_CHECKING:
    from segue.listens.importing import ImportReport
    from segue.listens.store import Heard

group = typer.Typer(no_args_is_help=True, help="Bring listening histories in, look at them, take them out.")


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(group, name="listens")


@group.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="An export: a file, a folder or a zip.")],
    listener: Annotated[
        str | None, typer.Option(help="Whose it is; not for exports that name their listeners.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and change nothing.")] = False,
    source: Annotated[str | None, typer.Option(help="The kind of export, where the content does not tell.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Import a listening history; twice is as good as once.

    Example: segue listens import my_spotify_data.zip --listener ann
    """
    from segue.listens.importing import import_file

    with open_home_store(store) as opened, counting("records read", is_quiet=json) as progress:
        report = import_file(opened, path, listener, dry_run=dry_run, source=source, progress=progress)
    if json:
        print_json(report.as_dict())
    else:
        show_report(report, path)


def show_report(report: ImportReport, path: Path) -> None:
    """The report as a table, and the places of broken records below it."""
    table = Table("records")
    table.add_column("count", justify="right")
    rows = [("read", report.read), ("new", report.new), ("already known", report.known)]
    rows += [(f"dropped: {reason}", count) for reason, count in report.dropped.items()]
    rows += [("broken", report.broken)]
    for what, count in rows:
        table.add_row(Text(what), f"{count:,}")
    out = console()
    out.print(Text(f"{path.name}: {report.source}" + (", a dry run: nothing is kept" if report.dry_run else "")))
    out.print(table)
    for broken in report.places:
        out.print(Text(f"broken: {broken.place}: {broken.message}"))
    if report.broken > len(report.places):
        out.print(f"... and {report.broken - len(report.places):,} more broken records")


@group.command("list")
def list_(
    listener: Annotated[str, typer.Argument(help="Whose history.")],
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="How many songs to show.")] = 20,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a listener heard, latest first.

    Example: segue listens list ann -n 50
    """
    with open_home_store(store) as opened:
        history = opened.history(listener)
    shown = sorted(history, key=lambda heard: heard.last_at is None)[:number]
    if all(heard.last_at is None for heard in history):
        shown = sorted(history, key=lambda heard: -heard.plays)[:number]
    if json:
        print_json([heard_as_json(heard) for heard in shown])
        return
    table = Table()
    for name in ("last heard (UTC)", "song", "plays", "skips", "verdict"):
        table.add_column(name, justify="right" if name in ("plays", "skips") else "left")
    for heard in shown:
        last = heard.last_at.strftime("%Y-%m-%d %H:%M") if heard.last_at else ""
        table.add_row(last, Text(str(heard.song)), f"{heard.plays:,}", f"{heard.skips:,}", heard.verdict or "")
    console().print(Text(f"{listener}: {len(shown):,} of {len(history):,} songs"))
    console().print(table)


def heard_as_json(heard: Heard) -> dict[str, object]:
    """One song of a history as a JSON object."""
    return {
        "song_id": heard.song_id,
        "artist": heard.song.artist,
        "title": heard.song.title,
        "album": heard.song.album,
        "tags": list(heard.song.tags),
        "plays": heard.plays,
        "skips": heard.skips,
        "last_at": as_text(heard.last_at),
        "verdict": heard.verdict,
    }


def as_text(at: datetime | None) -> str | None:
    """A time in ISO 8601, or None."""
    return None if at is None else at.isoformat()


@group.command("listeners")
def listeners(store: StoreOption = None, json: JsonOption = False) -> None:
    """Show all listeners.

    Example: segue listens listeners --json
    """
    with open_home_store(store) as opened:
        names = opened.listeners()
        counts = opened.counts()
    if json:
        print_json(list(names))
        return
    for name in names:
        console().print(Text(name))
    console().print(
        f"listeners {len(names):,}, songs {counts.songs:,}, listens {counts.listens:,}, "
        f"tallies {counts.tallies:,}, verdicts {counts.feedback:,}"
    )


@group.command("export")
def export(
    listener: Annotated[str, typer.Argument(help="Whose history.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: FILE.csv or FILE.jsonl.")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write all that is kept of a listener as a table that can be imported again.

    Example: segue listens export ann ann.jsonl
    """
    from segue.listens.exporting import export_listener

    with open_home_store(store) as opened:
        rows = export_listener(opened, listener, path)
    if json:
        print_json({"file": str(path), "rows": rows})
    else:
        console().print(Text(f"{rows:,} rows in {path}"))


@group.command("erase")
def erase(
    listener: Annotated[str, typer.Argument(help="Whom to forget.")],
    yes: Annotated[bool, typer.Option("--yes", help="Really do it.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Forget a listener: every listen, tally and verdict of theirs.

    Example: segue listens erase ann --yes
    """
    if not yes:
        raise InputError(f"this removes all that is kept of {listener!r} for good: say --yes")
    with open_home_store(store) as opened:
        rows = opened.erase(listener)
    if json:
        print_json({"listener": listener, "rows": rows})
    else:
        console().print(Text(f"{listener} is forgotten: {rows:,} rows removed"))
