"""`segue listens` and `segue songs`, as they are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segue.cli import app
from segue.cli.home import home, store_url
from segue.errors import FormatError, InputError, NotFoundError

CSV = "artist,title,at\nBjörk,Jóga,2024-03-01T12:00:00Z\nBjörk,Jóga,soon\nMassive Attack,[bold]Tear,2999-01-01\n"
Run = Callable[..., str]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    path.write_text(CSV)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a home of its own and return what it printed; its error is raised."""
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    def typed(*words: object) -> str:
        result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return typed


def test_an_import_prints_its_account(run: Run, history: Path) -> None:
    printed = run("listens", "import", history, "--listener", "ann")
    for line in ("read 3", "new 1", "already known 0", "dropped: in the future 1", "broken 1"):
        assert line in " ".join(printed.replace("│", " ").split())
    assert "broken: line 3: 'soon' is not a time" in printed
    report = json.loads(run("listens", "import", history, "--listener", "ann", "--json"))
    assert report == {
        "source": "table",
        "read": 3,
        "new": 0,
        "known": 1,
        "dropped": {"in the future": 1},
        "broken": 1,
        "places": [{"place": "line 3", "message": report["places"][0]["message"]}],
        "dry_run": False,
    }


def test_a_dry_run_keeps_nothing(run: Run, history: Path) -> None:
    assert "a dry run" in run("listens", "import", history, "--listener", "ann", "--dry-run")
    assert json.loads(run("listens", "listeners", "--json")) == []


def test_from_import_to_erase(run: Run, history: Path, tmp_path: Path) -> None:
    run("listens", "import", history, "--listener", "ann")
    assert "Björk – Jóga" in run("listens", "list", "ann")
    (heard,) = json.loads(run("listens", "list", "ann", "--json"))
    assert (heard["artist"], heard["plays"], heard["last_at"]) == ("Björk", 1, "2024-03-01T12:00:00+00:00")
    assert "listeners 1, songs 1, listens 1" in run("listens", "listeners")
    assert json.loads(run("songs", "find", "bjö jó", "--json"))[0]["title"] == "Jóga"
    assert "Jóga" in run("songs", "find", "björk")
    assert json.loads(run("listens", "export", "ann", tmp_path / "ann.jsonl", "--json"))["rows"] == 1
    with pytest.raises(InputError, match="for good: say --yes"):
        run("listens", "erase", "ann")
    assert "1 rows removed" in run("listens", "erase", "ann", "--yes")
    with pytest.raises(NotFoundError, match="no listener 'ann'"):
        run("listens", "list", "ann")
    assert "1 rows" not in run("listens", "import", tmp_path / "ann.jsonl")
    assert json.loads(run("listens", "listeners", "--json")) == ["ann"]


def test_tallies_without_times_are_listed_by_plays(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("user,artist,plays\nann,Few,1\nann,Many,9\nann,Some,5\n")
    run("listens", "import", tmp_path / "t.csv")
    assert [heard["artist"] for heard in json.loads(run("listens", "list", "ann", "-n", 2, "--json"))] == [
        "Many",
        "Some",
    ]


def test_a_folder_is_scanned(run: Run, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "[red]a.mp3").write_bytes(b"")
    printed = run("songs", "scan", tmp_path / "music")
    assert "1 audio files: 0 new songs" in printed and "[red]a.mp3" in printed
    report = json.loads(run("songs", "scan", tmp_path / "music", "--json"))
    assert (report["files"], report["unreadable"], report["is_whole"]) == (1, 1, True)


def test_the_store_can_be_named(run: Run, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("listens", "import", history, "--listener", "ann", "--store", tmp_path / "other.db")
    assert json.loads(run("listens", "listeners", "--json")) == []
    assert json.loads(run("listens", "listeners", "--json", "--store", f"sqlite:///{tmp_path / 'other.db'}")) == ["ann"]
    monkeypatch.setenv("SEGUE_STORE", str(tmp_path / "other.db"))
    assert json.loads(run("listens", "listeners", "--json")) == ["ann"]


def test_where_things_live(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEGUE_HOME", "SEGUE_STORE", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/ann")
    assert home() == Path("/home/ann/.local/share/segue")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert store_url() == "/data/segue/segue.db"
    monkeypatch.setenv("SEGUE_HOME", "~/s")
    assert home() == Path("/home/ann/s")
    monkeypatch.setenv("SEGUE_STORE", "postgresql://x/y")
    assert (store_url(), store_url("given.db")) == ("postgresql://x/y", "given.db")


def test_what_is_no_export_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Ann")
    with pytest.raises(FormatError, match="no export that Segue knows"):
        run("listens", "import", tmp_path / "letter", "--listener", "ann")


def test_bad_input_ends_with_code_2_and_one_line(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "from segue.cli import main; main()", "listens", "list", "nobody"]
    environment = os.environ | {"SEGUE_HOME": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "segue: no listener 'nobody' here\n")


def test_help_gives_an_example_and_loads_nothing_heavy() -> None:
    groups = ("import", "list", "listeners", "export", "erase")
    for words in [("listens", name) for name in groups] + [("songs", "scan"), ("songs", "find")]:
        printed = CliRunner().invoke(app, [*words, "--help"]).output
        assert f"Example: segue {' '.join(words)}" in " ".join(printed.split()) and "--json" in printed
    heavy = ("torch", "sqlalchemy", "alembic", "mutagen", "pyarrow")
    code = f"import sys, segue.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
