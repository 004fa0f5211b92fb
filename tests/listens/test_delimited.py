"""Rows of CSV: any dialect, any length, one bad line costs one row."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.errors import InputError
from segue.listens.sources.delimited import BATCH, Line, delimiter_of, rows
from segue.listens.sources.times import to_time


def read(text: str, width: int = 2, delimiter: str = ",") -> list[Line]:
    return list(rows(iter(line.encode() for line in text.split("\n")), delimiter, width))


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=8)


@given(table=st.lists(st.tuples(CELLS, CELLS, CELLS).filter(lambda row: any(row)), max_size=12))
def test_what_the_csv_module_writes_is_read_back(table: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    assert [tuple(line.values) for line in read(text.getvalue(), 3)] == table


@pytest.mark.parametrize("before", [0, BATCH - 3, BATCH - 1, BATCH, 2 * BATCH - 2])
def test_a_quoted_field_may_run_over_lines_wherever_it_lies(before: int) -> None:
    text = "a,b\n" * before + '"two\nlines, ""quoted""",x\nc,d'
    found = read(text)
    assert found[before] == Line(before + 1, ['two\nlines, "quoted"', "x"])
    assert found[before + 1] == Line(before + 3, ["c", "d"])


@pytest.mark.parametrize("place", [0, 1, BATCH - 4, BATCH - 1, BATCH, BATCH + 1])
def test_a_quote_never_closed_costs_its_own_line(place: int) -> None:
    lines = [f"a,{number}" for number in range(BATCH + 2)]
    lines[place] = '"a,b'
    found = read("\n".join(lines))
    assert [line.number for line in found] == list(range(1, BATCH + 3))
    assert [line.number for line in found if line.fault] == [place + 1]


def test_two_bad_lines_near_each_other_cost_two_rows() -> None:
    found = read('a,1\n"b,2\nc,3\n"d,4\ne,5')
    assert [line.number for line in found if line.fault] == [2, 4]
    assert [line.values for line in found if not line.fault] == [["a", "1"], ["c", "3"], ["e", "5"]]


def test_a_field_longer_than_any_name_is_a_fault_of_its_line() -> None:
    found = read("a,1\n" + "x" * 200_000 + ",2\nc,3")
    assert [line.number for line in found if line.fault] == [2]


def test_blank_lines_are_left_out_and_counted() -> None:
    assert read("a,1\n\n\nb,2\n") == [Line(1, ["a", "1"]), Line(4, ["b", "2"])]


@pytest.mark.parametrize(("line", "mark"), [("a,b", ","), ("a;b,c;d", ";"), ("a\tb,c", "\t"), ('"a;b;c",d|e|f', "|")])
def test_the_delimiter_is_the_one_that_cuts_most(line: str, mark: str) -> None:
    assert delimiter_of(line) == mark


def test_a_line_that_nothing_cuts_is_no_row() -> None:
    with pytest.raises(InputError, match="'Dear Ann' is not a row"):
        delimiter_of("Dear Ann")


@pytest.mark.parametrize(
    "value",
    [
        1709294400,
        1709294400.0,
        1709294400000,
        1709294400000000,
        "1709294400",
        " 1709294400.000 ",
        "2024-03-01T12:00:00Z",
        "2024-03-01 12:00",
        "2024-03-01 12:00:00 UTC",
        "2024-03-01T21:00:00+09:00",
        "01 Mar 2024, 12:00",
        "1 March 2024 12:00:00",
        datetime(2024, 3, 1, 12),
        datetime(2024, 3, 1, 12, tzinfo=UTC),
    ],
)
def test_one_moment_in_many_forms(value: object) -> None:
    assert to_time(value) == datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "soon", None, True, [], "32 Mar 2024, 12:00", "03/01/2024", 1e300, "1 Foo 2024 12:00"]
)
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="is not a time"):
        to_time(value)
