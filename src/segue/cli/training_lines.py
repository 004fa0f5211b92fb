"""What is shown of a long training: a bar on a terminal, and a line for each evaluation that stays."""

from __future__ import annotations

from rich.console import Console

from segue.tune.callbacks import ProgressBar
from segue.tune.history import Evaluation, Outlook, Step


class TrainingLines(ProgressBar):
    """A progress bar with tokens (or what `unit` names) a second, and a lasting line on stderr for each evaluation.

    `tokens` is how many an example of the training has, on average.
    """

    def __init__(self, tokens: float, *, unit: str = "tokens", is_quiet: bool = False) -> None:
        self._lines = Console(stderr=True, highlight=False, quiet=is_quiet)
        super().__init__(self._lines)
        self._tokens, self._unit = tokens, unit
        self._speed = 0.0
        self._last: Step | None = None

    def started(self, outlook: Outlook) -> None:
        super().started(outlook)
        self._steps = outlook.steps
        self._lines.print(
            f"training: steps {outlook.start:,} to {outlook.steps:,} in {outlook.directory}", markup=False
        )

    def stepped(self, step: Step) -> None:
        now = step.examples * self._tokens / max(step.seconds, 1e-9)
        self._speed = now if not self._speed else 0.9 * self._speed + 0.1 * now
        self._last = step
        self._name = f"{self._speed:,.0f} {self._unit}/s"
        super().stepped(step)

    def evaluated(self, evaluation: Evaluation) -> None:
        super().evaluated(evaluation)
        told = " ".join(f"{name} {value:.4f}" for name, value in evaluation.metrics.items())
        loss = "" if evaluation.loss is None else f" loss {evaluation.loss:.4f}"
        speed = f" {self._speed:,.0f} {self._unit}/s" if self._speed else ""
        self._lines.print(
            f"step {evaluation.step:,} of {self._steps:,}{speed}{loss} {told}", markup=False, soft_wrap=True
        )
