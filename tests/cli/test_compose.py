"""`segue compose`: offers in files of any format, and errors that name what was wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import InputError
from segue.formats import read_file
from segue.music.score import Score

TUNE = """X:1
T:Five
M:4/4
L:1/4
R:reel
K:D
"D" d f a f | "G" g b a g | "A7" e g c e | "D" d2 d2 |
"D" f a f d | "Em" e g b g | "A7" a g e c | "D" d4 |
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own: offers are written down there."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    file = tmp_path / "tune.abc"
    file.write_text(TUNE, encoding="utf-8")
    return file


def run(*words: object) -> str:
    done = CliRunner().invoke(app, ["compose", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def same_but(before: Score, after: Score, bars: range) -> bool:
    low, high = before.bar_starts[bars.start], before.bar_starts[bars.stop]
    kept = [[note for note in one.parts[0].notes if not low <= note.start < high] for one in (before, after)]
    return kept[0] == kept[1] and before.chords == after.chords


def test_bars_are_rewritten_into_files_of_the_suffix(tune: Path, tmp_path: Path) -> None:
    out = [tmp_path / "new.musicxml", tmp_path / "new.mid", tmp_path / "new.svg"]
    told = json.loads(run("infill", tune, *out, "--bars", "3-4", "--parts", "1", "-n", "2", "--json"))
    assert len(told) == 2
    assert told[1]["files"] == [str(tmp_path / f"new-2{file.suffix}") for file in out]
    before = read_file(tune)
    for number in ("new", "new-2"):
        assert same_but(before, read_file(tmp_path / f"{number}.musicxml"), range(2, 4))
    assert (tmp_path / "new.svg").read_text(encoding="utf-8").lstrip().startswith("<")


def test_a_melody_gets_chords_as_wished(tune: Path) -> None:
    told = json.loads(
        run("harmony", tune, "--complexity", "triads", "--span", "1", "--cadence", "8:authentic", "-n", "2", "--json")
    )
    for row in told:
        assert all(one["at"] % 4 == 0 for one in row["chords"])  # a chord that goes on is not said again
        assert row["chords"][-1]["is"].endswith("(T)") and row["chords"][-2]["is"].endswith("(D)")
        assert row["reasons"]


def test_chords_go_on_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    words = ("chords", "--after", "Dm7 G7 Cmaj7", "--more", "3", "--style", "jazz", "--seed", "5", "-n", "2")
    first = run(*words)
    assert first == run(*words)
    assert "| Dm7 | G7 | Cmaj7 |" in first
    chart = tmp_path / "verse.chart"
    run("chords", chart, "--key", "Eb", "--more", "4", "-n", "1")
    assert len(read_file(chart).bars) == 4 and str(read_file(chart).key) == "Eb major"


def test_chords_of_a_tune_are_changed_in_the_bars_named(tune: Path) -> None:
    (row, *_) = json.loads(run("chords", "--from", tune, "--bars", "5-6", "-n", "2", "--json"))
    kept = [one for one in row["chords"] if not 16 <= one["at"] < 24]
    assert [one["chord"] for one in kept] == ["D", "G", "A7", "D", "A7", "D"]


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("infill", "TUNE", "--bars", "3-x"), "bars '3-x'"),
        (("infill", "TUNE", "--bars", "9"), "bar 9: bars 1 to 8"),
        (("infill", "TUNE", "--parts", "one"), "parts 'one'"),
        (("infill", "TUNE", "OUT.mp4"), "has no suffix that can be written"),
        (("harmony", "TUNE", "--style", "jaz"), 'did you mean "jazz"'),
        (("harmony", "TUNE", "--key", "H"), "'H' is no key"),
        (("harmony", "TUNE", "--cadence", "authentic"), "cadence 'authentic'"),
        (("harmony", "TUNE", "--span", "1/0"), "span '1/0'"),
        (("chords", "--after", "Dm7 H7"), "'H7' is no chord"),
        (("chords", "--complexity", "rch"), 'did you mean "rich"'),
    ],
)
def test_what_is_wrong_is_named(words: tuple[str, ...], match: str, tune: Path) -> None:
    given = [str(tune) if word == "TUNE" else word for word in words]
    with pytest.raises(InputError, match=match):
        CliRunner().invoke(app, ["compose", *given], catch_exceptions=False)


def test_an_empty_melody_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "silence.abc"
    file.write_text("X:1\nT:Silence\nM:4/4\nL:1/4\nK:C\nz4|z4|\n", encoding="utf-8")
    with pytest.raises(InputError, match="no notes that could be harmonized"):
        CliRunner().invoke(app, ["compose", "harmony", str(file)], catch_exceptions=False)
