"""`segue convert`, `show`, `render` and `play`, as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segue.cli import app, playing
from segue.errors import FormatError, InputError, UnavailableError
from segue.formats import midi, read_file
from segue.music.chord import Chord
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score

Run = Callable[..., str]
F = Fraction


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command and return what it printed; its error is raised."""
    monkeypatch.setenv("COLUMNS", "120")

    def typed(*words: object) -> str:
        result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return typed


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """A tune of two bars with chords, a little off the grid at its first note."""
    notes = [Note(F(1, 50), F(1), 60), *(Note(F(place), F(1), 60 + 2 * place) for place in range(1, 8))]
    chords = (ChordAt(F(0), Chord.parse("C")), ChordAt(F(4), Chord.parse("G7")))
    score = Score((Part(Notes.of(notes), "Fiddle", 40),), (Bar(),) * 2, chords, title="A tune")
    path = tmp_path / "tune.mid"
    path.write_bytes(midi.write(score))
    return path


def test_the_command_itself_converts_and_fails_with_its_exit_code(tune: Path, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("segue"))]
    out = tmp_path / "out.mid"
    done = subprocess.run([*command, "convert", str(tune), str(out)], capture_output=True, text=True, check=True)
    assert done.stdout.replace("\n", "") == f"{tune} -> {out}"
    assert read_file(out) == read_file(tune)
    out.write_bytes(b"MThd")
    done = subprocess.run([*command, "show", str(out)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "segue: out.mid, byte 4: a header of 4 bytes; 14 are needed\n"


def test_conversion_moves_a_performance_to_the_grid(run: Run, tune: Path, tmp_path: Path) -> None:
    out = tmp_path / "straight.mid"
    told = json.loads(run("convert", tune, out, "--quantize", "--json"))
    assert [note.start for note in read_file(out).parts[0].notes] == list(range(8))
    assert told["in"] == str(tune)
    assert told["pieces"] == 1
    assert told["quantized"]["most"] == pytest.approx(0.02, abs=0.001)
    assert told["quantized"]["merged"] == 0
    assert "moved by 0.003 quarter notes on average, by 0.020 at most" in run("convert", tune, out, "--quantize")


def test_a_piece_of_several_is_chosen(run: Run, tune: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'tune\.mid' holds 1 pieces; --tune 2 is beyond the last"):
        run("convert", tune, tmp_path / "out.mid", "--tune", 2)


def test_a_book_becomes_a_folder(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.abc"
    book.write_text("X:1\nT:One / two\nK:C\nCDEF|\n\nX:2\nT:Other\nK:G\nGABc|\n")
    told = json.loads(run("convert", book, tmp_path / "out", "--each", "mid", "--json"))
    assert [Path(path).name for path in told["written"]] == ["0001-One---two.mid", "0002-Other.mid"]
    assert told["refused"] == []
    assert str(read_file(tmp_path / "out" / "0002-Other.mid").key) == "G major"
    assert "2 pieces" in run("convert", book, tmp_path / "out", "--each", ".musicxml", "--quantize")
    assert json.loads(run("show", book, "--tune", 2, "--json"))["title"] == "Other"


def test_words_are_shown(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "song.lrc"
    path.write_text("[ti:Song]\n[00:01.00]First line\n[00:02.00]Second line\n")
    told = json.loads(run("show", path, "--json"))
    assert (told["title"], told["sections"]) == ("Song", [{"name": "", "lines": ["First line", "Second line"]}])
    assert "2 lines: First line" in run("show", path)
    with pytest.raises(InputError, match=r"'song\.lrc' holds words and no notes or chords"):
        run("render", path, tmp_path / "a.wav")


def test_a_format_that_nobody_writes_is_refused(run: Run, tune: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'tune\.mp3' has no suffix that can be written: \.mid"):
        run("convert", tune, tmp_path / "tune.mp3")
    with pytest.raises(InputError, match=r"none\.mid cannot be read: No such file"):
        run("convert", tmp_path / "none.mid", tmp_path / "tune.mid")


def test_a_tune_is_shown_in_words(run: Run, tune: Path) -> None:
    printed = run("show", tune)
    for line in (
        "A tune",
        "key  C major",
        "metre  4/4",
        "tempo  120 quarter notes",
        "length  2 bars, 0:04",
        "chords  2: C G7",
    ):
        assert line in printed
    assert "│ Fiddle │ violin     │ 8     │ C4 to D5 │" in printed


def test_a_tune_is_shown_as_json(run: Run, tune: Path) -> None:
    told = json.loads(run("show", tune, "--json"))
    assert (told["title"], told["keys"], told["metres"], told["bars"], told["seconds"]) == (
        "A tune",
        ["C major"],
        ["4/4"],
        2,
        4.0,
    )
    assert told["chord_labels"] == ["C", "G7"]
    assert told["parts"][0]["pitches"] == [60, 74]
    assert told["drawn"] == {}


def test_a_tune_is_drawn(run: Run, tune: Path, tmp_path: Path) -> None:
    svg, png, roll = (tmp_path / name for name in ("a.svg", "a.png", "roll.png"))
    told = json.loads(run("show", tune, "--svg", svg, "--png", png, "--roll", roll, "--json"))
    assert told["drawn"] == {"svg": str(svg), "png": str(png), "roll": str(roll)}
    assert b"<svg" in svg.read_bytes()[:500]
    assert png.read_bytes()[:8] == roll.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_tune_is_rendered(run: Run, tune: Path, tmp_path: Path) -> None:
    out = tmp_path / "tune.wav"
    told = json.loads(run("render", tune, out, "--rate", 22_050, "--json"))
    with wave.open(str(out)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 22_050)
        assert sound.getnframes() / 22_050 == pytest.approx(told["seconds"], abs=0.01)
    assert told == {"out": str(out), "seconds": told["seconds"], "rate": 22_050, "soundfont": None}
    assert "tune.wav: 5.8 seconds of sound" in run("render", tune, out).replace("\n", "")


def test_a_soundfont_that_is_not_there_is_said(run: Run, tune: Path, tmp_path: Path) -> None:
    with pytest.raises((InputError, UnavailableError), match=r"no SoundFont at|needs tinysoundfont"):
        run("render", tune, tmp_path / "tune.wav", "--soundfont", tmp_path / "none.sf2")


def player(folder: Path, name: str, code: str) -> None:
    """Put a command into a folder."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{code}\n")
    path.chmod(0o755)


def test_a_tune_is_played_by_the_first_player_that_can(
    run: Run, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    player(bin_folder, "paplay", "exit 1")
    player(bin_folder, "aplay", f'/bin/cp "$2" {tmp_path}/heard.wav')
    monkeypatch.setenv("PATH", str(bin_folder))
    told = json.loads(run("play", tune, "--json"))
    assert (told["player"], told["out"]) == ("aplay", None)
    with wave.open(str(tmp_path / "heard.wav")) as sound:
        assert sound.getnframes() / 44_100 == pytest.approx(told["seconds"], abs=0.01)


def test_without_a_player_the_sound_is_left_where_it_is_said(
    run: Run, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    told = json.loads(run("play", tune, "--json"))
    assert told["player"] is None
    assert Path(told["out"]).stat().st_size > 100_000
    assert Path(told["out"]).parent == tmp_path
    assert "it lies in" in run("play", tune)
    assert playing.PLAYERS


def test_what_is_no_music_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "tune.mid"
    path.write_bytes(b"hello")
    for words in (("show", path), ("play", path), ("render", path, tmp_path / "a.wav")):
        with pytest.raises(FormatError, match=r"tune\.mid, byte 0: it begins with b'hell'"):
            run(*words)
