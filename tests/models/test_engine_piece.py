"""Whole pieces: what is wished for is so, all is music, and the same seed gives the same piece."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from segue.errors import InputError
from segue.models.engine import load_engine
from segue.models.engine.piece import Wish, generate_piece
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import save_score_model
from segue.models.score.network import ScoreModel
from segue.music.key import Key
from segue.music.language import vocabulary as v
from segue.music.language.encode import encode
from segue.music.language.grammar import check
from segue.music.metre import Metre


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A small model that has learned nothing: the grammar and the wishes alone decide."""
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    save_score_model(ScoreModel(ScoreConfig(v.SIZE, 32, 1, 2, 64, longest=512)), folder)
    return load_engine(folder)


def test_a_wish_is_granted(engine: Engine) -> None:
    wish = Wish("jig", Key.parse("A minor"), Metre(6, 8), 118, bars=3)
    score = generate_piece(engine, wish, Sampling(seed=1))
    assert (score.style, score.key, score.metre, score.tempos[0].bpm) == ("jig", Key.parse("A minor"), Metre(6, 8), 112)
    assert 3 <= len(score.bars) <= 3 + 4
    assert not any(part.words for part in score.parts)


def test_whatever_comes_is_music(engine: Engine) -> None:
    for seed in range(8):
        score = generate_piece(engine, Wish(), Sampling(seed=seed))
        heard = score.replace(parts=tuple(part for part in score.parts if len(part.notes)))
        assert check(encode(heard).tokens).is_ended


def test_the_seed_decides(engine: Engine) -> None:
    first, again, other = (generate_piece(engine, Wish(bars=2), Sampling(seed=seed)) for seed in (5, 5, 6))
    assert first == again != other


def test_what_cannot_be_wished_for_is_named() -> None:
    with pytest.raises(InputError, match=r"style 'reeel' is none of .*did you mean \"reel\""):
        Wish("reeel")
    with pytest.raises(InputError, match="metre 17/16 is none of 4/4"):
        Wish(metre=Metre(17, 16))
    with pytest.raises(InputError, match="0 bars: 1 to 1,000 are accepted"):
        Wish(bars=0)


def test_the_command_writes_files(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from segue.cli import app

    folder = tmp_path / "model"
    torch.manual_seed(0)
    save_score_model(ScoreModel(ScoreConfig(v.SIZE, 32, 1, 2, 64, longest=512)), folder)
    files = [str(tmp_path / f"piece.{suffix}") for suffix in ("mid", "musicxml")]
    done = CliRunner().invoke(app, ["generate", *files, "--model", str(folder), "--bars", "2", "--seed", "4", "--json"])
    assert done.exit_code == 0, done.output
    assert '"seed": 4' in done.output and all(Path(file).stat().st_size > 0 for file in files)
    wrong = CliRunner().invoke(app, ["generate", str(tmp_path / "piece.xyz"), "--model", str(folder)])
    assert isinstance(wrong.exception, InputError) and ".xyz" in str(wrong.exception)
