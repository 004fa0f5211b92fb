"""The simple form of a task: one text per example, and its label, class or value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segue.errors import InputError
from segue.tune import metrics as of
from segue.tune.task import Model, Task

E = TypeVar("E")
Kind = Literal["binary", "classes", "regression"]
Metric = Callable[[NDArray[np.float64], NDArray[np.float64]], float]

# (targets, what the model says) -> a figure; the model says probabilities, or values for a regression
METRICS: Mapping[Kind, Mapping[str, Metric]] = MappingProxyType(
    {
        "binary": {"auc": of.auc, "f1": of.f1, "log_loss": of.log_loss},
        "classes": {"accuracy": of.accuracy, "macro_f1": of.macro_f1, "log_loss": of.log_loss},
        "regression": {"mean_absolute_error": of.mean_absolute_error, "r_squared": of.r_squared},
    }
)


@dataclass(frozen=True)
class TextBatch:
    """Unique token rows, and for each example which row is its own and what its target is (both (n,))."""

    ids: Sequence[Sequence[int]]
    row: Tensor
    target: Tensor


def text_task(
    name: str,
    text: Callable[[E], str],
    target: Callable[[E], float | int],
    kind: Kind | int,
    metrics: Mapping[str, Metric] | None = None,
    chosen_by: str | None = None,
    max_length: int = 64,
) -> Task[E, TextBatch]:
    """Make the task of telling a number from a text.

    `kind` is "binary" (targets 0 and 1), "regression" (values), or the number of classes (targets are class numbers).
    Equal texts in a batch are encoded once; token ids are kept between epochs. Without `metrics` those of `METRICS` are
    taken, and the first of them chooses (of a regression: the lower the better).
    """
    classes = 1 if isinstance(kind, str) else kind
    form: Kind = kind if isinstance(kind, str) else "classes"
    if form not in METRICS or (form == "classes") != (classes > 1):
        raise InputError(f"kind {kind!r} is neither 'binary' nor 'regression' nor a number of classes of 2 or more")
    taken = dict(metrics or METRICS[form])
    first = next(iter(taken))
    functions = _TextForm(text, target, form, taken, max_length)
    return Task(
        name=name,
        head=lambda width: nn.Sequential(nn.Dropout(), nn.Linear(width, classes)),
        collate=functions.collate,
        loss=functions.loss,
        evaluate=functions.evaluate,
        chosen_by=chosen_by or (f"-{first}" if form == "regression" else first),
        length=functions.length,
    )


def predict(model: Model, texts: Sequence[str], kind: Kind, max_length: int = 64) -> NDArray[np.float64]:
    """Return what a tuned model says of texts: (n,) probabilities or values, or (n, classes) probabilities."""
    model.eval()
    with torch.no_grad():
        vectors = torch.from_numpy(model.encoder.encode(texts, max_length=max_length)).to(model.encoder.device)
        return _answer(model.head(vectors), kind)


def _answer(out: Tensor, kind: Kind) -> NDArray[np.float64]:
    if kind == "classes":
        said = out.float().softmax(1)
    else:
        said = out.float()[:, 0].sigmoid() if kind == "binary" else out.float()[:, 0]
    return said.cpu().numpy().astype(np.float64)


@dataclass
class _TextForm(Generic[E]):
    """The functions of a text task, with the token ids they keep."""

    text: Callable[[E], str]
    target: Callable[[E], float | int]
    kind: Kind
    metrics: Mapping[str, Metric]
    max_length: int
    _ids: dict[str, list[int]] = field(default_factory=dict)
    _by: str = ""  # the backbone whose token ids are kept

    def length(self, example: E) -> int:
        return len(self.text(example))

    def collate(self, model: nn.Module, examples: Sequence[E]) -> TextBatch:
        texts = [self.text(example) for example in examples]
        unique = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        kind = torch.long if self.kind == "classes" else torch.float32
        return TextBatch(
            self._tokens(model, list(unique)),
            torch.tensor([unique[text] for text in texts]),
            torch.tensor([self.target(example) for example in examples], dtype=kind),
        )

    def _tokens(self, model: nn.Module, texts: list[str]) -> list[list[int]]:
        encoder = _as_model(model).encoder
        if self._by != encoder.name:
            self._ids, self._by = {}, encoder.name
        new = [text for text in texts if text not in self._ids]
        self._ids.update(zip(new, encoder.tokenize(new, self.max_length), strict=True))
        return [self._ids[text] for text in texts]

    def loss(self, model: nn.Module, batch: TextBatch) -> Tensor:
        out: Tensor = model(batch.ids)[batch.row]
        if self.kind == "classes":
            return nn.functional.cross_entropy(out, batch.target)
        if self.kind == "binary":
            return nn.functional.binary_cross_entropy_with_logits(out[:, 0], batch.target)
        return nn.functional.mse_loss(out[:, 0], batch.target)

    def evaluate(self, model: nn.Module, examples: Sequence[E]) -> dict[str, float]:
        said = predict(_as_model(model), [self.text(example) for example in examples], self.kind, self.max_length)
        truth = np.array([self.target(example) for example in examples], dtype=np.float64)
        return {name: metric(truth, said) for name, metric in self.metrics.items()}


def _as_model(model: nn.Module) -> Model:
    if not isinstance(model, Model):
        raise InputError(f"a text task is learned by a Model of encoder and head, not by {type(model).__name__}")
    return model
