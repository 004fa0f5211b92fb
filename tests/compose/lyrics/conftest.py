"""The folder of the real sets, where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the real sets; SEGUE_DATA names it, else ../shared/data."""
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("SEGUE_DATA") or root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no public sets in {folder} (SEGUE_DATA names another place)")
    return folder
