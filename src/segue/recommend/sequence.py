"""A sequence model as a baseline: a small causal transformer over song numbers (Kang and McAuley 2018, SASRec)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segue.errors import InputError
from segue.recommend.catalogue import Indexes
from segue.recommend.held_out import HeldOut, ranks_of
from segue.tune.callbacks import Callback
from segue.tune.loop import fit
from segue.tune.metrics import hit_rate, ndcg
from segue.tune.recipe import Recipe
from segue.tune.task import Task

Floats = NDArray[np.float32]
_RIVALS = 2000  # songs that the softmax runs over in one step
_TOGETHER = 64  # histories scored at a time
_LEAST_STEPS = 150  # of a training, where the listeners are few
RECIPE = Recipe(lr=1e-3, epochs=25, batch_size=128, patience=4, dropout=0.2, precision="fp32", checkpoint_every=0)


@dataclass(frozen=True)
class Trail:
    """A listener's songs in order (H,), and the songs to foretell after them (in an evaluation)."""

    songs: Indexes
    targets: tuple[int, ...] = ()


@dataclass(frozen=True)
class TrailBatch:
    """Songs (B, L), padded behind with `n`; the song after each, and the songs the softmax runs over (C,)."""

    songs: Tensor
    after: Tensor
    rivals: Tensor


class SequenceNet(nn.Module):
    """Two causal transformer layers over song and place; the next song's score is the product with its embedding."""

    def __init__(self, songs: int, width: int = 64, longest: int = 50, layers: int = 2, dropout: float = 0.2) -> None:
        super().__init__()
        self.count, self.longest = songs, longest
        self.song = nn.Embedding(songs + 1, width, padding_idx=songs)
        self.place = nn.Embedding(longest, width)
        nn.init.normal_(self.song.weight, std=0.02)
        nn.init.normal_(self.place.weight, std=0.02)
        layer = nn.TransformerEncoderLayer(
            width, 2, 2 * width, dropout, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, songs: Tensor) -> Tensor:
        """States (B, L, width) after each song of (B, L)."""
        length = songs.shape[1]
        hidden = self.song(songs) + self.place(torch.arange(length, device=songs.device))
        later = torch.ones(length, length, dtype=torch.bool, device=songs.device).triu(1)
        states: Tensor = self.layers(self.dropout(hidden), mask=later, is_causal=True)
        return states

    @torch.no_grad()
    def scores(self, songs: Indexes, weights: Floats | None = None) -> Floats:
        """Scores (n,) of what comes after these songs, oldest first; those of negative weight are left out."""
        own = songs if weights is None else songs[weights > 0]
        if not len(own):
            return np.zeros(self.count, np.float32)
        self.eval()
        found: Floats = self.scores_of([own])[0]
        return found

    def scores_of(self, histories: Sequence[Indexes]) -> Floats:
        """Scores (B, n) of what comes after each of these histories, none of them empty."""
        rows = [torch.from_numpy(songs[-self.longest :]) for songs in histories]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.count)
        last = torch.tensor([len(row) - 1 for row in rows])
        states = self(padded.to(self.song.weight.device))[torch.arange(len(rows)), last]
        found: Floats = (states @ self.song.weight[:-1].T).detach().cpu().numpy()
        return found


def sequence_task(songs: int) -> Task[Trail, TrailBatch]:
    """Foretell each next song: cross-entropy over all songs, or over 2000 drawn anew at each step where there are more.

    Chosen by NDCG@10 of the targets among all songs not in the trail.
    """

    def collate(model: nn.Module, examples: Sequence[Trail]) -> TrailBatch:
        longest = cast(SequenceNet, model).longest
        rows = [torch.from_numpy(trail.songs[-longest - 1 :]) for trail in examples]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=songs)
        rivals = torch.arange(songs) if songs <= _RIVALS else torch.randperm(songs)[:_RIVALS]
        return TrailBatch(padded[:, :-1], padded[:, 1:], rivals)

    def loss(model: nn.Module, batch: TrailBatch) -> Tensor:
        net = cast(SequenceNet, model)
        real = batch.after < songs
        states, after = net(batch.songs)[real], batch.after[real]
        own = (states * net.song(after)).sum(1, keepdim=True)
        rivals = states @ net.song(batch.rivals).T
        rivals = rivals.masked_fill(batch.rivals[None, :] == after[:, None], -1e9)
        return (torch.logsumexp(torch.cat([own, rivals], 1), 1, keepdim=True) - own).mean()

    def evaluate(model: nn.Module, examples: Sequence[Trail]) -> Mapping[str, float]:
        net = cast(SequenceNet, model)
        found: list[NDArray[np.float64]] = []
        for start in range(0, len(examples), _TOGETHER):
            part = examples[start : start + _TOGETHER]
            scores = net.scores_of([trail.songs for trail in part])
            found += [ranks_of(row, trail.targets, trail.songs) for row, trail in zip(scores, part, strict=True)]
        ranks = np.concatenate(found)
        return {"ndcg10": ndcg(ranks, 10), "hr10": hit_rate(ranks, 10)}

    def head(width: int) -> nn.Module:
        raise InputError(f"the sequence model stands on no backbone (of width {width}); make a SequenceNet")

    return Task("sequence", head, collate, loss, evaluate, "ndcg10", length=lambda trail: len(trail.songs))


def fit_sequence(
    held: HeldOut, directory: Path, recipe: Recipe = RECIPE, callbacks: Sequence[Callback] = ()
) -> SequenceNet:
    """Train a sequence model on what is left of each history, stopped early by the valid pairs.

    Where the listeners are few the recipe's epochs are more, so that there are at least 150 steps.
    """
    targets: dict[int, list[int]] = {}
    for pair in held.valid:
        if pair.label:
            targets.setdefault(pair.listener, []).append(pair.song)
    sequences = held.train.sequences
    train = [Trail(songs) for songs in sequences if len(songs) > 1]
    valid = [Trail(sequences[row], tuple(own)) for row, own in list(targets.items())[:500]]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        net = SequenceNet(held.train.songs, dropout=recipe.dropout)
    fit(net, sequence_task(held.train.songs), train, valid, _paced(recipe, len(train)), directory, callbacks)
    return net


def _paced(recipe: Recipe, listeners: int) -> Recipe:
    """The recipe with steps enough, and an evaluation after every epoch or every ten steps."""
    per_epoch = -(-listeners // recipe.batch_size)
    epochs = max(recipe.epochs, -(-_LEAST_STEPS // per_epoch))
    return recipe.replace(epochs=epochs, evaluate_every=max(per_epoch, 10))
