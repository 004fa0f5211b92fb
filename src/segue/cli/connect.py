"""`segue connect subsonic`: a player's own server gives its library, plays and stars, and takes playlists."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, home, open_home_store
from segue.cli.output import console, counting, print_json

group = typer.Typer(no_args_is_help=True, help="Connect to the servers of players.")


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    app.add_typer(group, name="connect")


@group.command("subsonic")
def subsonic(
    address: Annotated[str, typer.Argument(metavar="URL", help="Where the server is, such as http://localhost:4533.")],
    user: Annotated[str, typer.Option(help="Your name there.")],
    password: Annotated[
        str, typer.Option(envvar="SEGUE_SUBSONIC_PASSWORD", prompt=True, hide_input=True, help="Asked for without.")
    ],
    listener: Annotated[str | None, typer.Option(help="Whose plays they are; your name there without.")] = None,
    playlist: Annotated[
        str | None, typer.Option("--playlist", metavar="NAME", help="Put recommendations into a playlist there.")
    ] = None,
    number: Annotated[int, typer.Option("-n", min=1, max=500, help="Songs of the playlist.")] = 30,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Take the library, plays and stars of a Subsonic server in; with --playlist put recommendations there.

    Example: segue connect subsonic http://localhost:4533 --user ann --playlist "Segue for today"
    """
    from segue.serve.subsonic import Subsonic, records_of

    server, name = Subsonic(address, user, password), listener or user
    server.ask("ping")
    with open_home_store(store) as opened, counting("songs", is_quiet=json) as told:
        tracks = list(server.tracks(lambda count, _: told(count)))
        songs = opened.add_songs(one.song for one in tracks)
        added = opened.add(records_of(tracks, name))
        put = 0
        if playlist is not None:
            from segue.serve.tastes import Tastes

            ready = Tastes(home(), opened).of(name, opened.mark())
            there = {one.song.key: one for one in tracks}
            found = ready.model.recommend(ready.history, len(ready.model.catalogue))
            chosen = [there[one.song.key] for one in found if one.song.key in there][:number]
            server.make_playlist(playlist, chosen)
            put = len(chosen)
    if json:
        about = {"songs": len(tracks), "new_songs": songs.new, "new": added.new, "known": added.known}
        print_json(about | {"listener": name, "playlist": playlist, "in_playlist": put})
        return
    console().print(Text(f"{len(tracks):,} songs ({songs.new:,} new); {added.new:,} plays and stars new for {name}"))
    if playlist is not None:
        console().print(Text(f"{put} songs in the playlist {playlist!r}"))
