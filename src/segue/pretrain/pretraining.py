"""From windows to a score model: a budget of minutes becomes a number of steps, then the one loop trains."""

from __future__ import annotations

import copy
import json
import shutil
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from segue.errors import ConflictError, FormatError, InputError
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import load_score_model, save_score_model
from segue.models.score.network import ScoreModel
from segue.pretrain.windows import Bundles, Windows
from segue.tune.callbacks import Callback
from segue.tune.history import Fit, Step
from segue.tune.loop import fit
from segue.tune.next_token import next_token_task
from segue.tune.recipe import Recipe
from segue.tune.task import device_of

TRAINING, PLAN = "training", "plan.json"
_REHEARSED = 8  # steps by which the speed is measured, of which the first are not counted
_EVALUATIONS, _ON_EVALUATION = 20, 0.05  # in a whole training at most; share of its time that they may take
SHARES = tuple(tenth / 10 for tenth in range(10, 0, -1))  # of trained weights in those kept, where others came first
_HELD_BUNDLE = 8192  # tokens of a batch that is only evaluated


@dataclass(frozen=True)
class Plan:
    """How many steps a budget of minutes buys, fixed once at the start so that a resumed training ends the same.

    `evaluate_every` is in steps; `step_seconds` and `evaluation_seconds` are as measured then; `tokens` are those of
    one step.
    """

    minutes: float
    steps: int
    evaluate_every: int
    step_seconds: float
    evaluation_seconds: float
    tokens: int


@dataclass(frozen=True)
class Blend:
    """Weights between those a training began with (share 0) and those it ended with (1), by held-out pieces."""

    share: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Pretrained:
    """A trained score model in its folder, how it went, and what was blended where it began with other weights."""

    folder: Path
    config: ScoreConfig
    recipe: Recipe
    fit: Fit
    tokens_per_step: int
    blend: Blend | None = None

    @property
    def tokens(self) -> int:
        """Tokens seen in training, repeats counted."""
        return self.tokens_per_step * self.fit.steps


@dataclass(frozen=True)
class Budget:
    """What a training may spend and what it begins with.

    `minutes` of training (0: the recipe's `epochs` and `max_steps` count), `batch_tokens` of a forward pass at most,
    and a model folder whose weights it starts from (None: new ones).
    """

    minutes: float = 0.0
    batch_tokens: int = 4096
    start: Path | None = None


def pretrain(
    train: Windows,
    valid: Windows,
    config: ScoreConfig,
    recipe: Recipe,
    out: Path,
    budget: Budget,
    callbacks: Callable[[float], Sequence[Callback]] = lambda _tokens: (),
) -> Pretrained:
    """Train a score model on windows and write it to `out` as a model folder.

    With a budget of minutes the speed is measured once at the start (on a copy, in the one loop), and steps and
    evaluations are planned to fill them. `callbacks` makes those of the training, given the tokens of an example.
    Where it begins with other weights, those that are kept lie between them and the trained ones (`SHARES`).
    Called again with the same arguments it goes on where it was cut off. Errors are those of `fit`.
    """
    data = Bundles(train, budget.batch_tokens, recipe.seed)
    held = list(Bundles(valid, _HELD_BUNDLE, recipe.seed))
    tokens = int(data.mean_tokens * recipe.batch_size * recipe.accumulate)
    model = _begin(config, recipe.seed, budget.start)
    model.set_dropout(recipe.dropout)
    task = next_token_task()
    if budget.minutes:
        plan = _plan(model, data, held, recipe, out, budget.minutes, tokens)
        every = recipe.evaluate_every or plan.evaluate_every
        recipe = recipe.replace(max_steps=plan.steps, evaluate_every=every, epochs=_epochs(plan, data, recipe))
    made = fit(model, task, data, held, recipe, out / TRAINING, callbacks(data.mean_tokens))
    blend = _blend(model, budget.start, held) if budget.start is not None and held else None
    save_score_model(model, out)
    return Pretrained(out, model.config, recipe, made, tokens, blend)


def _blend(model: ScoreModel, start: Path, held: Sequence[object]) -> Blend:
    """Leave in a model the best on held-out pieces of (1 - share) first + share trained weights (Wortsman et al. 2022,
    "Robust fine-tuning of zero-shot models", section 3): what small sets unlearn by repetition is kept so. Shares fall
    until they no longer help."""
    first, trained = load_score_model(start).state_dict(), copy.deepcopy(model.state_dict())
    task, best = next_token_task(), Blend(0.0, {})

    def put(share: float) -> None:
        model.load_state_dict({name: torch.lerp(first[name].to(last), last, share) for name, last in trained.items()})

    for share in SHARES:
        put(share)
        metrics = task.evaluate(model, held)  # type: ignore[arg-type]
        if best.metrics and task.goodness(metrics) <= task.goodness(best.metrics):
            break  # fewer of the trained weights are worse still
        best = Blend(share, metrics)
    put(best.share)
    return best


def _begin(config: ScoreConfig, seed: int, start: Path | None) -> ScoreModel:
    if start is not None:
        model = load_score_model(start)
        if model.config != config:
            raise InputError(f"{start} holds a model of {model.config}; asked for is {config}")
        return model
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ScoreModel(config)


def _epochs(plan: Plan, data: Bundles, recipe: Recipe) -> int:
    per_epoch = -(-len(data) // (recipe.batch_size * recipe.accumulate))
    return -(-plan.steps // per_epoch)


def _plan(
    model: ScoreModel,
    data: Bundles,
    held: Sequence[object],
    recipe: Recipe,
    out: Path,
    minutes: float,
    tokens: int,
) -> Plan:
    """Read the plan that the directory holds, or rehearse and write it."""
    file = out / PLAN
    if file.exists():
        try:
            plan = Plan(**json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise FormatError(f"not a plan of a training: {error}", file=str(file)) from error
        if plan.minutes != minutes:
            raise ConflictError(f"{out} holds a training planned for {plan.minutes:g} minutes (now {minutes:g})")
        return plan
    step, evaluation = _rehearse(model, data, held, recipe, out / ".rehearsal")
    seconds = minutes * 60
    times = min(max(int(seconds * _ON_EVALUATION / max(evaluation, 1e-9)), 2), _EVALUATIONS)
    steps = max(int((seconds - (times + 1) * evaluation) / step), times)
    plan = Plan(minutes, steps, -(-steps // times), step, evaluation, tokens)
    out.mkdir(parents=True, exist_ok=True)
    write_json(asdict(plan), file)
    return plan


def write_json(value: Mapping[str, object], file: Path) -> None:
    """Write a file of JSON, whole or not at all."""
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    partial.replace(file)


def _rehearse(
    model: ScoreModel, data: Bundles, held: Sequence[object], recipe: Recipe, scratch: Path
) -> tuple[float, float]:
    """Train and evaluate a copy for some steps; returns the seconds of a step and of an evaluation."""
    shutil.rmtree(scratch, ignore_errors=True)
    twin, watch, task = copy.deepcopy(model), _Watch(), next_token_task()
    few = recipe.replace(max_steps=_REHEARSED, checkpoint_every=0, evaluate_every=0)
    fit(twin, task, data, (), few, scratch, [watch])
    shutil.rmtree(scratch, ignore_errors=True)
    began = time.perf_counter()
    if held:
        task.evaluate(twin.to(device_of(model)), held)  # type: ignore[arg-type]
    evaluation = time.perf_counter() - began
    return statistics.median(watch.seconds[_REHEARSED // 4 :] or watch.seconds), evaluation


class _Watch(Callback):
    def __init__(self) -> None:
        self.seconds: list[float] = []

    def stepped(self, step: Step) -> None:
        self.seconds.append(step.seconds)
