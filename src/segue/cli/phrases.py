"""`segue compose phrase`: new phrases, phrases like one, between two; `segue pretrain-phrases` makes their model."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from segue.cli.compose_log import HomeRecorder
from segue.cli.home import JsonOption
from segue.cli.offers import (
    CountOption,
    FilesArgument,
    IndexOption,
    OriginalityOption,
    SeedOption,
    check_files,
    judge_of,
    write_offers,
)
from segue.cli.output import console, print_json
from segue.cli.stages import Stages
from segue.errors import InputError

if TYPE_CHECKING:
    from segue.compose.offer import Offer
    from segue.compose.originality import Originality
    from segue.compose.phrases.making import Made
    from segue.compose.studio import Studio
    from segue.music.score import Score


def register(app: typer.Typer) -> None:
    """Add the command that makes the model to the command line."""
    app.command("pretrain-phrases")(pretrain_phrases)


def register_phrase(app: typer.Typer) -> None:
    """Add `phrase` to the group of commands that compose."""
    app.command("phrase")(phrase)


def phrase(
    out: FilesArgument = None,
    source: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="FILE", help="A phrase of 2 or 4 bars to begin with; two: ways between them."),
    ] = None,
    amount: Annotated[float, typer.Option(min=0, max=4, help="How far variations go; 0: phrases like it.")] = 0.0,
    style: Annotated[str, typer.Option(help="Style of new phrases, such as reel, pop.")] = "",
    key: Annotated[str, typer.Option(help='Key of new phrases, such as D, "A minor".')] = "C",
    metre: Annotated[str, typer.Option(help="Metre of new phrases.")] = "4/4",
    bars: Annotated[int, typer.Option(help="Bars of new phrases: 2 or 4.")] = 2,
    number: CountOption = 4,
    seed: SeedOption = 0,
    sampler: Annotated[str, typer.Option(help="generator or prior; what measured better without.")] = "",
    model: Annotated[Path | None, typer.Option(help="Folder of a phrase model; the shipped one without.")] = None,
    originality: OriginalityOption = True,
    index: IndexOption = None,
    json: JsonOption = False,
) -> None:
    """Make phrases of two or four bars: new ones in a style, others like one, or steps from one to another.

    Example: segue compose phrase jig.abc jig.mid --style jig --key D --metre 6/8 --bars 4 -n 3
    """
    from segue.formats import read_file

    check_files(out or ())
    given = [read_file(file) for file in source or ()]
    if len(given) > 2:
        raise InputError(f"{len(given)} phrases to begin with: one, or two to go between, are accepted")
    studio = _studio(model, number, seed, style, judge_of(originality, index))
    if len(given) == 2:
        offers = studio.between(given[0], given[1])
    elif given:
        offers = studio.vary(given[0], amount) if amount else studio.like(given[0])
    else:
        offers = _new(studio, key, metre, bars, sampler)
    write_offers(offers, out or (), json=json)


def _studio(model: Path | None, number: int, seed: int, style: str, judge: Originality | bool) -> Studio:
    from segue.compose.late import LateEngine
    from segue.compose.phrases.space import load_phrases
    from segue.compose.studio import Studio

    opened = Studio(LateEngine(), number, seed, style, recorder=HomeRecorder(), originality=judge)
    return replace(opened, phrases=load_phrases(model))


def _new(studio: Studio, key: str, metre: str, bars: int, named: str) -> list[Offer[Score]]:
    from segue.music.key import Key

    if named not in ("", "generator", "prior"):
        raise InputError(f"sampler {named!r} is none of generator, prior")
    sampler: Literal["generator", "prior"] | None = "generator" if named == "generator" else "prior" if named else None
    return studio.phrase(key=Key.parse(key), metre=metre, bars=bars, sampler=sampler)


def pretrain_phrases(
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the corpora, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model; the same one goes on where it stopped.")],
    minutes: Annotated[float, typer.Option(min=0, help="Time to train; 0: by epochs and max-steps.")] = 30.0,
    corpora: Annotated[str, typer.Option(help="Corpora, comma between; all that may be, if none is named.")] = "",
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the phrases, where no minutes are given.")] = 3,
    max_steps: Annotated[int, typer.Option(min=0, help="Steps at most, where no minutes are given; 0: no limit.")] = 0,
    kl: Annotated[float, typer.Option(min=0, help="Weight of the divergence from the prior.")] = 0.1,
    free: Annotated[float, typer.Option(min=0, help="Nats of each quarter of a bar that cost nothing.")] = 3.0,
    start: Annotated[Path | None, typer.Option(help="Model folder whose weights it begins with.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make the phrase model: gather, collect phrases of two and four bars, train, measure on tunes it never saw.

    Ctrl-C saves; the same command goes on from there.

    Example: segue pretrain-phrases --data ../shared/data --out phrase-model --minutes 30
    """
    from segue.cli.training_lines import TrainingLines
    from segue.compose.phrases.learning import Weights
    from segue.compose.phrases.making import RECIPE, Order, make_phrases

    names = tuple(name for name in corpora.split(",") if name)
    order = Order(names, weights=replace(Weights(), kl=kl, free=free), minutes=minutes, start=start)
    recipe = RECIPE.replace(epochs=epochs, max_steps=max_steps, seed=seed)
    made = make_phrases(data, out, order, recipe, [TrainingLines(40, is_quiet=json)], Stages(is_quiet=json))
    if json:
        told = {"steps": made.fit.steps, "seconds": round(made.fit.seconds, 1), "sampler": made.valid.sampler}
        figures = {"valid": asdict(made.valid), "test": asdict(made.test)}
        print_json({"folder": str(out), "phrases": made.counts, **told, **figures})
    else:
        _show(made)


def _show(made: Made) -> None:
    table = Table("phrases of two bars, held out", "valid", "test")
    valid, test = asdict(made.valid), asdict(made.test)
    for name, value in valid.items():
        table.add_row(name, f"{value:.4f}", f"{test[name]:.4f}")
    console().print(table)
    console().print(
        f"{made.fit.steps:,} steps in {made.fit.seconds / 60:.1f} minutes, {made.counts['train']:,} phrases; new ones "
        f"are drawn by the {made.valid.sampler}; model in {made.folder}",
        markup=False,
        soft_wrap=True,
    )
