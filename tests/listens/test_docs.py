"""The page on sources speaks of what there is."""

from __future__ import annotations

import re
from pathlib import Path

from segue.listens.sources import SOURCES
from segue.listens.sources.columns import NAMES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_page_lists_all_sources_in_their_order() -> None:
    assert re.findall(r"^\| `([a-z][a-z-]*)` \|", PAGE, re.MULTILINE) == [source.NAME for source in SOURCES]


def test_the_page_names_all_columns_of_a_table() -> None:
    assert [name for name in NAMES if f"`{name}`" not in PAGE] == []


def test_the_page_names_every_reason() -> None:
    folder = Path(__file__).resolve().parents[2] / "src" / "segue" / "listens" / "sources"
    reasons = {found for path in folder.glob("*.py") for found in re.findall(r'Dropped\("([^"]+)"\)', path.read_text())}
    assert [reason for reason in sorted(reasons - {"comment or blank line"}) if reason not in PAGE] == []
