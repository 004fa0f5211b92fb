"""From a store to a served recommender, on a world whose tastes are known and a tiny random backbone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import InputError, NotFoundError, StoppedError
from segue.listens.listen import Feedback, Listen, Tally
from segue.listens.song import Song
from segue.listens.sql import SqlStore, open_store
from segue.recommend.assessing import assess
from segue.recommend.history import History
from segue.recommend.population import build_catalogue, read_population
from segue.recommend.served import load_served
from segue.recommend.tuning import Tuned, tune_recommend
from segue.tune.callbacks import Callback
from segue.tune.compare import AFTER, BEFORE
from segue.tune.history import Step
from segue.tune.registry import Registry

from .tastes import World, fill, tiny_recipe, world

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def tastes() -> World:
    return world()


@pytest.fixture(scope="module")
def place(tastes: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of the world in it."""
    folder = tmp_path_factory.mktemp("home")
    with open_store(folder / "segue.db") as store:
        fill(store, tastes)
    return folder


@pytest.fixture(scope="module")
def tuned(place: Path) -> Tuned:
    with open_store(place / "segue.db") as store:
        return tune_recommend(store, tiny_recipe(place), place)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with open_store(tmp_path / "small.db") as opened:
        yield opened


def test_the_language_model_is_tuned_and_compared(tuned: Tuned) -> None:
    rows = tuned.comparison.rows
    assert rows["text, tuned"]["auc"].mean > rows["text, frozen"]["auc"].mean + 0.02
    assert rows[AFTER]["auc"].mean >= rows["popularity"]["auc"].mean + 0.2
    assert {BEFORE, AFTER, "popularity", "item-kNN", "EASE", "ALS", "sequence", "tags", "tags + EASE"} <= set(rows)
    assert all(rows[AFTER][name].error is not None for name in ("auc", "f1", "hr10", "ndcg10", "mrr"))


def test_everything_is_put_in_the_folder_of_the_run(tuned: Tuned, place: Path) -> None:
    names = {file.name for file in tuned.folder.iterdir()}
    assert {
        "model.safetensors",
        "recipe.toml",
        "metrics.json",
        "README.md",
        "comparison.json",
        "comparison.png",
    } <= names
    assert {"recommender", "seen.safetensors", "metrics.jsonl", "curve.png"} <= names
    assert json.loads((tuned.folder / "comparison.json").read_text())["rows"][AFTER]["auc"]["n"] > 0
    left = place / "models" / "recommend" / ".training"
    assert not left.exists() or not any(left.iterdir())


def test_it_is_served_and_recommends_what_the_listener_likes(tuned: Tuned, place: Path, tastes: World) -> None:
    assert tuned.is_served
    recommender = load_served(place)
    number_of = {song.key: number for number, song in enumerate(tastes.catalogue)}
    right = []
    for listener in range(8):
        own = [tastes.catalogue.songs[song] for song in tastes.heard.sequences[listener].tolist()]
        history = History.of([recommender.catalogue.find(song.artist) or 0 for song in own])
        answer = recommender.recommend(history, 5)
        assert not {one.song.key for one in answer} & {song.key for song in own}
        right += [tastes.taste[number_of[one.song.key]] == listener % 4 for one in answer]
    assert np.mean(right) > 0.9


def test_a_sentence_is_read_by_the_tuned_encoder(tuned: Tuned, place: Path, tastes: World) -> None:
    recommender = load_served(place, tuned.run.id)
    tag = tastes.catalogue.songs[0].tags[0]
    answer = recommender.recommend(None, 5, text=tag)
    number_of = {song.key: number for number, song in enumerate(tastes.catalogue)}
    assert np.mean([tastes.taste[number_of[one.song.key]] == tastes.taste[0] for one in answer]) > 0.7


def test_later_it_is_measured_on_the_part_it_has_not_seen(tuned: Tuned, place: Path, tastes: World) -> None:
    with open_store(place / "segue.db") as store:
        found = assess(store, place)
    assert found.run == tuned.run.id and found.listeners == 60
    assert found.pairs == len(tastes.held.test)
    assert found.rows["tuned"]["auc"].mean == pytest.approx(tuned.run.after["auc"], abs=0.1)
    assert found.rows["tuned"]["f1"].mean == pytest.approx(tuned.run.after["f1"], abs=0.1)
    assert found.rows["tuned"]["auc"].mean > found.rows["popularity"]["auc"].mean


def test_without_a_model_there_is_nothing_to_measure_or_serve(store: SqlStore, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="segue tune recommend"):
        assess(store, tmp_path)
    with pytest.raises(NotFoundError, match="segue tune recommend"):
        load_served(tmp_path)


def test_a_worse_model_is_kept_and_not_served(tuned: Tuned, place: Path) -> None:
    recipe = tiny_recipe(place, lr=0.0, head_lr=0.0, max_steps=1, seed=9)
    with open_store(place / "segue.db") as store:
        worse = tune_recommend(store, recipe, place)
    assert not worse.is_served and "does not beat" in worse.refused
    served = Registry(place / "models").served("recommend")
    assert served is not None and served.id == tuned.run.id


def test_what_was_stopped_goes_on_and_ends_alike(tuned: Tuned, place: Path, tmp_path: Path) -> None:
    class Stop(Callback):
        def stepped(self, step: Step) -> None:
            if step.step == 5:
                raise StoppedError("enough")

    recipe = tiny_recipe(place)
    with open_store(place / "segue.db") as store:
        with pytest.raises(StoppedError):
            tune_recommend(store, recipe, tmp_path, callbacks=lambda: [Stop()])
        again = tune_recommend(store, recipe, tmp_path)
    assert dict(again.run.after) == dict(tuned.run.after)


def test_newer_listens_are_measured_beside_the_served_model(tastes: World, tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path, epochs=1)
    with open_store(tmp_path / "segue.db") as store:
        fill(store, tastes)
        first = tune_recommend(store, recipe, tmp_path)
        store.add([Feedback("listener 0", tastes.catalogue.songs[0], "like", NOON)])
        second = tune_recommend(store, recipe, tmp_path)
    assert second.run.data_hash != first.run.data_hash
    assert set(second.run.served) == {first.run.id}


def test_errors_over_seeds(tastes: World, tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path, epochs=1, max_steps=4)
    with open_store(tmp_path / "segue.db") as store:
        fill(store, tastes)
        made = tune_recommend(store, recipe, tmp_path, seeds=2)
    assert made.comparison.rows[AFTER]["auc"].n == 2 and len(made.comparison.curves) == 2
    assert made.comparison.rows["popularity"]["auc"].n == 60  # no seed changes it: over listeners


def test_too_few_listeners_are_told_what_to_do(store: SqlStore, tmp_path: Path) -> None:
    store.add(Tally("ann", Song("Artist", f"Song {number}"), 1) for number in range(30))
    with pytest.raises(InputError, match="Import a population beside your own history"):
        tune_recommend(store, tiny_recipe(tmp_path), tmp_path)
    with pytest.raises(InputError, match="seeds 0"):
        tune_recommend(store, tiny_recipe(tmp_path), tmp_path, seeds=0)


def test_songs_of_an_artist_known_as_a_whole_belong_to_that_entry(store: SqlStore) -> None:
    store.add_songs([Song("Nina Simone", tags=("jazz",)), Song("Bach")])
    for listener in ("ann", "bob"):
        store.add(Tally(listener, Song("NINA SIMONE", f"Song {number}"), 1) for number in range(3))
        store.add(Tally(listener, Song("Somebody New", f"Song {number}"), 1) for number in range(12))
    found = read_population(store)
    assert len(found.catalogue) == 2 + 12
    assert found.catalogue.find("Nina Simone", "Song 1") == found.catalogue.find("Nina Simone")
    assert [len(songs) for songs in found.heard.sequences] == [13, 13]
    assert len(build_catalogue([Song("A", "one"), Song("A"), Song("B", "two")])) == 2


def test_likes_are_heard_and_dislikes_skips_and_hidden_songs_are_not(store: SqlStore) -> None:
    songs = [Song("Artist", f"Song {number}") for number in range(40)]
    for listener in ("ann", "bob"):
        store.add(
            Listen(listener, song, NOON + timedelta(minutes=4 * number)) for number, song in enumerate(songs[:20])
        )
    store.add([Listen("ann", songs[30], NOON + timedelta(days=1), skipped=True)])
    store.add([Feedback("ann", songs[31], "like", NOON + timedelta(days=2))])
    store.add(
        [
            Feedback("ann", songs[number], verdict, NOON + timedelta(days=3))
            for number, verdict in ((3, "dislike"), (4, "hide"))
        ]
    )  # type: ignore[arg-type]
    found = read_population(store)
    ann = found.heard.listeners.index("ann")

    def titles(numbers: np.ndarray) -> list[str]:
        return [found.catalogue.songs[number].title for number in numbers.tolist()]

    heard = [f"Song {number}" for number in range(20) if number not in (3, 4)]
    assert titles(found.heard.sequences[ann]) == [*heard, "Song 31"]  # oldest first, in time
    assert titles(found.disliked.sequences[ann]) == ["Song 3"]
    assert all(found.is_timed)


def test_the_command_tunes_evaluates_and_refuses(place: Path, tuned: Tuned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(place))
    run = CliRunner().invoke
    done = run(app, ["evaluate", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["run"] == tuned.run.id
    recipe = tiny_recipe(place, max_steps=1, seed=5)
    (place / "recipe.toml").write_text(recipe.to_toml())
    done = run(app, ["tune", "recommend", "--recipe", str(place / "recipe.toml"), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["recipe"]["seed"] == 5 and AFTER in told["comparison"]["rows"]
    wrong = run(app, ["tune", "recommend", "--size", "tinny"])
    assert isinstance(wrong.exception, InputError) and 'did you mean "tiny"' in str(wrong.exception)


def test_the_list_of_tasks_names_commands_that_exist() -> None:
    from segue.tasks import TASKS, task_named

    for entry in TASKS:
        done = CliRunner().invoke(app, [*entry.command.split()[1:], "--help"])
        assert done.exit_code == 0 and task_named(entry.name) is entry
    with pytest.raises(NotFoundError, match='did you mean "recommend"'):
        task_named("recomend")
