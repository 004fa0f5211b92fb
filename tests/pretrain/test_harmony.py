"""Learning to harmonize: the windows ask what `segue compose harmony` asks, and only chords are learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from segue.compose.excerpt import said, windows
from segue.compose.holes import CHORDS, holes_in
from segue.models.engine.weights import read_weights, to_floats
from segue.models.score.adapter import save_adapter
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import load_score_model, save_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.pretrain.excerpts import Drawing
from segue.pretrain.harmony import harmonic, harmony_windows, learn_harmony
from segue.pretrain.mixture import Mixture
from segue.pretrain.sizes import harmony_recipe
from segue.tune.methods import lora_factors, merge_lora
from segue.tune.next_token import PAD, collate, collate_asked
from tests.pretrain.tunes import pieces, tune

MIXTURE = Mixture(passes=2, drawing=Drawing(longest=256))


def test_a_window_begins_with_what_a_melody_without_chords_is_asked_with() -> None:
    (piece,) = pieces(1, bars=8)
    (window,) = list(harmony_windows([piece], replace(MIXTURE, drawing=Drawing()), is_varied=False))
    bare = piece.score.replace(chords=())
    holes = holes_in(bare, range(8), [CHORDS])
    (asked,) = windows(bare, holes, {}, 2048)
    assert tuple(window.tokens[: window.given].tolist()) == said(bare, asked, {}, "lead", 2048).prefix
    answer = decode(window.tokens.tolist()).chords
    assert [(one.start, str(one.chord)) for one in answer] == [(c.start, str(c.chord)) for c in piece.score.chords]


def test_windows_hide_every_chord_show_the_melody_mostly_alone_and_fit() -> None:
    found = harmony_windows(pieces(12, bars=40, parts=2), MIXTURE, is_varied=True)
    voices = []
    for window in found:
        given = window.tokens[: window.given]
        assert len(window.tokens) <= 256 and given[-1] == v.FILL
        assert not ((given >= v.ROOT.start) & (given < v.ROOT.stop)).any()
        voices.append(int((given[:20] == v.VOICE.start + 1).any()))
    assert 0.1 < np.mean(voices) < 0.5
    assert len({window.tokens.tobytes() for window in found}) == len(found)


def test_only_what_comes_behind_the_melody_is_asked_for() -> None:
    found = list(harmony_windows(pieces(3, bars=4), MIXTURE, is_varied=True))
    batch, whole = collate_asked(ScoreModel(_CONFIG), [found]), collate(ScoreModel(_CONFIG), [found])
    for row, window in enumerate(found):
        before = window.given - 1
        assert (batch.target[row, :before] == PAD).all()
        assert torch.equal(batch.target[row, before:], whole.target[row, before:])
        assert batch.target[row, before] == v.BAR.start
    assert torch.equal(batch.ids, whole.ids)


def test_an_adapter_is_learned_and_holds_all_that_was(tmp_path: Path) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        save_score_model(ScoreModel(_CONFIG), tmp_path)
    model = load_score_model(tmp_path)
    train, valid = pieces(20, bars=4), pieces(4, seed=1, bars=4)
    recipe = harmony_recipe().replace(
        max_length=256, lr=0.03, epochs=8, max_steps=0, evaluate_every=0, lora_rank=4, precision="fp32"
    )
    made = learn_harmony(model, train, valid, recipe, tmp_path / "training")
    assert made.fit.best["nats"] < made.fit.before["nats"] - 0.15  # vectors of tokens stay as they were drawn
    save_adapter(lora_factors(model), tmp_path / "harmony", tmp_path)
    merge_lora(model)
    _, held = read_weights(tmp_path, "harmony")
    for name, weight in model.state_dict().items():
        np.testing.assert_allclose(to_floats(held[name]), weight.numpy(), atol=0.01)
    before = load_score_model(tmp_path).state_dict()
    learned = {name for name, weight in model.state_dict().items() if not torch.equal(weight, before[name])}
    assert learned == {name for name in before if name.endswith("proj.weight")}


def test_what_has_no_voice_or_no_chords_teaches_no_harmony() -> None:
    (piece,) = pieces(1)
    mute = replace(piece, score=piece.score.replace(parts=()))
    bare = replace(piece, score=tune(0, with_chords=False))
    assert harmonic([mute, piece, bare]) == [piece]


_CONFIG = ScoreConfig(v.SIZE, 32, 2, 2, 64)
