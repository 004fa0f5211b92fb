"""Where the score model looks, bar by bar: what the figures are, and that the picture says what they are not."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from segue.cli import app
from segue.errors import InputError
from segue.formats import read_file
from segue.music.language import vocabulary as v
from segue.recognize.attention import bar_attention
from segue.recognize.encoder import windows
from tests.recognize.test_encoder import line, small

TUNE = "X:1\nT:Up\nM:4/4\nL:1/4\nK:D\nDEFG|ABcd|dcBA|GFED|\n"


def test_a_bar_looks_at_the_header_and_at_bars_up_to_itself_in_shares_of_one() -> None:
    found = bar_attention(line(*range(60, 76)), small())
    assert found.weights.shape == (4, 5)
    assert found.is_whole
    assert found.weights.sum(1) == pytest.approx(np.ones(4))
    assert (found.weights[np.triu_indices(4, 2, 5)] == 0).all()
    assert (found.weights[np.tril_indices(4, 1, 5)] > 0).all()


def test_a_weight_is_the_mean_over_tokens_layers_and_heads_of_what_goes_to_a_bar() -> None:
    score, model = line(60, 62, 64, 65, 67, 69, 71, 72), small()
    tokens = windows(score)[0]
    first, second = (place for place, token in enumerate(tokens) if token in v.BAR)
    with torch.no_grad():
        weights = model.attention(torch.tensor(tokens)).numpy()
    by_hand = np.mean([weights[..., place, first:second].sum(-1).mean() for place in range(second, len(tokens))])
    assert bar_attention(score, model).weights[1, 1] == pytest.approx(by_hand)


def test_of_a_long_score_the_first_bars_are_read_and_that_is_said() -> None:
    found = bar_attention(line(*[60, 67] * 200), small())
    assert not found.is_whole
    assert 10 < len(found.weights) < 100


def test_a_score_without_bars_is_refused() -> None:
    with pytest.raises(InputError, match="no bars"):
        bar_attention(line(), small())


def test_the_command_draws_a_square_for_each_pair_and_says_that_it_is_no_reason(tmp_path: Path) -> None:
    tune, drawn = tmp_path / "tune.abc", tmp_path / "looks.svg"
    tune.write_text(TUNE, encoding="utf-8")
    told = CliRunner().invoke(app, ["recognize", "attention", str(tune), str(drawn)])
    assert told.exit_code == 0, told.output
    assert "does not say why" in told.output
    svg = ElementTree.fromstring(drawn.read_text(encoding="utf-8"))
    shapes = [one for one in svg.iter() if one.tag.endswith("rect")]
    bars = len(read_file(tune).bars)
    assert len(shapes) == 1 + sum(bar + 2 for bar in range(bars))
    assert "does not say why" in "".join(svg.itertext())


def test_a_file_that_is_no_score_is_refused_by_name(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("la la", encoding="utf-8")
    told = CliRunner().invoke(app, ["recognize", "attention", str(words), str(tmp_path / "a.svg")])
    assert told.exit_code != 0
    assert "words.txt is no score" in told.output + str(told.exception)
