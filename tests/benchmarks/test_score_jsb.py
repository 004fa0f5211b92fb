"""Chorales: the grid comes back from the tokens, and nats are divided by its cells."""

from __future__ import annotations

import math

import pytest
from benchmarks.result import data_dir
from benchmarks.score_jsb import Chorale, Grid, grid_of, grids, load, per_cell
from benchmarks.score_protocol import Costs, said
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.corpora.jsb import chorale
from segue.errors import InputError, UnavailableError
from segue.music.language.decode import decode
from segue.music.language.layout import lay_out

pitches = st.sampled_from((-1, 43, 55, 60, 60, 64, 72))
columns = st.lists(pitches, min_size=1, max_size=40)


def has_data() -> bool:
    try:
        return (data_dir() / "jsb").is_dir()
    except UnavailableError:
        return False


needs_data = pytest.mark.skipif(not has_data(), reason="needs jsb in SEGUE_DATA")


@settings(max_examples=60)
@given(st.lists(st.tuples(pitches, pitches, pitches, pitches), min_size=1, max_size=40))
def test_a_grid_in_which_all_voices_sing_and_one_ends_it_comes_back(steps: list[tuple[int, int, int, int]]) -> None:
    grid: Grid = (*steps, (72, 64, 55, 43))
    assert grid_of(decode(said("", lay_out(chorale(grid))).tokens)) == grid


def test_what_is_no_grid_is_an_error() -> None:
    with pytest.raises(InputError, match="a grid of 2 voices"):
        grid_of(chorale([(60, -1, -1, 40)]))


def test_nats_are_divided_by_four_voices_times_the_steps() -> None:
    pieces = [said(str(steps), lay_out(chorale([(72, 64, 55, 43)] * steps))) for steps in (16, 48)]
    chorales = [Chorale(pieces[0], 64), Chorale(pieces[1], 192)]
    body, whole = per_cell(chorales, Costs((64.0, 64.0), (0.0, 32.0), (4, 12)))
    assert (body.value, whole.value) == pytest.approx((128 / 256, 160 / 256))
    assert math.isfinite(body.error)


@needs_data
def test_the_split_is_the_canonical_one() -> None:
    held = grids()
    assert {split: len(found) for split, found in held.items()} == {"train": 229, "valid": 76, "test": 77}
    assert all(len(step) == 4 for found in held.values() for grid in found for step in grid)


@pytest.mark.slow  # decodes 382 chorales
@needs_data
def test_every_grid_comes_back_from_its_tokens() -> None:
    chorales = load()  # raises where one does not
    assert sum(one.cells for found in chorales.values() for one in found) == 370_144
