"""The task of a score model: which token comes next, in windows of near length that are computed together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segue.errors import InputError
from segue.models.score.network import ScoreModel
from segue.models.text import is_bf16_fast
from segue.tune.task import Task, device_of

PAD = -1  # in targets: nothing is asked here
_CHUNK = 2048  # positions whose logits are computed at a time
_ROUND = 16  # batches are padded to a multiple of this


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens that a model sees at once, from the beginning of a piece or an excerpt's header on.

    `source` names the set that it comes from, `notes` is how many notes it says, and of its tokens the first `given`
    are taken as known when it is evaluated (a header); training learns them too.
    """

    tokens: NDArray[np.integer]
    source: str = ""
    notes: int = 0
    given: int = 1


Bundle = Sequence[Window]  # windows of near length: one example of the task, so that all batches cost alike


@dataclass(frozen=True)
class TokenBatch:
    """Token ids (B, T), the tokens that follow them (B, T; PAD where none does), and the windows themselves."""

    ids: Tensor
    target: Tensor


def next_token_task(name: str = "score", chosen_by: str = "-nats") -> Task[Bundle, TokenBatch]:
    """Make the task of telling the next token.

    Metrics: `nats` per token over all windows, `nats_<source>` for each source where there are several, and
    `bits_per_note` (all tokens' bits over the number of notes) where windows say how many notes they hold.
    """
    return Task(name, _no_head, collate, loss, evaluate, chosen_by)


def bundles(lengths: NDArray[np.int64], tokens: int, seed: int) -> list[NDArray[np.int64]]:
    """Group windows of near length so that a group padded to its longest has at most `tokens` tokens; each occurs once.

    A window longer than that is alone. Order and company depend on the seed.
    """
    order = np.random.default_rng(seed).permutation(len(lengths)).astype(np.int64)
    pool = max(50 * tokens // max(int(lengths.mean()) if len(lengths) else 1, 1), 1)
    found: list[NDArray[np.int64]] = []
    for start in range(0, len(order), pool):
        rows = order[start : start + pool]
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        begin = 0
        for place in range(1, len(rows) + 1):
            if place == len(rows) or (place + 1 - begin) * int(lengths[rows[place]]) > tokens:
                found.append(rows[begin:place])
                begin = place
    return found


def bundled(windows: Sequence[Window], tokens: int, seed: int = 0) -> list[Bundle]:
    """Group windows that are at hand; see `bundles`."""
    lengths = np.array([len(window.tokens) for window in windows], dtype=np.int64)
    return [[windows[int(row)] for row in rows] for rows in bundles(lengths, tokens, seed)]


def collate(_model: nn.Module, examples: Sequence[Bundle]) -> TokenBatch:
    """Pad the windows of bundles on the right into one batch; causal attention needs no mask."""
    windows = [window for bundle in examples for window in bundle]
    longest = max(len(window.tokens) for window in windows) - 1
    width = -(-longest // _ROUND) * _ROUND
    ids = np.zeros((len(windows), width), dtype=np.int64)
    target = np.full((len(windows), width), PAD, dtype=np.int64)
    for row, window in enumerate(windows):
        ids[row, : len(window.tokens) - 1] = window.tokens[:-1]
        target[row, : len(window.tokens) - 1] = window.tokens[1:]
    return TokenBatch(torch.from_numpy(ids), torch.from_numpy(target))


def loss(model: nn.Module, batch: TokenBatch) -> Tensor:
    """Return the mean nats of the tokens that are asked for."""
    asked = batch.target != PAD
    total: Tensor = _nats(_as_score_model(model), batch, asked, torch.sum)[0]
    return total / asked.sum()


def evaluate(model: nn.Module, examples: Sequence[Bundle]) -> dict[str, float]:
    """Return the metrics of `next_token_task`; on hardware that is fast in bf16 they are computed in it."""
    found: dict[str, _Tally] = {}
    everything = _Tally()
    for bundle in examples:
        for window, nats in zip(bundle, nats_of(model, bundle), strict=True):
            kept = nats[max(window.given - 1, 0) :]
            for tally in (everything, found.setdefault(window.source, _Tally())):
                tally.add(float(kept.sum()), len(kept), window.notes)
    if not everything.tokens:
        raise InputError("no tokens to evaluate on")
    metrics = {"nats": everything.nats / everything.tokens}
    if everything.notes:
        metrics["bits_per_note"] = everything.nats / math.log(2) / everything.notes
    if len(found) > 1:
        metrics |= {f"nats_{name}": tally.nats / max(tally.tokens, 1) for name, tally in sorted(found.items())}
    return metrics


def nats_of(model: nn.Module, windows: Bundle) -> list[NDArray[np.float64]]:
    """Return for each window the nats of its tokens but the first, given those before: (length - 1,) each."""
    device = device_of(model)
    batch = collate(model, [windows])
    batch = TokenBatch(batch.ids.to(device), batch.target.to(device))
    asked = batch.target != PAD
    with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=is_bf16_fast(device)):
        parts = _nats(_as_score_model(model), batch, asked, _as_it_is)
    flat = torch.cat(parts).double().cpu().numpy()
    ends = np.cumsum([len(window.tokens) - 1 for window in windows])
    return np.split(flat, ends[:-1])


@dataclass
class _Tally:
    nats: float = 0.0
    tokens: int = 0
    notes: int = 0

    def add(self, nats: float, tokens: int, notes: int) -> None:
        self.nats, self.tokens, self.notes = self.nats + nats, self.tokens + tokens, self.notes + notes


def _nats(model: ScoreModel, batch: TokenBatch, asked: Tensor, fold: Callable[[Tensor], Tensor]) -> list[Tensor]:
    """The nats of the tokens asked for, in chunks of positions, each folded; `torch.sum` gives one total."""
    hidden, target = model.hidden(batch.ids)[asked], batch.target[asked]
    parts = [
        fold(nn.functional.cross_entropy(model.logits(vectors).float(), truth, reduction="none"))
        for vectors, truth in zip(hidden.split(_CHUNK), target.split(_CHUNK), strict=True)
    ]
    return [torch.stack(parts).sum()] if fold is torch.sum else parts


def _as_it_is(nats: Tensor) -> Tensor:
    return nats


def _no_head(_width: int) -> nn.Module:
    return nn.Identity()


def _as_score_model(model: nn.Module) -> ScoreModel:
    if not isinstance(model, ScoreModel):
        raise InputError(f"the next token is told by a ScoreModel, not by {type(model).__name__}")
    return model


def total_tokens(windows: Iterable[Window]) -> int:
    """Return how many tokens windows hold."""
    return sum(len(window.tokens) for window in windows)
