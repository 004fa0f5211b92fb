"""`segue recognize learn` and `ask` on folders of files: learned, added to, corrected, told with, asked about."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import InputError, NotFoundError

BARS = {
    "jig": ("6/8", "dAF DFA|ded cBA|dcd efg|fdf ecA|fed faf|ede gfe|fga bag|d3 d2z"),
    "reel": ("4/4", "dAFA dAFA|gedc BAGF|defg afed|BdAF GEED|fdad fdad|egfe dBAF|DFAd BdAF|gfed cABc"),
    "waltz": ("3/4", "d4 f2|a4 f2|g4 e2|c'4 e2|d2 f2 a2|b4 a2|g2 f2 e2|d6"),
}
SONGS = {
    "sea": "The waves roll over the sailing ships\nand salt is on my lips tonight {n}\n"
    "The anchor sings, the harbour light\nand sailing ships go out of sight",
    "farm": "The cattle stand along the hill {n}\nthe barley ripens, green and still\n"
    "We plough the field, we mow the hay\nand cattle low at break of day",
}


def tune(kind: str, number: int) -> str:
    metre, bars = BARS[kind]
    parts = bars.split("|")
    turned = parts[number:] + parts[:number]
    return f"X:1\nT:{kind} {number}\nM:{metre}\nL:1/8\nK:{'DGACF'[number % 5]}\n|:{'|'.join(turned)}:|\n"


@pytest.fixture
def styles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of three kinds of dance, four files each, one of them broken; Segue's own folder is a new one."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "my styles"
    for kind in BARS:
        (folder / kind).mkdir(parents=True)
        for number in range(4):
            (folder / kind / f"{number}.abc").write_text(tune(kind, number), encoding="utf-8")
    (folder / "jig" / "broken.mid").write_bytes(b"MThd")
    return folder


def run(*words: object) -> Any:
    done = CliRunner().invoke(app, ["recognize", *map(str, words), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)


def test_a_folder_of_styles_is_learned_and_told_with(styles: Path, tmp_path: Path) -> None:
    told = run("learn", styles)
    assert told["name"] == "my styles" and told["files"] == 12
    assert told["learned"]["score"]["labels"] == ["jig", "reel", "waltz"]
    assert told["learned"]["score"]["accuracy"] == 1
    (why,) = told["broken"]
    assert "broken.mid" in why
    for kind in BARS:
        file = tmp_path / f"new {kind}.abc"
        file.write_text(tune(kind, 6), encoding="utf-8")
        answer = run(file, "--with", "my styles")
        assert answer["guesses"][0]["style"] == kind and len(answer["guesses"]) == 3
    done = CliRunner().invoke(app, ["recognize", "learn", str(styles)], catch_exceptions=False)
    assert "100% ± 0% right when left out" in done.output and "1 files not read" in done.stderr


def test_what_is_added_and_what_is_taken_away_counts_when_learned_again(styles: Path) -> None:
    run("learn", styles)
    (styles / "jig" / "5.abc").write_text(tune("jig", 5), encoding="utf-8")
    (styles / "reel" / "0.abc").unlink()
    told = run("learn", styles)
    assert told["files"] == 12
    record = orjson.loads(Path(told["folder"], "score", "record.json").read_bytes())
    assert record["labels"] == {"jig": 5, "reel": 3, "waltz": 4} and record["seed"] == 0
    assert {Path(row["file"]).name for row in record["examples"] if row["label"] == "reel"} == {
        "1.abc",
        "2.abc",
        "3.abc",
    }
    assert all(len(row["sha256"]) == 64 for row in record["examples"]) and record["versions"]["python"]


def test_a_correction_is_learned_from_though_its_file_goes(styles: Path, tmp_path: Path) -> None:
    run("learn", styles)
    files = []
    for number in range(2):
        file = tmp_path / f"slip {number}.abc"
        file.write_text(tune("jig", number).replace("6/8", "9/8").replace("|d", " dAF|d"), encoding="utf-8")
        files.append(file)
    told = run("learn", "--as", "slip jig", files[0], "--name", "my styles")
    assert told["notices"] == ["score: 'slip jig' has 1 file, and is told from 2 on"]
    files[0].unlink()
    told = run("learn", "--as", "slip jig", files[1], "--name", "my styles")
    assert told["learned"]["score"]["labels"] == ["jig", "reel", "slip jig", "waltz"] and told["files"] == 14
    assert run("learn", styles)["files"] == 14  # the folder's own files beside them
    told = run("learn", "--as", "reel", styles / "jig" / "0.abc", "--name", "my styles")
    record = orjson.loads(Path(told["folder"], "score", "record.json").read_bytes())
    assert record["labels"] == {"jig": 3, "reel": 5, "slip jig": 2, "waltz": 4}
    run("learn", styles)  # what was said stands against the folder
    assert orjson.loads(Path(told["folder"], "score", "record.json").read_bytes())["labels"] == record["labels"]


def test_words_have_a_head_of_their_own(styles: Path, tmp_path: Path) -> None:
    for label, words in SONGS.items():
        (styles / label).mkdir()
        for number in range(4):
            (styles / label / f"{number}.lrc").write_text(
                "".join(
                    f"[00:0{at}.00]{line.format(n='again ' * number)}\n" for at, line in enumerate(words.splitlines())
                ),
                encoding="utf-8",
            )
    told = run("learn", styles, "--name", "mixed")
    assert set(told["learned"]) == {"score", "lyrics"}
    assert told["learned"]["lyrics"]["labels"] == ["farm", "sea"]
    file = tmp_path / "new.lrc"
    file.write_text(
        "[00:01.00]Sailing ships and salt tonight\n[00:02.00]the waves, the harbour light\n", encoding="utf-8"
    )
    answer = run(file, "--with", "mixed")
    assert answer["kind"] == "lyrics" and answer["guesses"][0]["style"] == "sea"


def test_recordings_are_learned_from(styles: Path, tmp_path: Path) -> None:
    pytest.importorskip("musicnn")
    soundfile = pytest.importorskip("soundfile")
    rng, folder = np.random.default_rng(0), tmp_path / "sounds"
    times = np.arange(16_000 * 4) / 16_000
    for number in range(3):
        tones = [np.sin(2 * np.pi * 110 * (number + 2) * step * times) / step for step in range(1, 6)]
        tone = 0.3 * np.sum(tones, axis=0)
        click = 0.5 * rng.normal(size=len(times)) * (times % 0.25 < 0.02)
        for label, samples in (("tone", tone), ("click", click)):
            (folder / label).mkdir(parents=True, exist_ok=True)
            soundfile.write(folder / label / f"{number}.wav", samples.astype(np.float32), 16_000)
    told = run("learn", folder)
    assert told["learned"]["audio"]["labels"] == ["click", "tone"] and told["learned"]["audio"]["accuracy"] == 1
    assert run(folder / "tone" / "0.wav", "--with", "sounds", "--no-because")["guesses"][0]["style"] == "tone"
    assert styles.is_dir()


def test_ask_names_files_without_a_label_until_there_are_none(styles: Path, tmp_path: Path) -> None:
    unsorted = tmp_path / "unsorted"
    unsorted.mkdir()
    for kind in BARS:
        for number in range(4):
            shutil.copy(styles / kind / f"{number}.abc", unsorted / f"{kind} {number}.abc")
    (unsorted / "again.abc").write_text(tune("jig", 0), encoding="utf-8")
    cold = run("ask", unsorted, "--name", "mine", "-n", 3)
    names = [Path(row["file"]).stem for row in cold["files"]]
    assert {name.split()[0] for name in names} <= {*BARS, "again"} and len(set(names)) == 3
    assert all(row["why"] == "typical of what is here" for row in cold["files"])
    labelled = 0
    for _ in range(8):
        asked = run("ask", unsorted, "--name", "mine", "-n", 3)
        for row in asked["files"]:
            label = {"again": "jig"}.get(stem := Path(row["file"]).stem.split()[0], stem)
            told = run("learn", "--as", label, row["file"], "--name", "mine")
            labelled += 1
        if not asked["files"]:
            break
    assert labelled == 12  # two files are the same and were asked for once
    assert told["learned"]["score"]["labels"] == ["jig", "reel", "waltz"]
    assert asked["unlabelled"] == 0


def test_the_second_time_files_are_not_read_but_taken_from_the_cache(styles: Path, tmp_path: Path) -> None:
    run("learn", styles)
    kept = sorted((tmp_path / "home" / "cache" / "vectors").rglob("*.npy"))
    assert len(kept) == 12
    for file in kept:  # what is in the cache is what is learned from
        np.save(file, np.full_like(np.load(file), 7))
    with pytest.raises(InputError, match="all alike"):
        run("learn", styles, "--name", "other")


def test_what_cannot_be_learned_is_refused(styles: Path, tmp_path: Path) -> None:
    (styles / "lonely").mkdir()
    shutil.copy(styles / "jig" / "broken.mid", styles / "lonely" / "broken.mid")
    (styles / "lonely" / "1.abc").write_text(tune("jig", 7), encoding="utf-8")
    with pytest.raises(InputError, match="label 'lonely' has 1 file; 2 or more"):
        run("learn", styles)
    assert not (tmp_path / "home" / "styles").exists()
    with pytest.raises(InputError, match="has no subfolders"):
        run("learn", styles / "jig")
    for label in ("reel", "waltz", "lonely"):
        shutil.rmtree(styles / label)
    with pytest.raises(InputError, match=r"one label \(jig\)"):
        run("learn", styles)
    with pytest.raises(InputError, match="and --name"):
        run("learn", "--as", "jig", styles / "jig" / "0.abc")
    with pytest.raises(NotFoundError, match="no styles named 'none'"):
        run(styles / "jig" / "0.abc", "--with", "none")
    with pytest.raises(InputError, match="--with 'none' and --model"):
        run(styles / "jig" / "0.abc", "--with", "none", "--model", tmp_path)
    (styles / "hornpipe").mkdir()
    shutil.copy(styles / "jig" / "0.abc", styles / "hornpipe" / "0.abc")
    with pytest.raises(InputError, match="are the same; one label each"):
        run("learn", styles)
