"""What is told of a training while it runs: lines of JSON, TensorBoard, Weights & Biases, a progress bar."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segue.errors import UnavailableError
from segue.tune.history import Evaluation, Fit, Outlook, Step

if TYPE_CHECKING:
    from rich.console import Console


class Callback:
    """Told what happens; override what you need. It must not change model or generators."""

    def started(self, outlook: Outlook) -> None:
        """Training begins, or goes on at `outlook.start`."""

    def stepped(self, step: Step) -> None:
        """One optimizer step was made."""

    def evaluated(self, evaluation: Evaluation) -> None:
        """The validation examples were evaluated."""

    def finished(self, fit: Fit) -> None:
        """Training came to its end and the best weights are in the model."""

    def closed(self) -> None:
        """Training ended in whatever way, also by an error: let go of files and screens."""


class JsonLines(Callback):
    """`metrics.jsonl`: a line per step and per evaluation; a resumed training goes on where its checkpoint stands."""

    def started(self, outlook: Outlook) -> None:
        path = outlook.directory / "metrics.jsonl"
        kept = _lines_until(path, outlook.start) if outlook.start else []
        path.write_text("".join(kept), encoding="utf-8")
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def stepped(self, step: Step) -> None:
        self._file.write(json.dumps(dataclasses.asdict(step)) + "\n")

    def evaluated(self, evaluation: Evaluation) -> None:
        self._file.write(json.dumps({"evaluation": dict(evaluation.metrics)} | {"step": evaluation.step}) + "\n")

    def closed(self) -> None:
        self._file.close()


def _lines_until(path: Path, step: int) -> list[str]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if line.endswith("\n") and json.loads(line)["step"] <= step]


class TensorBoard(Callback):
    """Scalars for TensorBoard, in the folder `tensorboard` of the training's directory."""

    def started(self, outlook: Outlook) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(
            str(outlook.directory / "tensorboard"), purge_step=outlook.start + 1 if outlook.start else None
        )

    def stepped(self, step: Step) -> None:
        for name, value in (("loss", step.loss), ("lr", step.lr), ("gradient_norm", step.norm)):
            self._writer.add_scalar(f"train/{name}", value, step.step)
        self._writer.add_scalar("train/examples_per_second", step.examples / max(step.seconds, 1e-9), step.step)

    def evaluated(self, evaluation: Evaluation) -> None:
        for name, value in evaluation.metrics.items():
            self._writer.add_scalar(f"valid/{name}", value, evaluation.step)

    def closed(self) -> None:
        self._writer.close()


class WeightsAndBiases(Callback):
    """The same for Weights & Biases (extra `wandb`); with WANDB_MODE=offline nothing leaves the machine."""

    def __init__(self, project: str = "segue") -> None:
        try:
            import wandb
        except ImportError as error:
            raise UnavailableError('Weights & Biases is an extra: pip install "segue-music[wandb]"') from error
        self._wandb: Any = wandb
        self._project = project

    def started(self, outlook: Outlook) -> None:
        self._run = self._wandb.init(
            project=self._project, name=outlook.name, dir=str(outlook.directory), config=dict(outlook.recipe)
        )

    def stepped(self, step: Step) -> None:
        self._run.log({"train/loss": step.loss, "train/lr": step.lr, "train/gradient_norm": step.norm}, step=step.step)

    def evaluated(self, evaluation: Evaluation) -> None:
        self._run.log(_prefixed(evaluation.metrics), step=evaluation.step)

    def closed(self) -> None:
        self._run.finish()


def _prefixed(metrics: Mapping[str, float]) -> dict[str, float]:
    return {f"valid/{name}": value for name, value in metrics.items()}


class ProgressBar(Callback):
    """A bar on the terminal (stderr, or the console given), with the loss and the latest metrics."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console

    def started(self, outlook: Outlook) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console or Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task(outlook.name, total=outlook.steps, completed=outlook.start)
        self._metrics = ""
        self._name = outlook.name

    def stepped(self, step: Step) -> None:
        told = f"{self._name} loss {step.loss:.4f}{self._metrics}"
        self._bar.update(self._task, completed=step.step, description=told)

    def evaluated(self, evaluation: Evaluation) -> None:
        self._metrics = "".join(f" {name} {value:.4f}" for name, value in list(evaluation.metrics.items())[:3])

    def closed(self) -> None:
        self._bar.stop()
