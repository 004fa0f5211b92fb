"""Limits of processor time, for what must not grow out of hand: what they guard against takes minutes.

How fast things are is measured in `benchmarks`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SLOWEST = 5  # a busy or old machine's seconds to one of a quiet machine


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Hold what runs inside to so many seconds of a quiet machine's processor."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SLOWEST * seconds
