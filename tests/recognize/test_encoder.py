"""The score model as an encoder: what it is told, what is pooled, and that each method teaches it in its own way."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.errors import InputError
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import save_score_model
from segue.models.score.network import ScoreModel
from segue.music.key import Key
from segue.music.language import vocabulary as v
from segue.music.language.encode import encode
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score
from segue.recognize.encoder import Encoded, encode_windows, pool, windows
from segue.recognize.encoder_task import ENCODER, RECIPE, Said, Tuned, encoder_task, say_all, tune_encoder
from segue.recognize.head import fit_head
from segue.recognize.net import RECIPE as NET_RECIPE
from segue.recognize.net import Plan, fit_nets
from segue.recognize.nets import Nets, load_nets
from segue.tune.methods import METHODS

TINY = RECIPE.replace(epochs=2, lr=3e-3, batch_size=4, checkpoint_every=0, evaluate_every=4, dropout=0.0)
KEPT = sorted(set(METHODS) - {"adapters"})


def small(seed: int = 0) -> ScoreModel:
    """A model of width 16 with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return ScoreModel(ScoreConfig(v.SIZE, width=16, layers=2, heads=2, feed_forward=32, longest=512)).eval()


def line(*pitches: int, style: str = "", key: str = "D") -> Score:
    """Quarter notes in 4/4."""
    notes = Notes.of(Note(Fraction(place), Fraction(1), pitch) for place, pitch in enumerate(pitches))
    return Score((Part(notes, program=73),), (Bar(Metre(4, 4), Key.parse(key)),) * -(-len(pitches) // 4), style=style)


def world(count: int, seed: int) -> tuple[list[Score], list[int]]:
    """Lines that climb by steps (0), and lines of leaps up and down (1)."""
    rng = np.random.default_rng(seed)
    scores, styles = [], []
    for number in range(count):
        start, style = int(rng.integers(60, 72)), number % 2
        steps = rng.choice([7, -7] if style else [1, 2], 7)
        scores.append(line(*np.clip(start + np.concatenate([[0], np.cumsum(steps)]), 40, 90).tolist()))
        styles.append(style)
    return scores, styles


# ---- what it is told


def test_the_header_tells_no_style() -> None:
    told = [windows(line(62, 64, 66, 67, style=style)) for style in ("reel", "jig", "")]
    assert told[0] == told[1] == told[2]
    assert [v.TOKENS[token] for window in told[0] for token in window if token in v.STYLE] == ["style:unknown"]
    assert told[0][0] == encode(line(62, 64, 66, 67)).tokens


def test_a_long_score_is_said_whole_in_windows_of_whole_bars() -> None:
    score = line(*range(50, 80), *range(80, 50, -1), *range(50, 80))
    said = windows(score, longest=64, most=100)
    assert len(said) > 2 and max(map(len, said)) <= 64
    bars = [token - v.BAR.start for window in said for token in window if token in v.BAR]
    assert bars == [number % v.BARS for number in range(len(score.bars))]
    assert all(v.TOKENS[window[0]] == "task:lead" and window[2] == v.STYLE.start for window in said)
    assert [v.LATER in window for window in said] == [False, *[True] * (len(said) - 1)]
    notes = [token for window in said for token in window if token in v.NOTE]
    assert notes == [token for token in encode(score).tokens if token in v.NOTE]


def test_of_many_windows_some_are_read_from_the_first_to_the_last() -> None:
    score = line(*range(50, 80), *range(80, 50, -1), *range(50, 80))
    whole, some = windows(score, 64, 100), windows(score, 64, 3)
    assert len(some) == 3 and (some[0], some[-1]) == (whole[0], whole[-1]) and some[1] in whole[1:-1]
    assert windows(score, 64, 1) == whole[:1]


@pytest.mark.parametrize(("longest", "most"), [(63, 1), (64, 0)])
def test_windows_that_hold_nothing_are_refused(longest: int, most: int) -> None:
    with pytest.raises(InputError, match="1 or more of 64 or more"):
        windows(line(62), longest, most)


# ---- what is pooled


def test_pooled_are_mean_and_deviation_over_the_bars() -> None:
    model, said = small(), [windows(one)[0] for one in (line(62, 64, 66), line(*range(60, 80)))]
    found = pool(model, said).detach().numpy()
    for window, vector in zip(said, found, strict=True):
        hidden = model.hidden(torch.tensor([window]))[0].detach().numpy()
        body = hidden[next(place for place, token in enumerate(window) if token in v.BAR) :]
        assert vector[:16] == pytest.approx(body.mean(0), abs=1e-5)
        assert vector[16:] == pytest.approx(np.sqrt(body.var(0) + 1e-6), abs=1e-5)


def test_a_score_has_the_same_vector_alone_and_among_others() -> None:
    model, scores = small(), [line(62, 64), line(*range(50, 90)), line(70, 60, 70, 60, 70)]
    said = [windows(score, 64) for score in scores]
    assert len(said[1]) > 1
    together = encode_windows(model, said)
    for row, one in enumerate(said):
        assert encode_windows(model, [one])[0] == pytest.approx(together[row], abs=1e-5)
    halves = [encode_windows(model, [[window]])[0] for window in said[1]]
    assert together[1] == pytest.approx(np.mean(halves, 0), abs=1e-5)


def test_the_front_end_reads_a_model_folder_and_any_score(tmp_path: Path) -> None:
    save_score_model(small(), tmp_path)
    front, plain = Encoded(tmp_path), Encoded(tmp_path, is_described=False)
    scores = [line(62, 64, 66, 67, 69), Score(), Score(bars=(Bar(),))]
    found = front.vectors(scores)
    assert front.kind == "score" and found.shape == (3, 32 + 822) and np.isfinite(found).all()
    assert found[:, :32] == pytest.approx(plain.vectors(scores))
    assert not found[1, :32].any() and found[0, :32].any()
    assert front.parts(scores[0]) == ["bar 1", "bar 2"]
    assert len(front.without(scores[0], [0]).parts[0].notes) == 1


def test_the_shipped_model_hears_whether_a_tune_goes_up_or_down() -> None:
    front = Encoded(is_described=False)
    up = [line(*range(start, start + 8)) for start in range(60, 70)]
    down = [line(*range(start + 8, start, -1)) for start in range(60, 70)]
    vectors = front.vectors([*up, *down])
    assert vectors.shape == (20, 768)
    told = np.array(["up"] * 10 + ["down"] * 10)
    head = fit_head(vectors[::2], told[::2].tolist())
    assert (np.array(head.styles)[head.logits(vectors[1::2]).argmax(1)] == told[1::2]).mean() >= 0.9


# ---- what is taught


def first_nets(model: ScoreModel, said: list[Said], folder: Path) -> Nets:
    vectors = np.concatenate([encode_windows(model, [one.said for one in said]), [one.described for one in said]], 1)
    recipe = NET_RECIPE.replace(epochs=1, max_steps=1)  # so that there is something left to learn
    return fit_nets(vectors, [str(one.style) for one in said], folder, recipe, Plan(count=2, hidden=8))


def taught(method: str, folder: Path) -> tuple[ScoreModel, Tuned, list[Said]]:
    train, valid = (say_all(*world(count, seed), is_described=False) for count, seed in ((32, 0), (16, 1)))
    model = small()
    nets = first_nets(model, train, folder / "nets")
    return model, tune_encoder(model, nets, train, valid, TINY.replace(method=method), folder / method), valid


@pytest.mark.parametrize("method", KEPT)
def test_each_method_teaches_what_it_says(method: str, tmp_path: Path) -> None:
    model, tuned, _ = taught(method, tmp_path)
    fresh = dict(small().state_dict())
    changed = {
        name.removeprefix("model.") for name, weight in model.state_dict().items() if not weight.equal(fresh[name])
    }
    expected = {
        "head-only": set(),
        "last-n": {name for name in changed if name.startswith("layers.")},
        "lora": {name for name in changed if name.endswith("_proj.weight")},
        "full": {name.removeprefix("model.") for name in fresh},
    }[method]
    assert changed == expected and (bool(changed) is (method != "head-only"))
    assert tuned.fit.best["nats"] < tuned.fit.before["nats"]


def test_a_tuned_model_is_as_good_from_its_folder(tmp_path: Path) -> None:
    _, tuned, valid = taught("lora", tmp_path)
    tuned.save(tmp_path / "kept")
    scores, styles = world(16, 1)
    vectors = Encoded(tmp_path / "kept" / ENCODER, is_described=False).vectors(scores)
    shares = load_nets(tmp_path / "kept").probabilities(vectors)
    inside = tuned.nets.probabilities(encode_windows(tuned.model, [one.said for one in valid]))
    assert shares == pytest.approx(inside, abs=0.02)  # the folder is in 16 bits
    assert (shares.argmax(1) == styles).mean() == tuned.fit.best["accuracy"]


def test_the_same_seed_teaches_the_same_weights(tmp_path: Path) -> None:
    one, other = (taught("full", tmp_path / name)[0].state_dict() for name in ("one", "other"))
    assert all(one[name].equal(other[name]) for name in one)


def test_in_learning_only_the_tonic_is_moved_and_one_window_drawn() -> None:
    score = line(*range(50, 80), *range(80, 50, -1))
    example = say_all([score], [0], longest=64)[0]
    task, model = encoder_task(), small()
    torch.manual_seed(0)
    drawn = [task.collate(model, [example]).said[0] for _ in range(40)]
    plain = [tuple(token for token in window if token not in v.TONIC) for window in example.said]
    assert {tuple(token for token in window if token not in v.TONIC) for window in drawn} == set(plain)
    assert len({window[4] for window in drawn}) > 6


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    said = say_all(*world(4, 0), is_described=False)
    nets = first_nets(small(), said, tmp_path)
    described = say_all(*world(4, 0))
    assert described[0].described.shape == (822,)
    with pytest.raises(InputError, match="networks on vectors of 32: this model and these scores give 854"):
        tune_encoder(small(), nets, described, described, TINY, tmp_path)
    with pytest.raises(InputError, match="adapters"):
        tune_encoder(small(), nets, said, said, TINY.replace(method="adapters"), tmp_path)
    with pytest.raises(InputError, match="'nothing' has no bars"):
        say_all([Score(title="nothing")], [0])
    with pytest.raises(InputError, match="not by ScoreModel"):
        encoder_task().evaluate(small(), said)
