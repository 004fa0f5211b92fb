"""docs/formats.md names every format with its suffixes, and only those."""

from __future__ import annotations

import re
from pathlib import Path

from segue.formats import ALL

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


def test_the_table_of_formats_is_the_list_in_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([^`]+)` \| ((?:`\.[^`]+` ?)+)\| ([^|]+) \| ([^|]+) \|$", text)
    told = {
        name: (set(re.findall(r"`([^`]+)`", named)), read != "no", written != "no")
        for name, named, read, written in rows
    }
    assert told == {each.NAME: (set(each.SUFFIXES), hasattr(each, "read"), hasattr(each, "write")) for each in ALL}
    assert "@@" not in text
