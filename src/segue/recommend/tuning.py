"""From a store of listens to a served recommender: split, tune, compare, fit anew on everything, save, promote."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segue.errors import ConflictError, InputError
from segue.listens.store import Store
from segue.recommend import saving
from segue.recommend.baselines import fit_parts
from segue.recommend.evaluate import Standing
from segue.recommend.held_out import HeldOut, hold_out
from segue.recommend.parts import Language
from segue.recommend.population import Population, read_population
from segue.recommend.recommender import Recommender
from segue.recommend.seen import write_seen
from segue.recommend.served import FOLDER, language_of
from segue.recommend.sizes import taste_recipe
from segue.recommend.trial import TASK, Told, Trial, lay_bench, mostly, run_trial, told_nothing
from segue.tune.callbacks import Callback
from segue.tune.compare import AFTER, BEFORE, Comparison
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry
from segue.tune.run import Run, hash_of, run_id
from segue.tune.stats import Figure, over_seeds

CHOSEN_BY = "auc"
SPLIT_SEED = 0  # one split for all seeds and all runs on the same data, so that they can be compared
SERVED = "served"


@dataclass(frozen=True)
class Tuned:
    """What a tuning came to.

    `run` is the best of its seeds (by the valid part), in the registry, with the recommender in its folder;
    `comparison` holds all systems on the test part, errors over seeds, or over listeners where there is one seed.
    `refused` says why it is not the one served, or is "".
    """

    run: Run
    comparison: Comparison
    refused: str = ""

    @property
    def is_served(self) -> bool:
        """Whether it is the one served now."""
        return not self.refused

    @property
    def folder(self) -> Path:
        """Where everything was put."""
        if self.run.path is None:
            raise InputError(f"run {self.run.id} is in no registry")
        return self.run.path


def tune_recommend(
    store: Store,
    recipe: Recipe | None = None,
    home: Path = Path(),
    seeds: int = 1,
    callbacks: Callable[[], Sequence[Callback]] = tuple,
    told: Told = told_nothing,
) -> Tuned:
    """Tune the language model on a store's listeners, measure it beside the baselines, save it, and serve it if better.

    Likes count as heard and dislikes against; a part of each listener is held out (see `hold_out`). Runs lie under
    `home`/models. With `seeds` above 1 it is done as often, with the recipe's seed and those after it, on one split.
    `callbacks` makes fresh ones for each training. Called again after Ctrl-C (StoppedError) it goes on where it was.
    InputError where there are too few listeners, with what to do.
    """
    if seeds < 1:
        raise InputError(f"seeds {seeds} must be at least 1")
    recipe = recipe or taste_recipe()
    registry = Registry(home / "models")
    told("reading listeners", 0, 1)
    population = read_population(store)
    held = hold_out(population.heard, population.is_timed, SPLIT_SEED)
    data_hash = hash_population(population)
    told("reading listeners", 1, 1)
    shared = registry.path / TASK / ".training" / f"beside-{data_hash[:12]}"
    bench = lay_bench(population, held, shared, told)
    served = registry.served(TASK)
    old = language_of(registry, served, population.catalogue) if served and served.data_hash != data_hash else None
    trials: list[Trial] = []
    for seed in range(recipe.seed, recipe.seed + seeds):
        mine = recipe.replace(seed=seed)
        directory = registry.training_directory(TASK, run_id(TASK, mine, data_hash))
        trials.append(run_trial(bench, mine, directory, callbacks(), told, old))
    best = max(trials, key=lambda trial: trial.fit.best[CHOSEN_BY])
    run = registry.add(_run_of(best, data_hash, served), best.model)
    comparison = compare(trials)
    _fill(run, best, population, held, comparison, told)
    for trial in trials:
        shutil.rmtree(registry.training_directory(TASK, run_id(TASK, trial.recipe, data_hash)), ignore_errors=True)
    shutil.rmtree(shared, ignore_errors=True)
    return Tuned(run, comparison, _promote(registry, run))


def hash_population(population: Population) -> str:
    """The sha256 of what is learned from and measured on: songs, tags, histories, dislikes, and the split's seed."""

    def rows() -> Iterable[object]:
        yield SPLIT_SEED
        for song in population.catalogue:
            yield (song.key, song.album, song.year, song.tags)
        for name, heard, disliked, timed in zip(
            population.heard.listeners,
            population.heard.sequences,
            population.disliked.sequences,
            population.is_timed,
            strict=True,
        ):
            yield (name, heard.tolist(), disliked.tolist(), timed)

    return hash_of(rows())


def compare(trials: Sequence[Trial]) -> Comparison:
    """All systems of trials that differ in their seed, on the test part.

    A row's errors are over seeds; those of one trial, and of systems that no seed changes, are over listeners.
    """
    rows: dict[str, Mapping[str, Figure]] = {}
    for standing in trials[0].standings:
        own = [trial.standing(standing.system) for trial in trials]
        rows[standing.system] = over_seeds([one.means() for one in own]) if _varies(own) else standing.metrics
    return Comparison(TASK, CHOSEN_BY, rows, [trial.fit.history for trial in trials])


def _varies(standings: Sequence[Standing]) -> bool:
    return any(one.means() != standings[0].means() for one in standings)


def _run_of(trial: Trial, data_hash: str, served: Run | None) -> Run:
    means = {one.system: one.means() for one in trial.standings}
    before, after = means.pop(BEFORE), means.pop(AFTER)
    old = means.pop(SERVED, None)
    return Run(
        id=run_id(TASK, trial.recipe, data_hash),
        task=TASK,
        recipe=trial.recipe,
        chosen_by=CHOSEN_BY,
        data_hash=data_hash,
        before=before,
        after=after,
        baselines=means,
        served={served.id: old} if served is not None and old is not None else {},
        history=tuple(trial.fit.history),
        trainable=trial.trainable.trainable,
        total=trial.trainable.total,
        seconds=trial.fit.seconds,
    )


def _fill(run: Run, trial: Trial, population: Population, held: HeldOut, comparison: Comparison, told: Told) -> None:
    """Write the comparison, what training saw, and the recommender fitted on everything into the run's folder."""
    if run.path is None:
        raise InputError(f"run {run.id} is in no registry")
    comparison.save(run.path)
    write_seen(population, held, run.path)
    told("fitting the parts on everything", 0, 1)
    saving.save(build_recommender(population, trial), run.path / FOLDER)
    told("fitting the parts on everything", 1, 1)


def build_recommender(population: Population, trial: Trial) -> Recommender:
    """The recommender to serve: parts fitted on all that was heard, the tuned language part, the trial's head."""
    parts = fit_parts(population.catalogue, population.heard, is_timed=mostly(population.is_timed))
    language: Language = trial.language
    return Recommender(population.catalogue, [*parts, language], trial.fusion, calibration=trial.calibration)


def _promote(registry: Registry, run: Run) -> str:
    served = registry.served(TASK)
    if served is not None and served.id == run.id:
        return ""  # the same run made again, in its own place
    try:
        registry.promote(run.id)
    except ConflictError as error:
        return str(error)
    return ""
