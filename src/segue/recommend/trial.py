"""One trial: fit all that stands beside the language model, tune it, and measure before, after and the baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

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
from segue.recommend.held_out import HeldOut
from segue.recommend.language import Taste, parts_of, refresh, taste_task
from segue.recommend.parts import Floats, Language
from segue.recommend.population import Population
from segue.tune.callbacks import Callback
from segue.tune.compare import AFTER, BEFORE
from segue.tune.history import Fit
from segue.tune.loop import fit
from segue.tune.methods import Trainable, build_model
from segue.tune.recipe import Recipe
from segue.tune.task import Model

TASK = "recommend"
FROZEN, TUNED = "frozen", "language"
_LEAST_STEPS = 12  # steps of an epoch at least, where the catalogue is small

# (what is being done, how much of it is done, of how much)
Told = Callable[[str, int, int], object]


def told_nothing(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Bench:
    """What every trial on one split shares: all that does not come from the tuned language model."""

    population: Population
    held: HeldOut
    rankers: dict[str, Ranker]
    beside: tuple[str, ...]  # the names of the parts that stand beside the language model
    texts: Texts


@dataclass(frozen=True)
class Trial:
    """A tuned language model with how the systems stand on the test part; `fusion` is the head of the tuned system."""

    recipe: Recipe
    model: Model
    trainable: Trainable
    fit: Fit
    standings: tuple[Standing, ...]
    fusion: Fusion
    calibration: Calibration

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
    audience = Audience(held.train, bench.texts, population.disliked)
    task = taste_task(audience, max_length=recipe.max_length, precision=precision_of(recipe))
    count = max(len(population.catalogue), _LEAST_STEPS * recipe.batch_size)
    examples = training_songs(held.train.popularity, count, recipe.seed)
    told("reading the songs before tuning", 0, 1)
    model, trainable = build_model(task, recipe)
    frozen = read_all(model, audience, recipe)
    told("reading the songs before tuning", 1, 1)
    done = fit(model, task, examples, held.valid, recipe, directory, callbacks)
    tuned = read_all(model, audience, recipe)
    rankers = {**bench.rankers, FROZEN: frozen, TUNED: tuned}
    systems = [System(BEFORE, (*bench.beside, FROZEN)), System(AFTER, (*bench.beside, TUNED)), *simple_systems()]
    systems += [System("text, frozen", (FROZEN,)), System("text, tuned", (TUNED,))]
    if served is not None:
        rankers["served"] = served
        systems.append(System("served", (*bench.beside, "served")))
    standings = compare_systems(rankers, systems, held, told)
    fusion = next(one.fusion for one in standings if one.system == AFTER)
    asked = questions(held, "valid", ENOUGH_LISTENERS)
    calibration = calibrate(rankers, System(AFTER, (*bench.beside, TUNED), fusion), asked)
    return Trial(recipe, model, trainable, done, tuple(standings), fusion, calibration)


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
