"""`segue generate`: pieces by the score model, as files that other programs open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json

if TYPE_CHECKING:
    from segue.models.engine.piece import Wish


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("generate")(generate)


def generate(
    out: Annotated[list[Path], typer.Argument(metavar="OUT...", help="Files to write; suffixes say the formats.")],
    style: Annotated[str, typer.Option(help="Style, such as reel, chorale, pop; the model chooses without.")] = "",
    key: Annotated[str, typer.Option(help='Key, such as D, "A minor", Gdor.')] = "",
    metre: Annotated[str, typer.Option(help="Metre, such as 6/8.")] = "",
    tempo: Annotated[float, typer.Option(min=0, help="Quarter notes a minute.")] = 0,
    bars: Annotated[int, typer.Option(min=0, help="How many bars; as many as it takes without.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same piece.")] = 0,
    temperature: Annotated[float, typer.Option(min=0, max=5, help="Below 1 safer, above 1 wilder.")] = 0.9,
    top_p: Annotated[float, typer.Option(min=0.01, max=1, help="Draw from the likeliest tokens of this sum.")] = 0.97,
    model: Annotated[Path | None, typer.Option(help="Folder of a score model; the shipped one without.")] = None,
    json: JsonOption = False,
) -> None:
    """Generate a piece by the score model and write it, in one or several formats.

    Example: segue generate reel.abc reel.mid reel.svg --style reel --key D --bars 16 --seed 3
    """
    from segue.formats import find, write_file
    from segue.models.engine import load_engine
    from segue.models.engine.piece import generate_piece
    from segue.models.engine.sampling import Sampling

    for file in out:
        find(file, of="write")  # before any work: InputError where no format of that suffix is written
    wish = _wish(style, key, metre, tempo, bars)
    score = generate_piece(load_engine(model), wish, Sampling(temperature, top_p, seed=seed))
    score = score.replace(title=f"{(style or 'piece').capitalize()} {seed}", composer="Segue")
    for file in out:
        write_file(score, file)
    report = {
        "files": [str(file) for file in out],
        "bars": len(score.bars),
        "notes": sum(len(part.notes) for part in score.parts),
        "key": str(score.key),
        "metre": str(score.metre),
        "style": score.style,
        "seed": seed,
    }
    if json:
        print_json(report)
    else:
        told = f"{report['bars']} bars, {report['notes']} notes, {report['key']}, {report['metre']}"
        console().print(f"{told}: {', '.join(map(str, out))}", markup=False, soft_wrap=True)


def _wish(style: str, key: str, metre: str, tempo: float, bars: int) -> Wish:
    from segue.models.engine.piece import Wish
    from segue.music.key import Key
    from segue.music.metre import Metre

    return Wish(
        style or None,
        Key.parse(key) if key else None,
        Metre.parse(metre) if metre else None,
        tempo or None,
        bars or None,
    )
