"""A score model that is loaded only when a verb asks it: words and phrases have models of their own."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine, Session


class LateEngine:
    """The engine of a folder (without one the model that Segue brings along), loaded at its first use."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    @cached_property
    def _engine(self) -> Engine:
        return load_engine(self.folder)

    @property
    def name(self) -> str:
        """What it computes with."""
        return self._engine.name

    @property
    def vocabulary(self) -> int:
        """The number of token types."""
        return self._engine.vocabulary

    @property
    def longest(self) -> int:
        """The most tokens of a row."""
        return self._engine.longest

    def open(self, rows: int = 1) -> Session:
        """Begin so many empty rows; InputError for less than one."""
        return self._engine.open(rows)
