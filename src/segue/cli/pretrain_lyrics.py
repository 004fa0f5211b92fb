"""`segue pretrain-lyrics`: make a lyric model anew from public sets of words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segue.cli.home import JsonOption
from segue.cli.output import console, print_json
from segue.cli.pretrain import shape_of
from segue.cli.recipe_options import with_recipe
from segue.errors import InputError
from segue.pretrain.lyric_sizes import lyric_recipe
from segue.tune.recipe import Recipe

if TYPE_CHECKING:
    from segue.corpora.verse import VerseLine
    from segue.models.lyrics.vocabulary import CodedLine, Language
    from segue.pretrain.lyrics import MadeLyrics


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("pretrain-lyrics")(with_recipe(lyric_recipe(), lyric_recipe)(pretrain_lyrics))


def pretrain_lyrics(
    language: Annotated[str, typer.Argument(help="Language: en or zh.")],
    data: Annotated[Path, typer.Option("--data", envvar="SEGUE_DATA", help="Folder with the sets, one each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the model; the same one goes on where it stopped.")],
    minutes: Annotated[float, typer.Option(min=0, help="Time to train; 0: by epochs and max-steps.")] = 0.0,
    batch_tokens: Annotated[int, typer.Option(min=256, help="Tokens per forward pass, at most.")] = 4096,
    shape: Annotated[str, typer.Option(help="Width, layers, heads and feed-forward width.")] = "",
    text: Annotated[
        list[Path] | None, typer.Option(help="Public-domain text to learn from too, lines of verse.")
    ] = None,
    start: Annotated[Path | None, typer.Option(help="Model folder whose weights it begins with.")] = None,
    json: JsonOption = False,
    *,
    recipe: Recipe,
) -> None:
    """Pretrain a lyric model: read verses, split by song, say them in tokens, train, write a model folder.

    Ctrl-C saves; the same command goes on from there.

    Example: segue pretrain-lyrics zh --data ../shared/data --out lyrics-zh --minutes 40
    """
    from segue.cli.training_lines import TrainingLines
    from segue.pretrain.lyrics import LyricOrder, make_lyrics
    from segue.pretrain.pretraining import Budget

    named = _language(language)
    budget = Budget(minutes, batch_tokens, start)
    order = LyricOrder(named, shape_of(shape) if shape else None, budget, tuple(text or ()))
    made = make_lyrics(
        data,
        out,
        recipe,
        order,
        lambda line: _coded(line, named),
        lambda tokens: [TrainingLines(tokens, is_quiet=json)],
        _spellings(named),
    )
    _tell(made, json=json)


def _language(language: str) -> Language:
    if language not in ("en", "zh"):
        raise InputError(f"language {language!r} is none of en, zh")
    return "zh" if language == "zh" else "en"


def _tell(made: MadeLyrics, *, json: bool) -> None:
    trained, fit = made.pretrained, made.pretrained.fit
    report = {
        "folder": str(trained.folder),
        "parameters": trained.config.parameters,
        "items": len(made.data.vocabulary.items),
        "steps": fit.steps,
        "tokens": trained.tokens,
        "seconds": round(fit.seconds, 1),
        "before": dict(fit.before),
        "after": dict(fit.best),
    }
    if json:
        print_json(report)
        return
    told = ", ".join(f"{name} {value:.4f}" for name, value in fit.best.items())
    console().print(
        f"{trained.config.parameters / 1e6:.2f} M parameters, {trained.tokens / 1e6:.1f} M tokens in "
        f"{fit.seconds / 60:.1f} minutes; held-out songs: {told}; model in {trained.folder}",
        markup=False,
        soft_wrap=True,
    )


def _coded(line: VerseLine, language: Language) -> CodedLine:
    from segue.compose.lyrics.coding import code_line

    return code_line(line.text, language, line.sign, begins=line.begins)


def _spellings(language: Language) -> Iterable[str]:
    """Words of a dictionary; of Chinese, none."""
    from segue.compose.lyrics.phones import dictionary

    return dictionary() if language == "en" else ()
