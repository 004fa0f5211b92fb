"""The decoder itself: Llama's mathematics and names of weights (Touvron et al. 2023), in plain torch.

RMSNorm before each part (Zhang and Sennrich 2019), rotary positions (Su et al. 2021, halves rotated), a SiLU-gated
feed-forward part (Shazeer 2020), no biases, and one table of token vectors for input and output. It is written here and
not imported, because importing transformers takes seconds and loading the shipped weights must not.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segue.models.families import Family
from segue.models.score.config import ScoreConfig

_ATTENTION, _GATED = ("q_proj", "k_proj", "v_proj", "o_proj"), ("gate_proj", "up_proj", "down_proj")
FAMILY = Family("last", (*_ATTENTION, *_GATED), ("self_attn.o_proj", "mlp.down_proj"))
_BLOCK = 256  # queries at a time
Cache = list[tuple[Tensor, Tensor]]  # keys and values per layer, each (B, heads, T, head width)


class ScoreModel(nn.Module):
    """A decoder over tokens; `config` says its shape. New weights are drawn from torch's global generator, or are what
    lies in memory where `is_drawn` is false and others will be put in their place.

    `family`, `backbone`, `layers`, `width` and `method` are what the methods of tuning need, as in a `TextEncoder`.
    """

    name = "score"
    family = FAMILY

    def __init__(self, config: ScoreConfig, *, is_drawn: bool = True) -> None:
        super().__init__()
        self.config = config
        self.model = _Decoder(config)
        self.method: str | None = None  # the method of fine-tuning it was made ready for
        if is_drawn:
            self._draw()

    @property
    def backbone(self) -> nn.Module:
        """All of the decoder."""
        return self.model

    @property
    def layers(self) -> nn.ModuleList:
        """Its layers, first to last."""
        return self.model.layers

    @property
    def width(self) -> int:
        """The width of its hidden vectors."""
        return self.config.width

    def _draw(self) -> None:
        """Normal weights of deviation .02, those that end in the residual stream smaller by sqrt(2 layers) (GPT-2)."""
        for name, weight in self.named_parameters():
            if weight.ndim > 1:
                is_last = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * self.config.layers) if is_last else 0.02)

    def set_dropout(self, share: float) -> None:
        """Drop that share of what each part adds to the stream, and of the token vectors, while it is trained."""
        self.model.dropout = share
        for layer in self.model.layers:
            cast(_Layer, layer).dropout = share

    def hidden(self, ids: Tensor, cache: Cache | None = None) -> Tensor:
        """Return the last hidden vectors (B, T, width) of token ids (B, T).

        With a cache (empty at first) the ids follow those seen before, and their keys and values are added to it.
        """
        out: Tensor = self.model(ids, cache)
        return out

    def logits(self, hidden: Tensor) -> Tensor:
        """Return (..., vocabulary) logits of the next token for hidden vectors (..., width)."""
        return F.linear(hidden, self.model.embed_tokens.weight)

    def attention(self, ids: Tensor) -> Tensor:
        """Return how much each of the ids (T) looks at each: (layers, heads, T, T), 0 for later ones; rows sum to 1."""
        found: list[Tensor] = []

        def keep(part: nn.Module, given: tuple[Tensor, tuple[Tensor, Tensor]], _: Tensor) -> None:
            found.append(cast(_Attention, part).weights(*given[:2])[0])

        hooks = [cast(_Layer, layer).self_attn.register_forward_hook(keep) for layer in self.layers]
        try:
            self.hidden(ids.unsqueeze(0))
        finally:
            for hook in hooks:
                hook.remove()
        return torch.stack(found)

    def forward(self, ids: Tensor, cache: Cache | None = None) -> Tensor:
        """Return (B, T, vocabulary) logits of the token after each of the ids (B, T); see `hidden` for the cache."""
        return self.logits(self.hidden(ids, cache))


class _Linear(nn.Linear):
    """A projection without bias, not drawn when it is made: loading would pay for it in vain."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__(inside, outside, bias=False)

    def reset_parameters(self) -> None:
        """Leave the weights as they are."""


class _Embedding(nn.Embedding):
    """A table of token vectors, not drawn when it is made."""

    def reset_parameters(self) -> None:
        """Leave the weights as they are."""


class _Decoder(nn.Module):
    def __init__(self, config: ScoreConfig) -> None:
        super().__init__()
        self.shape = config
        self.embed_tokens = _Embedding(config.vocabulary, config.width)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.norm = _Norm(config)
        self.dropout = 0.0
        self._table: tuple[Tensor, Tensor] | None = None

    def forward(self, ids: Tensor, cache: Cache | None) -> Tensor:
        start = cache[0][0].shape[2] if cache else 0
        stream = self.embed_tokens(ids)
        if torch.is_autocast_enabled(stream.device.type):
            stream = stream.to(torch.get_autocast_dtype(stream.device.type))
        if self.dropout:
            stream = F.dropout(stream, self.dropout, self.training)
        turn = self._rotations(start, start + ids.shape[1], stream)
        for number, layer in enumerate(self.layers):
            stream = layer(stream, turn, cache, number)
        out: Tensor = self.norm(stream)
        return out

    def _rotations(self, start: int, end: int, like: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines and signed sines of positions start to end, each (T, head width), in the type of `like`."""
        held = self._table
        if held is None or held[0].shape[0] < end or held[0].dtype != like.dtype or held[0].device != like.device:
            half = torch.arange(0, self.shape.head_width, 2, dtype=torch.float32, device=like.device)
            speed = self.shape.theta ** -(half / self.shape.head_width)
            places = torch.arange(max(end, self.shape.longest), dtype=torch.float32, device=like.device)
            angle = torch.outer(places, speed)
            cosine, sine = angle.cos(), angle.sin()
            held = (torch.cat([cosine, cosine], 1).to(like.dtype), torch.cat([-sine, sine], 1).to(like.dtype))
            self._table = held
        return held[0][start:end], held[1][start:end]


class _Norm(nn.Module):
    """x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich 2019, equation 4)."""

    def __init__(self, config: ScoreConfig) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.width))
        self.epsilon = config.epsilon

    def forward(self, stream: Tensor) -> Tensor:
        return F.rms_norm(stream, self.weight.shape, self.weight.to(stream.dtype), self.epsilon)


class _Layer(nn.Module):
    def __init__(self, config: ScoreConfig) -> None:
        super().__init__()
        self.self_attn = _Attention(config)
        self.mlp = _FeedForward(config)
        self.input_layernorm = _Norm(config)
        self.post_attention_layernorm = _Norm(config)
        self.dropout = 0.0

    def forward(self, stream: Tensor, turn: tuple[Tensor, Tensor], cache: Cache | None, number: int) -> Tensor:
        stream = stream + self._dropped(self.self_attn(self.input_layernorm(stream), turn, cache, number))
        return stream + self._dropped(self.mlp(self.post_attention_layernorm(stream)))

    def _dropped(self, added: Tensor) -> Tensor:
        return F.dropout(added, self.dropout, self.training) if self.dropout else added


class _Attention(nn.Module):
    def __init__(self, config: ScoreConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (_Linear(config.width, config.width) for _ in range(4))

    def asked(self, stream: Tensor, turn: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Return queries and keys (B, heads, T, head width)."""
        query, key = (
            _rotate(part(stream).unflatten(2, (self.heads, -1)).transpose(1, 2), turn)
            for part in (self.q_proj, self.k_proj)
        )
        return query, key

    def weights(self, stream: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        """Return how much each place looks at each up to it (B, heads, T, T) (Vaswani et al. 2017, equation 1)."""
        query, key = self.asked(stream, turn)
        later = torch.ones(stream.shape[1], stream.shape[1], dtype=torch.bool, device=stream.device).triu(1)
        return (query @ key.transpose(2, 3) / math.sqrt(query.shape[3])).masked_fill(later, -math.inf).softmax(-1)

    def forward(self, stream: Tensor, turn: tuple[Tensor, Tensor], cache: Cache | None, number: int) -> Tensor:
        rows, length, width = stream.shape
        query, key = self.asked(stream, turn)
        value = self.v_proj(stream).unflatten(2, (self.heads, -1)).transpose(1, 2)
        mask: Tensor | None = None
        if cache is not None:
            if number < len(cache):
                key, value = torch.cat([cache[number][0], key], 2), torch.cat([cache[number][1], value], 2)
                cache[number] = (key, value)
            else:
                cache.append((key, value))
            if 1 < length < key.shape[2]:
                mask = torch.ones(length, key.shape[2], dtype=torch.bool, device=key.device).tril(key.shape[2] - length)
        if cache is None and torch.is_grad_enabled() and query.device.type == "cpu" and query.dtype is torch.bfloat16:
            seen = _attend_in_blocks(query, key, value)
        else:
            is_whole = length > 1 and mask is None
            seen = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=is_whole)
        out: Tensor = self.o_proj(seen.transpose(1, 2).reshape(rows, length, width))
        return out


def _attend_in_blocks(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal attention by plain products over blocks of queries: on a CPU in bf16 two to three times as fast, forward
    and backward at 256 to 512 tokens, as torch's fused kernel, which does not use the bf16 units."""
    rows, heads, length, width = query.shape
    queries, keys, values = (part.reshape(rows * heads, length, width) for part in (query, key, value))
    seen = []
    for start in range(0, length, _BLOCK):
        end = min(start + _BLOCK, length)
        mask = torch.full((end - start, end), -math.inf, dtype=query.dtype).triu(start + 1)
        block, earlier = queries[:, start:end], keys[:, :end].transpose(1, 2)
        weights = torch.baddbmm(mask.expand(rows * heads, -1, -1), block, earlier, alpha=width**-0.5).softmax(-1)
        seen.append(torch.bmm(weights, values[:, :end]))
    return torch.cat(seen, 1).view(rows, heads, length, width)


def _rotate(heads: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turn each pair (i, i + half) of (B, heads, T, head width) by its angle (Su et al. 2021, equation 34)."""
    half = heads.shape[-1] // 2
    return heads * turn[0] + heads.roll(half, -1) * turn[1]


class _FeedForward(nn.Module):
    def __init__(self, config: ScoreConfig) -> None:
        super().__init__()
        self.gate_proj = _Linear(config.width, config.feed_forward)
        self.up_proj = _Linear(config.width, config.feed_forward)
        self.down_proj = _Linear(config.feed_forward, config.width)

    def forward(self, stream: Tensor) -> Tensor:
        out: Tensor = self.down_proj(F.silu(self.gate_proj(stream)) * self.up_proj(stream))
        return out
