"""Making a phrase model: phrases of the corpora, the one loop for a budget of minutes, and what it reaches."""

from __future__ import annotations

import copy
import json
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from segue.compose.phrases.collecting import Told, phrases_of
from segue.compose.phrases.figures import Figures, figures
from segue.compose.phrases.folder import Held, load_phrase_model, new_network, save_phrase_model
from segue.compose.phrases.learning import Weights, phrase_task
from segue.compose.phrases.network import PhraseConfig, PhraseNetwork
from segue.compose.phrases.phrase import Phrase
from segue.errors import ConflictError, FormatError, InputError
from segue.tune.callbacks import Callback
from segue.tune.history import Fit, Step
from segue.tune.loop import fit
from segue.tune.recipe import Recipe

RECIPE = Recipe(
    backbone="none",
    lr=2e-3,
    weight_decay=0.01,
    schedule="cosine",
    warmup=0.03,
    dropout=0.1,
    batch_size=128,
    patience=0,
    precision="fp32",
    checkpoint_every=200,
)
_REHEARSED, _EVALUATIONS = 10, 12
_ANNEALED = 0.3  # share of the batches over which the divergence's weight rises


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tell nothing."""


@dataclass(frozen=True)
class Order:
    """What to make: of which corpora (all that may be without), how large, how its loss is weighed, for how long, and
    the folder of a model whose weights it begins with (new ones without)."""

    corpora: tuple[str, ...] = ()
    config: PhraseConfig = field(default_factory=PhraseConfig)
    weights: Weights = field(default_factory=Weights)
    minutes: float = 0.0
    start: Path | None = None


@dataclass(frozen=True)
class Made:
    """A phrase model that was made: its folder, its training, phrases by split, and figures on valid and on test."""

    folder: Path
    fit: Fit
    counts: dict[str, int]
    valid: Figures
    test: Figures


def make_phrases(
    root: Path,
    out: Path,
    order: Order,
    recipe: Recipe = RECIPE,
    callbacks: Sequence[Callback] = (),
    tell: Told = _silent,
) -> Made:
    """Train a phrase model on the corpora below a root and write its folder.

    Called again with the same arguments it goes on where it was cut off. With minutes, the speed is measured once at
    the start and steps are planned to fill them. Errors are those of `gather` and `fit`.
    """
    splits = phrases_of(root, out / "phrases.npz", order.corpora, tell)
    network = _begin(order, recipe)
    rng = np.random.default_rng(recipe.seed)
    short = {split: [one for one in splits[split] if one.bars == 2] for split in ("valid", "test")}
    held = {split: [rows[int(row)] for row in rng.permutation(len(rows))] for split, rows in short.items()}
    if order.minutes:
        recipe = _planned(network, splits["train"], recipe, order, out)
    batches = recipe.max_steps or recipe.epochs * -(-len(splits["train"]) // recipe.batch_size)
    weights = Weights(**(asdict(order.weights) | {"anneal": max(int(_ANNEALED * batches), 1)}))
    tell("training", 0, 1)
    made = fit(network, phrase_task(weights), splits["train"], held["valid"], recipe, out / "training", callbacks)
    tell("measuring", 0, 1)
    valid, test = (figures(network, held[split], recipe.seed) for split in ("valid", "test"))
    save_phrase_model(Held(network, valid.sampler), out)
    counts = {split: len(rows) for split, rows in splits.items()}
    report = {"phrases": counts, "valid": asdict(valid), "test": asdict(test), "recipe": recipe.as_dict()}
    _write_json(report | {"weights": asdict(weights), "seconds": round(made.seconds, 1)}, out / "metrics.json")
    return Made(out, made, counts, valid, test)


def _begin(order: Order, recipe: Recipe) -> PhraseNetwork:
    if order.start is None:
        return new_network(order.config, recipe.seed, recipe.dropout)
    network = load_phrase_model(order.start).network
    if network.config != order.config:
        raise InputError(f"{order.start} holds a model of {network.config}; asked for is {order.config}")
    network.word_dropout = recipe.dropout
    return network


def _planned(network: PhraseNetwork, train: Sequence[Phrase], recipe: Recipe, order: Order, out: Path) -> Recipe:
    """The recipe with as many steps as the minutes buy: read from the folder, or measured on a copy and written."""
    file = out / "plan.json"
    if file.exists():
        try:
            plan = json.loads(file.read_text(encoding="utf-8"))
            minutes, steps = float(plan["minutes"]), int(plan["steps"])
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(f"not a plan of a training: {error}", file=str(file)) from error
        if minutes != order.minutes:
            raise ConflictError(f"{out} holds a training planned for {minutes:g} minutes (now {order.minutes:g})")
    else:
        watch, scratch = _Watch(), out / ".rehearsal"
        shutil.rmtree(scratch, ignore_errors=True)
        few = recipe.replace(max_steps=_REHEARSED, checkpoint_every=0)
        fit(copy.deepcopy(network), phrase_task(order.weights), train, (), few, scratch, [watch])
        shutil.rmtree(scratch, ignore_errors=True)
        seconds = statistics.median(watch.seconds[_REHEARSED // 3 :] or watch.seconds)
        steps = max(int(0.95 * 60 * order.minutes / seconds), _EVALUATIONS)
        _write_json({"minutes": order.minutes, "steps": steps, "step_seconds": seconds}, file)
    per_epoch = -(-len(train) // (recipe.batch_size * recipe.accumulate))
    every = recipe.evaluate_every or -(-steps // _EVALUATIONS)
    return recipe.replace(max_steps=steps, evaluate_every=every, epochs=-(-steps // per_epoch))


class _Watch(Callback):
    def __init__(self) -> None:
        self.seconds: list[float] = []

    def stepped(self, step: Step) -> None:
        self.seconds.append(step.seconds)


def _write_json(value: object, file: Path) -> None:
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    partial.replace(file)
