"""How long 1,000 MIDI files take from disk to their style: `python -m benchmarks.style_midi`

`style.midi_1000_s`: the first 1,000 files of Mutopia by name, read, described and told one by one in one process, as
`segue recognize DIR` does; the networks are loaded within the time. `style.midi_explained_s`: one file with its
evidence, the median of EXPLAINED of them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import median

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.errors import FormatError
from segue.formats import read_file
from segue.recognize.recognizer import Recognizer

COUNT, EXPLAINED = 1000, 20


def run() -> list[Result]:
    """Measure."""
    folder = data_dir() / "mutopia_midi"
    files = sorted(folder.rglob("*.mid"))[:COUNT]
    began, told = time.perf_counter(), 0
    recognizer = Recognizer()
    for file in files:
        try:
            told += bool(recognizer.score(read_file(file), is_explained=False).guesses)
        except FormatError:
            continue
    whole = time.perf_counter() - began
    times = []
    for file in files[:: COUNT // EXPLAINED]:
        began = time.perf_counter()
        recognizer.score(read_file(file))
        times.append(time.perf_counter() - began)
    facts = {"told": told}
    return [
        _result("style.midi_1000_s", whole, len(files), 60.0, facts),
        _result("style.midi_explained_s", median(times), len(times), None, {}),
    ]


def _result(name: str, seconds: float, count: int, bar: float | None, facts: Mapping[str, object]) -> Result:
    return Result(
        id=name,
        value=seconds,
        error=None,
        unit="s",
        better="lower",
        bar=bar,
        seeds=(),
        n=count,
        command="python -m benchmarks.style_midi",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / "mutopia_midi" / "index.csv"]),
    )


if __name__ == "__main__":
    write("style_midi", run())
