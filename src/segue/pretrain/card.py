"""The card of a pretrained score model: what it is, what it learned from under which licence, how, and how well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from segue.corpora import BY_NAME
from segue.tune.pictures import draw_curves
from segue.tune.run import versions

if TYPE_CHECKING:
    from segue.pretrain.making import Data
    from segue.pretrain.mixture import Mixture
    from segue.pretrain.pretraining import Pretrained

_TITLE = """---
library_name: segue
license: apache-2.0
tags: [music, symbolic-music, llama]
---

# Segue's score model"""
_LIMITS = """## Limits

It knows the styles of these sets: European notated music of the eighteenth to the early twentieth century, dance \
tunes of Ireland, Britain and America, and pop songs as their lead sheets have them. It knows nothing of sound, and of \
words only their stress.
"""


EARLIER = "earlier"  # where the recipe and the course of the training lie that a model begins with
_TOLD = ("recipe.toml", "metrics.json", "curve.png")


def write_card(made: Pretrained, data: Data, mixture: Mixture, start: Path | None = None) -> None:
    """Write README.md, curve.png, recipe.toml and metrics.json into the model's folder.

    What `start`, a model folder whose weights it began with, tells of its own training is kept in `earlier`.
    """
    if start is not None and (start / "metrics.json").is_file():
        (made.folder / EARLIER).mkdir(exist_ok=True)
        for name in _TOLD:
            shutil.copyfile(start / name, made.folder / EARLIER / name)
    draw_curves([made.fit.history], "nats", [made.folder / "curve.png"])
    (made.folder / "recipe.toml").write_text(made.recipe.to_toml(), encoding="utf-8")
    figures = {
        "before": dict(made.fit.before),
        "after": dict(made.blend.metrics if made.blend else made.fit.best),
        **({"share_of_trained_weights": made.blend.share} if made.blend else {}),
        "steps": made.fit.steps,
        "tokens": made.tokens,
        "seconds": round(made.fit.seconds, 1),
        "data_sha256": data.sha256,
        "versions": versions(),
        "history": [{"step": one.step, "loss": one.loss, **one.metrics} for one in made.fit.history],
    }
    (made.folder / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (made.folder / "README.md").write_text(card(made, data, mixture), encoding="utf-8")


def card(made: Pretrained, data: Data, mixture: Mixture) -> str:
    """Return the text of the card."""
    config, fit = made.config, made.fit
    recipe = "\n".join(f"| {name} | {value} |" for name, value in made.recipe.as_dict().items())
    known = ", ".join(f"{name} {version}" for name, version in versions().items())
    return f"""{_TITLE}

A decoder in the shape of Llama over the tokens of Segue's score language: {config.parameters / 1e6:.2f} M parameters \
({config.layers} layers, width {config.width}, {config.heads} heads, feed-forward {config.feed_forward}, \
{config.vocabulary} token types, at most {config.longest} tokens), written in bf16. `config.json` and \
`model.safetensors` are read by `segue.models.score.folder.load_score_model` and by transformers' `LlamaForCausalLM`.

It continues, fills in, harmonizes and accompanies notated music: bars with chords, voices and drums.

## Training

{fit.steps:,} steps, {made.tokens / 1e6:.1f} M tokens in {fit.seconds / 60:.0f} minutes \
({made.tokens / max(fit.seconds, 1e-9):,.0f} tokens a second), seed {made.recipe.seed}. The weights kept are \
those after step {fit.best_step}, the best on held-out pieces.{_earlier(made)}

![learning curve](curve.png)

Nats per token on held-out pieces, each said as it is from its beginning (header not counted):

{_figures(fit.before, made.blend.metrics if made.blend else fit.best)}

## Data

Split by song or work before anything else; {data.repeats:,} pieces were left out because another one has their tune, \
{data.broken:,} could not be read. `weight` is how often a pass takes each piece, {mixture.passes} passes were said, \
each with its own order of lanes, masks, excerpts and tonic. sha256 of the training tokens: `{data.sha256}`.

{_corpora(data, mixture)}

{_LIMITS}
## Recipe

| field | value |
|---|---|
{recipe}

Versions: {known}.
"""


def _earlier(made: Pretrained) -> str:
    """Sentences on the training whose weights this one began with, or ""."""
    file = made.folder / EARLIER / "metrics.json"
    if made.blend is None or not file.is_file():
        return ""
    told = json.loads(file.read_text(encoding="utf-8"))
    return (
        f" It began with weights that had learned from {told['tokens'] / 1e6:.1f} M tokens in {told['steps']:,} steps "
        f"and {told['seconds'] / 60:.0f} minutes; their recipe, course and data hash lie in `{EARLIER}`. Kept is "
        f"{made.blend.share:g} of these weights and {1 - made.blend.share:g} of those it began with, the best share on "
        "held-out pieces."
    )


def _figures(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    lines = ["| | before | after |", "|---|---:|---:|"]
    for name, value in after.items():
        told = f"{before[name]:.4f}" if name in before else ""
        lines.append(f"| {name.removeprefix('nats_')} | {told} | {value:.4f} |")
    return "\n".join(lines)


def _corpora(data: Data, mixture: Mixture) -> str:
    lines = [
        "| corpus | licence | train | valid | test | weight | training tokens |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    tokens = data.train.tokens_by_source()
    for name, pieces in data.pieces.items():
        counts = " | ".join(f"{pieces[split]:,}" for split in ("train", "valid", "test"))
        weight = f"{mixture.weights.get(name, 1.0):g}"
        lines.append(f"| {name} | {BY_NAME[name].licence} | {counts} | {weight} | {tokens.get(name, 0):,} |")
    return "\n".join(lines)
