"""Memory that was freed goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from segue.serve.memory import give_back


def resident() -> int:
    """Megabytes of this process."""
    told = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(told.split("VmRSS:")[1].split()[0]) // 1024


@pytest.mark.skipif(sys.platform != "linux", reason="glibc is asked")
def test_holes_of_many_small_blocks_are_given_back() -> None:
    blocks = [b"x" * (100_000 + number) for number in range(3_000)]  # each below the size that has a mapping of its own
    held = blocks[-1]  # what lies above the others keeps them in the heap
    before = resident()
    del blocks
    if not give_back():
        pytest.skip("this C library gives nothing back")
    assert before - resident() > 200
    assert held
