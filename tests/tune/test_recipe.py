"""The recipe refuses what it does not know, and reads back what it wrote."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.errors import FormatError, InputError
from segue.tune.recipe import DIALS, SIZES, Recipe, size


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"learning_rate": 1e-3}, r"no field 'learning_rate'"),
        ({"epoch": 3}, r"no field 'epoch' \(did you mean \"epochs\"\?\)"),
        ({"lr": "fast"}, r"lr = 'fast' is not of type float"),
        ({"lr": -1.0}, r"lr = -1.0 is outside 0 or more"),
        ({"lr": math.nan}, r"lr = nan is outside"),
        ({"lr": math.inf}, r"lr = inf is outside"),
        ({"dropout": 1}, r"dropout = 1.0 is outside 0 to 0.99"),
        ({"epochs": 1.5}, r"epochs = 1.5 is not of type int"),
        ({"epochs": True}, r"epochs = True is not of type int"),
        ({"method": "lara"}, r"method = 'lara' is none of .* \(did you mean \"lora\"\?\)"),
        ({"backbone": ""}, r"backbone is empty"),
    ],
)
def test_what_is_not_accepted_is_named(fields: dict[str, object], match: str) -> None:
    with pytest.raises(InputError, match=match):
        Recipe.from_mapping(fields)
    with pytest.raises(InputError, match=match):
        Recipe().replace(**fields)


@given(
    st.builds(
        Recipe,
        lr=st.floats(0, 1e6),
        epochs=st.integers(1, 10**9),
        backbone=st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])),
    )
)
def test_toml_reads_back_equal(recipe: Recipe) -> None:
    import tomllib

    assert Recipe.from_mapping(tomllib.loads(recipe.to_toml())) == recipe
    assert Recipe.from_mapping(recipe.as_dict()) == recipe


def test_a_file_names_some_fields_and_the_base_the_others(tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text('lr = 1\nmethod = "lora"\n')
    assert Recipe.from_toml(file, SIZES["base"]) == SIZES["base"].replace(lr=1.0, method="lora")
    assert Recipe.from_toml(file).lr == 1.0


@pytest.mark.parametrize(
    ("text", "match"),
    [("learn = 1", "no field 'learn'"), ("lr = ", "recipe.toml: Invalid value"), ('lr = "a"', "not of type float")],
)
def test_a_bad_file_is_named(text: str, match: str, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(text)
    with pytest.raises(FormatError, match=match):
        Recipe.from_toml(file)
    with pytest.raises(InputError, match=r"none\.toml cannot be read: No such file"):
        Recipe.from_toml(tmp_path / "none.toml")


def test_every_field_has_its_comment_and_the_toml_shows_it() -> None:
    text = Recipe().to_toml()
    for dial in DIALS.values():
        assert dial.comment and f"# {dial.comment}" in text
        assert dial.check(dial.default) == dial.default


def test_sizes_are_the_one_dial() -> None:
    assert [size(name) for name in SIZES] == list(SIZES.values())
    assert SIZES["tiny"].epochs < SIZES["small"].epochs < SIZES["base"].epochs
    with pytest.raises(InputError, match=r"size 'smal' is none of tiny, small, base \(did you mean \"small\"\?\)"):
        size("smal")
