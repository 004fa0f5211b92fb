"""The harmony model: what it hears in a beat, chains by hand, the same with and without PyTorch, on disk and back."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.errors import FormatError, InputError
from segue.models.harmony.beats import UNKNOWN, WIDTH, beats_of, state_of, states_of
from segue.models.harmony.chain import Chain
from segue.models.harmony.config import HarmonyConfig
from segue.models.harmony.model import HarmonyModel, load_harmony, save_harmony
from segue.models.harmony.network import HarmonyNet, Heard
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, ChordAt, Part, Score

SMALL = HarmonyConfig(8, (1, 2))


def score(metre: str = "4/4", key: str = "D", bars: int = 2) -> Score:
    """Quarters D E F# G from the first beat on, D under the first bar, A7 under the second."""
    bar = Bar(Metre.parse(metre), Key.parse(key))
    notes = Notes.of(Note(Fraction(n), Fraction(1), (62, 64, 66, 67)[n % 4]) for n in range(int(bars * bar.length)))
    chords = tuple(ChordAt(n * bar.length, Chord.parse(["D", "A7"][n % 2])) for n in range(bars))
    return Score((Part(notes),), (bar,) * bars, chords=chords)


def network(config: HarmonyConfig = SMALL) -> HarmonyNet:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        net = HarmonyNet(config)
        torch.nn.init.normal_(net.moves)
    return net.eval()


def weights_of(net: HarmonyNet) -> HarmonyModel:
    return HarmonyModel(net.config, {name: held.detach().numpy() for name, held in net.state_dict().items()})


# ---- beats


def test_a_beat_tells_in_its_halves_what_sounds_begins_and_holds_from_the_tonic() -> None:
    beats = beats_of(score())
    assert len(beats) == 8 and beats.bars == (0,) * 4 + (1,) * 4 and set(beats.tonics) == {2}
    (first, second) = beats.features[1, :72].reshape(2, 3, 12)  # E, the second degree
    assert [np.flatnonzero(kind).tolist() for kind in first] == [[2], [2], []]
    assert [np.flatnonzero(kind).tolist() for kind in second] == [[2], [], [2]]
    assert beats.features[1, 72:80].tolist() == [0, 1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(("metre", "count"), [("6/8", 2), ("5/4", 5), ("7/8", 7), ("3/4", 3)])
def test_beats_are_those_of_the_metre(metre: str, count: int) -> None:
    assert beats_of(score(metre)).bars == (0,) * count + (1,) * count


def test_beats_of_a_pick_up_are_counted_from_its_end() -> None:
    bar = Bar(Metre(4, 4))
    upbeat = Bar(Metre(4, 4), length=Fraction(1))
    notes = Notes.of([Note(Fraction(0), Fraction(1), 67), Note(Fraction(1), Fraction(4), 60)])
    beats = beats_of(Score((Part(notes),), (upbeat, bar)))
    assert [row[72:80].argmax() for row in beats.features] == [3, 0, 1, 2, 3]


def test_states_are_triads_from_the_tonic() -> None:
    assert [state_of(Chord.parse(label), 2) for label in ("D", "A7", "Bm7", "F#m", "Gsus4", "N.C.")] == [
        0,
        7,
        21,
        16,
        UNKNOWN,
        UNKNOWN,
    ]
    given = score()
    assert states_of(given, beats_of(given)).tolist() == [0] * 4 + [7] * 4
    assert states_of(given.replace(chords=given.chords[1:]), beats_of(given)).tolist() == [UNKNOWN] * 4 + [7] * 4


# ---- chains


def small_chain(states: int = 3, places: int = 4, seed: int = 0) -> Chain:
    rng = np.random.default_rng(seed)
    return Chain(rng.normal(size=(places, states)), rng.normal(size=places), rng.normal(size=(states, states)))


def score_of(chain: Chain, path: tuple[int, ...]) -> float:
    found = sum(chain.fits[place, state] for place, state in enumerate(path))
    for place in range(1, len(path)):
        before, here = path[place - 1], path[place]
        found += chain.moves[before, here] + (chain.holds[place] if before == here else 0)
    return float(found)


def test_a_chain_of_two_places_by_hand() -> None:
    chain = Chain(np.log([[1.0, 2.0], [3.0, 1.0]]), np.log([1.0, 2.0]), np.log([[1.0, 1.0], [4.0, 1.0]]))
    # paths 00: 1*3*2*1 = 6; 01: 1*1*1 = 1; 10: 2*3*4 = 24; 11: 2*1*2*1 = 4; together 35
    assert chain.log_sum() == pytest.approx(math.log(35))
    assert chain.best() == (1, 0)
    assert math.exp(chain.log_probability((1, 0))) == pytest.approx(24 / 35)
    np.testing.assert_allclose(chain.shares(), [[7 / 35, 28 / 35], [30 / 35, 5 / 35]])


def test_sums_best_path_and_shares_are_those_of_all_paths_counted_out() -> None:
    chain = small_chain()
    paths = list(product(range(3), repeat=4))
    worth = np.exp([score_of(chain, path) for path in paths])
    assert chain.log_sum() == pytest.approx(math.log(worth.sum()))
    assert chain.best() == paths[int(worth.argmax())]
    for place, state in product(range(4), range(3)):
        share = sum(one for one, path in zip(worth, paths, strict=True) if path[place] == state) / worth.sum()
        assert chain.shares()[place, state] == pytest.approx(share)


def test_draws_come_as_often_as_they_are_probable_and_the_same_for_a_seed() -> None:
    chain, rng = small_chain(2, 3), np.random.default_rng(3)
    drawn = [chain.draw(rng) for _ in range(4000)]
    for path in product(range(2), repeat=3):
        assert drawn.count(path) / 4000 == pytest.approx(math.exp(chain.log_probability(path)), abs=0.03)
    assert chain.draw(np.random.default_rng(5)) == chain.draw(np.random.default_rng(5))
    cold = {chain.draw(np.random.default_rng(seed), 0.01) for seed in range(20)}
    assert cold == {chain.best()}


def test_joined_places_are_paths_that_stay_inside_each_stretch() -> None:
    chain = small_chain(3, 5)
    joined = chain.joined([0, 2, 3])
    for path in product(range(3), repeat=3):
        whole = (path[0], path[0], path[1], path[2], path[2])
        assert score_of(joined, path) == pytest.approx(score_of(chain, whole))


def test_places_whose_states_are_known_keep_them() -> None:
    told = small_chain().within({0: (2,), 2: (0, 1)})
    assert all(path[0] == 2 and path[2] != 2 for path in (told.draw(np.random.default_rng(n)) for n in range(50)))
    np.testing.assert_allclose(told.shares()[0], [0, 0, 1], atol=1e-9)


# ---- network and model


def test_the_model_hears_without_pytorch_what_the_network_hears_also_beside_longer_rows() -> None:
    net, short, long = network(), beats_of(score()), beats_of(score(bars=5))
    heard = Heard.of([(short.features, [0] * len(short)), (long.features, [0] * len(long))])
    with torch.no_grad():
        fits, holds = net(heard.features, heard.is_beat)
    for row, beats in enumerate((short, long)):
        chain = weights_of(net).hear(beats)
        np.testing.assert_allclose(chain.fits, fits[row, : len(beats)], atol=1e-5)
        np.testing.assert_allclose(chain.holds, holds[row, : len(beats)], atol=1e-5)


def test_the_loss_is_minus_the_logarithm_of_what_is_known_and_lets_the_unknown_be_anything() -> None:
    net, beats = network(), beats_of(score())
    states = [0, 0, UNKNOWN, 5, 7, UNKNOWN, 7, 7]
    chain = weights_of(net).hear(beats)
    told = {place: (state,) for place, state in enumerate(states) if state != UNKNOWN}
    expected = chain.log_sum() - chain.within(told).log_sum()
    with torch.no_grad():
        nats = net.nats(Heard.of([(beats.features, states)]))
        twice = net.nats(Heard.of([(beats.features, states), (beats_of(score(bars=4)).features, [UNKNOWN] * 16)]))
    assert nats.item() == pytest.approx(expected, abs=1e-3)
    assert twice.item() == pytest.approx(expected, abs=1e-3)  # what is not known costs nothing


def test_a_model_comes_back_from_its_folder_and_damage_is_named(tmp_path: Path) -> None:
    model, beats = weights_of(network()), beats_of(score())
    save_harmony(model, tmp_path)
    again = load_harmony(tmp_path)
    np.testing.assert_allclose(again.hear(beats).fits, model.hear(beats).fits, atol=0.02)  # 16 bits
    HarmonyConfig(8, (1, 2, 4)).save(tmp_path / "config.json")
    with pytest.raises(InputError, match=r"weight blocks\.2\.norm\.weight is not there"):
        load_harmony(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(FormatError, match="no shape of a harmony model"):
        load_harmony(tmp_path)
    SMALL.save(tmp_path / "config.json")
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(FormatError, match="no safetensors"):
        load_harmony(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load_harmony(tmp_path / "none")
    with pytest.raises(InputError, match="width 0"):
        HarmonyConfig(0)


def test_the_shipped_model_is_small_and_finds_a_tonic_and_a_dominant() -> None:
    model = load_harmony()
    assert sum(held.nbytes // 2 for held in model.weights.values()) < 2_000_000
    given = score(bars=4)
    root = [60, 64, 67, 72]
    pitches = [*root, *(one + 7 for one in (60, 64, 67, 64)), *root, *root]
    notes = Notes.of(Note(Fraction(n), Fraction(1), pitch + 2) for n, pitch in enumerate(pitches))
    path = model.hear(beats_of(given.replace(parts=(Part(notes),)))).best()
    assert path == (0,) * 4 + (7,) * 4 + (0,) * 8
    assert model.weights["enter.weight"].shape[1] == WIDTH
