"""Run every benchmark and print each value against its bar: `python -m benchmarks [NAME ...]`.

A benchmark is a module with `run() -> list[Result]`; its results are written to benchmarks/results/<name>.json.
"""

from __future__ import annotations

import importlib
import sys
import time

from rich.console import Console
from rich.table import Table

from benchmarks.result import Result, write
from segue.errors import InputError, SegueError, UnavailableError, did_you_mean

# The order is that of `make bench`; a new benchmark is one file and one line here.
BENCHMARKS: tuple[str, ...] = (
    "listens",
    "demo_world",
    "recommend",
    "tune",
    "formats_midi",
    "formats_abc",
    "formats_musicxml",
    "kgcn_music",
    "kgcn_pairs_only",
    "s3rec_lastfm",
    "score_nottingham",
    "score_billboard",
    "score_jsb",
    "score_pieces",
    "score_engine",
    "compose_pieces",
    "compose_like",
    "compose_speed",
    "compose_valid",
    "compose_rules",
    "compose_harmonize",
    "compose_infill",
    "compose_review",
    "compose_originality",
    "compose_phrases",
    "lyrics_letters",
    "lyrics_en",
    "lyrics_zh",
    "style_scores",
    "style_encoder",
    "style_chords",
    "style_chords_shipped",
    "style_chord_text",
    "style_ci",
    "style_languages",
    "style_lyrics",
    "style_gtzan",
    "style_fusion",
    "style_notes",
    "style_few_shot",
    "style_midi",
    "style_evidence",
    "style_speed",
    "serve",
)


def table(results: list[Result]) -> Table:
    """The results as a table: value, standard error, bar, and whether the bar is reached."""
    shown = Table("id", "value", "± s.e.", "bar", "unit", "n", "reached")
    for result in results:
        reached = {True: "yes", False: "[red]no", None: ""}[result.is_reached]
        bar = "" if result.bar is None else f"{'≥' if result.better == 'higher' else '≤'} {result.bar:,g}"
        error = "" if result.error is None else f"{result.error:,.4g}"
        shown.add_row(result.id, f"{result.value:,.6g}", error, bar, result.unit, f"{result.n:,}", reached)
    return shown


def run_one(name: str) -> list[Result]:
    """Run the benchmark of that name and write its results."""
    results: list[Result] = importlib.import_module(f"benchmarks.{name}").run()
    write(name, results)
    return results


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all; the exit code is 1 where one misses its bar or could not run."""
    console, results, failed = Console(), [], False
    for name in names or BENCHMARKS:
        if name not in BENCHMARKS:
            raise InputError(f"benchmark {name!r} is none of {', '.join(BENCHMARKS)}{did_you_mean(name, BENCHMARKS)}")
        began = time.perf_counter()
        try:
            results += run_one(name)
        except UnavailableError as error:
            console.print(f"{name}: not run: {error}", markup=False)
            failed = True
            continue
        console.print(f"{name}: {time.perf_counter() - began:.1f} s", markup=False)
    console.print(table(results))
    return int(failed or any(result.is_reached is False for result in results))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SegueError as error:
        sys.stderr.write(f"benchmarks: {error}\n")
        sys.exit(error.exit_code)
