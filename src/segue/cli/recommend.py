"""`segue recommend`, `similar`, `path`, `like`, `dislike`, `hide`, `unsay` and `export playlist`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from segue.cli.home import JsonOption, StoreOption, home, open_home_store
from segue.cli.output import console, print_json
from segue.errors import InputError, NotFoundError, did_you_mean

if TYPE_CHECKING:
    from segue.listens.listen import Verdict
    from segue.listens.song import Song
    from segue.listens.sql import SqlStore
    from segue.recommend.history import History
    from segue.recommend.recommender import Recommender
    from segue.recommend.suggestion import Suggestion

export = typer.Typer(no_args_is_help=True, help="Take recommendations out as files.")

ModelOption = Annotated[
    Path | None, typer.Option("--model", help="A recommender's folder. Without it the model that is served.")
]
LangOption = Annotated[str, typer.Option("--lang", help="Language of the reasons: en or zh.")]
NumberOption = Annotated[int, typer.Option("-n", "--number", min=1, help="How many songs.")]
LikeOption = Annotated[
    list[str] | None, typer.Option("--like", help='An artist, or "Artist - Title"; may be given again.')
]
TextOption = Annotated[str, typer.Option("--text", help='A taste in words: "quiet piano for a rainy evening".')]
DiversityOption = Annotated[float, typer.Option(min=0, max=1, help="0: by score alone, 1: as unlike as can be.")]
ListenerArgument = Annotated[str | None, typer.Argument(help="Whose history; none for a newcomer.")]
NewOption = Annotated[bool, typer.Option("--new", help="Accept a listener or a song that is not known yet.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (recommend, similar, path, like, dislike, hide, unsay):
        app.command()(command)
    app.add_typer(export, name="export")
    export.command("playlist")(playlist)


def recommend(
    listener: ListenerArgument = None,
    number: NumberOption = 20,
    like: LikeOption = None,
    text: TextOption = "",
    diversity: DiversityOption = 0.0,
    tag: Annotated[list[str] | None, typer.Option(help="Songs with one of these tags only.")] = None,
    without_tag: Annotated[list[str] | None, typer.Option(help="No songs with these tags.")] = None,
    without_artist: Annotated[list[str] | None, typer.Option(help="No songs of these artists.")] = None,
    year_from: Annotated[int | None, typer.Option(help="Songs of this year and later.")] = None,
    year_to: Annotated[int | None, typer.Option(help="Songs of this year and earlier.")] = None,
    per_artist: Annotated[int | None, typer.Option(min=1, help="The most songs of one artist.")] = None,
    new_artists: Annotated[bool, typer.Option("--new-artists", help="No artist heard already.")] = False,
    known: Annotated[bool, typer.Option("--known", help="Songs heard already too.")] = False,
    lang: LangOption = "en",
    model: ModelOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Recommend songs, each with its reasons.

    Example: segue recommend ann -n 10 --lang en

    A newcomer: segue recommend --like "Nina Simone" --like Radiohead --like Björk
    """
    from segue.recommend.filters import Filters
    from segue.recommend.rendering import suggestion_as_json

    if listener is None and not like and not text:
        raise InputError('name a LISTENER, or say a taste: --like "Nina Simone", --text "quiet piano"')
    filters = Filters(year_from, year_to, _all(tag), _all(without_tag), _all(without_artist), new_artists, per_artist)
    check_language(lang)
    base = open_model(model)
    served, history = read_history(base, listener, store)
    by_text = len(served.catalogue) - len(base.catalogue)
    found = served.recommend(history, number, _all(like), text, filters, diversity, known)
    if json:
        about = {"listener": listener, "songs_asked": len(history.known), "of_these_by_text_alone": by_text}
        print_json({**about, "suggestions": [suggestion_as_json(suggestion, lang) for suggestion in found]})
        return
    if listener is not None:
        console().print(Text(f"{listener}: {len(history.known):,} songs or artists heard, {by_text:,} by text alone"))
    show_suggestions(found, lang)


def similar(
    song: Annotated[str, typer.Argument(help='An artist, or "Artist - Title".')],
    number: NumberOption = 20,
    model: ModelOption = None,
    json: JsonOption = False,
) -> None:
    """Find songs like one song or artist, whoever asks.

    Example: segue similar "Nina Simone" -n 5
    """
    from segue.recommend.rendering import song_as_json

    found = open_model(model).similar(song, number)
    shared = [[reason.words for reason in suggestion.tags] for suggestion in found]
    if json:
        rows = zip(found, shared, strict=True)
        print_json([{**song_as_json(one.song), "score": one.score, "shared_tags": tags} for one, tags in rows])
        return
    table = Table("", "song", "score", "tags shared")
    for place, (one, tags) in enumerate(zip(found, shared, strict=True), start=1):
        table.add_row(str(place), Text(str(one.song)), f"{one.score:.2f}", Text(", ".join(tags)))
    console().print(table)


def path(
    start: Annotated[str, typer.Argument(help='An artist, or "Artist - Title".')],
    end: Annotated[str, typer.Argument(help="Another.")],
    steps: Annotated[int, typer.Option(min=2, help="How many songs, with both ends.")] = 8,
    model: ModelOption = None,
    json: JsonOption = False,
) -> None:
    """Lead from one song to another in small steps.

    Example: segue path "Nina Simone" Metallica --steps 6
    """
    from segue.recommend.rendering import song_as_json

    songs = open_model(model).path(start, end, steps)
    if json:
        print_json([song_as_json(song) for song in songs])
        return
    for place, song in enumerate(songs, start=1):
        console().print(Text(f"{place:3}  {song}   {', '.join(song.tags[:4])}"))


def like(
    listener: Annotated[str, typer.Argument(help="Who says so.")],
    artist: Annotated[str, typer.Argument()],
    title: Annotated[str, typer.Argument()] = "",
    new: NewOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Say that a listener likes a song or an artist; the next recommendation heeds it.

    Example: segue like ann "Nina Simone" Sinnerman
    """
    say("like", listener, (artist, title), new, store, json)


def dislike(
    listener: Annotated[str, typer.Argument(help="Who says so.")],
    artist: Annotated[str, typer.Argument()],
    title: Annotated[str, typer.Argument()] = "",
    new: NewOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Say that a listener dislikes a song or an artist: it is never recommended, and what is near it less.

    Example: segue dislike ann Nickelback
    """
    say("dislike", listener, (artist, title), new, store, json)


def hide(
    listener: Annotated[str, typer.Argument(help="Who says so.")],
    artist: Annotated[str, typer.Argument()],
    title: Annotated[str, typer.Argument()] = "",
    new: NewOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Never recommend a song or an artist to a listener again; nothing is learnt from it.

    Example: segue hide ann Coldplay Yellow
    """
    say("hide", listener, (artist, title), new, store, json)


def unsay(
    listener: Annotated[str, typer.Argument(help="Who said it.")],
    artist: Annotated[str, typer.Argument()],
    title: Annotated[str, typer.Argument()] = "",
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Take back all that a listener said of a song or an artist; what was played stays.

    Example: segue unsay ann Coldplay Yellow
    """
    from segue.listens.song import Song
    from segue.recommend.rendering import song_as_json

    with open_home_store(store) as opened:
        found = opened.find_song(artist, title)
        if found is None:
            song = Song(artist, title)
            raise NotFoundError(f"song {song} is not known{_nearest(opened, song)}")
        gone = opened.withdraw(listener, found[0])
    if json:
        print_json({"listener": listener, "taken_back": gone, **song_as_json(found[1])})
    elif gone:
        console().print(Text(f"{listener}: nothing is said of {found[1]} any more"))
    else:
        console().print(Text(f"{listener} had said nothing of {found[1]}"))


def playlist(
    listener: Annotated[str, typer.Argument(help="For whom.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="FILE.m3u8, FILE.xspf or FILE.jspf.")],
    number: NumberOption = 20,
    text: TextOption = "",
    diversity: DiversityOption = 0.0,
    lang: LangOption = "en",
    model: ModelOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write recommendations as a playlist, the reasons as notes.

    Example: segue export playlist ann evening.xspf -n 30 --text "quiet evening"
    """
    from segue.recommend.phrases import phrase
    from segue.recommend.playlists import Entry, write_playlist

    check_language(lang)
    served = open_model(model)
    served, history = read_history(served, listener, store)
    found = served.recommend(history, number, text=text, diversity=diversity)
    entries = [Entry(suggestion.song, phrase(suggestion, lang)) for suggestion in found]
    write_playlist(file, f"Segue for {listener}", entries)
    if json:
        print_json({"file": str(file), "songs": len(entries)})
    else:
        console().print(Text(f"{len(entries):,} songs in {file}"))


def open_model(folder: Path | None) -> Recommender:
    """The recommender in a folder, or the one that is served."""
    if folder is not None:
        from segue.recommend.saving import load

        return load(folder)
    from segue.recommend.served import load_served

    return load_served(home())


def read_history(model: Recommender, listener: str | None, store: str | None) -> tuple[Recommender, History]:
    """A listener's history, and the model, which reads the songs of it that it did not know by their text."""
    from segue.recommend.live import Pulls, history_of, knowing
    from segue.recommend.recommender import NOBODY

    if listener is None:
        return model, NOBODY
    with open_home_store(store) as opened:
        heard, leaning = opened.history(listener), opened.leanings.of(listener)
    made = knowing(model, heard)
    return made, history_of(heard, made.catalogue, Pulls().leaning(leaning), fitted=len(model.catalogue))


def say(verdict: Verdict, listener: str, names: tuple[str, str], new: bool, store: str | None, json: bool) -> None:
    """Write a verdict; NotFoundError for a listener or a song that is not known, unless it may be new."""
    from segue.listens.listen import Feedback
    from segue.listens.song import Song
    from segue.recommend.rendering import song_as_json

    with open_home_store(store) as opened:
        listeners = opened.listeners()
        if listener not in listeners and not new:
            near = did_you_mean(listener, listeners)
            raise NotFoundError(f"listener {listener!r} is not known{near}; --new makes a new one")
        found = opened.find_song(*names)
        song = Song(*names) if found is None else found[1]
        if found is None and not new:
            raise NotFoundError(f"song {song} is not known{_nearest(opened, song)}; --new makes a new one")
        opened.add([Feedback(listener, song, verdict, datetime.now(UTC), "segue")])
    if json:
        print_json({"listener": listener, "verdict": verdict, **song_as_json(song)})
    else:
        console().print(Text(f"{listener}: {verdict} {song}"))


def _nearest(store: SqlStore, song: Song) -> str:
    """What was perhaps meant: one of the artist's songs where the artist is known by songs, else the nearest artist."""
    from segue.listens.song import fold

    known = [found for _, found in store.songs()]
    titles = [found.title for found in known if found.title and fold(found.artist) == fold(song.artist)]
    if titles:
        some = ", ".join(f'"{title}"' for title in titles[:3])
        return f"; {song.artist} is known by {len(titles):,} songs, such as {some}"
    return did_you_mean(song.artist, {found.artist for found in known})


def check_language(language: str) -> None:
    """Raise InputError where there are no phrases in it."""
    from segue.recommend.phrases import LANGUAGES

    if language not in LANGUAGES:
        raise InputError(f"language {language!r} is none of {', '.join(LANGUAGES)}{did_you_mean(language, LANGUAGES)}")


def show_suggestions(found: tuple[Suggestion, ...], language: str) -> None:
    """Suggestions as a table."""
    from segue.recommend.phrases import phrase

    table = Table("", "song", "score", "because", show_lines=True)
    for place, suggestion in enumerate(found, start=1):
        because = Text(phrase(suggestion, language))
        table.add_row(str(place), Text(str(suggestion.song)), f"{suggestion.score:.2f}", because)
    console().print(table)


def _all(values: list[str] | None) -> tuple[str, ...]:
    return tuple(values or ())
