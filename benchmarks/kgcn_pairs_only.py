"""KGCN-music with nothing but the labelled pairs of train in the histories: `python -m benchmarks.kgcn_pairs_only`"""

from __future__ import annotations

import sys

from benchmarks.kgcn_music import PAIRS_ONLY, main
from benchmarks.kgcn_music import run as run_setting
from benchmarks.result import Result


def run() -> list[Result]:
    """Measure all systems, histories cut to what the published systems are told."""
    return run_setting(PAIRS_ONLY)


if __name__ == "__main__":
    main(PAIRS_ONLY, sys.argv[1:])
