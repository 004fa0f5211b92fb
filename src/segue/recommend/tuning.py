"""From a store of listens to a served recommender: split, tune, compare, fit anew on everything, save, promote."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segue.errors import ConflictError, InputError
from segue.listens.store import Store
from segue.recommend import saving
from segue.recommend.baselines import fit_parts
from segue.recommend.evaluate import Ranker, Standing
from segue.recommend.held_out import HeldOut, hold_out
from segue.recommend.kept import write_kept
from segue.recommend.parts import Language
from segue.recommend.population import Population, read_population
from segue.recommend.recommender import Recommender
from segue.recommend.seen import has_forgotten, write_seen
from segue.recommend.served import FOLDER, language_of, load_model
from segue.recommend.since import Since, split_since
from segue.recommend.sizes import taste_recipe
from segue.recommend.snapshot import read_snapshot, write_snapshot
from segue.recommend.trial import SERVED, TASK, Bench, Told, Trial, lay_bench, mostly, run_trial, told_nothing
from segue.tune.callbacks import Callback
from segue.tune.compare import AFTER, BEFORE, Comparison
from segue.tune.continued import TOLERANCE, Continued, judged
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry
from segue.tune.run import Run, hash_of, run_id
from segue.tune.stats import Figure, over_seeds
from segue.tune.task import Model

CHOSEN_BY = "auc"
SPLIT_SEED = 0  # one split for all seeds and all runs on the same data, so that they can be compared
MADE = "made.txt"  # in the folder of a tuning that goes on: the run that it made
_LIKE = ("backbone", "method", "last_layers", "lora_rank", "adapter_width")  # in which a run goes on from another


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
    told("reading listeners", 0, 1)
    run, comparison = _tune(
        read_population(store), Order(recipe or taste_recipe(), home, seeds, False, callbacks, told)
    )
    return Tuned(run, comparison, _promote(Registry(home / "models"), run))


def tune_onward(
    store: Store,
    recipe: Recipe,
    home: Path,
    folder: Path,
    callbacks: Callable[[], Sequence[Callback]] = tuple,
    told: Told = told_nothing,
) -> Tuned:
    """Go on from the run that is served: learn what came since, and read the old again beside it.

    Where nothing is served, nothing came since, the recipe is of another kind, or that run has forgotten a listener, it
    is tuned anew. `folder` keeps the listeners as they were at the first call, for one that goes on, and then the name
    of the run: called again after that, nothing is trained twice.
    """
    registry, note = Registry(home / "models"), folder / MADE
    if note.is_file():
        run = registry.show(note.read_text(encoding="utf-8"))
        return Tuned(run, Comparison.load(run.path or folder, [run]), _promote(registry, run))
    told("reading listeners", 0, 1)
    population = read_snapshot(folder)
    if population is None:
        population = read_population(store)
        write_snapshot(population, folder)
    run, comparison = _tune(population, Order(recipe, home, 1, True, callbacks, told))
    partial = folder / f".{MADE}.partial"
    partial.write_text(run.id, encoding="utf-8")
    partial.replace(note)
    return Tuned(run, comparison, _promote(registry, run))


@dataclass(frozen=True)
class Order:
    """How to tune, as `tune_recommend` says; `goes_on` from the run that is served, where that can be."""

    recipe: Recipe
    home: Path
    seeds: int
    goes_on: bool
    callbacks: Callable[[], Sequence[Callback]]
    told: Told


def _tune(population: Population, order: Order) -> tuple[Run, Comparison]:
    """The best run, in the registry with all that belongs to it and not served yet, and all systems beside it."""
    registry, told = Registry(order.home / "models"), order.told
    served = registry.served(TASK)
    since = split_since(population, served.path) if served is not None and served.path is not None else None
    held = hold_out(population.heard, population.is_timed, SPLIT_SEED) if since is None else since.held
    data_hash = hash_data(population, held)
    told("reading listeners", 1, 1)
    if served is not None and served.data_hash == data_hash:
        since = None  # nothing came since
    start = _start(registry, served, since, order)
    if since is not None:
        told(f"{since.size:,} new, read from {'the model that is served' if start else 'the beginning'}", 0, 1)
    name = data_hash if start is None or served is None else f"{data_hash} {served.id}"
    shared = registry.path / TASK / ".training" / f"beside-{data_hash[:12]}"
    bench = replace(lay_bench(population, held, shared, told), since=since, start=start)
    old = _served_language(registry, served, bench, data_hash)
    trials: list[Trial] = []
    for seed in range(order.recipe.seed, order.recipe.seed + order.seeds):
        mine = order.recipe.replace(seed=seed)
        directory = registry.training_directory(TASK, run_id(TASK, mine, name))
        trials.append(run_trial(bench, mine, directory, order.callbacks(), told, old))
    best = max(trials, key=lambda trial: trial.fit.best[CHOSEN_BY])
    made = replace(_run_of(best, data_hash, served, bench), id=run_id(TASK, best.recipe, name))
    run = registry.add(made, best.model)
    comparison = compare(trials)
    _fill(run, best, population, held, comparison, told)
    for trial in trials:
        shutil.rmtree(registry.training_directory(TASK, run_id(TASK, trial.recipe, name)), ignore_errors=True)
    shutil.rmtree(shared, ignore_errors=True)
    return run, comparison


def _start(registry: Registry, served: Run | None, since: Since | None, order: Order) -> Model | None:
    """The model to go on from, where that can be."""
    if not order.goes_on or served is None or served.path is None or since is None or not since.size:
        return None
    is_like = all(getattr(served.recipe, name) == getattr(order.recipe, name) for name in _LIKE)
    return load_model(registry, served) if is_like and not has_forgotten(served.path) else None


def _served_language(registry: Registry, served: Run | None, bench: Bench, data_hash: str) -> Ranker | None:
    """The language part that is served, to be measured beside; None where the trial begins with it."""
    if served is None or served.data_hash == data_hash or bench.start is not None:
        return None
    return language_of(registry, served, bench.population.catalogue)


def hash_data(population: Population, held: HeldOut) -> str:
    """The sha256 of what is learned from and measured on: songs, tags, histories, dislikes, and what is held out."""

    def rows() -> Iterable[object]:
        for part in (held.valid, held.test):
            yield sorted((pair.listener, pair.song, pair.label) for pair in part)
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


def _run_of(trial: Trial, data_hash: str, served: Run | None, bench: Bench) -> Run:
    means = {one.system: one.means() for one in trial.standings}
    before, after = means.pop(BEFORE), means.pop(AFTER)
    old = means.pop(SERVED, before if bench.start is not None else None)
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
        continued=_continued(trial, served, bench),
        history=tuple(trial.fit.history),
        trainable=trial.trainable.trainable,
        total=trial.trainable.total,
        seconds=trial.fit.seconds,
    )


def _continued(trial: Trial, served: Run | None, bench: Bench) -> Continued | None:
    since = bench.since
    if since is None or served is None or trial.old is None:
        return None
    decision, why = judged(CHOSEN_BY, trial.old, trial.new)
    is_warm = bench.start is not None
    return Continued(served.id, since.size, trial.replayed, is_warm, trial.old, trial.new, TOLERANCE, decision, why)


def _fill(run: Run, trial: Trial, population: Population, held: HeldOut, comparison: Comparison, told: Told) -> None:
    """Write the comparison, what training saw, and the recommender fitted on everything into the run's folder."""
    if run.path is None:
        raise InputError(f"run {run.id} is in no registry")
    comparison.save(run.path)
    write_seen(population, held, run.path)
    write_kept(population, held, run.path)
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
