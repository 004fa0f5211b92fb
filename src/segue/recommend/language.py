"""Tuning the language model to taste: every song read trains against hundreds of listeners at once.

A batch is a block of songs. Only their texts go through the backbone with gradients; the listeners' histories are
looked up in a table of all songs' vectors, in which the block's rows are replaced by the fresh ones. A listener with
the history h_1 ... h_H scores a song c, whose vector has the cosine s_i to that of h_i, by

    scale * sum_i a_i s_i + mean_scale * mean_i s_i + popularity * log(1 + listeners of c but this one) + bias,
    a = softmax(tau * s)    over the history without c itself.

All listeners drawn for the step are scored against all songs of the block, (B, C) cells; heard or not is the label.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import torch
from torch import Tensor, nn

from segue.errors import InputError
from segue.models.text import Precision, TextEncoder
from segue.recommend.audience import Audience, Histories
from segue.recommend.held_out import Pair, pair_metrics, ranks_of
from segue.recommend.parts.language import SHARPEST
from segue.tune.task import Model, Task

Objective = Literal["cells", "ranking"]
_COLUMNS = 512  # songs scored at a time in an evaluation
_RANKED = 200  # listeners ranked in an evaluation


class Taste(nn.Module):
    """The head: how a history's vectors and a song's become a score. Every weight but the bias is positive.

    `table` (n, width) holds the vectors of all songs as last read; it is kept in checkpoints, so that a resumed
    training goes on exactly.
    """

    table: Tensor
    is_filled: Tensor

    def __init__(self, songs: int, width: int, tau: float = 10.0, scale: float = 5.0) -> None:
        super().__init__()
        self.log_tau = nn.Parameter(torch.tensor(math.log(tau)))
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.log_mean_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.log_popularity = nn.Parameter(torch.tensor(math.log(0.5)))
        self.bias = nn.Parameter(torch.tensor(0.0))
        self.is_fresh = False  # whether the table is of the present weights
        self.register_buffer("table", torch.zeros(songs, width))
        self.register_buffer("is_filled", torch.tensor(False))

    def similarity(self, read: Reading, histories: Histories) -> Tensor:
        """scale * attention + mean_scale * mean, (B, C), of the histories to the songs read.

        An entry of the table that is the candidate itself is left out for every listener at once. Exact: attention is
        sum e^(tau (s - 1)) s / sum e^(tau (s - 1)), and s <= 1, so nothing overflows.
        """
        rows, places = torch.unique(histories.songs, return_inverse=True)
        with torch.autocast(self.table.device.type, enabled=False):
            cosines = read.of(rows, self.table) @ read.vectors.T  # (R, C)
            others = (rows[:, None] != read.songs[None, :]).float()
            shares = torch.exp(self.log_tau.exp().clamp(max=SHARPEST) * (cosines - 1.0)) * others
            cells = torch.cat([shares * cosines, shares, cosines * others, others], 1)
            sums = nn.functional.embedding_bag(places, cells, histories.starts, mode="sum")  # (B, 4 C)
            attended, total, cosine, count = sums.chunk(4, 1)
            attention = attended / total.clamp(min=1e-30)
            mean = cosine / count.clamp(min=1.0)
            return self.log_scale.exp() * attention + self.log_mean_scale.exp() * mean

    def logits(self, similarity: Tensor, others: Tensor) -> Tensor:
        """Add popularity (`others` is its log, (B, C)) and bias."""
        return similarity + self.log_popularity.exp() * others + self.bias

    def values(self) -> Mapping[str, float]:
        """What it learned: tau, scale, mean_scale, popularity, bias."""
        logs = {"tau": self.log_tau, "scale": self.log_scale, "mean_scale": self.log_mean_scale}
        found = {name: math.exp(value.item()) for name, value in logs.items()}
        found["tau"] = min(found["tau"], SHARPEST)
        return found | {"popularity": math.exp(self.log_popularity.item()), "bias": self.bias.item()}


@dataclass(frozen=True)
class Reading:
    """Songs just read: their numbers (C,), sorted and distinct, and their unit vectors (C, width)."""

    songs: Tensor
    vectors: Tensor

    def of(self, rows: Tensor, table: Tensor) -> Tensor:
        """The vectors of `rows` (R,): fresh where just read, else from the table."""
        places = torch.searchsorted(self.songs, rows).clamp(max=len(self.songs) - 1)
        fresh = self.songs[places] == rows
        return torch.where(fresh[:, None], self.vectors[places], table[rows])


@dataclass(frozen=True)
class Block:
    """A batch: songs (C,), sorted and distinct, as token ids, and B listeners with labels and popularity (B, C)."""

    songs: Tensor
    ids: list[list[int]]
    histories: Histories
    labels: Tensor
    weights: Tensor | None
    others: Tensor


def taste_task(
    audience: Audience,
    *,
    max_length: int = 40,
    listeners: int = 500,
    objective: Objective = "cells",
    chosen_by: str = "auc",
    precision: Precision = "auto",
) -> Task[int | Pair, Block]:
    """The task: examples are song numbers to train on, and `Pair`s (listener, song, heard or not) to evaluate on.

    `listeners` are drawn for every step. The objective "cells" is class-balanced binary cross-entropy over all cells;
    "ranking" puts each heard song against all that this listener has not heard in the block, by softmax. `precision` is
    that in which the table is read.
    """

    def head(width: int) -> nn.Module:
        return Taste(audience.songs, width)

    def collate(model: nn.Module, examples: Sequence[int | Pair]) -> Block:
        songs = sorted({example for example in examples if isinstance(example, int)})
        if not songs:
            raise InputError("the taste task is trained on song numbers")
        drawn = audience.draw(listeners).tolist()
        texts = audience.texts(songs, drawn)
        labels = audience.labels(drawn, songs)
        return Block(
            songs=torch.tensor(songs),
            ids=parts_of(model)[0].tokenize(texts, max_length),
            histories=audience.training_histories(drawn),
            labels=labels,
            weights=audience.weights(drawn, songs),
            others=audience.others(labels, songs),
        )

    def loss(model: nn.Module, block: Block) -> Tensor:
        encoder, taste = parts_of(model)
        if not bool(taste.is_filled):
            refresh(model, audience, max_length, precision)
        read = Reading(block.songs, nn.functional.normalize(encoder(block.ids), dim=-1))
        logits = taste.logits(taste.similarity(read, block.histories), block.others)
        taste.table[block.songs] = read.vectors.detach()
        taste.is_fresh = False
        return _cell_loss(logits, block) if objective == "cells" else _ranking_loss(logits, block.labels)

    def evaluate(model: nn.Module, examples: Sequence[int | Pair]) -> Mapping[str, float]:
        refresh(model, audience, max_length, precision)
        pairs = [example for example in examples if isinstance(example, Pair)]
        return evaluate_taste(parts_of(model)[1], audience, pairs)

    return Task("recommend", head, collate, loss, evaluate, chosen_by)


def parts_of(model: nn.Module) -> tuple[TextEncoder, Taste]:
    """The encoder and the taste head of a model of this task."""
    found = cast(Model, model)
    return found.encoder, cast(Taste, found.head)


def refresh(model: nn.Module, audience: Audience, max_length: int = 40, precision: Precision = "auto") -> None:
    """Read all songs anew into the table, with the weights as they are; nothing where no weight has changed since."""
    encoder, taste = parts_of(model)
    if taste.is_fresh:
        return
    texts = audience.texts(range(audience.songs), None)
    vectors = torch.from_numpy(encoder.encode(texts, max_length=max_length, precision=precision)).to(taste.table.device)
    taste.table.copy_(nn.functional.normalize(vectors, dim=-1))
    if not bool(taste.is_filled):
        _centre(taste, audience)
    taste.is_filled.fill_(True)
    taste.is_fresh = True


@torch.no_grad()
def _centre(taste: Taste, audience: Audience) -> None:
    """Set the bias so that heard and not heard songs lie evenly about 0, by some listeners and evenly spaced songs."""
    songs = torch.linspace(0, audience.songs - 1, min(audience.songs, _COLUMNS)).long()
    listeners = audience.able[:_RANKED].tolist()
    labels = audience.labels(listeners, songs.tolist())
    logits = torch.cat([part.cpu() for part in _scored(taste, audience, listeners, songs)], 1)
    heard, not_heard = logits[labels > 0], logits[labels == 0]
    if len(heard) and len(not_heard):
        taste.bias.sub_((heard.mean() + not_heard.mean()).to(taste.bias.device) / 2)


def _cell_loss(logits: Tensor, block: Block) -> Tensor:
    """Binary cross-entropy, heard and not heard cells weighing the same in sum."""
    labels = block.labels
    cells = nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    weights = torch.ones_like(cells) if block.weights is None else block.weights
    heard, not_heard = labels * weights, (1 - labels) * weights
    return (cells * heard).sum() / heard.sum().clamp(min=1) + (cells * not_heard).sum() / not_heard.sum().clamp(min=1)


def _ranking_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean over heard cells of -log softmax among itself and what its listener has not heard."""
    rivals = torch.logsumexp(logits.masked_fill(labels > 0, -1e9), 1, keepdim=True)
    return (nn.functional.softplus(rivals - logits) * labels).sum() / labels.sum().clamp(min=1)


@torch.no_grad()
def evaluate_taste(taste: Taste, audience: Audience, pairs: Sequence[Pair]) -> Mapping[str, float]:
    """AUC of the pairs, and HR@10, NDCG@10 of the heard ones ranked among all songs not in the history.

    The table must be fresh. Ranked are the first 200 listeners of the pairs.
    """
    if not pairs:
        raise InputError("the taste task is evaluated on pairs of listener and song; got none")
    names = sorted({pair.listener for pair in pairs})
    rows = {listener: row for row, listener in enumerate(names)}
    wanted = torch.tensor(sorted({pair.song for pair in pairs}))
    columns = {song: column for column, song in enumerate(wanted.tolist())}
    scores = torch.cat([part.cpu() for part in _scored(taste, audience, names, wanted)], 1)
    at = torch.tensor([[rows[pair.listener], columns[pair.song]] for pair in pairs])
    values = scores[at[:, 0], at[:, 1]].double().numpy()
    ranked = names[:_RANKED]
    whole = torch.cat([part.cpu() for part in _scored(taste, audience, ranked, torch.arange(audience.songs))], 1)
    targets: list[list[int]] = [[] for _ in ranked]
    for pair in pairs:
        if pair.label and rows[pair.listener] < len(ranked):
            targets[rows[pair.listener]].append(pair.song)
    ranks = [
        ranks_of(whole[row].numpy(), targets[row], audience.sequences[listener]) for row, listener in enumerate(ranked)
    ]
    return pair_metrics(values, pairs, np.concatenate(ranks))


def _scored(taste: Taste, audience: Audience, listeners: Sequence[int], songs: Tensor) -> Iterator[Tensor]:
    """Logits of listeners by songs, columns in parts of 512; the history is never masked but for the song itself."""
    device = taste.table.device
    found = audience.histories(listeners)
    histories = Histories(found.songs.to(device), found.starts.to(device))
    for start in range(0, len(songs), _COLUMNS):
        part = songs[start : start + _COLUMNS].to(device)
        numbers = part.tolist()
        others = audience.others(audience.labels(listeners, numbers), numbers).to(device)
        yield taste.logits(taste.similarity(Reading(part, taste.table[part]), histories), others)
