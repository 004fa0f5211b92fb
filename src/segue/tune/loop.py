"""The one training loop: every capability learns through `fit`."""

from __future__ import annotations

import math
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segue.errors import InputError, StoppedError, TrainingError
from segue.models.text import is_bf16_fast
from segue.tune.batches import BatchPlan, lengths_of, to_device
from segue.tune.callbacks import Callback, JsonLines, TensorBoard
from segue.tune.checkpoint import Checkpoints, frozen_hash, load_weights
from segue.tune.history import Evaluation, Fit, Outlook, Progress, Step, Stopped
from segue.tune.optim import make_optimizer, schedule, set_rate
from segue.tune.recipe import Recipe
from segue.tune.task import Task

E = TypeVar("E")
B = TypeVar("B")


def fit(
    model: nn.Module,
    task: Task[E, B],
    train: Sequence[E],
    valid: Sequence[E],
    recipe: Recipe,
    directory: Path,
    callbacks: Sequence[Callback] = (),
) -> Fit:
    """Teach a model a task and leave its best weights in it.

    `directory` keeps checkpoints, `metrics.jsonl` and the files of TensorBoard.

    Called again with the same arguments it goes on where it was cut off, and ends in the very same weights; a finished
    training is returned as it is. Without validation examples the last weights are the best. Ctrl-C saves and raises
    StoppedError. TrainingError where loss, gradient or metric is not a number (the last good checkpoint is kept),
    ConflictError where the directory holds a training of other settings, InputError where there is nothing to learn.
    """
    if not len(train):
        raise InputError(f"task {task.name}: no training examples")
    lengths = lengths_of(train, task.length)
    plan = BatchPlan(len(train), recipe.batch_size, recipe.accumulate, recipe.seed, lengths)
    with _kept_generators(), _stop_signals() as is_stopped:
        training = _Training(model, task, train, valid, recipe, plan, directory)
        training.callbacks = [JsonLines(), TensorBoard(), *callbacks] if training.accelerator.is_main_process else []
        return training.run(is_stopped)


class _Loss(nn.Module):
    """The task's loss as a module, so that gradients are averaged over devices whatever parts of the model it calls."""

    def __init__(self, model: nn.Module, loss: Callable[[nn.Module, Any], Tensor], in_bf16: bool) -> None:
        super().__init__()
        self.model, self.loss, self.in_bf16 = model, loss, in_bf16

    def forward(self, batch: Any, kind: str) -> Tensor:
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=self.in_bf16):
            return self.loss(self.model, batch).float()


@dataclass
class _Training:
    model: nn.Module
    task: Task[Any, Any]
    train: Sequence[Any]
    valid: Sequence[Any]
    recipe: Recipe
    plan: BatchPlan
    directory: Path
    callbacks: Sequence[Callback] = ()
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        from accelerate import Accelerator, DistributedDataParallelKwargs

        unused = DistributedDataParallelKwargs(find_unused_parameters=True)
        self.accelerator = Accelerator(mixed_precision="no", kwargs_handlers=[unused])
        self.device: torch.device = self.accelerator.device
        half = self.recipe.precision == "bf16" or (self.recipe.precision == "auto" and is_bf16_fast(self.device))
        self.model.to(self.device)
        optimizer = make_optimizer(self.model, self.recipe)
        self.module, self.optimizer = self.accelerator.prepare(_Loss(self.model, self.task.loss, half), optimizer)
        everything = self.plan.steps_per_epoch * self.recipe.epochs
        self.steps = min(everything, self.recipe.max_steps or everything)
        identity = {
            "task": self.task.name,
            "recipe": self.recipe.as_dict(),
            "examples": [len(self.train), len(self.valid)],
            "frozen_weights": frozen_hash(self.model),
        }
        self.checkpoints = Checkpoints(self.directory, identity)

    def run(self, is_stopped: Callable[[], bool]) -> Fit:
        held = self.checkpoints.load(self.model, self.optimizer)
        self.progress = held or self.progress
        if self.progress.stopped:
            return self._finish()
        self._tell_start()
        try:
            self._train(is_stopped)
            made = self._finish()
            for callback in self.callbacks:
                callback.finished(made)
            return made
        finally:
            for callback in self.callbacks:
                callback.closed()

    def _tell_start(self) -> None:
        start, recipe = self.progress.step, self.recipe.as_dict()
        outlook = Outlook(self.task.name, self.directory, start, self.steps, self.plan.steps_per_epoch, recipe)
        for callback in self.callbacks:
            callback.started(outlook)

    def _train(self, is_stopped: Callable[[], bool]) -> None:
        progress = self.progress
        if not progress.step:
            self._evaluate()
            self._save()
        number, batches = -1, []
        while not progress.stopped:
            epoch, place = divmod(progress.step, self.plan.steps_per_epoch)
            if epoch != number:
                number, batches = epoch, self.plan.epoch(epoch)
            self._step(batches[place])
            evaluated = self._is_evaluation_due()
            if evaluated:
                self._evaluate()
            progress.stopped = self._reason()
            wished = not progress.stopped and self._is_wished(is_stopped())
            every = self.recipe.checkpoint_every
            if not progress.stopped and (evaluated or wished or (every and progress.step % every == 0)):
                self._save()
            if wished:
                raise StoppedError(
                    f"{self.task.name}: stopped after step {progress.step} of {self.steps} and saved in "
                    f"{self.directory}; the same command (or call) with the same directory goes on from there"
                )

    def _step(self, batches: Sequence[NDArray[np.int64]]) -> None:
        began, progress = time.perf_counter(), self.progress
        _seed(self.recipe.seed, progress.step, self.accelerator.process_index)
        factor = schedule(progress.step, self.steps, self.recipe)
        set_rate(self.optimizer, factor)
        self.module.train()
        rows = sum(len(batch) for batch in batches)
        mean = 0.0
        for place, batch in enumerate(batches):
            if place < len(batches) - 1:
                with self.accelerator.no_sync(self.module):
                    mean += self._backward(batch, len(batch) / rows)
            else:
                mean += self._backward(batch, len(batch) / rows)
        norm = self._clip()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        progress.step += 1
        progress.loss_sum, progress.loss_steps = progress.loss_sum + mean, progress.loss_steps + 1
        seconds = time.perf_counter() - began
        progress.seconds, progress.examples = progress.seconds + seconds, progress.examples + rows
        told = Step(progress.step, self._epoch(), mean, self.recipe.lr * factor, norm, rows, seconds)
        for callback in self.callbacks:
            callback.stepped(told)

    def _backward(self, batch: NDArray[np.int64], share: float) -> float:
        """One forward and backward pass over this process's part of a batch; returns its share of the loss."""
        mine = batch[self.accelerator.process_index :: self.accelerator.num_processes]
        rows = mine if len(mine) else batch[:1]
        examples = [self.train[int(row)] for row in rows]
        collated = to_device(self.task.collate(self.model, examples), self.device)
        loss: Tensor = self.module(collated, self.device.type)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingError(self._not_a_number("the loss", value))
        self.accelerator.backward(loss * share)
        return value * share

    def _clip(self) -> float:
        weights = [weight for weight in self.model.parameters() if weight.grad is not None]
        norm = float(nn.utils.clip_grad_norm_(weights, self.recipe.clip or math.inf))
        if not math.isfinite(norm):
            raise TrainingError(self._not_a_number("the gradient's norm", norm))
        return norm

    def _not_a_number(self, what: str, value: float) -> str:
        last = self.checkpoints.latest()
        return (
            f"{self.task.name}: {what} is {value} at step {self.progress.step + 1}; training stopped, the last good "
            f"checkpoint is kept ({last}). A lower lr (now {self.recipe.lr:g}, head_lr {self.recipe.head_lr:g}), a "
            "longer warmup or precision fp32 may help, in a new directory"
        )

    def _epoch(self) -> float:
        return self.progress.step / self.plan.steps_per_epoch

    def _is_evaluation_due(self) -> bool:
        if not len(self.valid):
            return False
        every = self.recipe.evaluate_every or self.plan.steps_per_epoch
        return self.progress.step % every == 0 or self.progress.step >= self.steps

    def _evaluate(self) -> None:
        if not len(self.valid):
            return
        progress = self.progress
        self.model.eval()
        with torch.no_grad():
            found = self.task.evaluate(self.model, self.valid)
        metrics = {name: float(value) for name, value in found.items()}
        goodness = self.task.goodness(metrics)
        if math.isnan(goodness):
            raise TrainingError(self._not_a_number(f"the metric {self.task.metric}", goodness))
        evaluation = Evaluation(progress.step, self._epoch(), progress.mean_loss(), metrics)
        progress.history.append(evaluation)
        progress.loss_sum, progress.loss_steps = 0.0, 0
        progress.stale += 1
        if goodness > progress.best:
            progress.best, progress.best_step, progress.stale = goodness, progress.step, 0
            self._save_best()
        for callback in self.callbacks:
            callback.evaluated(evaluation)

    def _is_wished(self, here: bool) -> bool:
        """Whether any process was asked to stop: all stop after the same step."""
        if self.accelerator.num_processes == 1:
            return here
        wishes: Tensor = self.accelerator.reduce(torch.tensor(float(here), device=self.device))
        return bool(wishes > 0)

    def _reason(self) -> Stopped:
        if self.recipe.patience and self.progress.stale >= self.recipe.patience:
            return "patience"
        if self.progress.step >= self.steps:
            return "epochs" if self.steps == self.plan.steps_per_epoch * self.recipe.epochs else "max_steps"
        return ""

    def _save_best(self) -> None:
        if self.accelerator.is_main_process:
            self.checkpoints.save_best(self.model, self.progress.best_step)

    def _save(self) -> None:
        if self.accelerator.is_main_process:
            self.checkpoints.save(self.progress, self.model, self.optimizer)
        self.accelerator.wait_for_everyone()

    def _finish(self) -> Fit:
        progress = self.progress
        best = self.checkpoints.best(progress.best_step)
        if not len(self.valid):
            if progress.best_step != progress.step:
                progress.best_step = progress.step
                self._save_best()
            best = self.checkpoints.best(progress.step)
        self._save()
        load_weights(self.model, best)
        self.model.eval()
        return Fit(
            before=progress.metrics_at(0),
            best=progress.metrics_at(progress.best_step),
            best_step=progress.best_step,
            steps=progress.step,
            history=tuple(progress.history),
            stopped=progress.stopped,
            weights=best,
            seconds=progress.seconds,
            examples_per_second=progress.examples / max(progress.seconds, 1e-9),
        )


def _seed(seed: int, step: int, process: int) -> None:
    """Seed every global generator anew for one step: an exact resume needs no generator's state."""
    mixed = int(np.random.SeedSequence((seed, step, process)).generate_state(1)[0])
    torch.manual_seed(mixed)
    np.random.seed(mixed)  # the global ones, for whatever a library draws
    random.seed(mixed)


@contextmanager
def _kept_generators() -> Iterator[None]:
    """Leave the caller's global generators as they were."""
    plain, numpy_state = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(plain)
            np.random.set_state(numpy_state)


@contextmanager
def _stop_signals() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C (or SIGTERM) into a wish that the loop meets after its step; a second one acts at once."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {int(number): signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _frame: object) -> None:
        caught.append(number)
        signal.signal(number, before[number])

    for number in before:
        signal.signal(number, note)
    try:
        yield lambda: bool(caught)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
