"""What reading MIDI costs over symusic, and how many files a second are read: `formats.midi_*`.

The same bytes go to symusic, whose notes are then read one by one (start, length, pitch, velocity: some 3,350 files of
POP909 a second), and to `read`, which gives a checked Score with sorted notes, bars, words and chords. CPU time, the
best of five rounds that take turns. The recipe tells two harder comparisons too: with the notes of symusic as numpy
columns, and with its parse alone, which leaves everything in its own memory.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import symusic.core

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.formats.midi import read

SETS = {
    "pop909": "pop909/*/*.mid",
    "mutopia": "mutopia_midi/*.mid",
    "ceol_rince": "ceol_rince/MIDI/*.mid",
    "groove": "groove/groove/*/*/*.mid",
}
ROUNDS = 5
MOST = 1.2  # times the cost of symusic
FILES_PER_S = {"pop909": 3_440 / MOST, "ceol_rince": 7_664 / MOST}  # symusic as it was measured first, and a fifth more


def parse(data: bytes) -> Any:
    """Let symusic parse, and take nothing out."""
    return symusic.core.ScoreTick.from_midi(data)


def take(data: bytes) -> list[Any]:
    """Let symusic parse, and take everything out that a Score holds, notes as numpy columns."""
    score = parse(data)
    taken: list[Any] = [(event.time, event.mspq) for event in score.tempos]
    taken += [(event.time, event.numerator, event.denominator) for event in score.time_signatures]
    taken += [(event.time, event.key, event.tonality) for event in score.key_signatures]
    taken += [(event.time, event.text) for event in score.markers]
    for track in score.tracks:
        taken += [(event.time, event.text) for event in track.lyrics]
        if track.notes:
            taken.append((track.name, track.program, track.is_drum, track.notes.numpy()))
    return taken


def walk(data: bytes) -> list[Any]:
    """Let symusic parse, and read each of its notes."""
    tracks = parse(data).tracks
    return [(note.time, note.duration, note.pitch, note.velocity) for track in tracks for note in track.notes]


def best_times(files: list[bytes], readers: tuple[Callable[[bytes], Any], ...]) -> list[float]:
    """CPU seconds of each reader over all files: the best of the rounds."""
    best = [float("inf")] * len(readers)
    for _ in range(ROUNDS):
        for place, reader in enumerate(readers):
            began = time.process_time()
            for data in files:
                reader(data)
            best[place] = min(best[place], time.process_time() - began)
    return best


def run() -> list[Result]:
    """One ratio over all sets, and files a second of the sets that were measured before."""
    folder = data_dir()
    results, spent, recipe = [], [0.0] * 4, {}
    count = 0
    for name, pattern in SETS.items():
        paths = sorted(folder.glob(pattern))
        files = [path.read_bytes() for path in paths]
        times = best_times(files, (parse, take, walk, read))
        spent = [total + one for total, one in zip(spent, times, strict=True)]
        count += len(files)
        recipe[name] = {
            "files": len(files),
            "microseconds_parse_columns_notes_read": [round(one / len(files) * 1e6, 1) for one in times],
        }
        if name in FILES_PER_S:
            results.append(_result(f"formats.midi_{name}_files_per_s", len(files) / times[3], len(files), name))
    data = sha256_of(folder / name for name in ("pop909", "mutopia_midi", "ceol_rince", "groove"))
    ratio = Result(
        id="formats.midi_over_symusic",
        value=round(spent[3] / spent[2], 3),
        error=None,
        unit="times",
        better="lower",
        bar=MOST,
        seeds=(),
        n=count,
        command="python -m benchmarks.formats_midi",
        recipe={"over_columns": round(spent[3] / spent[1], 3), "over_parse": round(spent[3] / spent[0], 3), **recipe},
        data_sha256=data,
    )
    return [ratio, *results]


def _result(name: str, value: float, count: int, folder: str) -> Result:
    return Result(
        id=name,
        value=round(value),
        error=None,
        unit="files/s",
        better="higher",
        bar=round(FILES_PER_S[folder]),
        seeds=(),
        n=count,
        command="python -m benchmarks.formats_midi",
    )


if __name__ == "__main__":
    found = run()
    write("formats_midi", found)
    for result in found:
        sys.stdout.write(f"{result.id}: {result.value:,} {result.unit} (bar {result.bar:,})\n")
    sys.stdout.write(f"{dict(found[0].recipe)}\n")
