"""The engine of the shipped weights, loaded once for all tests of composing."""

from __future__ import annotations

from functools import cache

from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine


@cache
def engine() -> Engine:
    """Return the engine that users get; no test expects particular notes of it."""
    return load_engine()
