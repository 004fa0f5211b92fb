"""The harmony model's network: gated convolutions over beats, and a chain of triads on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from segue.models.harmony.beats import STATES, UNKNOWN, WIDTH, Floats
from segue.models.harmony.chain import NEVER
from segue.models.harmony.config import HarmonyConfig


@dataclass(frozen=True, eq=False)
class Heard:
    """Rows of beats, padded to the longest: features (rows, n, WIDTH), states (rows, n), which are beats (rows, n)."""

    features: Tensor
    states: Tensor
    is_beat: Tensor

    @classmethod
    def of(cls, rows: Sequence[tuple[Floats, Sequence[int]]]) -> Heard:
        """Pad features and states of scores; padding has no state."""
        longest = max(len(features) for features, _ in rows)
        features = torch.zeros(len(rows), longest, WIDTH)
        states = torch.full((len(rows), longest), UNKNOWN)
        is_beat = torch.zeros(len(rows), longest, dtype=torch.bool)
        for row, (heard, told) in enumerate(rows):
            features[row, : len(heard)] = torch.from_numpy(heard)
            states[row, : len(heard)] = torch.as_tensor(told)
            is_beat[row, : len(heard)] = True
        return cls(features, states, is_beat)


class Block(nn.Module):
    """A convolution over three beats, gated (Dauphin et al. 2017), on what came in."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, 2 * width, 3, padding=dilation, dilation=dilation)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(0.0)

    def forward(self, beats: Tensor, is_beat: Tensor) -> Tensor:
        """Return (rows, n, width) of the same."""
        seen = (self.norm(beats) * is_beat).transpose(1, 2)
        value, gate = self.conv(seen).transpose(1, 2).chunk(2, -1)
        found: Tensor = beats + self.dropout(self.out(value * torch.sigmoid(gate)))
        return found


class HarmonyNet(nn.Module):
    """From features of beats (rows, n, WIDTH) to what fits (rows, n, STATES) and what holding is worth (rows, n)."""

    def __init__(self, config: HarmonyConfig) -> None:
        super().__init__()
        self.config = config
        self.enter = nn.Linear(WIDTH, config.width)
        self.dropout = nn.Dropout(0.0)
        self.blocks = nn.ModuleList(Block(config.width, dilation) for dilation in config.dilations)
        self.norm = nn.LayerNorm(config.width)
        self.leave = nn.Linear(config.width, STATES + 1)
        self.moves = nn.Parameter(torch.zeros(STATES, STATES))

    def forward(self, features: Tensor, is_beat: Tensor) -> tuple[Tensor, Tensor]:
        """Return what fits and what holds."""
        mask = is_beat[..., None].to(features.dtype)
        beats = self.dropout(self.enter(features)) * mask
        for block in self.blocks:
            beats = block(beats, mask)
        found = self.leave(self.norm(beats))
        return found[..., :STATES], found[..., STATES]

    def nats(self, heard: Heard) -> Tensor:
        """Return minus the logarithm of the probability of what is known of the states, summed over rows."""
        fits, holds = self(heard.features, heard.is_beat)
        known = heard.states[..., None] == torch.arange(STATES, device=fits.device)
        free = (heard.states == UNKNOWN)[..., None]
        both = torch.cat([fits, fits.masked_fill(~(known | free), NEVER)])
        every, told = self._log_sums(both, holds.repeat(2, 1), heard.is_beat.repeat(2, 1)).chunk(2)
        return (every - told).sum()

    def _log_sums(self, fits: Tensor, holds: Tensor, is_beat: Tensor) -> Tensor:
        """The logarithm of the summed scores of all paths, of each row."""
        staying = torch.eye(STATES, device=fits.device)
        sums = fits[:, 0]
        for place in range(1, fits.shape[1]):
            steps = self.moves + holds[:, place, None, None] * staying
            after = torch.logsumexp(sums[:, :, None] + steps, 1) + fits[:, place]
            sums = torch.where(is_beat[:, place, None], after, sums)
        return torch.logsumexp(sums, 1)
