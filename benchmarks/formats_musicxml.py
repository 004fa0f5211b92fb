"""How many MusicXML files a second are read, and how many times as fast as by music21: `formats.musicxml_*`.

The same 60 lead sheets of OpenEWLD and 20 songs of the Lieder corpus, zipped as they lie there, go to `read` and to
music21's own importer (from the unzipped text, its cache of pickles left out). CPU time, one round of music21 and the
best of three of ours, in the same run.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.errors import UnavailableError
from segue.formats import musicxml
from segue.formats.musicxml import container

SETS = {"openewld": ("openewld/dataset/*/*/*.mxl", 60), "lieder": ("lieder/scores/**/*.mxl", 20)}
SEED, ROUNDS = 0, 3
TIMES, FILES_PER_S = 10.0, 90.0  # bars: over music21, and lead sheets a second


def files_of(folder: Path, name: str) -> list[Path]:
    """The drawn files of a set."""
    pattern, count = SETS[name]
    found = sorted(folder.glob(pattern))
    if len(found) < count:
        raise UnavailableError(f"{len(found)} files match {pattern} in {folder}; {count} are wanted")
    return random.Random(SEED).sample(found, count)


def music21_parser() -> Any:
    """music21's importer of MusicXML text; UnavailableError where it is not installed."""
    try:
        from music21.musicxml.xmlToM21 import MusicXMLImporter
    except ImportError as error:
        raise UnavailableError(
            f"music21 is not here ({error}); install the dev extra: pip install -e .[dev]"
        ) from error
    return MusicXMLImporter


def theirs(parser: Any, texts: list[bytes]) -> float:
    """CPU seconds that music21 takes to read the texts."""
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in texts:
            importer = parser()
            importer.xmlText = text.decode()
            importer.parseXMLText()
    return time.process_time() - began


def ours(datas: list[bytes]) -> float:
    """CPU seconds that `read` takes, the best of the rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for data in datas:
            musicxml.read(data)
        best = min(best, time.process_time() - began)
    return best


def run() -> list[Result]:
    """The ratio over both sets, and files a second of the lead sheets."""
    folder, parser = data_dir(), music21_parser()
    recipe: dict[str, object] = {"seed": SEED}
    spent: dict[str, tuple[float, float]] = {}
    for name in SETS:
        datas = [path.read_bytes() for path in files_of(folder, name)]
        spent[name] = theirs(parser, [container.score_of(data) for data in datas]), ours(datas)
        rates = {
            who: round(len(datas) / seconds, 1) for who, seconds in zip(("music21", "segue"), spent[name], strict=True)
        }
        recipe[name] = {"files": len(datas), "files_per_s": rates}
    sheets = SETS["openewld"][1]
    ratio = sum(theirs for theirs, _ in spent.values()) / sum(ours for _, ours in spent.values())
    shared: dict[str, Any] = {
        "error": None,
        "better": "higher",
        "seeds": (SEED,),
        "command": "python -m benchmarks.formats_musicxml",
        "recipe": recipe,
        "data_sha256": sha256_of(path for name in SETS for path in files_of(folder, name)),
    }
    count = sum(number for _, number in SETS.values())
    return [
        Result(id="formats.musicxml_over_music21", value=round(ratio, 2), unit="times", bar=TIMES, n=count, **shared),
        Result(
            id="formats.musicxml_files_per_s",
            value=round(sheets / spent["openewld"][1], 1),
            unit="files/s",
            bar=FILES_PER_S,
            n=sheets,
            **shared,
        ),
    ]


if __name__ == "__main__":
    results = run()
    write("formats_musicxml", results)
    for result in results:
        sys.stdout.write(f"{result.id}: {result.value:,} {result.unit} (bar {result.bar:,})\n")
    sys.stdout.write(f"{dict(results[0].recipe)}\n")
