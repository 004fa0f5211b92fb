"""How many tunes a second are read from ABC: `formats.abc_tunes_per_s`.

The 1,034 tunes of Nottingham (ABC_cleaned), their bytes in memory, read into scores by one core; each run begins
without any token worked out before, as a fresh process does.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.formats import abc
from segue.formats.abc import setting

RUNS = 5
BAR = 1_500


def run_once(books: list[bytes]) -> tuple[int, float]:
    """Read every tune; return how many, and how many a second of processor time."""
    setting.forget_tables()
    began = time.process_time()
    count = sum(len(abc.read_all(book)) for book in books)
    return count, count / (time.process_time() - began)


def run() -> list[Result]:
    """Median of some runs, with the standard error of their mean."""
    folder = data_dir() / "nottingham" / "ABC_cleaned"
    files = sorted(folder.glob("*.abc"))
    books = [Path(file).read_bytes() for file in files]
    counts, rates = zip(*(run_once(books) for _ in range(RUNS)), strict=True)
    result = Result(
        id="formats.abc_tunes_per_s",
        value=round(statistics.median(rates), 1),
        error=round(statistics.stdev(rates) / len(rates) ** 0.5, 1),
        unit="tunes/s",
        better="higher",
        bar=BAR,
        seeds=(),
        n=counts[0],
        command="python -m benchmarks.formats_abc",
        recipe={"data": "nottingham/ABC_cleaned", "clock": "processor time of one core", "tables": "cold"},
        data_sha256=sha256_of(files),
    )
    return [result]


if __name__ == "__main__":
    results = run()
    write("formats_abc", results)
    print(f"{results[0].id}: {results[0].value:,.0f} ± {results[0].error:,.0f} {results[0].unit} (bar {BAR:,})")
