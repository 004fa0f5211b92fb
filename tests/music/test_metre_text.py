"""Metres as text: what is around the numbers is left out, what is no metre is refused by one kind of error."""

from __future__ import annotations

import pytest

from segue.errors import InputError
from segue.music.metre import Metre


@pytest.mark.parametrize("text", ["4/4", " 4 / 4 ", "C", "4/\x1d4", "4\x1f/4"])
def test_four_quarters_however_they_are_set(text: str) -> None:
    assert Metre.parse(text) == Metre(4, 4)


@pytest.mark.parametrize("text", ["", "4", "4/", "/4", "4/5", "0/4", "65/4", "4/4/4", "a/4", "4\x1d4/4"])
def test_what_is_no_metre_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="metre"):
        Metre.parse(text)
