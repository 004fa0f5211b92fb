"""`segue recognize attention FILE PICTURE`: where the score model looks while it reads a score."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("attention")(attention)


def attention(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A score: MIDI, ABC, MusicXML.")],
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="The map to write, .svg or .png.")],
    language: Annotated[Literal["en", "zh"], typer.Option("--language", help="Language of the caption.")] = "en",
    json: JsonOption = False,
) -> None:
    """Draw how much the score model looks from each bar at each before it. It does not say why a style is told.

    What speaks for a style is named by segue recognize FILE, and drawn with --picture.

    Example: segue recognize attention tune.abc looks.svg
    """
    from segue.errors import InputError
    from segue.music.score import Score
    from segue.recognize.attention import bar_attention
    from segue.recognize.items import read_item
    from segue.recognize.pictures import check_suffix, write_picture

    check_suffix(picture)
    item = read_item(path)
    if not isinstance(item, Score):
        raise InputError(f"{path.name} is no score: MIDI, ABC and MusicXML are accepted")
    found = bar_attention(item)
    write_picture(found.picture(language), picture)
    if json:
        told = {"file": str(path), "picture": str(picture), "is_whole": found.is_whole}
        print_json({**told, "weights": found.weights.tolist()})
        return
    cut = "" if found.is_whole else f", the first {len(found.weights)} bars, which the model takes at once"
    console().print(f"{picture}: where the score model looks{cut}; it does not say why a style is told")
