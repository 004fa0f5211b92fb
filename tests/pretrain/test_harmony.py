"""Learning to hear chords: songs as beats, a training that tells them, tuning to one's own tunes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.corpora.corpus import Piece
from segue.errors import InputError
from segue.formats import write_file
from segue.models.harmony.beats import UNKNOWN, beats_of
from segue.models.harmony.model import load_harmony
from segue.music.chord import Chord
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Score
from segue.pretrain.harmony import evaluate, harmonic, in_use, learn_harmony, net_of, new_net, songs_of
from segue.pretrain.own_harmony import tune_harmony
from segue.pretrain.sizes import harmony_recipe, own_harmony_recipe
from segue.tune.own_runs import HARMONY, model_folder, served_model
from segue.tune.registry import Registry
from tests.pretrain.tunes import pieces, tune

_CHORDS = {"C": (60, 64, 67), "F": (65, 69, 72), "G": (67, 71, 74), "Am": (69, 72, 76)}


def sung(seed: int) -> Score:
    """Eight bars of 4/4, a chord to each, whose tones are sung in quarters."""
    rng = np.random.default_rng(seed)
    names = rng.choice(list(_CHORDS), size=8)
    pitches = [int(rng.choice(_CHORDS[str(name)])) for name in names for _ in range(4)]
    notes = Notes(1, list(range(32)), [1] * 32, pitches, [80] * 32)
    chords = tuple(ChordAt(Fraction(4 * bar), Chord.parse(str(name))) for bar, name in enumerate(names))
    return Score((Part(notes, "Melody"),), (Bar(),) * 8, chords)


def songs(first: int, count: int) -> list[Piece]:
    return [Piece(str(number), sung(number), "jsb") for number in range(first, first + count)]


RECIPE = harmony_recipe().replace(epochs=6, precision="fp32", dropout=0.1, lr=0.01)


def test_songs_are_heard_from_their_first_voice_and_from_all() -> None:
    (song,) = songs_of(pieces(1, bars=8, parts=2))
    (alone,) = songs_of(pieces(1, bars=8, parts=1))
    assert len(song.alone) == len(song.states) == 32
    assert (song.whole.features >= song.alone.features).all()
    assert song.whole.features.sum() > song.alone.features.sum()
    np.testing.assert_array_equal(song.alone.features, alone.alone.features)
    assert any(state != UNKNOWN for state in song.states)


def test_what_has_no_voice_or_no_chords_teaches_no_harmony() -> None:
    (piece,) = pieces(1)
    mute = replace(piece, score=piece.score.replace(parts=()))
    bare = replace(piece, score=tune(0, with_chords=False))
    assert harmonic([mute, piece, bare]) == [piece]


def test_a_training_tells_held_out_beats_and_is_the_same_for_a_seed(tmp_path: Path) -> None:
    train, valid = songs_of(songs(0, 24)), songs_of(songs(24, 6))
    nets = [new_net(RECIPE) for _ in range(2)]
    before = evaluate(nets[0], valid)
    for number, net in enumerate(nets):
        learn_harmony(net, train, valid, RECIPE, tmp_path / str(number))
    after = evaluate(nets[0], valid)
    assert after["nats"] < before["nats"] / 2 and after["accuracy"] > before["accuracy"] + 0.2
    assert all(torch.equal(one, other) for one, other in zip(nets[0].parameters(), nets[1].parameters(), strict=True))
    again = net_of(in_use(nets[0]))
    assert evaluate(again, valid) == pytest.approx(after)


def test_a_harmony_model_is_tuned_to_a_folder_kept_and_served(tmp_path: Path) -> None:
    folder = tmp_path / "tunes"
    folder.mkdir()
    for number in range(30):
        write_file(sung(number), folder / f"{number:02}.abc")
    recipe = own_harmony_recipe().replace(precision="fp32")
    tuned = tune_harmony(folder, recipe, tmp_path / "home")
    assert not tuned.refused and tuned.run.after["nats"] < tuned.run.before["nats"]
    registry = Registry(tmp_path / "home" / "models")
    place = served_model(registry, HARMONY)
    assert place is not None and place == model_folder(tuned.run)
    beats = beats_of(sung(1))
    assert np.abs(load_harmony(place).hear(beats).fits - load_harmony().hear(beats).fits).max() > 0.01


def test_what_cannot_be_learned_from_is_named(tmp_path: Path) -> None:
    some = songs_of(songs(0, 2))
    with pytest.raises(InputError, match="method 'lora': a harmony model is trained whole"):
        learn_harmony(new_net(RECIPE), some, some, RECIPE.replace(method="lora"), tmp_path)
    bare = [replace(piece, score=piece.score.replace(chords=())) for piece in pieces(12)]
    with pytest.raises(InputError, match=r"0 tunes to learn from; at least 10 are needed"):
        tune_harmony(bare, own_harmony_recipe(), tmp_path)
