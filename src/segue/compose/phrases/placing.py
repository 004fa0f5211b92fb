"""Finding the point of a phrase: where the encoder puts it, then some steps until the decoder says it from there.

An encoder says in one pass where a phrase lies, and is a little off for phrases it never saw; a few steps along the
decoder's own gradient mend that (Kim et al., "Semi-amortized variational autoencoders", ICML 2018).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from segue.compose.phrases.learning import PhraseBatch
from segue.compose.phrases.network import PhraseNetwork, inside_of

STEPS = 40
_LENGTH, _LAST = 0.2, 0.25  # of the first step in each direction, and the share of it that the last one has
_PRIOR = 0.02  # what distance from the middle of the prior costs
_KEEP, _KEEP_SQUARES = 0.9, 0.99  # of the gradients and of their squares (Kingma and Ba 2015)


def refined(network: PhraseNetwork, batch: PhraseBatch, space: Tensor, steps: int = STEPS) -> Tensor:
    """Return points (B, PLACES, place), near those of `space`, from which the decoder says the phrases of a batch.

    Adam's steps on the nats of each phrase, the weights as they are; a point stays where it is as soon as each token of
    its phrase is the likeliest.
    """
    found = space.detach().clone()
    mean, square = torch.zeros_like(found), torch.zeros_like(found)
    waiting = torch.arange(len(found), device=found.device)
    for step in range(1, steps + 1):
        slope, is_said = _slope(network, _rows(batch, waiting), found[waiting])
        waiting, slope = waiting[~is_said], slope[~is_said]
        if not len(waiting):
            break
        mean[waiting] = _KEEP * mean[waiting] + (1 - _KEEP) * slope
        square[waiting] = _KEEP_SQUARES * square[waiting] + (1 - _KEEP_SQUARES) * slope.square()
        sizes = (square[waiting] / (1 - _KEEP_SQUARES**step)).sqrt()
        way = mean[waiting] / (1 - _KEEP**step) / (sizes + 1e-6)
        found[waiting] -= _LENGTH * (1 - (1 - _LAST) * (step - 1) / steps) * way
    return found


def _slope(network: PhraseNetwork, batch: PhraseBatch, space: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient of what phrases cost at their points, and whether each is said from there."""
    at = space.clone().requires_grad_()
    with torch.enable_grad():
        logits, _ = network.decode(batch.ids[:, :-1], batch.places[:, 1:], at)
        wanted, asked = batch.ids[:, 1:], batch.is_said[:, 1:]
        nats = nn.functional.cross_entropy(logits[asked], wanted[asked], reduction="sum")
        (slope,) = torch.autograd.grad(nats + 0.5 * _PRIOR * at.square().sum(), at)
    is_said = ((logits.argmax(-1) == wanted) | ~asked).all(1)
    return slope * inside_of(batch.condition).unsqueeze(-1), is_said


def _rows(batch: PhraseBatch, rows: Tensor) -> PhraseBatch:
    fields = (batch.ids, batch.places, batch.is_token, batch.is_said, batch.condition)
    return PhraseBatch(*(field[rows] for field in fields))
