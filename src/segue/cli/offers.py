"""Offers on the command line: bars named as musicians do, files for each alternative, and what is told of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.compose_log import HomeRecorder
from segue.cli.home import home
from segue.cli.output import console, print_json
from segue.errors import InputError

if TYPE_CHECKING:
    from segue.compose.offer import Offer
    from segue.compose.originality import Originality
    from segue.compose.studio import Studio
    from segue.likeness import Model
    from segue.music.score import Score

CountOption = Annotated[int, typer.Option("-n", min=1, max=32, help="How many alternatives.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same offers.")]
StyleOption = Annotated[str, typer.Option("--style", help="Style, such as jazz, reel, pop; that of the music without.")]
KeyOption = Annotated[str, typer.Option("--key", help='Key, such as D, "A minor", Gdor.')]
KeepOption = Annotated[str, typer.Option("--keep", metavar="BARS", help="Bars that stay as they are, such as 1-4,7.")]
BarsOption = Annotated[str, typer.Option("--bars", metavar="BARS", help="Bars to write, such as 5-8; all without.")]
WithoutOption = Annotated[
    list[str] | None, typer.Option("--without", metavar="RULE", help="A rule of theory to switch off, by its name.")
]
ModelOption = Annotated[
    Path | None, typer.Option("--model", metavar="FOLDER", help="Folder of a score model; the shipped one without.")
]
OriginalityOption = Annotated[
    bool, typer.Option("--originality/--no-originality", help="Draw again what is too near to tunes learned from.")
]
IndexOption = Annotated[
    Path | None,
    typer.Option("--index", metavar="FOLDER", help="Index of the tunes that the model learned from; the shipped one."),
]
FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[OUT]...", help="Files to write; suffixes say the formats. Further offers get -2, -3 ..."),
]

_SPAN = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
_MOST = 100_000
_SHORT = 4  # bars of a phrase whose notes are shown where no file holds them
_STOPPED = 130  # exit code after Ctrl-C


def bars_named(text: str) -> list[int] | None:
    """Read "1-4,7" as bars counted from 1; None for an empty text, InputError where it is no list of bars."""
    if not text.strip():
        return None
    found: set[int] = set()
    for part in text.split(","):
        span = _SPAN.fullmatch(part.strip())
        first = int(span[1]) if span else 0
        last = int(span[2] or first) if span else 0
        if not 1 <= first <= last <= _MOST:
            raise InputError(f"bars {part.strip()!r}: a number or a span such as 5-8, parted by commas, is accepted")
        found |= set(range(first, last + 1))
    return sorted(found)


def check_files(out: Sequence[Path]) -> None:
    """InputError where a file could not be written, before any work is done."""
    from segue.formats import find

    for file in out:
        find(file, of="write")


def open_studio(
    model: Path | None,
    number: int,
    seed: int,
    style: str,
    told: Callable[[int], None],
    judge: Originality | bool = True,
    like: Model | None = None,
) -> Studio:
    """A studio that tells how many bars are done and writes its offers into the home's log.

    With music that offers shall be `like` the style is that of it where none is named.
    Without a named model it has those that were tuned to the user's tunes and are served, else the shipped ones.
    """
    from segue.compose.studio import Studio
    from segue.tune.registry import Registry

    opened = Studio.served(Registry(home() / "models"), model, n=number, seed=seed, style=style)
    opened = replace(opened, progress=told, recorder=HomeRecorder(), originality=judge)
    return opened if like is None else replace(opened, liking=like.liking, style=style or like.style)


def judge_of(is_on: bool, index: Path | None) -> Originality | bool:
    """What new melodies are held against: nothing, the shipped index, or that of a folder."""
    from segue.compose.originality import load_originality

    if not is_on or index is None:
        return is_on
    return load_originality(index / "tunes.npz", index / "borrowing.json")


def write_offers(offers: Sequence[Offer[Score]], out: Sequence[Path], *, json: bool, like: Model | None = None) -> None:
    """Write each offer in every format, and tell what they are: chords, fit, reasons, and what they are `like`.

    Where Ctrl-C ended the work what is done is written, and the exit code is 130.
    """
    from segue.formats import write_file

    files: list[list[str]] = []
    for number, offer in enumerate(offers, 1):
        mine = [file if number == 1 else file.with_name(f"{file.stem}-{number}{file.suffix}") for file in out]
        for file in mine:
            write_file(offer.value, file)
        files.append([str(file) for file in mine])
    rows = [_row(offer, mine) for offer, mine in zip(offers, files, strict=True)]
    if like is not None:
        rows = [row | {"like": like.row(offer.value)} for row, offer in zip(rows, offers, strict=True)]
    if json:
        print_json(rows)
    else:
        for line in like.lines(len(offers)) if like is not None else ():
            console().print(line, markup=False, soft_wrap=True)
        _tell(rows, offers, files)
    if any(offer.is_stopped for offer in offers):
        raise typer.Exit(_STOPPED)


def _tell(rows: Sequence[dict[str, object]], offers: Sequence[Offer[Score]], files: Sequence[list[str]]) -> None:
    for number, (row, offer) in enumerate(zip(rows, offers, strict=True), 1):
        told = console()
        told.print(f"{number}. {', '.join(files[number - 1]) or chord_line(offer.value)}", markup=False, soft_wrap=True)
        if not files[number - 1] and len(offer.value.bars) <= _SHORT and note_line(offer.value):
            told.print(f"   {note_line(offer.value)}", markup=False, soft_wrap=True)
        for reason in offer.reasons:
            told.print(f"   {reason}", markup=False, soft_wrap=True)
        for notice in row["notice"]:  # type: ignore[attr-defined]
            told.print(f"   note: {notice}", markup=False, soft_wrap=True)


def _row(offer: Offer[Score], files: list[str]) -> dict[str, object]:
    from segue.compose.reasons import functions

    score = offer.value
    named = zip(score.chords, functions(score.chords, score), strict=True)
    return {
        "files": files,
        "fit": None if offer.fit != offer.fit else offer.fit,
        "seed": offer.seed,
        "reasons": list(offer.reasons),
        "chords": [{"at": float(one.start), "chord": str(one.chord), "is": what} for one, what in named],
        "bars": len(score.bars),
        "notes": sum(len(part.notes) for part in score.parts),
        "notice": list(score.notice),
    }


def chord_line(score: Score) -> str:
    """Return a score's chords bar by bar: "| D | G A7 | D |", a bar without one as "-"."""
    starts = score.bar_starts
    told = []
    for start, end in pairwise(starts):
        here = [str(one.chord) for one in score.chords if start <= one.start < end]
        told.append(" ".join(here) or "-")
    return f"| {' | '.join(told)} |" if told else "no bars"


def note_line(score: Score) -> str:
    """Return the tones of a score's parts, as they are spelled in its key: "D F# A"."""
    return " ".join(str(score.key.spell(note.pitch)) for part in score.parts for note in part.notes)
