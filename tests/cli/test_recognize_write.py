"""`segue recognize DIR --write`: styles of a library in the store and in files' tags, gone on with, and taken back."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import soundfile
from mutagen.flac import FLAC
from typer.testing import CliRunner

from segue.cli import app
from segue.cli.recognize_many import kept_answers
from segue.formats.audio_tags import read_genres
from segue.listens.song import Song
from segue.listens.sql import open_store
from segue.recognize.many import Asking, tell_all
from segue.recommend.catalogue import Catalogue, song_text
from segue.recommend.fusion import Fusion
from segue.recommend.history import History
from segue.recommend.parts import Tags
from segue.recommend.recommender import Recommender

JIG = """X:1
T:{title}
C:{artist}
M:6/8
L:1/8
K:G
|:G3 GAB|A3 ABd|edd gdd|edB dBA|GAG GAB|ABA ABd|edd gdd|BAF G3:|
|:B2B dBd|ege dBA|B2B dBG|ABA AGA|BAB dBd|ege dBd|gfg aga|bgf g3:|
"""
KILLED = 400  # scores of the library whose telling is killed


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)
    return tmp_path / "home"


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def run(*words: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["recognize", *map(str, words), "--json"], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return orjson.loads(done.stdout)


def jig(folder: Path, title: str = "The Kesh Jig", artist: str = "Trad.") -> Path:
    path = folder / f"{title}.abc"
    path.write_text(JIG.format(title=title, artist=artist), encoding="utf-8")
    return path


def sound(seconds: float, rate: int, seed: int = 0) -> Any:
    """A tone that throbs, with a little noise."""
    time = np.arange(round(seconds * rate)) / rate
    return 0.3 * np.sin(2 * np.pi * 220 * time) * (1 + np.sin(4 * np.pi * time)) + 0.001 * np.random.default_rng(
        seed
    ).standard_normal(len(time))


def flac(folder: Path, title: str, artist: str = "Björk", **tags: str) -> Path:
    path = folder / f"{title}.flac"
    soundfile.write(path, sound(5, 44_100), 44_100)
    file = FLAC(path)
    for name, value in {"artist": artist, "title": title, **tags}.items():
        file[name] = value
    file.save()
    return path


def songs(home: Path) -> dict[str, Song]:
    with open_store(home / "segue.db") as store:
        return {song.title: song for _, song in store.songs()}


def is_sure(path: Path) -> str:
    """The style of a file that recognizing is sure of; the test rests on there being one."""
    told = run(path, "--no-because")
    assert told["is_sure"], f"the sound of this test is {told['guesses'][0]} now; it needs one that is sure"
    return str(told["guesses"][0]["style"])


# ---- the store


def test_a_recording_becomes_a_song_with_its_style_and_your_tags_first(music: Path, home: Path) -> None:
    style = is_sure(flac(music, "Jóga", genre="Art Pop"))
    flac(music, "Army of Me")
    told = run(music, "--write", "--jobs", 1)
    assert (told["files"], told["styled"], told["new"], told["unsure"], told["broken"]) == (2, 2, 2, 0, [])
    found = songs(home)
    assert found["Jóga"].tags == ("art pop", style) and found["Jóga"].heard == (style,)
    assert found["Army of Me"].tags == (style,) and found["Army of Me"].own_tags == ()
    again = run(music, "--write")
    assert (again["styled"], again["new"], again["told_before"]) == (2, 0, 2)
    assert run("forget", music / "Jóga.flac") == {"files": 1}
    assert songs(home)["Jóga"].tags == ("art pop",) and songs(home)["Army of Me"].tags == (style,)
    assert run("forget") == {"files": 1} and all(not song.heard for song in songs(home).values())


def test_of_scores_only_songs_that_the_store_knows_gain_a_style(music: Path, home: Path) -> None:
    jig(music)
    jig(music, "Another")
    with open_store(home / "segue.db") as store:
        store.add_songs([Song("trad.", "The Kesh Jig", tags=("folk",))])
    told = run(music, "--write")
    assert (told["styled"], told["new"]) == (1, 0)
    assert told["skipped"] == {"scores whose artist and title no song of the store has": 1}
    assert {song.tags for song in songs(home).values()} == {("folk", "jig")}
    done = CliRunner().invoke(app, ["songs", "find", "kesh", "--json"], catch_exceptions=False)
    (row,) = orjson.loads(done.stdout)
    assert (row["tags"], row["heard"]) == (["folk", "jig"], ["jig"])


def test_the_text_of_a_song_tells_what_was_heard_until_it_is_taken_back(music: Path, home: Path) -> None:
    jig(music)
    known = [Song("Trad.", "The Kesh Jig", tags=("folk",)), Song("B", "Jig one", tags=("jig", "dance"))]
    with open_store(home / "segue.db") as store:
        store.add_songs([*known, Song("C", "Other", tags=("folk", "rock")), Song("D", "Else", tags=("pop",))])

    def read() -> tuple[str, str, list[str]]:
        """The song's text, what is recommended to one who likes "Jig one", and by which tags."""
        with open_store(home / "segue.db") as store:
            catalogue = Catalogue([song for _, song in store.songs()])
        model = Recommender(catalogue, [Tags.fit(catalogue)], Fusion(("tags",), (1.0,), (0.0,), -1.0))
        first = model.recommend(History.of([1], [1.0]), 1)[0]
        return song_text(catalogue.songs[0]), first.song.title, [reason.words for reason in first.tags]

    before = read()
    assert before[0] == "Trad. – The Kesh Jig: folk" and before[2] == []
    run(music, "--write")
    assert read() == ("Trad. – The Kesh Jig: folk, jig", "The Kesh Jig", ["jig"])
    run("forget")
    assert read() == before


# ---- tags of files


def test_genres_are_written_where_there_is_none_and_undone(music: Path, home: Path) -> None:
    style = is_sure(flac(music, "Jóga"))
    flac(music, "Hyperballad", genre="Art Pop")
    before = {path: path.read_bytes() for path in music.iterdir()}
    dry = run(music, "--write", "--tags", "--dry-run")
    assert [(Path(row["file"]).name, row["style"], row["genre"]) for row in dry["rows"]] == [
        ("Hyperballad.flac", style, "kept"),
        ("Jóga.flac", style, "written"),
    ]
    assert {path: path.read_bytes() for path in music.iterdir()} == before and not (home / "segue.db").exists()
    told = run(music, "--write", "--tags", "--undo", music.parent / "undo.jsonl")
    assert (told["tagged"], told["had_genre"], told["undo"]) == (1, 1, str(music.parent / "undo.jsonl"))
    assert read_genres(music / "Jóga.flac") == (style,) and read_genres(music / "Hyperballad.flac") == ("Art Pop",)
    again = run(music, "--write", "--tags", "--replace", "--undo", music.parent / "more.jsonl")
    assert (again["tagged"], again["had_genre"], again["told_before"]) == (1, 1, 2)
    assert read_genres(music / "Hyperballad.flac") == (style,)
    assert run("undo", music.parent / "more.jsonl") == {"put_back": 1, "already": 0, "refused": []}
    file = FLAC(music / "Jóga.flac")
    file["title"] = "Joga"
    file.save()
    refused = run("undo", music.parent / "undo.jsonl", code=1)
    assert refused["put_back"] == 0 and "was changed since" in refused["refused"][0]
    assert read_genres(music / "Jóga.flac") == (style,)
    assert (music / "Hyperballad.flac").read_bytes() == before[music / "Hyperballad.flac"]


def test_what_cannot_be_meant_is_refused(music: Path) -> None:
    jig(music)
    done = CliRunner().invoke(app, ["recognize", str(music), "--write", "--replace"])
    assert "say --tags too" in str(done.exception)
    (music / "undo.jsonl").write_text("")
    done = CliRunner().invoke(app, ["recognize", str(music), "--write", "--tags", "--undo", str(music / "undo.jsonl")])
    assert "undo.jsonl is there already: name a new file" in str(done.exception)


# ---- bad input


def test_what_cannot_be_told_is_named_and_the_rest_is_done(music: Path) -> None:
    flac(music, "good")
    soundfile.write(music / "short.wav", sound(0.2, 44_100), 44_100)
    soundfile.write(music / "silence.flac", np.zeros(4 * 44_100), 44_100)
    soundfile.write(music / "noise.flac", 0.2 * np.random.default_rng(0).standard_normal(4 * 44_100), 44_100)
    soundfile.write(music / "low.wav", sound(4, 8_000), 8_000)
    soundfile.write(music / "wide.wav", sound(4, 96_000), 96_000, subtype="PCM_24")
    soundfile.write(music / "a.mp3", sound(4, 44_100), 44_100)
    (music / "a.mp3").rename(music / "mislabelled.wav")
    cut = (music / "noise.flac").read_bytes()
    (music / "cut.flac").write_bytes(cut[: len(cut) // 2])
    (music / "empty.flac").write_bytes(b"")
    (music / "letter.mp3").write_bytes(b"dear Ann, " * 100)
    (music / "broken.mid").write_bytes(b"MThd")
    (music / "none.abc").write_text("X:1\nK:C\n")
    (music / "rest.abc").write_text("X:1\nM:4/4\nL:1/4\nK:C\nz4|z4|\n")
    told = run(music, "--write", "--dry-run", "--jobs", 1)
    assert told["files"] == told["told"] == 13 and told["is_whole"]
    named = ["broken.mid", "empty.flac", "letter.mp3", "none.abc", "short.wav"]
    assert len(told["broken"]) == 5 and all(any(name in why for why in told["broken"]) for name in named)
    assert {Path(row["file"]).name for row in told["rows"]} <= {"good.flac", "low.wav", "wide.wav", "mislabelled.wav"}


# ---- gone on with


def start(*words: object) -> subprocess.Popen[bytes]:
    code = "from segue.cli import main; main()"
    command = [sys.executable, "-c", code, "recognize", *map(str, words), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kept_in(home: Path) -> int:
    place = home / "cache" / "styles.db"
    if not place.exists():
        return 0
    database = sqlite3.connect(place)
    try:
        return int(database.execute("SELECT COUNT(*) FROM answers").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        database.close()


def wait_for_answers(child: subprocess.Popen[bytes], home: Path, count: int) -> None:
    end = time.monotonic() + 240
    while kept_in(home) < count:
        assert child.poll() is None and time.monotonic() < end, "it ended, or told nothing"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("jobs", "how"), [(1, signal.SIGKILL), (2, signal.SIGKILL), (1, signal.SIGINT), (2, signal.SIGINT)]
)
@pytest.mark.slow
def test_a_run_that_was_ended_is_gone_on_with(music: Path, home: Path, jobs: int, how: int) -> None:
    for number in range(KILLED):
        jig(music, f"Jig {number:03}")
    with open_store(home / "segue.db") as store:
        store.add_songs([Song("Trad.", f"Jig {number:03}") for number in range(KILLED)])
    with start(music, "--write", "--jobs", jobs) as child:
        wait_for_answers(child, home, 10)
        workers = children_of(child.pid)
        child.send_signal(how)
        said, complaint = child.communicate(timeout=120)
    assert child.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    if how == signal.SIGINT:
        told = orjson.loads(said)
        assert not told["is_whole"] and told["told"] <= kept_in(home) < KILLED, complaint
        assert told["styled"] == sum(bool(song.heard) for song in songs(home).values())
    kept = kept_in(home)
    assert 10 <= kept < KILLED
    gone = time.monotonic() + 30
    while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < gone:
        time.sleep(0.05)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()], "workers outlived their parent"
    again = run(music, "--write", "--jobs", 1)
    assert (again["told"], again["styled"], again["is_whole"]) == (KILLED, KILLED, True)
    assert again["told_before"] == kept
    assert all(song.heard == ("jig",) for song in songs(home).values())


def children_of(pid: int) -> list[int]:
    """Processes that this one started; none where there is no /proc."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(place.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def test_answers_hang_on_bytes_and_on_what_tells_them(music: Path, home: Path) -> None:
    path = jig(music)
    assert run(music, "--write")["told_before"] == 0
    path.rename(music / "renamed.abc")
    assert run(music, "--write")["told_before"] == 1
    (music / "renamed.abc").write_text(JIG.format(title="A", artist="B"))
    os.utime(music / "renamed.abc", ns=(1, 1))
    assert run(music, "--write")["told_before"] == 0
    (home / "cache" / "styles.db").write_text("dear Ann, " * 500)
    for beside in (home / "cache").glob("styles.db-*"):
        beside.unlink()
    done = CliRunner().invoke(app, ["recognize", str(music), "--write"])
    assert "styles.db: holds no answers" in str(done.exception) and "remove it" in str(done.exception)


# ---- folders that are told and not written


def test_a_folder_is_told_the_same_by_one_process_and_by_two(music: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        jig(music, f"Jig {number:02}")
    (music / "Jig 03.abc").write_text("X:1\nK:C\n")
    told = []
    for jobs in (1, 2):
        monkeypatch.setenv("SEGUE_HOME", str(music.parent / f"home {jobs}"))
        told.append(run(music, "--jobs", jobs))
    assert told[0] == told[1]
    assert [Path(row["file"]).name for row in told[0]["answers"]] == [
        f"Jig {number:02}.abc" for number in range(12) if number != 3
    ]
    assert told[0]["broken"] == ["Jig 03.abc: it holds no bars"] and told[0]["is_whole"]
    assert run(music, "--jobs", 1) == told[0]  # from what is kept


def test_no_answers_are_held_while_a_folder_is_told(music: Path, home: Path) -> None:
    path, how = jig(music), Asking(is_explained=True)
    with kept_answers(how) as kept:
        list(tell_all([path], how, kept))
        tracemalloc.start()
        sizes = []
        for number, _ in enumerate(tell_all([path] * 2_000, how, kept)):
            if number in (200, 1_999):
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
    assert kept_in(home) == 1
    assert sizes[1] - sizes[0] < 100_000, f"{sizes[1] - sizes[0]:,} bytes more after 1,800 scores"


def test_where_nothing_can_be_kept_a_folder_is_told_all_the_same(music: Path, home: Path) -> None:
    jig(music)
    home.write_text("a file where the folder should be")
    done = CliRunner().invoke(app, ["recognize", str(music), "--json"], catch_exceptions=False)
    assert [row["guesses"][0]["style"] for row in orjson.loads(done.stdout)["answers"]] == ["jig"]
    assert "not kept for the next time: answers cannot be kept in" in done.stderr
