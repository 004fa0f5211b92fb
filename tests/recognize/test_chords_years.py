"""Years from vectors: a world on a line, margins by hand, and an interval that holds as often as it says."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.recognize.head import Floats
from segue.recognize.years import Years, fit_years, load_years, margin_of


def world(count: int, seed: int, noise: float) -> tuple[Floats, list[float]]:
    """Vectors of 3 numbers; the year is 1970 and 5 times the first, less 2 times the second."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, 3)).astype(np.float32)
    return vectors, list(1970 + vectors @ [5.0, -2.0, 0.0] + rng.normal(size=count) * noise)


def test_margins_by_hand() -> None:
    # of nine errors at .8 the eighth (10 * .8), whatever their signs
    assert margin_of([1, -2, 3, -4, 5, -6, 7, -8, 9]) == 8
    assert margin_of([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.75) == 8
    assert margin_of([1, 2, 3], 0.5) == 2
    assert margin_of([1, 2, 3], 0.9) == math.inf


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5])
def test_a_share_lies_between(share: float) -> None:
    with pytest.raises(InputError, match="more than 0 and less than 1"):
        margin_of([1, 2], share)


def test_a_world_on_a_line_is_learned() -> None:
    model = fit_years(*world(400, 0, 0.0), world(100, 1, 0.0))
    vectors, years = world(50, 2, 0.0)
    assert np.abs(model.years(vectors) - years).max() < 0.6  # the penalty draws to the mean
    assert model.margin < 0.6


def test_the_interval_holds_as_often_as_it_says() -> None:
    model = fit_years(*world(400, 0, 6.0), world(1000, 1, 6.0), share=0.8)
    vectors, years = world(4000, 2, 6.0)
    low, high = model.interval(vectors)
    inside = (low <= years) & (years <= high)
    assert inside.mean() == pytest.approx(0.8, abs=0.03)
    assert model.margin == pytest.approx(6 * 1.2816, rel=0.08)  # the normal distribution's


def test_what_does_not_vary_is_not_made_much_of() -> None:
    vectors, years = world(200, 0, 1.0)
    vectors[:, 2] = 0.5
    vectors[7, 2] = 0.5 + 1e-4
    model = fit_years(vectors, years, world(50, 1, 1.0))
    assert np.isfinite(model.weights).all()
    moved = np.array([[0, 0, 0.5], [0, 0, 0.5 + 1e-4]], np.float32)
    assert np.ptp(model.years(moved)) < 0.1


def test_what_cannot_be_learned_or_told_is_refused() -> None:
    vectors, years = world(10, 0, 1.0)
    with pytest.raises(InputError, match="two and one are needed"):
        fit_years(vectors, years, (vectors[:0], []))
    with pytest.raises(InputError, match="two and one are needed"):
        fit_years(vectors, years[:-1], (vectors, years))
    with pytest.raises(InputError, match=r"\(n, 3\) is accepted"):
        Years(*(np.zeros(3, np.float32),) * 3, 1970.0).years(vectors[:, :2])


def test_it_keeps_all_it_knows(tmp_path: Path) -> None:
    model = fit_years(*world(100, 0, 1.0), world(50, 1, 1.0))
    model.save(tmp_path / "years")
    loaded = load_years(tmp_path / "years")
    vectors, _ = world(20, 2, 1.0)
    assert np.array_equal(np.stack(loaded.interval(vectors)), np.stack(model.interval(vectors)))
    assert sorted(file.name for file in (tmp_path / "years").iterdir()) == ["years.json", "years.safetensors"]


def test_what_is_damaged_or_missing_is_named(tmp_path: Path) -> None:
    fit_years(*world(100, 0, 1.0), world(50, 1, 1.0)).save(tmp_path)
    (tmp_path / "years.json").write_text('{"mean": 1970}')
    with pytest.raises(FormatError, match="no years"):
        load_years(tmp_path)
    (tmp_path / "years.json").write_text('{"mean": 1970, "margin": -1}')
    with pytest.raises(FormatError, match="margin of -1"):
        load_years(tmp_path)
    (tmp_path / "years.safetensors").unlink()
    with pytest.raises(InputError, match=r"years\.safetensors"):
        load_years(tmp_path)
