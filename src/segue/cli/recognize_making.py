"""`segue pretrain-styles`: make what tells styles anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.stages import Stages


class Kind(StrEnum):
    """What is made."""

    SCORE = "score"
    CHORDS = "chords"
    YEARS = "years"
    CI = "ci"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("pretrain-styles")(pretrain_styles)


def pretrain_styles(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of what is made.")],
    kind: Annotated[
        Kind, typer.Argument(help="Styles of scores or chords, years of hits by their chords, or tunes of Chinese ci.")
    ] = Kind.SCORE,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the scores.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random in the styles of scores.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make what tells styles anew, from public sets, and measure it on other people's music.

    The networks for scores go on where they stopped: Ctrl-C saves, and the same command goes on from there. The others
    take a few minutes and are written whole.

    Example: segue pretrain-styles score --data ../shared/data --out styles/score
    """
    stages = Stages(is_quiet=json)
    if kind is Kind.SCORE:
        styles, metrics = _scores(data, out, epochs, seed, stages, is_quiet=json)
    else:
        styles, metrics = _MAKERS[kind](data, out, lambda line: stages(line, 0, 1))
    if json:
        print_json({"kind": kind.value, "folder": str(out), "styles": styles, "test": metrics})
        return
    told = ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())
    count = f"{len(styles)} styles; " if styles else ""
    console().print(f"{count}on other people's {_WHOSE[kind]}: {told}; in {out}", markup=False)


_Made = tuple[tuple[str, ...], Mapping[str, float]]  # styles and figures
_Maker = Callable[[Path, Path, Callable[[str], None]], _Made]
_WHOSE = {Kind.SCORE: "scores", Kind.CHORDS: "chords", Kind.YEARS: "hits", Kind.CI: "poems"}


def _scores(data: Path, out: Path, epochs: int, seed: int, stages: Stages, *, is_quiet: bool) -> _Made:
    from segue.cli.training_lines import TrainingLines
    from segue.recognize.making import make_styles
    from segue.recognize.net import RECIPE

    lines = TrainingLines(1, unit="scores", is_quiet=is_quiet)
    recipe = RECIPE.replace(epochs=epochs, seed=seed)
    made = make_styles(data, out, recipe, [lines], lambda line: stages(line, 0, 1))
    return made.nets.styles, made.metrics


def _chords(data: Path, out: Path, told: Callable[[str], None]) -> _Made:
    from segue.recognize.chord_making import make_chord_styles

    made = make_chord_styles(data, out, told)
    return made.head.styles, made.metrics


def _years(data: Path, out: Path, told: Callable[[str], None]) -> _Made:
    from segue.recognize.chart_years import make_years

    return (), make_years(data, out, told).metrics


def _ci(data: Path, out: Path, told: Callable[[str], None]) -> _Made:
    from segue.recognize.ci_tunes import make_tunes

    made = make_tunes(data, out, told)
    return made.head.styles, made.metrics


_MAKERS: Mapping[Kind, _Maker] = {Kind.CHORDS: _chords, Kind.YEARS: _years, Kind.CI: _ci}
