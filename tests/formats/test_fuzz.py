"""Readers take damaged files: a short run of `tests.fuzz`, and what longer runs have found."""

from __future__ import annotations

import random
from typing import Any

import pytest

from segue.errors import FormatError
from segue.formats import ALL
from tests import fuzz

READERS = [each for each in ALL if hasattr(each, "read")]


@pytest.mark.parametrize("each", READERS, ids=[each.NAME for each in READERS])
def test_damaged_examples_are_read_or_refused(each: Any) -> None:
    """Mutations of the example alone, so that the run does not depend on data beside the checkout."""
    for number in range(150):
        data = fuzz.mutated(random.Random(f"{each.NAME} {number}"), [each.EXAMPLE])
        assert fuzz.check(each, data) == "", (number, data)


def test_an_input_depends_on_its_number_alone() -> None:
    seeds = [b"one file", b"another file that is longer"]
    many = dict(fuzz.inputs("any", seeds, range(30), seed=1))
    assert dict(fuzz.inputs("any", seeds, range(20, 25), seed=1)) == {number: many[number] for number in range(20, 25)}
    assert len(set(many.values())) > 25


def test_what_a_reader_must_not_do_is_found() -> None:
    class Wrong:
        NAME, SUFFIXES, EXAMPLE = "wrong", (".wrong",), b"example"

        def read(self, data: bytes, *, file: str) -> None:
            if data == b"slow":
                while True:
                    sum(range(1_000))
            if data == b"other":
                raise ValueError("not the right kind")
            raise FormatError("no", file=file)

    assert fuzz.check(Wrong(), b"anything") == ""
    assert "ValueError: not the right kind" in fuzz.check(Wrong(), b"other")
    assert fuzz.check(Wrong(), b"slow", seconds=0.1) == "over 0.3 s"
