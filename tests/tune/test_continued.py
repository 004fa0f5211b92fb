"""Learning on is judged by what came since and by what was known before."""

from __future__ import annotations

import pytest

from segue.errors import InputError
from segue.tune.continued import Continued, Test, judged


@pytest.mark.parametrize(
    ("old", "new", "decision", "said"),
    [
        ((0.80, 0.80), (0.70, 0.72), "promote", "new test set 0.7000 before, 0.7200 after; on the old 0.8000"),
        ((0.80, 0.796), (0.70, 0.72), "promote", "0.7960 after"),
        ((0.80, 0.79), (0.70, 0.90), "keep", "it forgets: on the old 0.8000 before, 0.7900 after"),
        ((0.80, 0.85), (0.70, 0.70), "keep", "does not beat"),
        ((0.80, 0.81), None, "promote", "old test set"),
        ((0.80, 0.80), None, "keep", "does not beat"),
        ((0.80, 0.80), (0.70, float("nan")), "keep", "does not beat"),
        ((0.80, float("nan")), (0.70, 0.80), "keep", "forgets"),
    ],
)
def test_it_is_promoted_where_the_new_is_better_told_and_the_old_is_not_forgotten(
    old: tuple[float, float], new: tuple[float, float] | None, decision: str, said: str
) -> None:
    found, why = judged("auc", Test(100, *old), None if new is None else Test(20, *new))
    assert found == decision and said in why


def test_a_record_is_read_as_it_was_written() -> None:
    made = Continued("first", 5, 7, True, Test(10, 0.5, 0.6), None, 0.005, "promote", "better")
    assert Continued.from_dict(made.as_dict()) == made
    with pytest.raises(InputError, match="tolerance -1"):
        judged("auc", Test(1, 0.5, 0.5), None, -1)
