"""The phrase space: what it says is always a phrase, the same for the same seed, and it learns what it is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from segue.cli import app
from segue.compose.phrases.collecting import phrases_in_pieces, phrases_of, save_phrases
from segue.compose.phrases.figures import figures
from segue.compose.phrases.folder import Held, load_phrase_model, new_network, save_phrase_model
from segue.compose.phrases.learning import Weights, adversarial_loss, collate, evaluate, phrase_loss, phrase_task
from segue.compose.phrases.making import RECIPE, Order, make_phrases
from segue.compose.phrases.measures import distance, evenness, likeness, reconstruction
from segue.compose.phrases.network import PhraseConfig, PhraseNetwork, inside_of
from segue.compose.phrases.phrase import Phrase, Place, phrase_of
from segue.compose.phrases.placing import refined
from segue.compose.phrases.saying import Drawing, say_points
from segue.compose.phrases.space import Phrases, draw_points, points_of, way
from segue.errors import ConflictError, FormatError, InputError
from segue.formats import write_file
from segue.music.key import Key
from segue.tune.callbacks import Callback
from segue.tune.history import Step
from segue.tune.loop import fit
from tests.compose.phrases.tunes import gathered, tune

SMALL = PhraseConfig(tokens=24, encoder=32, decoder=64, place=12, noise=8, critic=32)


def network(seed: int = 0, config: PhraseConfig = SMALL) -> PhraseNetwork:
    return new_network(config, seed, 0.0)


def some(count: int = 12) -> list[Phrase]:
    return [phrase_of(tune(seed, bars=2))[0] for seed in range(count)]


def test_whatever_a_point_says_is_a_whole_phrase() -> None:
    model, phrases = network().eval(), some(8) + [phrase_of(tune(seed, bars=4))[0] for seed in range(8)]
    conditions = [phrase.condition for phrase in phrases]
    for sampler in ("prior", "generator"):
        points = 3 * draw_points(model, conditions, sampler, 1)
        for phrase, made in zip(phrases, say_points(model, points, conditions, Drawing(1.5, 2)), strict=True):
            score = made.score(Place())
            assert len(score.bars) == phrase.bars
            assert not any(bar.is_irregular for bar in score.bars)


def test_the_same_seed_says_the_same() -> None:
    space = Phrases(Held(network().eval(), "prior"))
    for one, other in (
        (space.phrase("pop", n=2, seed=4), space.phrase("pop", n=2, seed=4)),
        (space.vary(tune(1, bars=2), 0.7, 2, seed=3), space.vary(tune(1, bars=2), 0.7, 2, seed=3)),
        (space.like(tune(1, bars=2), 2, seed=3), space.like(tune(1, bars=2), 2, seed=3)),
    ):
        assert one == other
    assert space.phrase("pop", n=2, seed=4) != space.phrase("pop", n=2, seed=5)


def test_phrases_keep_to_key_metre_and_instrument() -> None:
    space = Phrases(Held(network().eval(), "generator"))
    mine = tune(2, bars=2, up=4)
    for made in (*space.between(mine, tune(7, bars=2), 3), *space.vary(mine, 0.5, 2), *space.like(mine, 2)):
        assert (made.key, made.metre, len(made.bars)) == (mine.key, mine.metre, 2)
        assert made.parts[0].program == mine.parts[0].program
    (new,) = space.phrase("jig", key=Key.parse("D"), metre="6/8", bars=4)
    assert (str(new.key), str(new.metre), new.style, len(new.bars)) == ("D major", "6/8", "jig", 4)


def test_what_cannot_be_is_named() -> None:
    space = Phrases(Held(network().eval(), "prior"))
    with pytest.raises(InputError, match="2 and 4 bars"):
        space.between(tune(1, bars=2), tune(1, bars=4))
    with pytest.raises(InputError, match="0 steps between two phrases: 1 to 64"):
        space.between(tune(1, bars=2), tune(2, bars=2), 0)
    with pytest.raises(InputError, match="amount 9: 0 to 4"):
        space.vary(tune(1, bars=2), 9)
    with pytest.raises(InputError, match="a phrase of 3 bars"):
        space.phrase("pop", bars=3)
    with pytest.raises(InputError, match="style 'jigg' is none of"):
        space.phrase("jigg")
    with pytest.raises(InputError, match="metre '17/4'"):
        space.phrase("jig", metre="17/4")


def test_one_gradient_teaches_critic_and_generator_opposite_things() -> None:
    model = network()
    batch = collate(model, some())
    real, _ = points_of(model, some())
    torch.manual_seed(5)
    adversarial_loss(model, real, batch.condition).backward()
    found = model.generator[0].weight.grad.clone()
    critic = model.critic[0].weight.grad.clone()
    model.zero_grad()
    torch.manual_seed(5)
    noise = torch.randn(len(real), SMALL.noise)
    made = model.dream(noise, batch.condition)
    (-model.judge(made, batch.condition).mean()).backward()  # what a generator of its own would learn from
    assert torch.allclose(found, model.generator[0].weight.grad, atol=1e-7)
    # a step along the critic's gradient widens the gap between real and made
    before = _gap(model, real, made.detach(), batch.condition)
    with torch.no_grad():
        model.critic[0].weight -= 1e-3 * critic / critic.norm()
    assert _gap(model, real, made.detach(), batch.condition) > before - 1e-6


def _gap(model: PhraseNetwork, real: torch.Tensor, made: torch.Tensor, condition: torch.Tensor) -> float:
    with torch.no_grad():
        return float(model.judge(real, condition).mean() - model.judge(made, condition).mean())


def test_the_divergence_is_annealed_and_its_first_nats_are_free() -> None:
    model, batch = network().train(), collate(network(), some())

    def loss(seen: int, weights: Weights) -> float:
        model.seen.fill_(seen)
        torch.manual_seed(0)
        return float(phrase_loss(model, batch, weights).detach())

    heavy = Weights(kl=10.0, anneal=100, free=0.0, adversarial=0.0)
    none = Weights(kl=0.0, anneal=100, free=0.0, adversarial=0.0)
    assert loss(0, heavy) == pytest.approx(loss(0, none))
    assert loss(0, none) < loss(50, heavy) < loss(100, heavy)
    assert int(model.seen) == 101
    # kl 1 at the full weight, all places below 1000 free nats: 8 places of 1000 nats over the tokens of a phrase
    tokens = float(batch.is_said.sum()) / len(batch.ids)
    free = Weights(kl=1.0, anneal=1, free=1000.0, adversarial=0.0)
    assert loss(1, free) - loss(1, none) == pytest.approx(8 * 1000 / tokens, rel=1e-4)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> PhraseNetwork:
    """A network that was shown sixteen phrases again and again."""
    model = network(config=PhraseConfig(tokens=32, encoder=48, decoder=96, place=16, noise=8, critic=32))
    recipe = RECIPE.replace(batch_size=16, epochs=250, lr=8e-3, dropout=0.0, checkpoint_every=0)
    fit(model, phrase_task(Weights(kl=0.01, anneal=100)), some(16), (), recipe, tmp_path_factory.mktemp("taught"))
    model.eval()
    return model


def test_it_learns_what_it_is_shown(taught: PhraseNetwork) -> None:
    untaught = network(config=taught.config).eval()
    before, after = evaluate(untaught, some(16)), evaluate(taught, some(16))
    assert before["notes"] < 0.3
    assert after["notes"] > 0.9
    assert after["nats"] < before["nats"]


def test_a_point_is_moved_until_its_phrase_is_said_from_there(taught: PhraseNetwork) -> None:
    model, phrases = taught, some(28)[16:]  # never seen
    batch = collate(model, phrases)
    with torch.no_grad():
        start = model.encode(batch.ids, batch.places, batch.is_token)[0] * inside_of(batch.condition).unsqueeze(-1)
    before, _ = reconstruction(model, start, phrases)
    moved = refined(model, batch, start, steps=60)
    after, _ = reconstruction(model, moved, phrases)
    assert after > before + 0.05
    assert not moved[:, 8:].any()  # what is behind the last bar stays empty
    said = say_points(model, moved, [phrase.condition for phrase in phrases])
    kept = [row for row, phrase in enumerate(said) if phrase.body == phrases[row].body]
    again = refined(model, batch, moved, steps=5)
    assert all(torch.equal(again[row], moved[row]) for row in kept)


def test_what_is_dreamt_lies_within_reach_of_the_prior() -> None:
    model, conditions = network(), torch.tensor([phrase.condition for phrase in some()])
    with torch.no_grad():
        model.generator[-1].weight *= 1e4
        assert model.dream(torch.randn(len(conditions), SMALL.noise), conditions).abs().max() <= 4.0


def test_a_training_begins_with_the_weights_of_a_folder(tmp_path: Path) -> None:
    save_phrases(phrases_in_pieces(gathered(), lambda *_: None), tmp_path / "new" / "phrases.npz")
    first = network(seed=7)
    save_phrase_model(Held(first, "prior"), tmp_path / "first")
    order = Order(config=SMALL, start=tmp_path / "first")
    make_phrases(tmp_path, tmp_path / "new", order, RECIPE.replace(batch_size=32, max_steps=1, lr=1e-9, epochs=1))
    made = load_phrase_model(tmp_path / "new").network
    assert all(torch.allclose(made.state_dict()[name], one, atol=5e-3) for name, one in _weights(first))
    with pytest.raises(InputError, match="asked for is PhraseConfig"):
        make_phrases(tmp_path, tmp_path / "new", Order(start=tmp_path / "first"), RECIPE)


def _weights(model: PhraseNetwork) -> list[tuple[str, torch.Tensor]]:
    return [(name, one) for name, one in model.state_dict().items() if name != "seen"]


class _Cut(Callback):
    def stepped(self, step: Step) -> None:
        if step.step == 4:
            raise KeyboardInterrupt


def test_a_training_cut_off_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    phrases = some(16)
    recipe = RECIPE.replace(batch_size=4, epochs=2, checkpoint_every=2)
    task = phrase_task(Weights(anneal=8), evaluated=2)
    whole, parts = network(), network()
    fit(whole, task, phrases, phrases[:2], recipe, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(parts, task, phrases, phrases[:2], recipe, tmp_path / "parts", [_Cut()])
    again = network(seed=9)
    fit(again, task, phrases, phrases[:2], recipe, tmp_path / "parts")
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name


def test_splits_share_no_phrase(tmp_path: Path) -> None:
    found = phrases_in_pieces(gathered(), lambda *_: None)
    music = {split: {(one.mode, one.metre, one.body) for one in rows} for split, rows in found.items()}
    assert all(music.values())
    assert not music["train"] & music["valid"] and not music["train"] & music["test"]
    save_phrases(found, tmp_path / "phrases.npz")
    assert phrases_of(tmp_path, tmp_path / "phrases.npz", (), lambda *_: None) == found
    with pytest.raises(ConflictError, match="now jsb"):
        phrases_of(tmp_path, tmp_path / "phrases.npz", ("jsb",), lambda *_: None)
    (tmp_path / "phrases.npz").write_bytes(b"no")
    with pytest.raises(FormatError, match=r"phrases\.npz"):
        phrases_of(tmp_path, tmp_path / "phrases.npz", (), lambda *_: None)


def test_a_model_is_made_measured_and_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGUE_STORE", raising=False)
    save_phrases(phrases_in_pieces(gathered(), lambda *_: None), tmp_path / "phrases.npz")
    order = Order(config=SMALL, minutes=0.02)
    made = make_phrases(tmp_path, tmp_path, order, RECIPE.replace(batch_size=32))
    told = json.loads((tmp_path / "metrics.json").read_text())
    assert told["test"]["notes"] == made.test.notes
    assert made.valid.valid == made.test.valid == 1.0
    held = load_phrase_model(tmp_path)
    assert held.sampler == made.valid.sampler == ("generator" if made.valid.generator <= made.valid.prior else "prior")
    with pytest.raises(ConflictError, match=r"planned for 0.02 minutes \(now 1\)"):
        make_phrases(tmp_path, tmp_path, Order(config=SMALL, minutes=1), RECIPE.replace(batch_size=32))
    out = tmp_path / "new.abc"
    args = ["compose", "phrase", str(out), "-n", "2", "--seed", "3", "--model", str(tmp_path), "--json"]
    answer = CliRunner().invoke(app, args)
    assert answer.exit_code == 0, answer.output
    assert [row["bars"] for row in json.loads(answer.output)] == [2, 2]
    assert out.is_file() and (tmp_path / "new-2.abc").is_file()
    write_file(tune(1, bars=2), tmp_path / "a.abc")
    write_file(tune(2, bars=2), tmp_path / "b.abc")
    way_args = ["compose", "phrase", "--from", str(tmp_path / "a.abc"), "--from", str(tmp_path / "b.abc"), "-n", "3"]
    answer = CliRunner().invoke(app, [*way_args, "--model", str(tmp_path), "--json"])
    assert answer.exit_code == 0, answer.output
    assert len(json.loads(answer.output)) == 3
    answer = CliRunner().invoke(app, ["compose", "log", "--json"])
    assert [row["verb"] for row in json.loads(answer.output)["offers"]] == ["between"] * 3 + ["phrase"] * 2


def test_a_model_comes_back_from_its_folder(tmp_path: Path) -> None:
    model = network()
    save_phrase_model(Held(model, "generator"), tmp_path)
    back = load_phrase_model(tmp_path)
    assert back.sampler == "generator"
    for name, weight in model.state_dict().items():
        assert torch.allclose(weight, back.network.state_dict()[name], atol=5e-3)
    with pytest.raises(InputError, match="holds no phrase model"):
        load_phrase_model(tmp_path / "none")
    (tmp_path / "model.safetensors").write_bytes(b"no")
    with pytest.raises(FormatError, match="a damaged phrase model"):
        load_phrase_model(tmp_path)


def test_measures_by_hand() -> None:
    one, other = some(2)
    assert likeness(one, one) == 1.0
    assert evenness([one, one, one]) == 1.0  # nothing changes
    assert evenness([one, one, other]) == 0.0  # one step of two does it all
    assert distance([one], [one])["mean"] == 0.0
    assert 0 < distance([one], [other])["mean"] <= 1
    found = figures(network().eval(), some(30))
    assert found.valid == 1.0
    assert 0 <= found.notes <= 1


def test_a_way_begins_and_ends_at_its_points() -> None:
    a, b = torch.randn(2, 16, 12, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(way(a, b, 0.0), a, atol=1e-5)
    assert torch.allclose(way(a, b, 1.0), b, atol=1e-5)
    # two vectors of length 1 at right angles: halfway lies (sin 45°, sin 45°)
    half = way(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), 0.5)
    assert torch.allclose(half, torch.tensor([[0.70711, 0.70711]]), atol=1e-4)


def test_places_behind_the_last_bar_are_no_part_of_a_phrase() -> None:
    short, long = (phrase_of(tune(1, bars=bars))[0].condition for bars in (2, 4))
    assert inside_of(torch.tensor([short, long])).sum(1).tolist() == [8, 16]
