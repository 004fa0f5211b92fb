"""`segue compose ... --like FILE`: what is taken of a file and said, what options keep, what is no copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from segue.cli import app
from segue.errors import InputError
from segue.formats import read_file, write_file
from segue.likeness import read_model
from tests.cli.test_recognize import JIG
from tests.compose.sheets import sheet


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))


@pytest.fixture
def jig(tmp_path: Path) -> Path:
    file = tmp_path / "jig.abc"
    file.write_text(JIG, encoding="utf-8")
    return file


@pytest.fixture
def song(tmp_path: Path) -> Path:
    file = tmp_path / "song.musicxml"
    write_file(sheet("C | Am | Dm7 G7 | C", "67 64 67 72 | 69 67 64 - | 65 69 67 71 | 72 -"), file)
    return file


def _run(*arguments: object) -> Result:
    done = CliRunner().invoke(app, ["compose", *map(str, arguments)])
    if isinstance(done.exception, InputError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def test_a_piece_like_a_jig_is_told_and_written_as_one(jig: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.abc"
    done = _run("piece", out, "--like", jig)
    first, *_ = done.stdout.splitlines()
    assert first == "like jig.abc: a jig in D major, 6/8, 16 bars (AB); nearest of 8 drawn"
    assert "of its runs of nine notes are in jig.abc (limits" in done.stdout
    score = read_file(out)
    assert (len(score.bars), str(score.key), str(score.metre), score.style) == (16, "D major", "6/8", "jig")
    assert [number for number, bar in enumerate(score.bars) if bar.repeats_to == 2] == [7, 15]
    assert not score.chords  # as the jig has none
    assert score.parts[0].notes != read_file(jig).parts[0].notes


def test_options_are_kept_and_what_is_taken_is_in_the_answer(jig: Path) -> None:
    (row,) = json.loads(
        _run(
            "piece", "--like", jig, "--style", "reel", "--key", "G", "--form", "AA", "--bars", 8, "--chords", "--json"
        ).stdout
    )
    like = row["like"]
    assert (like["file"], like["style"], like["metre"]) == ("jig.abc", "reel", "6/8")
    assert (like["key"], like["form"], like["bars"], like["notice"]) == (None, "", None, [])
    assert like["distance"] > 0 and row["bars"] == 8 and row["chords"]
    assert any(reason.startswith("AA: A A, 8 bars in G major, 6/8") for reason in row["reasons"])


def test_the_nearest_of_more_is_no_farther_than_that_of_fewer(jig: Path) -> None:
    (one,) = json.loads(_run("piece", "--like", jig, "--bars", 8, "--form", "AB", "--json").stdout)
    several = json.loads(_run("piece", "--like", jig, "--bars", 8, "--form", "AB", "-n", 3, "--json").stdout)
    distances = [row["like"]["distance"] for row in several]
    assert distances == sorted(distances) and distances[0] <= one["like"]["distance"]


def test_melody_and_chords_and_parts_are_like_a_file_too(jig: Path, song: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.musicxml"
    done = _run("melody", song, out, "--like", jig, "-n", 1)
    assert done.stdout.startswith("like jig.abc: a jig; nearest of 8 drawn")
    assert [str(one.chord) for one in read_file(out).chords] == ["C", "Am", "Dm7", "G7", "C"]
    (row,) = json.loads(_run("chords", "--like", song, "--more", 4, "-n", 1, "--json").stdout)
    assert row["like"]["key"] == "C major" and row["bars"] == 4
    done = _run("arrange", song, out, "--like", jig, "--parts", "bass")
    assert done.stdout.startswith("like jig.abc: a jig\n")
    assert [part.name for part in read_file(out).parts] == ["Melody", "Bass"]


def test_what_is_not_sure_is_said_and_the_likeliest_taken(song: Path) -> None:
    model = read_model(song)
    (notice,) = model.notice
    assert notice.startswith("its style is not sure (") and notice.endswith(f"; {model.style} is taken")
    assert read_model(song, "jazz").style == "jazz" and read_model(song, "jazz").notice == ()


def test_a_score_is_nearest_to_itself(jig: Path, song: Path) -> None:
    distance = read_model(jig).liking.distance
    assert distance is not None
    assert distance(read_file(jig)) == 0 < distance(read_file(song))
    assert distance(read_file(jig).replace(chords=read_file(song).chords)) == 0  # the jig has none to be near to


def test_what_music_cannot_be_like_is_named(jig: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("Down by the river\nI lay me down\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"words\.txt holds words"):
        _run("piece", "--like", words)
    with pytest.raises(InputError, match="style 'swng'"):
        _run("piece", "--like", jig, "--style", "swng")
