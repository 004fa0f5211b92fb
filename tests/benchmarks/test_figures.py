"""The tables shown are those of the results committed."""

from __future__ import annotations

import pytest
from benchmarks.figures import PAGES, Page, rebuilt, results
from benchmarks.result import Result

from segue.errors import InputError


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.name)
def test_tables_are_those_of_the_results(page: Page) -> None:
    assert page.path.read_text(encoding="utf-8") == rebuilt(page, results()), "run `make figures`"


def test_a_page_without_its_marks_is_refused(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no table here", encoding="utf-8")
    with pytest.raises(InputError, match="has 0 tables"):
        rebuilt(Page(page, ("a", "b", "c", "d", "e")), [])


def test_a_row_says_value_error_bar_and_command(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures --><!-- /figures -->\nafter", encoding="utf-8")
    result = Result(
        id="x.auc", value=0.91234, error=0.0011, unit="1", better="higher", bar=0.9, seeds=(0, 1, 2), n=10,
        command="python -m benchmarks.x",
    )  # fmt: skip
    text = rebuilt(Page(page, ("a", "b", "c", "d", "e")), [result])
    assert "| `x.auc` | 0.9123 ± 0.0011 | ≥ 0.9 | 3 | `python -m benchmarks.x` |" in text
    assert text.startswith("before") and text.endswith("after")
