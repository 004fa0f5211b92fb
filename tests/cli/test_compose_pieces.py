"""`segue compose melody|arrange|piece`: files that open, answers in JSON, errors that name what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from segue.cli import app
from segue.errors import InputError
from segue.formats import read_file, write_file
from segue.music.score import Score
from tests.compose.sheets import sheet


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))


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


def _tune(score: Score) -> list[tuple[object, int]]:
    return [(note.start, note.pitch) for note in score.parts[0].notes]


def test_melody_writes_each_alternative_in_every_format(song: Path, tmp_path: Path) -> None:
    out = [tmp_path / "new.musicxml", tmp_path / "new.mid"]
    rows = json.loads(_run("melody", song, *out, "-n", 2, "--low", "C4", "--high", "72", "--json").stdout)
    assert [row["files"] for row in rows] == [
        [str(tmp_path / f"new{number}{suffix}") for suffix in (".musicxml", ".mid")] for number in ("", "-2")
    ]
    for row in rows:
        score = read_file(Path(row["files"][0]))
        assert [str(one.chord) for one in score.chords] == ["C", "Am", "Dm7", "G7", "C"]
        assert all(60 <= pitch <= 72 for pitch in score.parts[0].notes.pitches)
        assert row["reasons"] and row["fit"] < 0


def test_melody_takes_a_rhythm_and_answers_a_phrase(song: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.musicxml"
    _run("melody", song, out, "--rhythm", song, "-n", 1)
    assert [start for start, _ in _tune(read_file(out))] == [start for start, _ in _tune(read_file(song))]
    _run("melody", song, out, "--answer", "-n", 1)
    answered = read_file(out)
    assert len(answered.bars) == 8 and _tune(answered)[: len(_tune(read_file(song)))] == _tune(read_file(song))
    _run("melody", song, out, "--after", song, "-n", 1)
    assert len(read_file(out).bars) == 8


def test_arrange_keeps_the_tune_and_adds_the_parts(song: Path, tmp_path: Path) -> None:
    out = tmp_path / "band.musicxml"
    done = _run("arrange", song, out, "--parts", "bass,guitar")
    assert "bass: " in done.stdout and "guitar: " in done.stdout
    score = read_file(out)
    assert [part.name for part in score.parts] == ["Melody", "Guitar", "Bass"]
    assert _tune(score) == _tune(read_file(song))


def test_piece_has_its_form_key_and_parts(tmp_path: Path) -> None:
    out = [tmp_path / f"piece.{suffix}" for suffix in ("musicxml", "abc", "mid")]
    form = ("--form", "ABA", "--bars", 12, "--key", "D", "--metre", "3/4", "--style", "waltz")
    done = _run("piece", *out, *form, "--parts", "style", "--seed", 5)
    assert "ABA: A B A, 12 bars in D major, 3/4" in done.stdout
    score = read_file(out[0])
    assert (len(score.bars), str(score.key), str(score.metre)) == (12, "D major", "3/4")
    assert [part.name for part in score.parts] == ["Melody", "Piano", "Bass"]
    assert score.title == "Waltz ABA 5"
    assert all(file.stat().st_size for file in out)


def test_what_is_wrong_is_named(song: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pitch 'H9'"):
        _run("melody", song, "--low", "H9")
    with pytest.raises(InputError, match="form 'AAX' is none of"):
        _run("piece", "--form", "AAX")
    with pytest.raises(InputError, match="--rhythm goes with neither"):
        _run("melody", song, "--rhythm", song, "--answer")
    with pytest.raises(InputError, match="part 'tuba' is none of"):
        _run("arrange", song, "--parts", "tuba")
    with pytest.raises(InputError, match=r"\.xyz"):
        _run("piece", tmp_path / "piece.xyz")
    blank = tmp_path / "chart.musicxml"
    write_file(sheet("C | F", "60 | 60").replace(parts=()), blank)
    with pytest.raises(InputError, match="has no melody"):
        _run("arrange", blank)
