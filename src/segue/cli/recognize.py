"""`segue recognize FILE ...`: the style of scores and recordings, with what speaks for it; `segue pretrain-styles`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.stages import Stages
from segue.errors import FormatError, InputError, SegueError

if TYPE_CHECKING:
    from segue.music.score import Score
    from segue.recognize.guess import Answer
    from segue.recognize.recognizer import Recognizer

_NAMED = 3  # broken files of a folder that are named


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("recognize")(recognize)
    app.command("pretrain-styles")(pretrain_styles)


def recognize(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Scores (MIDI, ABC, MusicXML), recordings, or folders.")
    ],
    model: Annotated[
        Path | None, typer.Option("--model", metavar="FOLDER", help="Folder of networks; the shipped ones without.")
    ] = None,
    because: Annotated[
        bool, typer.Option("--because/--no-because", help="Name the bars or seconds that speak for it.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Tell the style of scores and recordings: the three likeliest, how sure that is, and what it goes by.

    Of a folder every file of music is told; those that cannot be read are counted and named, and the others done.

    Example: segue recognize tune.abc --json
    """
    from segue.recognize.recognizer import SHIPPED, Recognizer

    recognizer = Recognizer(model or SHIPPED)
    files, is_many = _files(paths), len(paths) > 1 or paths[0].is_dir()
    rows: list[dict[str, object]] = []
    broken: list[str] = []
    shown = track(files, "recognizing", console=Console(stderr=True, highlight=False), disable=json or not is_many)
    for file in shown:
        try:
            answer = _answer(recognizer, file, is_explained=because and (json or not is_many))
        except SegueError as error:
            if not is_many:
                raise
            broken.append(str(error))
            continue
        rows.append({"file": str(file), **asdict(answer)})
        if not json:
            _tell(file, answer, is_short=is_many)
    if json:
        print_json({"answers": rows, "broken": broken} if is_many else rows[0])
    elif broken:
        more = f", and {len(broken) - _NAMED} more" if len(broken) > _NAMED else ""
        told = f"{len(broken)} files not read: {'; '.join(broken[:_NAMED])}{more}"
        Console(stderr=True, highlight=False).print(told, markup=False, soft_wrap=True)


def _files(paths: Sequence[Path]) -> list[Path]:
    """Every file of music below folders, and the files named themselves; InputError where there is none."""
    found = [file for path in paths for file in (_music_below(path) if path.is_dir() else (path,))]
    if not found:
        raise InputError(f"{paths[0]} holds no file of music")
    return found


def _answer(recognizer: Recognizer, file: Path, *, is_explained: bool) -> Answer:
    from segue.formats.audio import SUFFIXES

    if file.suffix.lower() in SUFFIXES:
        return recognizer.audio(file, is_explained=is_explained)
    return recognizer.score(_read(file), is_explained=is_explained)


def _music_below(folder: Path) -> Iterator[Path]:
    from segue.formats import find
    from segue.formats.audio import SUFFIXES

    for file in sorted(folder.rglob("*")):
        if file.is_file():
            if file.suffix.lower() not in SUFFIXES:
                try:
                    find(file)
                except InputError:
                    continue
            yield file


def _read(file: Path) -> Score:
    from segue.formats import read_file

    score = read_file(file)
    if not score.bars:
        raise FormatError("it holds no bars", file=file.name)
    return score


def _tell(file: Path, answer: Answer, *, is_short: bool) -> None:
    guesses = ", ".join(f"{guess.style} {guess.probability:.0%}" for guess in answer.guesses) or "nothing to go by"
    sure = "" if answer.is_sure else "not sure: "
    out = console()
    out.print(f"{file.name}: {sure}{guesses}", markup=False, soft_wrap=True)
    for notice in answer.notice:
        out.print(f"   note: {notice}", markup=False)
    for guess in () if is_short else answer.guesses[:1]:
        if guess.because:
            parts = ", ".join(f"{one.what} ({one.drop:+.0%} without it)".replace("+", "-") for one in guess.because)
            out.print(f"   {guess.style} because of {parts}", markup=False, soft_wrap=True)


def pretrain_styles(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the networks; the same one goes on where it stopped.")],
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the scores.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make the networks that tell the style of a score anew, from public sets, and measure them on other people's.

    Ctrl-C saves; the same command goes on from there.

    Example: segue pretrain-styles --data ../shared/data --out styles/score
    """
    from segue.cli.training_lines import TrainingLines
    from segue.recognize.making import make_styles
    from segue.recognize.net import RECIPE

    stages = Stages(is_quiet=json)
    lines = TrainingLines(1, unit="scores", is_quiet=json)
    made = make_styles(data, out, RECIPE.replace(epochs=epochs, seed=seed), [lines], lambda line: stages(line, 0, 1))
    if json:
        print_json({"folder": str(made.folder), "styles": made.nets.styles, "test": made.metrics})
        return
    told = ", ".join(f"{name} {value:.3f}" for name, value in made.metrics.items())
    console().print(f"{len(made.nets.styles)} styles; on other people's scores: {told}; in {made.folder}", markup=False)
