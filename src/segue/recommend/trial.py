"""One trial: fit all that stands beside the language model, tune it, and measure before, after and the baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from segue.models.text import Precision
from segue.recommend.audience import Audience, Texts, reading, training_songs
from segue.recommend.baselines import fit_baselines, fit_parts, simple_systems
from segue.recommend.calibration import Calibration
from segue.recommend.evaluate import (
    ENOUGH_LISTENERS,
    Ranker,
    Standing,
    System,
    calibrate,
    fit_heads,
    measure,
    questions,
)
from segue.recommend.fusion import Fusion
from segue.recommend.held_out import HeldOut, Pair
from segue.recommend.language import Taste, parts_of, refresh, taste_task
from segue.recommend.parts import Floats, Language
from segue.recommend.population import Population
from segue.recommend.since import Since
from segue.tune.callbacks import Callback
from segue.tune.checkpoint import trained_weights
from segue.tune.compare import AFTER, BEFORE
from segue.tune.continued import Test
from segue.tune.history import Fit
from segue.tune.loop import fit
from segue.tune.methods import Trainable, build_model
from segue.tune.recipe import Recipe
from segue.tune.task import Model

TASK = "recommend"
FROZEN, TUNED, SERVED = "frozen", "language", "served"
_LEAST_STEPS = 12  # steps of an epoch at least, where the catalogue is small
REPLAY = 0.5  # of what is read when going on is drawn from everything; the rest are songs that somebody heard anew
_OF_SONGS = ("head.table", "head.is_filled")  # weights that belong to one catalogue

# (what is being done, how much of it is done, of how much)
Told = Callable[[str, int, int], object]


def told_nothing(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Bench:
    """What every trial on one split shares: all that does not come from the tuned language model.

    `since` is how the split follows that of the run served, `start` that run's model where a trial begins with it.
    """

    population: Population
    held: HeldOut
    rankers: dict[str, Ranker]
    beside: tuple[str, ...]  # the names of the parts that stand beside the language model
    texts: Texts
    since: Since | None = None
    start: Model | None = None


@dataclass(frozen=True)
class Trial:
    """A tuned language model with how the systems stand on the test part; `fusion` is the head of the tuned system.

    `old` and `new` are the two parts of a test part that follows an earlier one; `replayed` counts the pairs of a
    listener and a song that were learned from, and not for the first time.
    """

    recipe: Recipe
    model: Model
    trainable: Trainable
    fit: Fit
    standings: tuple[Standing, ...]
    fusion: Fusion
    calibration: Calibration
    replayed: int = 0
    old: Test | None = None
    new: Test | None = None

    @property
    def language(self) -> Language:
        """The part that the tuned model is."""
        return language_part(parts_of(self.model)[1])

    def standing(self, system: str) -> Standing:
        """How one system stands."""
        return next(one for one in self.standings if one.system == system)


def lay_bench(population: Population, held: HeldOut, folder: Path, told: Told = told_nothing) -> Bench:
    """Fit the parts and the baselines on what is left to train on."""
    told("fitting parts and baselines", 0, 2)
    parts = fit_parts(population.catalogue, held.train, is_timed=mostly(population.is_timed))
    told("fitting parts and baselines", 1, 2)
    rankers: dict[str, Ranker] = {part.name: part for part in parts}
    beside = tuple(rankers)
    rankers |= fit_baselines(held, folder, seed=0)
    told("fitting parts and baselines", 2, 2)
    return Bench(population, held, rankers, beside, reading(population.catalogue))


def mostly(flags: Sequence[bool]) -> bool:
    """Whether at least half are true."""
    return 2 * sum(flags) >= len(flags)


def run_trial(
    bench: Bench,
    recipe: Recipe,
    directory: Path,
    callbacks: Sequence[Callback] = (),
    told: Told = told_nothing,
    served: Ranker | None = None,
) -> Trial:
    """Tune by the recipe and measure; the same directory goes on where a trial was cut off.

    The heads of all systems are fitted on the valid pairs; the test part is asked once. `served` is the language part
    of the model served now, to be measured beside.
    """
    held, population = bench.held, bench.population
    first = bench.since.listeners if bench.since is not None and bench.start is not None else ()
    audience = Audience(held.train, bench.texts, population.disliked, first)
    task = taste_task(audience, max_length=recipe.max_length, precision=precision_of(recipe))
    examples = songs_to_read(bench, recipe)
    told("reading the songs before tuning", 0, 1)
    model, trainable = build_model(task, recipe)
    if bench.start is not None:
        go_on_from(model, bench.start)
    frozen = read_all(model, audience, recipe)
    told("reading the songs before tuning", 1, 1)
    done = fit(model, task, examples, held.valid, recipe, directory, callbacks)
    tuned = read_all(model, audience, recipe)
    rankers = {**bench.rankers, FROZEN: frozen, TUNED: tuned}
    systems = [System(BEFORE, (*bench.beside, FROZEN)), System(AFTER, (*bench.beside, TUNED)), *simple_systems()]
    systems += [System("text, frozen", (FROZEN,)), System("text, tuned", (TUNED,))]
    if served is not None:
        rankers[SERVED] = served
        systems.append(System(SERVED, (*bench.beside, SERVED)))
    standings = compare_systems(rankers, systems, held, told)
    fusion = next(one.fusion for one in standings if one.system == AFTER)
    asked = questions(held, "valid", ENOUGH_LISTENERS)
    calibration = calibrate(rankers, System(AFTER, (*bench.beside, TUNED), fusion), asked)
    old, new = (retest(rankers, standings, held, pairs) for pairs in _two_tests(bench))
    return Trial(
        recipe, model, trainable, done, tuple(standings), fusion, calibration, _replayed(bench, examples), old, new
    )


def songs_to_read(bench: Bench, recipe: Recipe) -> list[int]:
    """The songs of one epoch: drawn from all; where a trial goes on, half of them are songs that were heard anew."""
    popularity, least = bench.held.train.popularity, _LEAST_STEPS * recipe.batch_size
    everything = max(len(popularity), least)
    if bench.since is None or bench.start is None:
        return training_songs(popularity, everything, recipe.seed)
    fresh = bench.since.songs
    count = min(everything, max(least, round(len(fresh) / (1 - REPLAY))))
    replay = round(REPLAY * count)
    anew = np.resize(np.random.default_rng(recipe.seed).permutation(fresh), count - replay)
    return [*anew.tolist(), *training_songs(popularity, replay, recipe.seed)]


def go_on_from(model: Model, start: Model) -> None:
    """Set a model, built by the same recipe, to the trained weights of another over any catalogue."""
    theirs = trained_weights(start)
    for name, weight in trained_weights(model).items():
        if name not in _OF_SONGS:
            weight.copy_(theirs[name].to(weight.device))


def retest(
    rankers: dict[str, Ranker], standings: Sequence[Standing], held: HeldOut, pairs: Sequence[Pair]
) -> Test | None:
    """Measure what is served and what was tuned on some of the test pairs; None where there are none."""
    by_name = {one.system: one for one in standings}
    if not pairs:
        return None
    before = by_name.get(SERVED, by_name[BEFORE])
    ready = [System(one.system, one.fusion.parts, one.fusion) for one in (before, by_name[AFTER])]
    used = {name: rankers[name] for system in ready for name in system.rankers}
    asked = questions(HeldOut(held.train, held.valid, tuple(pairs)), "test")
    found = measure(used, ready, asked, held.train.popularity)
    size = sum(len(question.pairs) for question in asked)
    return Test(size, found[0].metrics["auc"].mean, found[1].metrics["auc"].mean)


def _two_tests(bench: Bench) -> tuple[Sequence[Pair], Sequence[Pair]]:
    return ((), ()) if bench.since is None else (bench.since.old, bench.since.new)


def _replayed(bench: Bench, examples: Sequence[int]) -> int:
    if bench.since is None:
        return 0
    known = bench.held.train.popularity - bench.since.fresh.popularity
    return int(known[np.unique(examples)].sum())


def compare_systems(
    rankers: dict[str, Ranker], systems: Sequence[System], held: HeldOut, told: Told = told_nothing
) -> list[Standing]:
    """Fit the systems' heads on the valid pairs and measure all on the test part."""
    valid, test = questions(held, "valid", ENOUGH_LISTENERS), questions(held, "test")
    heads = fit_heads(rankers, systems, valid, lambda done: told("fitting the heads", done, len(valid)))
    ready = [System(system.name, system.rankers, heads[system.name]) for system in systems]
    popularity = held.train.popularity
    return measure(rankers, ready, test, popularity, lambda done: told("measuring", done, len(test)))


def read_all(model: Model, audience: Audience, recipe: Recipe) -> Language:
    """The language part of the model as it is."""
    refresh(model, audience, recipe.max_length, precision_of(recipe))
    return language_part(parts_of(model)[1])


def language_part(taste: Taste) -> Language:
    """The part of a taste head whose table is fresh."""
    values = taste.values()
    return Language(array(taste.table), values["tau"], values["scale"], values["mean_scale"])


def precision_of(recipe: Recipe) -> Precision:
    """The recipe's precision, for the text encoder."""
    return "fp32" if recipe.precision == "fp32" else "bf16" if recipe.precision == "bf16" else "auto"


def array(tensor: Tensor) -> Floats:
    """A float32 array of its own."""
    found: Floats = tensor.detach().cpu().numpy().copy()
    return found
