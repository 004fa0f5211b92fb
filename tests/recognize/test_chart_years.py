"""Years of hits: a small set of annotations whose chords say when they are from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.recognize.chart_years import chart_years, make_years, read_hits
from segue.recognize.chords import ChordsFront
from segue.recognize.years import load_years

HEAD = "# title: {title}\n# artist: {artist}\n# metre: 4/4\n# tonic: C\n\n0.0\tsilence\n"


def song(folder: Path, number: int, title: str, artist: str, bars: list[str]) -> None:
    (folder / f"{number:04}").mkdir(parents=True)
    line = "0.5\tA, verse, | " + " | ".join(bars) + " |\n"
    text = HEAD.format(title=title, artist=artist) + line + f"{len(bars) * 2}.0\tsilence\n{len(bars) * 2 + 1}.0\tend\n"
    (folder / f"{number:04}" / "salami_chords.txt").write_text(text, encoding="utf-8")


def world(root: Path, count: int = 90) -> Path:
    """Songs in which each year from 1960 brings a larger share of minor sevenths."""
    folder = root / "mcgill_billboard"
    rng = np.random.default_rng(0)
    index = ["id,chart_date,title,artist"]
    for number in range(1, count + 1):
        age = int(rng.integers(0, 20))
        bars = ["A:min7" if one < age else ("C:maj", "F:maj")[one % 2] for one in range(20)]
        song(folder, number, f"song {number}", f"artist {number % 40}", bars)
        index.append(f"{number},{1960 + age}-07-01,,")
    (folder / "billboard-2.0-index.csv").write_text("\n".join(index) + "\n", encoding="utf-8")
    return folder


def test_years_are_learned_from_chords_that_tell_them(tmp_path: Path) -> None:
    world(tmp_path)
    made = make_years(tmp_path, tmp_path / "years")
    assert made.metrics["error"] < 2.0 < made.metrics["error_of_mean_year"]
    assert sum(made.counts.values()) == 90
    assert min(made.counts.values()) > 0
    loaded = load_years(tmp_path / "years")
    hits = read_hits(tmp_path)
    rows = ChordsFront().vectors([hit.chords for hit in hits])
    assert np.array_equal(loaded.years(rows), made.years.years(rows))
    assert json.loads((tmp_path / "years" / "metrics.json").read_text())["test"] == made.metrics


def test_a_song_that_was_transcribed_twice_is_one(tmp_path: Path) -> None:
    folder = world(tmp_path, 3)
    song(folder, 4, "song 1", "artist 1", ["C:maj"] * 4)
    with (folder / "billboard-2.0-index.csv").open("a") as index:
        index.write("4,1985-01-01,,\n")
    assert len(read_hits(tmp_path)) == 3


def test_an_index_that_does_not_fit(tmp_path: Path) -> None:
    folder = world(tmp_path, 2)
    assert len(chart_years(folder)) == 2
    (folder / "billboard-2.0-index.csv").write_text("id,chart_date\n1,1960-01-01\n")
    with pytest.raises(InputError, match="song 0002 is not in"):
        read_hits(tmp_path)
    (folder / "billboard-2.0-index.csv").write_text("id,chart_date\n1,soon\n")
    with pytest.raises(FormatError, match="chart_date"):
        chart_years(folder)
