"""Integrated gradients: worked by hand on a line, complete on networks, named on scores, and held against deletion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.errors import InputError
from segue.formats import read_file
from segue.music.score import Bar, Score
from segue.recognize.answering import SHIPPED
from segue.recognize.calibration import Doubles
from segue.recognize.descriptor_names import Named, names_of
from segue.recognize.descriptors import FAMILIES, describe
from segue.recognize.gradients import (
    Reason,
    attributions,
    because_sentence,
    by_family,
    deletion_of,
    mean_of,
    probabilities_of,
    reasons,
)
from segue.recognize.head import Floats, Head
from segue.recognize.nets import Layers, Nets, load_nets
from segue.recognize.scores import BROUGHT

JIG = """X:1
M:6/8
L:1/8
K:D
dAF DFA|ded cBA|dcd efg|fdf ecA|dAF DFA|ded cBA|Bcd ecA|d3 d3|
"""
LINE = Head(  # "high" has the probability sigmoid(2 (x - 1) / 2 - 3 (y - 1)) of a vector (x, y)
    ("low", "high"),
    centre=np.array([1, 1], np.float32),
    scale=np.array([2, 1], np.float32),
    weights=np.array([[0, 0], [2, -3]], np.float32),
    bias=np.zeros(2, np.float32),
)


def sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def nets(width: int = 12, styles: int = 4, seed: int = 0) -> Nets:
    rng = np.random.default_rng(seed)

    def drawn(*shape: int) -> Floats:
        return rng.normal(size=shape).astype(np.float32)

    layers = tuple(
        Layers(drawn(width), 0.5 + np.abs(drawn(width)), drawn(8, width), drawn(8), drawn(styles, 8), drawn(styles))
        for _ in range(3)
    )
    layers = (layers[0], *(replace(one, centre=layers[0].centre) for one in layers[1:]))
    return Nets(tuple("abcd"[:styles]), layers, temperature=0.7)


@pytest.fixture
def jig(tmp_path: Path) -> Score:
    (tmp_path / "jig.abc").write_text(JIG, encoding="utf-8")
    return read_file(tmp_path / "jig.abc")


# ---- the integral


def test_on_a_line_each_number_has_its_share_of_the_logit() -> None:
    vector = np.array([4.0, 0.5])
    # the logit goes from 0 to 3 + 1.5 = 4.5 in a straight line, so that credits are as 3 to 1.5
    gained = sigmoid(4.5) - 0.5
    found = attributions(LINE, vector, 1)
    assert found == pytest.approx([gained * 3 / 4.5, gained * 1.5 / 4.5], abs=1e-6)
    assert attributions(LINE, vector, 0) == pytest.approx(-found, abs=1e-6)


def test_the_temperature_counts() -> None:
    warm = replace(LINE, temperature=2.0)
    assert attributions(warm, [4.0, 0.5], 1).sum() == pytest.approx(sigmoid(2.25) - 0.5, abs=1e-6)


def test_what_is_as_the_mean_is_credited_with_nothing() -> None:
    assert attributions(LINE, [1.0, 3.0], 1)[0] == 0
    assert attributions(nets(), mean_of(nets()), 2) == pytest.approx(np.zeros(12), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_credits_add_up_to_the_difference_of_the_probabilities(seed: int) -> None:
    told = nets(seed=seed)
    vector = mean_of(told) + np.random.default_rng(seed).normal(size=12) * 4  # some numbers are cut
    ends = told.probabilities(np.stack([mean_of(told), vector]))
    for style in range(4):
        gained = ends[1, style] - ends[0, style]
        assert attributions(told, vector, style, steps=1_000).sum() == pytest.approx(gained, abs=5e-4)
        assert attributions(told, vector, style).sum() == pytest.approx(gained, abs=5e-3)


def test_the_module_tells_what_the_networks_tell() -> None:
    rows = np.random.default_rng(0).normal(size=(5, 12)) * 3
    for teller, shown in ((nets(), rows), (LINE, rows[:, :2])):
        with torch.no_grad():
            found = probabilities_of(teller)(torch.from_numpy(shown)).numpy()
        assert found == pytest.approx(teller.probabilities(shown), abs=1e-5)


def test_the_shipped_networks_are_complete_on_a_jig(jig: Score) -> None:
    told = load_nets(SHIPPED / "score")
    vector = BROUGHT.vectors([jig])[0]
    style = told.styles.index("jig")
    ends = told.probabilities(np.stack([mean_of(told), vector]))[:, style]
    found = attributions(told, vector, style)
    assert found.sum() == pytest.approx(ends[1] - ends[0], abs=5e-3)
    families = by_family(found, names_of(jig, len(vector)))
    assert sum(families.values()) == pytest.approx(found.sum(), abs=1e-9)
    assert list(families.values()) == sorted(families.values(), reverse=True)
    assert set(families) <= {*FAMILIES, "voices"}


def test_what_has_no_gradients_is_refused() -> None:
    class Fixed:
        styles, threshold = ("a", "b"), 0.0

        def probabilities(self, vectors: Doubles) -> Doubles:
            return np.full((len(vectors), 2), 0.5)

    with pytest.raises(InputError, match="Fixed has no gradients"):
        attributions(Fixed(), [1.0], 0)
    with pytest.raises(InputError, match=r"shape \(3,\): \(2,\) is needed"):
        attributions(LINE, [1.0, 2.0, 3.0], 0)


# ---- names


def test_every_descriptor_has_a_name_in_both_languages(jig: Score) -> None:
    for score in (jig, Score(bars=(Bar(),))):
        width = len(describe(score))
        names = names_of(score, width)
        assert len(names) == width and all(one.english and one.chinese for one in names)
        assert {one.family for one in names} == set(FAMILIES)
    assert names_of(jig, width + 3)[-1].family == "more"


def values(score: Score) -> Iterator[tuple[Named, float]]:
    vector = describe(score)
    yield from zip(names_of(score, len(vector)), vector.tolist(), strict=True)


def test_names_stand_where_the_numbers_are(jig: Score) -> None:
    told = {one.english: value for one, value in values(jig)}
    assert told["bars in 6/8"] == 1 and told["bars in 4/4"] == 0
    assert told["eighth notes"] == pytest.approx(42 / 44) and told["dotted quarter notes"] == pytest.approx(2 / 44)
    assert told["an end on the tonic"] == 1 and told["bars in minor keys"] == 0
    assert told["pick-up"] == 0 and told["drum strokes in a bar"] == 0
    assert told["runs of three eighth notes"] == pytest.approx(40 / 42)
    assert told["whole bars that come again after 4 bars"] == pytest.approx(2 / 4)
    assert told["notes that begin 1/6 into the bar"] == pytest.approx(7 / 44)


def test_a_run_that_the_score_has_is_named_and_one_that_it_lacks_is_not(jig: Score) -> None:
    for one, value in values(jig):
        if one.family == "grams":
            assert ("lacks" in one.english) == (value == 0)


def test_the_strongest_reasons_come_first_and_each_once(jig: Score) -> None:
    told = load_nets(SHIPPED / "score")
    vector = BROUGHT.vectors([jig])[0]
    found = reasons(told, vector, jig, told.styles.index("jig"), count=6)
    assert len(found) == 6 and len({one.named for one in found}) == 6
    assert [one.credit for one in found] == sorted((one.credit for one in found), reverse=True)
    assert all(one.credit > 0 and one.is_more == (vector[one.place] > mean_of(told)[one.place]) for one in found)
    assert any("6/8" in one.named.english or "eighth" in one.named.english for one in found)


def test_reasons_are_one_sentence() -> None:
    one, two, three = (
        Named("metre", *pair) for pair in (("bars in 6/8", "6/8拍的小节"), ("speed", "速度"), ("parts", "声部"))
    )
    found = (Reason(one, 0.2, True, 0), Reason(two, 0.1, False, 1), Reason(three, 0.1, True, 2))
    assert because_sentence(found, "jig") == (
        "What speaks for a jig: above the mean score in bars in 6/8 and parts; below the mean score in speed."
    )
    assert because_sentence(found, "jig", "zh") == "说明它是吉格舞曲的特征：6/8拍的小节、声部比平均多；速度比平均少。"
    assert because_sentence((), "jig") == ""
    with pytest.raises(InputError, match="'fr'"):
        because_sentence(found, "jig", "fr")


# ---- deletion


def test_without_the_one_number_that_matters_the_probability_falls_and_without_others_it_does_not() -> None:
    weights = np.zeros((2, 40), np.float32)
    weights[1, 7] = 2
    head = Head(("low", "high"), np.zeros(40, np.float32), np.ones(40, np.float32), weights, np.zeros(2, np.float32))
    vector = np.ones(40)
    found = deletion_of(head, vector, np.random.default_rng(0), count=1)
    assert found is not None and found.named == pytest.approx(sigmoid(2) - 0.5)
    hits = found.random / (sigmoid(2) - 0.5) * 5  # of five draws of one in forty
    assert hits == pytest.approx(round(hits), abs=1e-6) and hits <= 2
    assert deletion_of(head, np.zeros(40), np.random.default_rng(0), count=1) is None
    near = np.zeros(40)
    near[[7, 8]] = 1.0
    drawn = [deletion_of(head, near, np.random.default_rng(seed), count=1, is_near=True) for seed in range(40)]
    half = float(np.mean([one.random for one in drawn if one is not None]))
    assert half == pytest.approx((sigmoid(2) - 0.5) / 2, rel=0.2)  # one of two, drawn alike
    assert deletion_of(head, near, np.random.default_rng(0), count=2, is_near=True) is None
