"""Teaching the score model to harmonize: a small adapter that learns chords, all of them hidden, from their melodies.

In pretraining few windows hide all chords of a piece, so that the model learns to go by chords before and behind more
than by the melody. Here every window does, as `segue.compose.harmonize` asks for them, and only chords are learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.gathering import gather
from segue.errors import InputError
from segue.models.score.adapter import save_adapter
from segue.models.score.folder import SHIPPED, load_score_model
from segue.models.score.network import ScoreModel
from segue.music.score import Score
from segue.pretrain.excerpts import Drawing, Excerpt, harmonizing
from segue.pretrain.mixture import Mixture, Told, lay_out_all
from segue.pretrain.own import Adapted
from segue.pretrain.pretraining import write_json
from segue.pretrain.windows import Bundles, Windows, collect
from segue.tune.callbacks import Callback
from segue.tune.loop import fit
from segue.tune.methods import apply_method, lora_factors
from segue.tune.next_token import next_token_task
from segue.tune.recipe import Recipe
from segue.tune.run import versions

CORPORA = ("openewld", "rock_corpus")  # songs as melody and chords
_TASK = "harmony"
_BUNDLE = 2048  # tokens of a batch
_ALONE = 0.75  # of sayings show the melody alone; the others all voices


@dataclass(frozen=True)
class Order:
    """What an adapter is made of: corpora, and how often a pass takes each of their pieces (1 where none is named)."""

    corpora: tuple[str, ...] = CORPORA
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """An adapter's file, its recipe, how its training went, and how many pieces of each corpus it learned from."""

    file: Path
    recipe: Recipe
    adapted: Adapted
    pieces: Mapping[str, int]


def make_harmony(
    root: Path,
    out: Path,
    recipe: Recipe,
    order: Order,
    callbacks: Callable[[float], Sequence[Callback]],
    told: Told,
) -> Made:
    """Teach an adapter to harmonize the corpora below `root`, and write it with its recipe and figures into `out`.

    Called again with the same arguments it goes on where it was cut off.
    """
    gathered = gather(root, order.corpora, tell=lambda line: told(line, 0, 1))
    train, valid = harmonic(gathered.train), harmonic(gathered.valid)
    base = SHIPPED if recipe.backbone == "score" else Path(recipe.backbone)
    adapted = learn_harmony(load_score_model(base), train, valid, recipe, out / "training", order.weights, callbacks)
    file = save_adapter(lora_factors(adapted.model), out, base)
    made = Made(file, recipe, adapted, {name: sum(piece.corpus == name for piece in train) for name in order.corpora})
    _write_card(made, order)
    return made


def harmonic(pieces: Sequence[Piece]) -> list[Piece]:
    """Those that have a voice and chords."""
    return [piece for piece in pieces if piece.score.chords and _melody(piece.score) is not None]


def learn_harmony(
    model: ScoreModel,
    train: Sequence[Piece],
    valid: Sequence[Piece],
    recipe: Recipe,
    directory: Path,
    weights: Mapping[str, float] | None = None,
    callbacks: Callable[[float], Sequence[Callback]] = lambda _tokens: (),
) -> Adapted:
    """Tune a score model, in place, to the chords of pieces; each epoch says them in other ways.

    The best weights by nats per token of the chords of `valid` are left in it; the LoRA updates stay apart.
    """
    if recipe.method != "lora":
        raise InputError(f"method {recipe.method!r}: an adapter is learned by lora")
    trainable = apply_method(model, recipe)
    mixture = Mixture(weights or {}, recipe.epochs, drawing=Drawing(longest=recipe.max_length), seed=recipe.seed)
    data = Bundles(harmony_windows(train, mixture, is_varied=True), _BUNDLE, recipe.seed)
    held = list(Bundles(harmony_windows(valid, mixture, is_varied=False), _BUNDLE))
    every = recipe.evaluate_every or -(-len(data) // recipe.epochs)
    once = recipe.replace(epochs=1, evaluate_every=every)  # the windows hold all epochs
    task = next_token_task(_TASK, learns_given=False)
    made = fit(model, task, data, held, once, directory, callbacks(data.mean_tokens))
    return Adapted(model, made, trainable)


def harmony_windows(pieces: Sequence[Piece], mixture: Mixture, *, is_varied: bool) -> Windows:
    """Say pieces with their chords hidden, in as many passes as the mixture has.

    Held-out ones are said once, as melodies, until their corpus has the tokens that the mixture holds out.
    """
    names = tuple(dict.fromkeys(piece.corpus for piece in pieces))
    alone = [replace(piece, score=_melody(piece.score) or piece.score) for piece in pieces]
    shown = lay_out_all(alone, _silent, ""), lay_out_all(pieces, _silent, "")
    spent = dict.fromkeys(names, 0)

    def said() -> Iterator[tuple[int, Excerpt]]:
        for number in range(mixture.passes if is_varied else 1):
            for piece, *layouts in zip(pieces, *shown, strict=True):
                times = mixture.times(piece, number) if is_varied else spent[piece.corpus] < mixture.held_tokens
                for turn in range(times):
                    rng = mixture.drawn(piece, number, turn)
                    layout = layouts[is_varied and rng.random() >= _ALONE]
                    for one in harmonizing(layout, mixture.drawing, rng, is_varied=is_varied) if layout else ():
                        spent[piece.corpus] += len(one.tokens)
                        yield names.index(piece.corpus), one

    return collect(said(), names)


def _melody(score: Score) -> Score | None:
    """The score with its first voice alone, or None where it has none."""
    part = next((part for part in score.parts if len(part.notes) and not part.is_drums), None)
    return None if part is None else score.replace(parts=(part,))


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tell nothing."""


def _write_card(made: Made, order: Order) -> None:
    """Write README.md, recipe.toml and metrics.json beside the adapter."""
    folder, done = made.file.parent, made.adapted.fit
    write_json(
        {
            "before": dict(done.before),
            "after": dict(done.best),
            "steps": done.steps,
            "best_step": done.best_step,
            "seconds": round(done.seconds, 1),
            "pieces": dict(made.pieces),
            "weights": dict(order.weights),
            "versions": versions(),
            "history": [{"step": one.step, "loss": one.loss, **one.metrics} for one in done.history],
        },
        folder / "metrics.json",
    )
    (folder / "recipe.toml").write_text(made.recipe.to_toml(), encoding="utf-8")
    rows = [
        f"| {name} | {BY_NAME[name].licence} | {count:,} | {order.weights.get(name, 1):g} |"
        for name, count in made.pieces.items()
    ]
    figures = [
        f"| {name} | {done.before[name]:.4f} | {value:.4f} |"
        for name, value in done.best.items()
        if name != "bits_per_note"
    ]
    text = _CARD.format(
        trained=f"{made.adapted.trainable.trainable:,}",
        steps=f"{done.steps:,}",
        minutes=f"{done.seconds / 60:.0f}",
        best=f"{done.best_step:,}",
        seed=made.recipe.seed,
        figures="\n".join(figures),
        rows="\n".join(rows),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


_CARD = """---
library_name: segue
license: apache-2.0
tags: [music, symbolic-music, lora]
---

# Segue's adapter for harmonizing

{trained} weights: low-rank updates (LoRA, Hu et al. 2021) of every projection of the score model beside it, in bf16. \
`segue compose harmony` and `Studio.harmonize` put them into the model. It learned chords from whole melodies: in each \
window all chords are hidden and said at the end, and only they are learned.

{steps} steps in {minutes} minutes, seed {seed}; kept are the weights after step {best}, the best on held-out pieces. \
`recipe.toml` has the recipe; `segue pretrain-harmony` makes it anew.

Nats per token of the hidden chords of held-out pieces, the melody alone shown:

| | before | after |
|---|---:|---:|
{figures}

| corpus | licence | pieces with chords in train | weight |
|---|---|---:|---:|
{rows}
"""
