"""A figure is checked when it is made, and comes back from its file as it was."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.listens import make_export
from benchmarks.result import Result, data_dir, read, sha256_of, write

from segue.errors import InputError, UnavailableError
from segue.listens.importing import import_file
from segue.listens.sql import open_store

RESULT = Result(
    id="some.thing",
    value=2.0,
    error=0.5,
    unit="AUC",
    better="higher",
    bar=1.5,
    seeds=(0, 1),
    n=10,
    command="python -m benchmarks.some",
    recipe={"lr": 0.1},
)


def test_a_result_comes_back_from_its_file(tmp_path: Path) -> None:
    other = replace(RESULT, id="some.other", error=None, bar=None)
    path = write("some", [RESULT, other], tmp_path / "results")
    assert path.name == "some.json"
    assert read(path) == [RESULT, other]
    assert [found.name for found in path.parent.iterdir()] == ["some.json"]
    assert RESULT.versions["python"].startswith("3.")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"id": "a b"}, "must be a name without blanks"),
        ({"value": math.nan}, "value nan is not a finite number"),
        ({"bar": math.inf}, "bar inf"),
        ({"error": -1.0}, "standard error -1"),
        ({"better": "more"}, "none of higher, lower"),
        ({"n": 0}, "n 0"),
        ({"data_sha256": "abc"}, "64 hexadecimal"),
    ],
)
def test_a_result_that_cannot_be(parts: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(RESULT, **parts)  # type: ignore[arg-type]


def test_the_bar_is_reached_from_the_better_side() -> None:
    assert RESULT.is_reached is True
    assert replace(RESULT, better="lower").is_reached is False
    assert replace(RESULT, bar=None).is_reached is None


def test_no_results_or_one_id_twice_are_refused(tmp_path: Path) -> None:
    for results in ([], [RESULT, RESULT]):
        with pytest.raises(InputError, match="each id once"):
            write("some", results, tmp_path)


def test_a_hash_is_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    before = sha256_of([tmp_path / "a"])
    assert before == sha256_of([tmp_path / "a"]) and len(before) == 64
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    assert sha256_of([tmp_path / "a"]) != before


def test_missing_data_says_where_to_put_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_DATA", str(tmp_path))
    assert data_dir() == tmp_path
    monkeypatch.setenv("SEGUE_DATA", str(tmp_path / "missing"))
    with pytest.raises(
        UnavailableError, match=r"\.\./shared/data beside the checkout, or name its folder in SEGUE_DATA"
    ):
        data_dir()


def test_an_unknown_benchmark_is_refused() -> None:
    assert "listens" in BENCHMARKS
    with pytest.raises(InputError, match='did you mean "listens"'):
        main(["listen"])


def test_the_export_that_is_measured_is_the_same_for_the_same_seed_and_comes_in_whole(tmp_path: Path) -> None:
    for name, seed in (("a.zip", 1), ("b.zip", 1), ("c.zip", 2)):
        make_export(tmp_path / name, seed, listens=2000)
    first, again, other = ((tmp_path / name).read_bytes() for name in ("a.zip", "b.zip", "c.zip"))
    assert first == again != other
    with open_store(tmp_path / "s.db") as store:
        report = import_file(store, tmp_path / "a.zip", "ann")
    assert (report.read, report.broken, dict(report.dropped)) == (2000, 0, {})
