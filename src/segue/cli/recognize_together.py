"""`segue recognize together FILE ...`: all that a file holds votes on its style."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json

if TYPE_CHECKING:
    from segue.recognize.guess import Answer

TOGETHER = "together"


def register(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command(TOGETHER)(together)


def together(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Recordings, or scores with chords and words.")
    ],
    notes: Annotated[
        bool, typer.Option("--notes", help="Hear the notes of recordings too; needs basic-pitch, and some seconds.")
    ] = False,
    model: Annotated[
        Path | None, typer.Option("--model", metavar="FOLDER", help="Folder of networks; the shipped ones without.")
    ] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option("--language", help="Language of the sentence that tells it.")
    ] = "en",
    json: JsonOption = False,
) -> None:
    """Tell the family of styles that all witnesses of a file speak for, and what each of them says.

    Of a recording these are its sound, taggers, where asked its notes, and the genre in its tags; of a score its notes
    and chords. Words, sung or in tags, are told beside them and have no vote. Families are wide: classical, jazz ...

    Example: segue recognize together song.mp3 --notes
    """
    from segue.recognize.answering import SHIPPED
    from segue.recognize.recognizer import Recognizer
    from segue.recognize.sentences import sentence

    recognizer = Recognizer(model or SHIPPED)
    rows: list[dict[str, object]] = []
    for path in paths:
        answer = recognizer.together(path, hears_notes=notes, is_explained=False)
        rows.append({"file": str(path), "sentence": sentence(answer, language), **asdict(answer)})
        if not json:
            console().print(f"{path.name}: {sentence(answer, language)}", markup=False, soft_wrap=True)
            _tell(answer)
    if json:
        print_json(rows[0] if len(rows) == 1 else {"answers": rows})


def _tell(answer: Answer) -> None:
    """Print who says what, who speaks for the first family, and what is to be known."""
    from segue.recognize.fusion import NAMES

    out = console()
    for one in answer.witnesses:
        told = ", ".join(f"{guess.style} {guess.probability:.0%}" for guess in one.guesses) or one.notice[-1]
        out.print(f"   {NAMES.get(one.kind, one.kind)}: {told}", markup=False, soft_wrap=True)
    for guess in answer.guesses[:1]:
        if guess.because:
            named = ", ".join(one.what for one in guess.because)
            out.print(f"   {guess.style} because of {named}", markup=False, soft_wrap=True)
    for notice in answer.notice:
        out.print(f"   note: {notice}", markup=False, soft_wrap=True)
