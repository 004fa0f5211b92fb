"""The same task without a table: every text of every pair is read anew in its batch, equal texts once.

Slow, and exact: with a fresh table the fast task scores the same. It is there for comparison, and for corpora so small
that nothing is won by the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from segue.models.text import Precision
from segue.recommend.audience import Audience, Histories
from segue.recommend.held_out import Pair
from segue.recommend.language import Reading, Taste, evaluate_taste, parts_of, refresh
from segue.tune.task import Task


@dataclass(frozen=True)
class PairBatch:
    """All distinct songs of the pairs and of their listeners' histories, (S,) sorted, as token ids; and P pairs."""

    songs: Tensor
    ids: list[list[int]]
    histories: Histories
    rows: Tensor
    columns: Tensor
    labels: Tensor
    others: Tensor


def exact_task(audience: Audience, *, max_length: int = 40, precision: Precision = "auto") -> Task[Pair, PairBatch]:
    """The task of telling heard from not heard pairs, by plain binary cross-entropy; `Pair`s to train and evaluate."""

    def collate(model: nn.Module, examples: Sequence[Pair]) -> PairBatch:
        listeners = sorted({pair.listener for pair in examples})
        histories = audience.training_histories(listeners)
        songs = sorted({pair.song for pair in examples} | set(histories.songs.tolist()))
        rows = [listeners.index(pair.listener) for pair in examples]
        columns = [songs.index(pair.song) for pair in examples]
        heard = audience.labels(listeners, songs)
        return PairBatch(
            songs=torch.tensor(songs),
            ids=parts_of(model)[0].tokenize(audience.texts(songs, listeners), max_length),
            histories=histories,
            rows=torch.tensor(rows),
            columns=torch.tensor(columns),
            labels=torch.tensor([float(pair.label) for pair in examples]),
            others=audience.others(heard, songs)[rows, columns],
        )

    def loss(model: nn.Module, batch: PairBatch) -> Tensor:
        encoder, taste = parts_of(model)
        taste.is_fresh = False
        read = Reading(batch.songs, nn.functional.normalize(encoder(batch.ids), dim=-1))
        similarity = taste.similarity(read, batch.histories)[batch.rows, batch.columns]
        return nn.functional.binary_cross_entropy_with_logits(taste.logits(similarity, batch.others), batch.labels)

    def evaluate(model: nn.Module, examples: Sequence[Pair]) -> Mapping[str, float]:
        refresh(model, audience, max_length, precision)
        return evaluate_taste(parts_of(model)[1], audience, examples)

    return Task("recommend-exact", lambda width: Taste(audience.songs, width), collate, loss, evaluate, "auc")
