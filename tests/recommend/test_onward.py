"""Going on from the model that is served: what came since is learned, the old is read again, both are measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.listens.listen import Tally
from segue.listens.sql import open_store
from segue.recommend.audience import Audience
from segue.recommend.kept import read_kept
from segue.recommend.population import Population, read_population
from segue.recommend.seen import forget_seen, has_forgotten
from segue.recommend.since import split_since
from segue.recommend.snapshot import read_snapshot
from segue.recommend.tuning import Tuned, tune_onward, tune_recommend
from segue.tune.callbacks import Callback
from segue.tune.recipe import Recipe
from segue.tune.registry import Registry

from .tastes import TASTES, World, fill, tiny_recipe, world

NEW = 10


def later(made: World) -> list[Tally]:
    """Ten more songs of each of the first listeners' taste, and of ten newcomers."""
    rng = np.random.default_rng(7)
    rows: list[Tally] = []
    for number in (*range(NEW), *range(100, 100 + NEW)):
        own = np.flatnonzero(made.taste == number % TASTES)
        known = made.heard.sequences[number] if number < 60 else []
        for song in rng.permutation(np.setdiff1d(own, known))[:10]:
            rows.append(Tally(f"listener {number}", made.catalogue.songs[song], 1))
    return rows


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("onward")


@pytest.fixture(scope="module")
def recipe(place: Path) -> Recipe:
    return tiny_recipe(place)


@pytest.fixture(scope="module")
def both(place: Path, recipe: Recipe) -> tuple[Tuned, Population, Tuned, Population]:
    """A run, and after more was heard the one that went on from it; each with the listeners of its time."""
    made = world()
    with open_store(place / "segue.db") as store:
        fill(store, made)
        first = tune_recommend(store, recipe, place)
        before = read_population(store)
        store.add(later(made))
        return first, before, tune_onward(store, recipe, place, place / "job"), read_population(store)


def test_it_goes_on_from_what_is_served_and_tells_what_it_learned_and_read_again(
    both: tuple[Tuned, Population, Tuned, Population],
) -> None:
    first, before, second, after = both
    told = second.run.continued
    assert told is not None and told.since == first.run.id and told.is_warm and told.replayed > told.fresh > 0
    kept = read_kept(first.folder, after)
    assert kept is not None and told.old.size == len(kept.test)
    assert told.new is not None and told.new.size > NEW
    heard = sum(map(len, after.heard.sequences)) - sum(map(len, before.heard.sequences))
    assert told.fresh < heard <= told.fresh + told.new.size  # the rest was held out
    assert Registry(first.folder.parents[1]).show(second.run.id).continued == told  # as written in its folder


def test_what_is_decided_follows_from_the_figures_and_can_be_taken_back(
    both: tuple[Tuned, Population, Tuned, Population], place: Path
) -> None:
    first, _, second, _ = both
    told, registry = second.run.continued, Registry(place / "models")
    assert told is not None and told.new is not None
    is_better = told.new.after > told.new.before and told.old.after >= told.old.before - told.tolerance
    assert second.is_served is is_better is (told.decision == "promote")
    if second.is_served:
        assert registry.rollback("recommend").id == first.run.id
        registry.promote(second.run.id)
    assert told.old.after > 0.75  # it has not forgotten


def test_what_was_held_out_stays_held_out(both: tuple[Tuned, Population, Tuned, Population]) -> None:
    first, before, second, after = both
    old, kept = read_kept(first.folder, before), read_kept(second.folder, after)
    assert old is not None and kept is not None

    def named(population: Population, pairs: tuple[object, ...]) -> set[tuple[str, tuple[str, str], bool]]:
        songs, names = population.catalogue.songs, population.heard.listeners
        return {(names[one.listener], songs[one.song].key, one.label) for one in pairs}  # type: ignore[attr-defined]

    assert named(after, kept.valid) >= named(before, old.valid)
    gone = named(before, old.test) - named(after, kept.test)  # a song held out as never heard may have been heard since
    assert not any(is_heard for _, _, is_heard in gone)
    since = split_since(after, second.folder)
    assert since is not None and since.size == 0
    train = since.held.train.sequences
    assert not any(pair.song in train[pair.listener] for pair in since.held.test)


def test_once_a_listener_is_forgotten_nothing_goes_on_from_those_weights(
    both: tuple[Tuned, Population, Tuned, Population], place: Path, recipe: Recipe
) -> None:
    registry = Registry(both[0].folder.parents[1])
    with open_store(place / "segue.db") as store:
        served = registry.served("recommend")
        assert served is not None and served.path is not None
        heard = [row.song for row in store.history("listener 1")]
        assert forget_seen(served.path, "listener 1", heard) > 0 and has_forgotten(served.path)
        store.erase("listener 1")
        store.add(Tally("listener 2", song, 1) for song in heard)
        third = tune_onward(store, recipe, place, place / "another")
    assert third.run.continued is not None and not third.run.continued.is_warm


def test_a_call_that_goes_on_learns_from_the_listeners_of_the_first(
    both: tuple[Tuned, Population, Tuned, Population], place: Path
) -> None:
    after, found = both[3], read_snapshot(place / "job")
    assert found is not None and found.catalogue.songs == after.catalogue.songs
    assert found.heard.listeners == after.heard.listeners and found.is_timed == after.is_timed
    for name in ("heard", "disliked"):
        pairs = zip(getattr(found, name).sequences, getattr(after, name).sequences, strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)


def test_a_call_after_the_run_was_made_trains_nothing_and_tells_the_same(
    both: tuple[Tuned, Population, Tuned, Population], place: Path, recipe: Recipe
) -> None:
    _, _, second, _ = both
    registry = Registry(place / "models")
    before = [run.id for run in registry.list()]

    def no_training() -> list[Callback]:
        raise AssertionError("it trains again")

    with open_store(place / "segue.db") as store:
        again = tune_onward(store, recipe, place, place / "job", no_training)
    assert (again.run.id, again.is_served) == (second.run.id, second.is_served) and [
        run.id for run in registry.list()
    ] == before
    assert again.comparison.as_dict() == second.comparison.as_dict()


def test_who_heard_something_new_is_drawn_for_every_step() -> None:
    made = world()
    audience = Audience(made.heard, lambda songs, _: [""] * len(songs), first=(3, 5))
    for _ in range(20):
        drawn = audience.draw(8).tolist()
        assert {3, 5} <= set(drawn) and len(set(drawn)) == 8
    assert len(audience.draw(2)) == 2 and len(set(audience.draw(500).tolist())) == 60
