"""`segue songs`: make a catalogue of a folder of audio files, and find songs in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, open_home_store
from segue.cli.output import console, counting, print_json

group = typer.Typer(no_args_is_help=True, help="The catalogue: scan audio files, find songs.")
INTERRUPTED = 130  # the exit code of a command that Ctrl-C ended


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(group, name="songs")


@group.command("scan")
def scan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of audio files.")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Add the songs of a folder of audio files, by their tags; Ctrl-C keeps what is done.

    Example: segue songs scan ~/Music
    """
    from segue.listens.folder import scan_folder

    with open_home_store(store) as opened, counting("files read", is_quiet=json) as progress:
        report = scan_folder(opened, folder, progress=progress)
    if json:
        print_json(
            {
                "files": report.files,
                "new": report.new,
                "known": report.known,
                "unreadable": report.unreadable,
                "places": [{"place": broken.place, "message": broken.message} for broken in report.places],
                "is_whole": report.is_whole,
            }
        )
    else:
        out = console()
        out.print(
            f"{report.files:,} audio files: {report.new:,} new songs, {report.known:,} already known, "
            f"{report.unreadable:,} unreadable"
        )
        for broken in report.places:
            out.print(Text(f"unreadable: {broken.place}: {broken.message}"))
        if report.unreadable > len(report.places):
            out.print(f"... and {report.unreadable - len(report.places):,} more")
    if not report.is_whole:
        raise typer.Exit(INTERRUPTED)


@group.command("find")
def find(
    text: Annotated[str, typer.Argument(help="Words of the artist's name and the title.")],
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="How many songs to show.")] = 20,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Find songs whose artist and title hold all the words.

    Example: segue songs find "massive attack teardrop"
    """
    with open_home_store(store) as opened:
        found = opened.search_songs(text, number)
    if json:
        named = [(row, song, {"artist": song.artist, "title": song.title, "album": song.album}) for row, song in found]
        print_json(
            [
                {"song_id": row, **names, "tags": list(song.tags), "heard": list(song.heard)}
                for row, song, names in named
            ]
        )
        return
    table = Table("id", "artist", "title", "album", "tags")
    for row, song in found:
        table.add_row(str(row), Text(song.artist), Text(song.title), Text(song.album), Text(", ".join(song.tags[:5])))
    console().print(table)
