"""Measuring a tuned model later: on what it has not seen, beside the baselines, with everything else fitted anew."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segue.errors import InputError, NotFoundError
from segue.listens.store import Store
from segue.recommend import saving
from segue.recommend.baselines import fit_baselines, fit_parts, simple_systems
from segue.recommend.catalogue import Catalogue, Indexes
from segue.recommend.evaluate import Ranker, Standing, System
from segue.recommend.fusion import Fusion
from segue.recommend.held_out import HeldOut, Pair, hold_out, strangers
from segue.recommend.interactions import Interactions
from segue.recommend.parts import Language
from segue.recommend.population import Population, read_population
from segue.recommend.seen import Hashes, are_seen, hashes, read_seen
from segue.recommend.served import FOLDER, LazyEncoder
from segue.recommend.trial import TASK, Told, compare_systems, mostly, told_nothing
from segue.tune.registry import Registry
from segue.tune.run import Run
from segue.tune.stats import Figure

SEED = 0


@dataclass(frozen=True)
class Assessment:
    """How a run's model and the baselines stand on `pairs` pairs of `listeners` listeners that it has not seen."""

    run: str
    listeners: int
    pairs: int
    standings: tuple[Standing, ...]

    @property
    def rows(self) -> Mapping[str, Mapping[str, Figure]]:
        """The metrics of each system, by its name."""
        return {one.system: one.metrics for one in self.standings}


def assess(store: Store, home: Path, run: str | None = None, told: Told = told_nothing) -> Assessment:
    """Measure the served run, or the one named, on what was heard and its training has not seen, beside the baselines.

    That is the test part of its own split, and whatever was heard since; of listeners whom it never met, a part. Parts
    and baselines are fitted anew without these pairs, their heads on other pairs; the model keeps its own head.
    NotFoundError where there is no such run, InputError where nothing unseen was heard.
    """
    registry = Registry(home / "models")
    found = registry.show(run) if run else registry.served(TASK)
    if found is None or found.path is None:
        raise NotFoundError(f"no model is served in {registry.path}; make one with `segue tune recommend`")
    told("reading listeners", 0, 1)
    population = read_population(store)
    held = unseen(population, read_seen(found.path))
    catalogue = population.catalogue
    told("fitting parts and baselines", 0, 1)
    parts = fit_parts(catalogue, held.train, is_timed=mostly(population.is_timed))
    rankers: dict[str, Ranker] = {part.name: part for part in parts}
    with tempfile.TemporaryDirectory() as folder:
        rankers |= fit_baselines(held, Path(folder), SEED)
    language, fusion = _language(registry, found, catalogue)
    rankers[language.name] = language
    names = tuple(name for name in fusion.parts if name in rankers)
    systems = [System("tuned", names, fusion.only(names)), *simple_systems()]
    standings = compare_systems(rankers, systems, held, told)
    return Assessment(found.id, len({pair.listener for pair in held.test}), len(held.test), tuple(standings))


def _language(registry: Registry, run: Run, catalogue: Catalogue) -> tuple[Language, Fusion]:
    """The run's language part over this catalogue, its own vectors where it knows the song, and its head."""
    if run.path is None:
        raise InputError(f"run {run.id} is in no registry")
    encode = LazyEncoder(registry, run)
    recommender = saving.load(run.path / FOLDER, encode)
    old = next((part for part in recommender.parts if isinstance(part, Language)), None)
    if old is None:
        raise InputError(f"run {run.id} has no language part")
    known = [recommender.catalogue.find(song.artist, song.title) for song in catalogue]
    own = {
        row: number
        for row, number in enumerate(known)
        if number is not None and recommender.catalogue.text(number) == catalogue.text(row)
    }
    vectors = np.zeros((len(catalogue), old.vectors.shape[1]), np.float32)
    vectors[list(own)] = old.vectors[list(own.values())]
    new = [row for row in range(len(catalogue)) if row not in own]
    if new:
        vectors[new] = encode([catalogue.text(row) for row in new])
    return Language(vectors, old.tau, old.scale, old.mean_scale, old.name), recommender.fusion


def unseen(population: Population, seen: Hashes) -> HeldOut:
    """Hold out what is not among the hashes `seen`, and of listeners of whom nothing is, a tenth (see `hold_out`).

    As many songs not heard stand beside. The valid pairs, for the baselines' heads, are a tenth of the rest.
    """
    heard = population.heard
    rest: list[Indexes] = []
    asked: list[tuple[int, Indexes]] = []
    for listener, songs in enumerate(heard.sequences):
        is_new = ~are_seen(hashes(population, listener, songs), seen)
        if is_new.all() and len(songs):
            is_new = np.zeros(len(songs), bool)
            count = round(0.1 * len(songs))
            is_new[len(songs) - count :] = True
        rest.append(songs[~is_new])
        asked.append((listener, songs[is_new]))
    held = hold_out(Interactions(tuple(rest), heard.songs, heard.listeners), population.is_timed, SEED)
    test = tuple(pair for listener, songs in asked for pair in _tested(heard, listener, songs))
    if not test:
        raise InputError("nothing was heard that the model has not seen; import newer listens, then evaluate")
    valid = tuple(pair for pair in held.valid if pair.label or pair.song not in heard.sequences[pair.listener])
    chosen: dict[int, list[int]] = {}
    for pair in valid:
        chosen.setdefault(pair.listener, []).append(pair.song)
    train = [songs[~np.isin(songs, chosen.get(listener, []))] for listener, songs in enumerate(rest)]
    return HeldOut(Interactions(tuple(train), heard.songs, heard.listeners), valid, test)


def _tested(heard: Interactions, listener: int, songs: Indexes) -> list[Pair]:
    rng = np.random.default_rng((SEED, listener))
    others = strangers(heard.sequences[listener], heard.songs, len(songs), rng)
    found = [Pair(listener, int(song), True) for song in songs]
    return found + [Pair(listener, int(song), False) for song in others]
