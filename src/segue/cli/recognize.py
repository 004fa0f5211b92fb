"""`segue recognize FILE ...`: the style of music in any form, with what speaks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from segue.cli import recognize_attention, recognize_learn, recognize_making, recognize_together, recognize_write
from segue.cli.groups import FirstUnsaid
from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.recognize_many import JobsOption, Showing, music_files, tell_many

if TYPE_CHECKING:
    from segue.recognize.guess import Answer

FILES = "files"


class FilesUnsaid(FirstUnsaid):
    """`segue recognize tune.abc` tells files; with --write among what is said, `write` writes them down."""

    unsaid = FILES

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command before what begins with no command of the group."""
        if recognize_write.FLAG in args and (args[0] == FILES or args[0] not in self.commands):
            rest = args[1:] if args[0] == FILES else args
            args = [recognize_write.WRITE, *(one for one in rest if one != recognize_write.FLAG)]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(cls=FilesUnsaid, no_args_is_help=True, help="Tell the style of music: segue recognize FILE ...")
    group.command(FILES)(files)
    recognize_write.register(group)
    recognize_learn.register(group)
    recognize_together.register(group)
    recognize_attention.register(group)
    app.add_typer(group, name="recognize")
    recognize_making.register(app)


def files(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Scores, chords, words, recordings, or folders.")
    ],
    model: Annotated[
        Path | None, typer.Option("--model", metavar="FOLDER", help="Folder of networks; the shipped ones without.")
    ] = None,
    own: Annotated[
        str | None,
        typer.Option("--with", metavar="NAME", help="Styles of your own, as learned by segue recognize learn."),
    ] = None,
    because: Annotated[
        bool, typer.Option("--because/--no-because", help="Name the bars, lines or seconds that speak for it.")
    ] = True,
    language: Annotated[
        Literal["en", "zh"], typer.Option("--language", help="Language of the sentence that tells it.")
    ] = "en",
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE", help="Heat map of the evidence, .svg or .png; of several a folder."),
    ] = None,
    jobs: JobsOption = None,
    json: JsonOption = False,
) -> None:
    """Tell the style of music in any form: the three likeliest, how sure that is, and what it goes by.

    Scores (MIDI, ABC, MusicXML) and recordings get a style, chords alone (.chart, .cho, .lab) a style and the years of
    such hits, Chinese words (.txt, .lrc) the tune of a ci, other words their form.

    Of a folder every file of music is told; those that cannot be read are counted and named, and the others done. Their
    answers are kept: after Ctrl-C the same command goes on from there.

    `files` need not be said: segue recognize tune.abc. With --write it is `segue recognize write`, for your library.

    Example: segue recognize files tune.abc --picture tune.svg --json
    """
    from segue.recognize.answering import SHIPPED
    from segue.recognize.many import Asking, cores
    from segue.recognize.traits import Explainer

    own_tell = recognize_learn.teller(own, model) if own else None
    files, is_many = music_files(paths), len(paths) > 1 or paths[0].is_dir()
    show = _shown(files, picture, language, is_many=is_many, json=json)
    how = Asking(model or SHIPPED, picture is not None or (because and (json or not is_many)), jobs or cores())
    if is_many:
        tell_many(files, how, show, own_tell)
        return
    (file,) = files
    answer = (own_tell or Explainer(how.folder).file)(file, is_explained=how.is_explained)
    row = show.row(file, answer)
    if json:
        print_json(row)
    else:
        show.tell(file, answer)


def _shown(files: Sequence[Path], picture: Path | None, language: str, *, is_many: bool, json: bool) -> Showing:
    """How files are shown; their pictures are drawn with their rows."""
    from segue.recognize.items import read_item
    from segue.recognize.pictures import check_suffix, save
    from segue.recognize.sentences import sentence

    if picture is not None and not is_many:
        check_suffix(picture)
    places = dict(zip(files, _places(files, picture, is_many=is_many), strict=True))

    def row(file: Path, answer: Answer) -> dict[str, object]:
        place = places[file]
        if place is not None:
            save(read_item(file), answer, place, language)
        told = {"file": str(file), "sentence": sentence(answer, language), "picture": place and str(place)}
        return {**told, **asdict(answer)}

    return Showing(row, lambda file, answer: _tell(file, answer, language, is_short=is_many), json)


def _places(files: Sequence[Path], picture: Path | None, *, is_many: bool) -> list[Path | None]:
    """Where the picture of each file goes: of several into a folder, under their names, alike ones numbered."""
    if picture is None:
        return [None] * len(files)
    if not is_many:
        return [picture]
    picture.mkdir(parents=True, exist_ok=True)
    often: Counter[str] = Counter()
    places: list[Path | None] = []
    for file in files:
        often[file.name] += 1
        more = f"-{often[file.name]}" if often[file.name] > 1 else ""
        places.append(picture / f"{file.name}{more}.svg")
    return places


def _tell(file: Path, answer: Answer, language: str, *, is_short: bool) -> None:
    """Print the sentence with the three likeliest styles below; of each file of a folder one line."""
    from segue.music.style_names import short_name
    from segue.recognize.sentences import sentence

    told = ", ".join(f"{short_name(one.style, language)} {one.probability:.0%}" for one in answer.guesses)
    out = console()
    if is_short:
        sure = "" if answer.is_sure or not told else "not sure: "
        out.print(f"{file.name}: {sure}{told or sentence(answer, language)}", markup=False, soft_wrap=True)
    else:
        out.print(f"{file.name}: {sentence(answer, language)}", markup=False, soft_wrap=True)
        if told:
            out.print(f"   {told}", markup=False, soft_wrap=True)
    for notice in answer.notice:
        out.print(f"   note: {notice}", markup=False, soft_wrap=True)
