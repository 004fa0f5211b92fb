"""Giving memory back: what loading a model, or working with it, freed goes to the system."""

from __future__ import annotations

import ctypes
import threading

_ONE = threading.Lock()


def give_back() -> bool:
    """Let glibc return its free pages (`malloc_trim`); False where it is absent, or another thread is at it.

    Arrays that come and go leave holes of many megabytes, which it keeps otherwise.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None or not _ONE.acquire(blocking=False):
        return False
    try:
        trim(0)
    finally:
        _ONE.release()
    return True
