"""The phrase autoencoder: an encoder, a space with a place for each quarter of a bar, a decoder, and a critic on it.

The encoder reads a phrase both ways (Cho et al. 2014) and gathers what begins in each part of a bar into one vector of
the space. The decoder says the phrase token by token; at each step it sees the vectors of the part where it is and of
the next one. That a melody's time is also that of its space makes it exact, and makes a path between two points change
one part of a bar as gradually as another. Parts depend on each other, which a normal prior does not know: a generator
learns to draw whole phrases of the space against a critic (Arjovsky et al. 2017, WGAN; Gulrajani et al. 2017).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from segue.compose.phrases.phrase import BARS, PARTS
from segue.music.language import vocabulary as v

PLACES = max(BARS) * PARTS
_REACH = 4.0  # of what is dreamt, in standard deviations of the prior


@dataclass(frozen=True, slots=True)
class PhraseConfig:
    """Widths of the network: token vectors, encoder (each way), decoder, a place of the space, noise, critic."""

    tokens: int = 96
    encoder: int = 192
    decoder: int = 384
    place: int = 24
    noise: int = 64
    critic: int = 256

    def as_dict(self) -> dict[str, int]:
        """All fields by name, for JSON."""
        return asdict(self)


class PhraseNetwork(nn.Module):
    """The autoencoder with generator and critic; `seen` counts the batches it was trained on."""

    seen: Tensor

    def __init__(self, config: PhraseConfig, word_dropout: float = 0.0) -> None:
        super().__init__()
        self.config, self.word_dropout = config, word_dropout
        self.embed = nn.Embedding(v.SIZE, config.tokens)
        self.encoder = nn.GRU(config.tokens, config.encoder, batch_first=True, bidirectional=True)
        self.to_space = nn.Linear(4 * config.encoder, 2 * config.place)
        self.decoder = nn.GRU(config.tokens + 2 * config.place, config.decoder, batch_first=True)
        self.to_token = nn.Linear(config.decoder + 2 * config.place, v.SIZE)
        self.generator = _layers(config.noise + 4 * config.tokens, config.critic, PLACES * config.place)
        self.critic = _layers(PLACES * config.place + 4 * config.tokens, config.critic, 1)
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    def encode(self, ids: Tensor, places: Tensor, is_token: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and log-variances (B, PLACES, place) of phrases: ids, places and what is no padding, (B, T)."""
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embed(ids), is_token.sum(1).cpu(), batch_first=True, enforce_sorted=False
        )
        read, _ = nn.utils.rnn.pad_packed_sequence(self.encoder(packed)[0], batch_first=True, total_length=ids.shape[1])
        index = places.clamp(max=PLACES - 1).masked_fill(~is_token, PLACES)
        spread = index.unsqueeze(-1).expand_as(read)
        empty = read.new_zeros(len(ids), PLACES + 1, read.shape[2])
        counts = read.new_zeros(len(ids), PLACES + 1).scatter_add(1, index, torch.ones_like(read[..., 0]))
        mean = empty.scatter_add(1, spread, read) / counts.clamp(min=1).unsqueeze(-1)
        most = empty.scatter_reduce(1, spread, read, "amax")
        mu, logvar = self.to_space(torch.cat([mean, most], -1))[:, :PLACES].chunk(2, -1)
        return mu, logvar.clamp(-10, 4)

    def decode(self, ids: Tensor, places: Tensor, space: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return logits (B, T, vocabulary) of the token after each of the ids, which begins at `places` (both (B, T)).

        `space` is (B, PLACES, place); `state` and what is returned beside the logits are the decoder's memory.
        """
        wide = nn.functional.pad(space, (0, 0, 0, 2))
        near = [_at(wide, (places + ahead).clamp(max=PLACES)) for ahead in (0, 1)]
        hidden, state = self.decoder(torch.cat([self.embed(ids), *near], -1), state)
        return self.to_token(torch.cat([hidden, *near], -1)), state

    def dream(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Return points of the space (B, PLACES, place) for noise (B, noise) under conditions (B, 4).

        A condition is the tokens of style, mode and metre and that of the last bar. Points lie within four standard
        deviations of the prior, else a generator may flee from the critic without end.
        """
        told = self.embed(condition).flatten(1).detach()
        made: Tensor = self.generator(torch.cat([noise, told], -1)).view(len(noise), PLACES, -1)
        return _REACH * (made / _REACH).tanh() * _is_inside(condition)

    def judge(self, space: Tensor, condition: Tensor) -> Tensor:
        """Return the critic's value (B,) of points (B, PLACES, place) under conditions (B, 4)."""
        told = self.embed(condition).flatten(1).detach()
        inside = (space * _is_inside(condition)).flatten(1)
        value: Tensor = self.critic(torch.cat([inside, told], -1)).squeeze(-1)
        return value


def inside_of(condition: Tensor) -> Tensor:
    """Return which places (B, PLACES) belong to phrases under conditions (B, 4): four to a bar."""
    bars = condition[:, 3] - v.BAR.start + 1
    return torch.arange(PLACES, device=condition.device) < (bars * PARTS).unsqueeze(1)


def _is_inside(condition: Tensor) -> Tensor:
    return inside_of(condition).unsqueeze(-1).float()


def _at(space: Tensor, places: Tensor) -> Tensor:
    return space.gather(1, places.unsqueeze(-1).expand(-1, -1, space.shape[2]))


def _layers(inside: int, width: int, outside: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inside, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, width),
        nn.LeakyReLU(0.2),
        nn.Linear(width, outside),
    )
