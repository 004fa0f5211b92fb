"""What the one loop promises, on a world whose answer is known."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from segue.errors import ConflictError, FormatError, InputError, StoppedError, TrainingError
from segue.tune.callbacks import Callback, ProgressBar
from segue.tune.history import Evaluation, Step
from segue.tune.loop import fit

from .small import RECIPE, KillAt, Point, collate, loss, network, plain_network, points, task

TRAIN, VALID = points(100, 1), points(50, 2)


def weights(model: nn.Module) -> list[Tensor]:
    return [tensor.clone() for tensor in model.state_dict().values()]


def equal(one: Sequence[Tensor], other: Sequence[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_line_is_learned(tmp_path: Path) -> None:
    made = fit(network(), task("accuracy"), TRAIN, VALID, RECIPE.replace(epochs=15), tmp_path)
    assert made.best["accuracy"] >= 0.96 > made.before["accuracy"]
    assert made.stopped == "epochs" and made.steps == 15 * 7


def test_same_seed_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    models = [network() for _ in range(3)]
    for number, (model, seed) in enumerate(zip(models, (5, 5, 6), strict=True)):
        fit(model, task(), TRAIN, VALID, RECIPE.replace(seed=seed), tmp_path / str(number))
    assert equal(weights(models[0]), weights(models[1]))
    assert not equal(weights(models[0]), weights(models[2]))


@pytest.mark.slow
def test_kill_and_restart_ends_in_the_weights_of_an_unbroken_run(tmp_path: Path) -> None:
    def train(name: str, kill: int) -> int:
        command = [sys.executable, "-m", "tests.tune.small", str(tmp_path / name), str(kill)]
        root = Path(__file__).parents[2]
        return subprocess.run(command, cwd=root, env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False).returncode

    assert train("broken", 11) == -signal.SIGKILL  # the last checkpoint is of step 9
    assert not list((tmp_path / "broken").glob("best-00000028*"))
    assert train("broken", 20) == -signal.SIGKILL
    assert train("broken", 0) == 0
    assert train("whole", 0) == 0
    (best,) = (file.name for file in (tmp_path / "whole").glob("best-*.safetensors"))
    found, expected = (load_file(tmp_path / name / best) for name in ("broken", "whole"))
    assert found.keys() == expected.keys() and all(torch.equal(found[name], expected[name]) for name in expected)
    states = [json.loads(next((tmp_path / n).glob("step-*/state.json")).read_text()) for n in ("broken", "whole")]
    for state in states:
        state["progress"].pop("seconds")
    assert states[0] == states[1]
    lines = [json.loads(line) for line in (tmp_path / "broken" / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == list(range(1, 29))


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", "-m"]
    more = {"OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true", "TORCH_CPP_LOG_LEVEL": "ERROR"}
    words = ["tests.tune.small", str(tmp_path / "two"), "0", "plain"]
    subprocess.run([*command, *words], cwd=Path(__file__).parents[2], env=os.environ | more, check=True, timeout=300)
    made = fit(plain_network(), task(), TRAIN, VALID, RECIPE, tmp_path / "one")
    found = load_file(tmp_path / "two" / made.weights.name)
    expected = load_file(made.weights)
    assert all(torch.allclose(found[name], expected[name], atol=1e-4) for name in expected)


def test_ctrl_c_saves_and_the_same_call_goes_on(tmp_path: Path) -> None:
    broken, whole = network(), network()
    with pytest.raises(StoppedError, match=r"stopped after step 5 of 28 .* goes on from there"):
        fit(broken, task(), TRAIN, VALID, RECIPE, tmp_path / "broken", [KillAt(5, signal.SIGINT)])
    steps = _Steps()
    fit(broken, task(), TRAIN, VALID, RECIPE, tmp_path / "broken", [steps])
    fit(whole, task(), TRAIN, VALID, RECIPE, tmp_path / "whole")
    assert steps.seen[0] == 6
    assert equal(weights(broken), weights(whole))


def test_a_finished_training_is_returned_as_it_is(tmp_path: Path) -> None:
    model, again, steps = network(), network(), _Steps()
    first = fit(model, task(), TRAIN, VALID, RECIPE, tmp_path)
    second = fit(again, task(), TRAIN, VALID, RECIPE, tmp_path, [steps])
    assert second == first and not steps.seen
    assert equal(weights(model), weights(again))


def test_early_stopping_restores_the_best(tmp_path: Path) -> None:
    truth = iter([0.5, 0.7, 0.9, 0.8, 0.6, 0.99])
    kept: dict[int, list[Tensor]] = {}

    def scripted(model: nn.Module, _examples: Sequence[Point]) -> dict[str, float]:
        kept[len(kept)] = weights(model)
        return {"accuracy": next(truth)}

    model = network()
    made = fit(model, replace(task("accuracy"), evaluate=scripted), TRAIN, VALID, RECIPE.replace(patience=2), tmp_path)
    assert (made.stopped, made.best, made.best_step, made.steps) == ("patience", {"accuracy": 0.9}, 14, 28)
    assert equal(weights(model), kept[2]) and not equal(weights(model), kept[4])
    assert made.before == {"accuracy": 0.5}


def test_a_minus_means_lower_is_better(tmp_path: Path) -> None:
    truth = iter([0.5, 0.3, 0.4, 0.6, 0.7])
    scripted = replace(task("-error"), evaluate=lambda _model, _examples: {"error": next(truth)})
    assert fit(network(), scripted, TRAIN, VALID, RECIPE, tmp_path).best == {"error": 0.3}


def test_a_loss_that_is_not_a_number_stops_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    calls = []

    def failing(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
        calls.append(1)
        return loss(model, batch) * (math.nan if len(calls) > 14 else 1)

    with pytest.raises(TrainingError, match=r"the loss is nan at step 8; .* checkpoint is kept \(.*step-00000007\)"):
        fit(network(), replace(task(), loss=failing), TRAIN, VALID, RECIPE, tmp_path)
    held = load_file(next(tmp_path.glob("step-*")) / "weights.safetensors")
    assert all(bool(torch.isfinite(tensor).all()) for tensor in held.values())


def test_accumulated_batches_equal_one_large_batch(tmp_path: Path) -> None:
    plain = [nn.Linear(2, 1) for _ in range(2)]
    plain[1].load_state_dict(plain[0].state_dict())
    whole = replace(task(), length=None)
    for model, size, times in zip(plain, (16, 4), (1, 4), strict=True):
        recipe = RECIPE.replace(batch_size=size, accumulate=times, epochs=1)
        fit(model, whole, TRAIN, (), recipe, tmp_path / str(size))
    assert torch.allclose(plain[0].weight, plain[1].weight, atol=1e-6)


def test_without_validation_examples_the_last_weights_are_kept(tmp_path: Path) -> None:
    made = fit(network(), task(), TRAIN, (), RECIPE.replace(max_steps=5), tmp_path)
    assert (made.stopped, made.steps, made.best_step, made.best) == ("max_steps", 5, 5, {})
    assert made.weights.name == "best-00000005.safetensors" and made.weights.exists()


def test_the_callers_generators_are_left_alone(tmp_path: Path) -> None:
    torch.manual_seed(3), np.random.seed(3), random.seed(3)
    expected = torch.rand(1).item(), np.random.rand(), random.random()
    torch.manual_seed(3), np.random.seed(3), random.seed(3)
    fit(network(), task(), TRAIN, VALID, RECIPE.replace(epochs=1), tmp_path)
    assert (torch.rand(1).item(), np.random.rand(), random.random()) == expected


def test_bf16_and_sgd_learn_too(tmp_path: Path) -> None:
    recipe = RECIPE.replace(precision="bf16", optimizer="sgd", schedule="cosine", lr=0.1, epochs=10)
    assert fit(network(), task(), TRAIN, VALID, recipe, tmp_path).best["accuracy"] >= 0.94


def test_a_directory_of_another_training_is_refused(tmp_path: Path) -> None:
    fit(network(), task(), TRAIN, VALID, RECIPE.replace(epochs=1), tmp_path)
    with pytest.raises(ConflictError, match=r"holds a training with lr = 0.01 \(now 0.5\)"):
        fit(network(), task(), TRAIN, VALID, RECIPE.replace(epochs=1, lr=0.5), tmp_path)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        fit(network(), task(), TRAIN, VALID, RECIPE, tmp_path, [KillAt(4, signal.SIGTERM)])
    file = next(tmp_path.glob("step-*")) / "weights.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(FormatError, match=r"weights.safetensors: damaged weights"):
        fit(network(), task(), TRAIN, VALID, RECIPE, tmp_path)


def test_nothing_to_learn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no training examples"):
        fit(network(), task(), [], VALID, RECIPE, tmp_path)
    with pytest.raises(InputError, match="no weight of the model is trained"):
        fit(network().requires_grad_(False), task(), TRAIN, VALID, RECIPE, tmp_path)
    with pytest.raises(InputError, match=r"chosen by 'auc'; its metrics are accuracy, loss"):
        fit(network(), task("auc"), TRAIN, VALID, RECIPE, tmp_path)


def test_collate_sees_a_dataclass_moved_whole(tmp_path: Path) -> None:
    made = fit(
        network(),
        replace(task(), collate=lambda model, rows: _Batch(collate(model, rows), "kept"), loss=_nested),
        TRAIN,
        VALID,
        RECIPE.replace(epochs=1),
        tmp_path,
        [ProgressBar()],
    )
    assert made.steps == 7


@dataclass(frozen=True)
class _Batch:
    pair: tuple[Tensor, Tensor]
    note: str


def _nested(model: nn.Module, batch: _Batch) -> Tensor:
    return loss(model, batch.pair)


class _Steps(Callback):
    def __init__(self) -> None:
        self.seen: list[int] = []
        self.evaluations: list[Evaluation] = []

    def stepped(self, step: Step) -> None:
        self.seen.append(step.step)

    def evaluated(self, evaluation: Evaluation) -> None:
        self.evaluations.append(evaluation)
