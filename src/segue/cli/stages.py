"""What a long command is doing, told on stderr."""

from __future__ import annotations

import time

from rich.console import Console
from rich.text import Text


class Stages:
    """A line on stderr for each thing that is begun, with the seconds since the start."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._console = Console(stderr=True, highlight=False, quiet=is_quiet)
        self._began = time.perf_counter()
        self._last = ""

    def __call__(self, what: str, done: int, total: int) -> None:  # noqa: ARG002
        """Tell what is being done; how much of it is done is not shown."""
        if what != self._last:
            self._last = what
            self._console.print(Text(f"{time.perf_counter() - self._began:7.1f} s  {what}"))
