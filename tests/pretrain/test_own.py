"""Tuning to a folder of tunes: what is held out is not learned from, and what is learned shows on it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from segue.errors import InputError
from segue.formats import write_file
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import load_score_model, save_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.pretrain.own import read_tunes, tune_score
from segue.pretrain.sizes import own_recipe
from segue.tune.own_runs import model_folder, served_model
from segue.tune.registry import Registry
from tests.pretrain.tunes import tune


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty tunes, a file that is damaged, and one that is no music."""
    place = tmp_path / "tunes" / "inner"
    place.mkdir(parents=True)
    for number in range(30):
        write_file(tune(number, with_chords=False), place / f"{number}.mid")
    (place / "notes.txt~").write_text("no music")
    (place / "broken.mid").write_bytes(b"MThd broken")
    return tmp_path / "tunes"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        save_score_model(ScoreModel(ScoreConfig(v.SIZE, 32, 2, 2, 64)), tmp_path / "base")
    return tmp_path / "base"


def test_a_folder_is_parted_by_name_and_what_is_broken_is_named(folder: Path) -> None:
    found = read_tunes(folder)
    assert (len(found.test), len(found.valid), len(found.train)) == (3, 3, 24)
    assert [one.name for one in found.broken] == ["inner/broken.mid"]
    again = read_tunes(folder)
    assert [piece.name for piece in again.test] == [piece.name for piece in found.test]


def test_a_variant_of_a_held_out_tune_is_not_learned_from(folder: Path) -> None:
    held = read_tunes(folder).test[0]
    number = int(Path(held.key.split("#")[0]).stem)
    for copy in range(3):
        write_file(tune(number, with_chords=False), folder / f"copy{copy}.mid")
    found = read_tunes(folder)
    assert found.repeats >= 2
    scores = [piece.score.parts[0].notes for piece in found.test]
    assert not any(piece.score.parts[0].notes in scores for piece in found.train)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_tuning_is_measured_kept_and_served(folder: Path, base: Path, tmp_path: Path, method: str) -> None:
    recipe = own_recipe().replace(
        backbone=str(base), method=method, lr=0.02, epochs=3, max_length=256, optimizer="muon", dropout=0.0
    )
    tuned = tune_score(folder, recipe, tmp_path / "home")
    run = tuned.run
    assert not tuned.refused
    assert run.after["bits_per_note"] < run.before["bits_per_note"] - (0.1 if method == "lora" else 1)
    assert (run.trainable == run.total) is (method == "full")
    registry = Registry(tmp_path / "home" / "models")
    served = registry.served("score")
    assert served is not None and served.id == run.id and served_model(registry, "score") == model_folder(run)
    tuned_model = load_score_model(model_folder(run))
    assert tuned_model.config == load_score_model(base).config
    changed = zip(tuned_model.state_dict().values(), load_score_model(base).state_dict().values(), strict=True)
    assert any(not torch.equal(one, other) for one, other in changed)


def test_what_cannot_be_tuned_is_named(folder: Path, base: Path, tmp_path: Path) -> None:
    recipe = own_recipe().replace(backbone=str(base), method="adapters")
    with pytest.raises(InputError, match=r"'adapters' leaves no plain score model; accepted are lora, full, last-n"):
        tune_score(folder, recipe, tmp_path / "home")
    for file in sorted(folder.rglob("*.mid"))[5:]:
        file.unlink()
    with pytest.raises(InputError, match=r"holds 5 tunes; at least 10 are needed"):
        read_tunes(folder)
    with pytest.raises(InputError, match="is not a folder of tunes"):
        read_tunes(folder / "none")
