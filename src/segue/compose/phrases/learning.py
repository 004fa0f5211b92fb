"""What the one loop needs to teach the phrase autoencoder: batches, one loss for all its parts, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from segue.compose.phrases.measures import reconstruction
from segue.compose.phrases.network import PhraseNetwork, inside_of
from segue.compose.phrases.phrase import GIVEN, Phrase, places_of
from segue.errors import InputError
from segue.music.language import vocabulary as v
from segue.tune.batches import to_device
from segue.tune.task import Task, device_of

_PENALTY = 10.0  # weight of the critic's gradient penalty (Gulrajani et al. 2017)


@dataclass(frozen=True)
class Weights:
    """How the parts of the loss are weighed.

    `kl` is the weight of the divergence from the prior (Higgins et al. 2017), reached in a straight line over `anneal`
    batches (Bowman et al. 2016); of each place `free` nats cost nothing (Kingma et al. 2016); `adversarial` is the
    weight of generator and critic. It is small because the gradient is clipped as a whole, and theirs, which may be
    large, would take the autoencoder's share; Adam's steps do not depend on it.
    """

    kl: float = 0.1
    anneal: int = 1000
    free: float = 3.0
    adversarial: float = 1e-4

    def __post_init__(self) -> None:
        if self.anneal < 1 or min(self.kl, self.free, self.adversarial) < 0:
            raise InputError(f"{self}: an anneal of 1 batch or more, and weights of 0 or more are accepted")


@dataclass(frozen=True)
class PhraseBatch:
    """Token ids (B, T), where each begins (B, T), which are no padding, which are said (bars), conditions (B, 4)."""

    ids: Tensor
    places: Tensor
    is_token: Tensor
    is_said: Tensor
    condition: Tensor


def phrase_task(weights: Weights, evaluated: int = 400) -> Task[Phrase, PhraseBatch]:
    """Make the task of the phrase autoencoder; figures are of the first `evaluated` phrases.

    Metrics: `notes` and `phrases`, the shares that come back exactly (see `measures.reconstruction`), `nats` per token
    with the point known, and `kl`, nats of a phrase's point.
    """

    def loss(model: nn.Module, batch: PhraseBatch) -> Tensor:
        return phrase_loss(_network(model), batch, weights)

    def figures(model: nn.Module, examples: Sequence[Phrase]) -> dict[str, float]:
        return evaluate(_network(model), examples[:evaluated])

    return Task("phrases", lambda _: nn.Identity(), collate, loss, figures, "notes", lambda phrase: len(phrase.body))


def collate(_model: nn.Module, phrases: Sequence[Phrase]) -> PhraseBatch:
    """Pad phrases on the right into one batch."""
    width = max(len(phrase.body) for phrase in phrases) + GIVEN
    ids = torch.zeros(len(phrases), width, dtype=torch.int64)
    places = torch.zeros(len(phrases), width, dtype=torch.int64)
    is_token = torch.zeros(len(phrases), width, dtype=torch.bool)
    for row, phrase in enumerate(phrases):
        tokens = phrase.tokens
        ids[row, : len(tokens)] = torch.tensor(tokens)
        places[row, GIVEN : len(tokens)] = torch.tensor(places_of(phrase.body, phrase.metre)[:-1])
        is_token[row, : len(tokens)] = True
    is_said = is_token.clone()
    is_said[:, :GIVEN] = False
    return PhraseBatch(ids, places, is_token, is_said, torch.tensor([phrase.condition for phrase in phrases]))


def phrase_loss(network: PhraseNetwork, batch: PhraseBatch, weights: Weights) -> Tensor:
    """Return the loss: nats per token of what is said, the weighed divergence, and the adversaries' game."""
    mu, logvar = network.encode(batch.ids, batch.places, batch.is_token)
    space = mu + torch.randn_like(mu) * (0.5 * logvar).exp()
    inside = inside_of(batch.condition)
    space = space * inside.unsqueeze(-1)
    nats = _said_nats(network, batch, space)
    divergence = _divergence(mu, logvar) * inside
    each = divergence.sum(0) / inside.sum(0).clamp(min=1)  # of each place, over the phrases that have it
    costs = (each.clamp(min=weights.free) * (inside.sum(0) > 0)).sum()
    share = min(1.0, float(network.seen) / weights.anneal)
    if network.training:
        network.seen += 1
    tokens = batch.is_said.sum() / len(batch.ids)
    game = adversarial_loss(network, space.detach(), batch.condition)
    total: Tensor = nats + weights.kl * share * costs / tokens + weights.adversarial * game
    return total


def _said_nats(network: PhraseNetwork, batch: PhraseBatch, space: Tensor) -> Tensor:
    heard = batch.ids[:, :-1]
    if network.training and network.word_dropout:
        is_lost = (torch.rand(heard.shape, device=heard.device) < network.word_dropout) & batch.is_said[:, :-1]
        heard = heard.masked_fill(is_lost, v.PAD)
    logits, _ = network.decode(heard, batch.places[:, 1:], space)
    asked = batch.is_said[:, 1:]
    return nn.functional.cross_entropy(logits[asked], batch.ids[:, 1:][asked])


def _divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """Nats (B, PLACES) between normals and the standard normal (Kingma and Welling 2014, appendix B)."""
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)


def adversarial_loss(network: PhraseNetwork, real: Tensor, condition: Tensor) -> Tensor:
    """Return a loss whose one gradient teaches critic and generator at once.

    The critic lowers mean(judge(made)) - mean(judge(real)) + 10 * penalty; on the way to the generator the gradient's
    sign is turned (Ganin and Lempitsky 2015), so that it raises the critic's value of what it makes. The penalty is
    (|gradient| - 1)^2 of the critic at points between real and made ones (Gulrajani et al. 2017, equation 3).
    """
    made = network.dream(torch.randn(len(real), network.config.noise, device=real.device), condition)
    turned = 2 * made.detach() - made  # the same value, the gradient of opposite sign
    gap = network.judge(turned, condition).mean() - network.judge(real, condition).mean()
    if not torch.is_grad_enabled():
        return gap
    way = torch.rand(len(real), 1, 1, device=real.device)
    between = (way * real + (1 - way) * made.detach()).requires_grad_()
    (slope,) = torch.autograd.grad(network.judge(between, condition).sum(), between, create_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    found: Tensor = gap + _PENALTY * penalty
    return found


def evaluate(network: PhraseNetwork, phrases: Sequence[Phrase]) -> dict[str, float]:
    """Return the metrics of `phrase_task`."""
    batch = to_device(collate(network, phrases), device_of(network))
    inside = inside_of(batch.condition)
    with torch.no_grad():
        mu, logvar = network.encode(batch.ids, batch.places, batch.is_token)
        space = mu * inside.unsqueeze(-1)
        nats = float(_said_nats(network, batch, space))
        kl = float((_divergence(mu, logvar) * inside).sum(1).mean())
    notes, whole = reconstruction(network, space, phrases)
    return {"notes": notes, "phrases": whole, "nats": nats, "kl": kl}


def _network(model: nn.Module) -> PhraseNetwork:
    if not isinstance(model, PhraseNetwork):
        raise InputError(f"phrases are learned by a PhraseNetwork, not by {type(model).__name__}")
    return model
