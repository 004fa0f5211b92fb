"""Tuning the score model to tell styles, with networks on its pooled vectors and descriptors, by the one loop.

The networks begin as those that were taught on the frozen model's vectors, then both learn on (linear probing before
tuning; Kumar et al., ICLR 2022). What comes out is a plain model folder, which `segue.recognize.encoder.Encoded` reads,
and `segue.recognize.nets.Nets` on its vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segue.errors import InputError
from segue.models.score.folder import save_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.score import Score
from segue.recognize.encoder import LONGEST, MOST, Window, encode_windows, pool, windows
from segue.recognize.head import Floats
from segue.recognize.net import Net
from segue.recognize.nets import Layers, Nets
from segue.recognize.scores import Scores
from segue.tune.callbacks import Callback
from segue.tune.history import Fit
from segue.tune.loop import fit
from segue.tune.methods import Trainable, apply_method, merge_lora
from segue.tune.metrics import accuracy, log_loss, macro_f1
from segue.tune.recipe import Recipe
from segue.tune.task import Task, set_dropout

ENCODER, TRANSPOSED = "encoder", 0.5  # the model's folder beside its networks; tunes that are moved while learned from
_SMOOTHING, _HEAD_DROPOUT, _BALANCE = 0.05, 0.5, 0.5  # those of `segue.recognize.net`
# `lr` is that of model and networks alike, `max_length` tokens are read of a window
RECIPE = Recipe(
    backbone="score", method="lora", lr=5e-4, weight_decay=0.05, batch_size=8, epochs=3, max_length=LONGEST, patience=0
)


@dataclass(frozen=True, eq=False)
class Said:
    """A score in windows of tokens, its descriptors (822; 0 where they are left out), and the number of its style."""

    said: tuple[Window, ...]
    described: Floats
    style: int

    @property
    def tokens(self) -> int:
        """The length of its longest window."""
        return max(len(window) for window in self.said)


@dataclass(frozen=True, eq=False)
class Drawn:
    """One window of each of some scores, their descriptors (n, d), and the numbers of their styles (n)."""

    said: Sequence[Window]
    described: Tensor
    styles: Tensor


@dataclass(frozen=True, eq=False)
class Tuned:
    """A tuned score model, the networks on its vectors, how it went, and how many weights of the model were taught."""

    model: ScoreModel
    nets: Nets
    fit: Fit
    trainable: Trainable

    def save(self, folder: Path) -> None:
        """Write the networks into a folder and the model into `encoder` below it."""
        save_score_model(self.model, folder / ENCODER)
        self.nets.save(folder)


class Styled(nn.Module):
    """A score model with networks on it: windows and descriptors (n, d) to logits (networks, n, styles)."""

    def __init__(self, encoder: ScoreModel, nets: Sequence[Net]) -> None:
        super().__init__()
        self.encoder = encoder
        self.nets = nn.ModuleList(nets)

    def forward(self, said: Sequence[Window], described: Tensor) -> Tensor:
        """Return logits of one window for each score."""
        return self.told(torch.cat([pool(self.encoder, said), described], 1))

    def told(self, vectors: Tensor) -> Tensor:
        """Return logits of whole vectors (n, 2 width + d)."""
        return torch.stack([net(vectors) for net in self.nets])


def say_all(
    scores: Sequence[Score], styles: Sequence[int], longest: int = LONGEST, *, is_described: bool = True
) -> list[Said]:
    """Say scores with the numbers of their styles; InputError for a score without bars."""
    described = Scores().vectors(scores) if is_described else np.zeros((len(scores), 0), np.float32)
    found = []
    for score, vector, style in zip(scores, described, styles, strict=True):
        said = windows(score, longest, MOST)
        if not said:
            raise InputError(f"score {score.title!r} has no bars: there is nothing to say")
        found.append(Said(said, vector, int(style)))
    return found


def tune_encoder(
    model: ScoreModel,
    nets: Nets,
    train: Sequence[Said],
    valid: Sequence[Said],
    recipe: Recipe,
    directory: Path,
    callbacks: Sequence[Callback] = (),
) -> Tuned:
    """Tune a score model and networks on its vectors, in place, by the recipe's method; `valid` chooses the weights.

    The training lies in `directory` and is gone on with. The method "head-only" teaches the networks alone. InputError
    where the networks take vectors of another width.
    """
    if recipe.method == "adapters":
        raise InputError("method 'adapters' leaves no plain score model; accepted are head-only, last-n, full, lora")
    width = 2 * model.width + len(train[0].described)
    if len(nets.nets[0].centre) != width:
        raise InputError(f"networks on vectors of {len(nets.nets[0].centre)}: this model and these scores give {width}")
    trainable = apply_method(model, recipe)
    if recipe.method != "head-only":
        model.set_dropout(recipe.dropout)
    weights = _balance([one.style for one in train], len(nets.styles))
    styled = Styled(model, [_net(layers, weights) for layers in nets.nets])
    made = fit(styled, encoder_task(), train, valid, recipe, directory, callbacks)
    model.set_dropout(0.0)
    merge_lora(model)
    in_use = tuple(net.in_use() for net in styled.nets if isinstance(net, Net))
    return Tuned(model, Nets(nets.styles, in_use), made, trainable)


def encoder_task() -> Task[Said, Drawn]:
    """The task of telling styles from tokens: accuracy, macro-F1, and nats per score, by which weights are chosen."""
    return Task("style-encoder", lambda _: nn.Identity(), _collate, _loss, _evaluate, "-nats", lambda one: one.tokens)


def _balance(styles: Sequence[int], count: int) -> Floats:
    often = np.maximum(np.bincount(styles, minlength=count), 1)
    weights = (1 / often) ** _BALANCE
    balance: Floats = (weights / weights[np.asarray(styles)].mean()).astype(np.float32)
    return balance


def _net(layers: Layers, balance: Floats) -> Net:
    net = Net(layers.centre, layers.scale, balance, len(layers.enter))
    held = {
        "1.weight": layers.enter,
        "1.bias": layers.enter_bias,
        "4.weight": layers.leave,
        "4.bias": layers.leave_bias,
    }
    net.layers.load_state_dict({name: torch.from_numpy(np.array(value, np.float32)) for name, value in held.items()})
    set_dropout(net, _HEAD_DROPOUT)
    return net


def _collate(_model: nn.Module, examples: Sequence[Said]) -> Drawn:
    """Draw a window of each score, and a tonic for half of them: steps count from it, so that nothing else changes."""
    said = [_moved(one.said[int(torch.randint(len(one.said), ()))]) for one in examples]
    described = torch.from_numpy(np.stack([one.described for one in examples]))
    return Drawn(said, described, torch.tensor([one.style for one in examples]))


def _moved(window: Window) -> Window:
    if float(torch.rand(())) >= TRANSPOSED:
        return window
    up, first = int(torch.randint(1, 12, ())), v.TONIC.start
    return tuple((token - first + up) % 12 + first if token in v.TONIC else token for token in window)


def _loss(model: nn.Module, batch: Drawn) -> Tensor:
    styled = _as_styled(model)
    balance: Tensor = styled.nets[0].balance  # type: ignore[assignment]
    logits = styled(batch.said, batch.described)
    each = [
        nn.functional.cross_entropy(one, batch.styles, label_smoothing=_SMOOTHING, reduction="none") for one in logits
    ]
    return (torch.stack(each).mean(0) * balance[batch.styles]).mean()


def _evaluate(model: nn.Module, examples: Sequence[Said]) -> dict[str, float]:
    styled = _as_styled(model)
    found = encode_windows(styled.encoder, [one.said for one in examples])
    whole = np.concatenate([found, np.stack([one.described for one in examples])], 1)
    device = next(styled.parameters()).device
    shares: NDArray[np.float64] = (
        styled.told(torch.from_numpy(whole).to(device)).softmax(-1).mean(0).double().cpu().numpy()
    )
    truth = np.array([one.style for one in examples])
    return {"accuracy": accuracy(truth, shares), "f1": macro_f1(truth, shares), "nats": log_loss(truth, shares)}


def _as_styled(model: nn.Module) -> Styled:
    if not isinstance(model, Styled):
        raise InputError(f"this task is learned by a Styled, not by {type(model).__name__}")
    return model
