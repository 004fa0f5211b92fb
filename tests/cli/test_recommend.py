"""`segue recommend` and its kin, on a small saved model and store."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import InputError, NotFoundError, SegueError
from segue.listens.listen import Tally
from segue.listens.song import Song
from segue.listens.sql import open_store
from segue.recommend.saving import save
from tests.recommend.worlds import small_recommender

RUNNER = CliRunner()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a store in which ann heard three even songs and one unknown to the model, and a model in `model`."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path))
    monkeypatch.delenv("SEGUE_STORE", raising=False)
    save(small_recommender(), tmp_path / "model")
    with open_store(tmp_path / "segue.db") as store:
        songs = [Song("Artist 0"), Song("Artist 4"), Song("Artist 8"), Song("Unknown [b]artist[/b]")]
        store.add([Tally("ann", song, 5) for song in songs])
        store.add_songs(small_recommender().catalogue)
    return tmp_path


def run(place: Path, *words: str) -> str:
    """The command's output; what it raises is raised here."""
    model = [] if words[0] in ("like", "dislike", "hide") else ["--model", str(place / "model")]
    result = RUNNER.invoke(app, [*words, *model])
    if isinstance(result.exception, SegueError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def recommended(place: Path, *words: str) -> list[str]:
    answer = orjson.loads(run(place, "recommend", *words, "--json"))
    return [suggestion["artist"] for suggestion in answer["suggestions"]]


def test_a_listener_gets_songs_with_reasons(place: Path) -> None:
    answer = orjson.loads(run(place, "recommend", "ann", "-n", "3", "--json"))
    assert (answer["listener"], answer["songs_asked"], answer["of_these_by_text_alone"]) == ("ann", 3, 0)
    first = answer["suggestions"][0]
    assert first["rank"] == 1
    assert first["because"].startswith("Because you like Artist")
    total = sum(reason["logit"] for reason in first["reasons"] if reason["kind"] != "tag")
    assert total == pytest.approx(first["logit"], abs=1e-5)


def test_people_get_a_table(place: Path) -> None:
    shown = run(place, "recommend", "ann", "-n", "3", "--lang", "zh")
    assert "ann: 3 songs or artists heard, 0 by text alone" in shown
    assert "因为你喜欢" in shown


def test_a_newcomer_needs_no_listener(place: Path) -> None:
    named = recommended(place, "--like", "Artist 3", "--like", "artist 5", "-n", "4")
    assert all(int(name.split()[1]) % 2 == 1 for name in named)
    assert all(int(name.split()[1]) % 2 == 0 for name in recommended(place, "--text", "soul music", "-n", "4"))


def test_filters_are_passed_on(place: Path) -> None:
    assert set(recommended(place, "ann", "--year-from", "1970", "--year-to", "1971")) == {"Artist 10", "Artist 11"}
    assert all(int(name.split()[1]) % 2 == 1 for name in recommended(place, "ann", "--tag", "metal", "-n", "5"))
    assert "Artist 0" in recommended(place, "ann", "--known", "-n", "20")


def test_thumbs_change_the_next_answer(place: Path) -> None:
    first = recommended(place, "ann", "-n", "20")
    assert "ann: dislike" in run(place, "dislike", "ann", first[0])
    assert first[0] not in recommended(place, "ann", "-n", "20")
    run(place, "hide", "ann", first[1])
    assert first[1] not in recommended(place, "ann", "-n", "20", "--known")
    odd = next(rank for rank, name in enumerate(first) if int(name.split()[1]) % 2 == 1)
    said = orjson.loads(run(place, "like", "ann", "artist 1", "--json"))
    assert (said["verdict"], said["artist"]) == ("like", "Artist 1")
    run(place, "like", "ann", "Artist 3")
    after = recommended(place, "ann", "-n", "20")
    assert next(rank for rank, name in enumerate(after) if int(name.split()[1]) % 2 == 1) < odd


def test_similar_and_path(place: Path) -> None:
    found = orjson.loads(run(place, "similar", "Artist 2", "-n", "5", "--json"))
    assert all(int(song["artist"].split()[1]) % 2 == 0 and song["shared_tags"] == ["jazz", "soul"] for song in found)
    songs = orjson.loads(run(place, "path", "Artist 0", "Artist 1", "--steps", "5", "--json"))
    assert [songs[0]["artist"], songs[-1]["artist"], len(songs)] == ["Artist 0", "Artist 1", 5]
    assert "Artist 0" in run(place, "path", "Artist 0", "Artist 1")
    assert "jazz, soul" in run(place, "similar", "Artist 2")


def test_a_playlist_is_written(place: Path) -> None:
    target = place / "ann.jspf"
    assert orjson.loads(run(place, "export", "playlist", "ann", str(target), "-n", "4", "--json"))["songs"] == 4
    tracks = orjson.loads(target.read_bytes())["playlist"]["track"]
    assert len(tracks) == 4
    assert all(track["annotation"].startswith("Because") for track in tracks)


def test_what_is_not_known_is_refused_with_the_nearest(place: Path) -> None:
    with pytest.raises(NotFoundError, match='did you mean "ann"'):
        run(place, "recommend", "anna")
    with pytest.raises(NotFoundError, match=r"listener 'anna' is not known.*\"ann\".*--new"):
        run(place, "like", "anna", "Artist 1")
    with pytest.raises(NotFoundError, match=r'song Artisst 1 is not known .*"Artist 1"'):
        run(place, "like", "ann", "Artisst 1")
    with pytest.raises(InputError, match="language 'fr' is none of en, zh"):
        run(place, "recommend", "ann", "--lang", "fr")
    with pytest.raises(InputError, match="name a LISTENER"):
        run(place, "recommend")
    assert '"like"' in run(place, "like", "newcomer", "New artist", "--new", "--json")


def test_without_a_model_one_is_told_how_to_make_one(place: Path) -> None:
    result = RUNNER.invoke(app, ["recommend", "ann"])
    assert isinstance(result.exception, NotFoundError)
    assert "segue tune recommend" in str(result.exception)
    with pytest.raises(NotFoundError, match="no recommender in"):
        RUNNER.invoke(app, ["recommend", "ann", "--model", str(place)], catch_exceptions=False)
