"""How soon the style of a clip is told: `python -m benchmarks.style_speed`

A clip of 30 s (22,050 samples a second, MP3) is decoded in its own process, resampled, heard by both networks and
told, with the evidence; the networks are loaded, as in a server. Runs are repeated, the median is told.

- `style.clip_s`: seconds on the clock, from the file to the answer.
- `style.clip_cpu_s`: seconds of processor time that it takes, all threads and the decoding process together; other
  work on the machine changes it less.
- `style.clip_first_s`: seconds of a first answer in a new process: Python, PyTorch and the weights are loaded too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.result import Result, data_dir, sha256_of, write

ROUNDS, FIRST_ROUNDS = 7, 3
BAR = 3.0  # seconds
_FIRST = (
    "import sys, pathlib; from segue.recognize.audio import AudioFront, styles_heard;"
    " styles_heard(AudioFront().listen(pathlib.Path(sys.argv[1])))"
)


def clip() -> Path:
    """The clip."""
    return data_dir() / "gtzan" / "blues.00099.mp3"


def warm_seconds(path: Path) -> tuple[list[float], list[float], int]:
    """Seconds on the clock and of the processor of each answer, and the threads in use."""
    import torch

    from segue.recognize.audio import AudioFront, styles_heard

    front = AudioFront()
    styles_heard(front.listen(path))
    clock, work = [], []
    for _ in range(ROUNDS):
        began, busy = time.perf_counter(), _processor_seconds()
        styles_heard(front.listen(path))
        clock.append(time.perf_counter() - began)
        work.append(_processor_seconds() - busy)
    return clock, work, torch.get_num_threads()


def _processor_seconds() -> float:
    """Of this process and of those it has waited for."""
    return sum(os.times()[:4])


def first_seconds(path: Path) -> list[float]:
    """Seconds on the clock of a first answer, in processes one after the other."""
    found = []
    for _ in range(FIRST_ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", _FIRST, str(path)], check=True)
        found.append(time.perf_counter() - began)
    return found


def run() -> list[Result]:
    """Measure the clip."""
    path = clip()
    clock, work, threads = warm_seconds(path)
    first = first_seconds(path)
    digest = sha256_of([path])
    return [
        Result(
            id=f"style.{name}",
            value=median(values),
            error=None,
            unit="s",
            better="lower",
            bar=bar,
            seeds=(),
            n=len(values),
            command="python -m benchmarks.style_speed",
            recipe={"threads": threads, "taggers": "mtt and msd", "fastest": min(values), "slowest": max(values)},
            data_sha256=digest,
        )
        for name, values, bar in (
            ("clip_s", clock, BAR),
            ("clip_cpu_s", work, None),
            ("clip_first_s", first, None),
        )
    ]


if __name__ == "__main__":
    write("style_speed", run())
