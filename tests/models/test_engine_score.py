"""The engines with the score language and a model of the shipped shape: what is drawn is music, and both agree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.errors import InputError
from segue.models.engine import ENGINES, SHIPPED, load_engine
from segue.models.engine.generating import Request, generate, stream
from segue.models.engine.grammar import State
from segue.models.engine.language import score_language
from segue.models.engine.sampling import Sampling
from segue.models.engine.scoring import score
from segue.models.score import folder as score_folder
from segue.models.score.config import ScoreConfig
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.grammar import Limits, check

PREFIX = (v.ID["task:lead"],)
MOST_NATS = 1e-5  # per step, between the reference and the fast engine
LEAST_AGREEMENT = 0.99  # share of steps with the same most probable token


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The weights that Segue brings along, or random ones of the same shape."""
    if (SHIPPED / "model.safetensors").is_file():
        yield SHIPPED
        return
    place = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    score_folder.save_score_model(ScoreModel(ScoreConfig(v.SIZE)), place)
    yield place


def test_what_is_drawn_is_music(folder: Path) -> None:
    engine, language = load_engine(folder), score_language(Limits(in_range=True, least_bars=3, most_bars=3))
    for seed in range(6):
        made = generate(engine, language, Request(PREFIX, sampling=Sampling(seed=seed)))
        assert made.stopped == "end"
        assert check(PREFIX + made.tokens).is_ended
        bars = sum(token in v.BAR for token in made.tokens)
        assert bars >= 3
        assert len(decode(PREFIX + made.tokens).bars) == bars


def test_bars_stream_as_they_are_said(folder: Path) -> None:
    language = score_language(Limits(least_bars=4, most_bars=4))
    head, *bars = stream(load_engine(folder), language, Request(PREFIX, sampling=Sampling(seed=1)))
    assert (head.number, [bar.number for bar in bars]) == (0, [1, 2, 3, 4])
    assert all(bar.tokens[0] in v.BAR for bar in bars)
    assert [bar.stopped for bar in bars] == [None, None, None, "end"]


def test_chords_can_be_kept_while_the_melody_is_free(folder: Path) -> None:
    """Every root that is said is to be the fifth step's: nothing else is, and melodies differ."""
    dominant = v.ROOT.start + 7
    free = tuple(token for token in range(v.SIZE) if token not in v.ROOT)

    def allow(state: State) -> tuple[int, ...]:
        legal = state.legal()
        return (dominant,) if dominant in legal else free

    language = score_language(Limits(least_bars=6, most_bars=6))
    prefix = (*PREFIX, v.ID["source:notated"], v.ID["style:jazz"])  # lead sheets: they have chords
    pieces = []
    for seed in range(4):
        request = Request(prefix, sampling=Sampling(seed=seed), allow=allow)
        pieces.append(generate(load_engine(folder), language, request).tokens)
    assert {token for piece in pieces for token in piece if token in v.ROOT} == {dominant}
    assert len(set(pieces)) == 4


def test_the_fast_engine_agrees_with_the_reference(folder: Path) -> None:
    language = score_language(Limits(least_bars=1000))
    fast, reference = load_engine(folder), load_engine(folder, "reference")
    nats, same = [], []
    for seed in range(2):
        tokens = PREFIX + generate(fast, language, Request(PREFIX, 120, sampling=Sampling(seed=seed))).tokens
        expected, found = (engine.open().feed_each(0, tokens).astype(np.float64) for engine in (reference, fast))
        expected -= np.log(np.exp(expected).sum(-1, keepdims=True))
        found -= np.log(np.exp(found).sum(-1, keepdims=True))
        nats += (np.exp(expected) * (expected - found)).sum(-1).tolist()
        same += (expected.argmax(-1) == found.argmax(-1)).tolist()
    assert max(nats) < MOST_NATS
    assert np.mean(same) >= LEAST_AGREEMENT


def test_both_engines_draw_the_same_pieces_but_for_draws_on_the_edge(folder: Path) -> None:
    language, engines = score_language(Limits(least_bars=1000)), [load_engine(folder, name) for name in ENGINES]
    equal = 0
    for seed in range(8):
        request = Request(PREFIX, 60, sampling=Sampling(temperature=0.9, top_p=0.95, seed=seed))
        first, second = (generate(engine, language, request).tokens for engine in engines)
        equal += first == second
        scores = [score(engine, PREFIX + first, 1, language) for engine in engines]
        np.testing.assert_allclose(*scores, atol=0.01, rtol=0)
    assert equal >= 6


def test_the_fast_engine_does_without_pytorch(folder: Path) -> None:
    code = (
        "import sys, pathlib; from segue.models.engine import load_engine;"
        "load_engine(pathlib.Path(sys.argv[1])).open().feed({0: [1]});"
        "print(*({'torch', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.skipif(not (SHIPPED / "model.safetensors").is_file(), reason="no weights are shipped yet")
def test_the_example_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
    code = page.split("```python")[1].split("```")[0]
    exec(compile(code, "docs/engine.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) >= 9


def test_engines_by_name() -> None:
    assert SHIPPED == score_folder.SHIPPED
    with pytest.raises(InputError, match=r"engine 'fats' is none of fast, reference \(did you mean \"fast\"\?\)"):
        load_engine(name="fats")
