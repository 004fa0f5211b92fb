"""The shape of a score model, and its `config.json` in the form that transformers' Llama reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segue.errors import FormatError, InputError


@dataclass(frozen=True, slots=True)
class ScoreConfig:
    """How large a decoder is.

    `vocabulary` is the number of token types, `width` that of the hidden vectors, `feed_forward` the inner width of the
    gated part, `longest` the most tokens it is meant to see at once. InputError where the numbers do not fit together.
    """

    vocabulary: int
    width: int = 384
    layers: int = 5
    heads: int = 6
    feed_forward: int = 1024
    longest: int = 2048
    theta: float = 10000.0
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("vocabulary", "width", "layers", "heads", "feed_forward", "longest", "theta", "epsilon"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name} = {getattr(self, name)!r} of a score model must be above 0")
        if self.width % self.heads or self.width // self.heads % 2:
            raise InputError(f"width {self.width} must be an even number of dimensions for each of {self.heads} heads")

    @property
    def head_width(self) -> int:
        """Dimensions of one attention head."""
        return self.width // self.heads

    @property
    def parameters(self) -> int:
        """The number of weights; the table of token vectors serves input and output and counts once."""
        layer = 4 * self.width**2 + 3 * self.width * self.feed_forward + 2 * self.width
        return self.vocabulary * self.width + self.layers * layer + self.width

    def as_dict(self) -> dict[str, Any]:
        """The fields of transformers' LlamaConfig, for `config.json`."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": self.vocabulary,
            "hidden_size": self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.heads,
            "head_dim": self.head_width,
            "intermediate_size": self.feed_forward,
            "max_position_embeddings": self.longest,
            "rope_theta": self.theta,
            "rope_parameters": {"rope_type": "default", "rope_theta": self.theta},
            "rms_norm_eps": self.epsilon,
            "hidden_act": "silu",
            "attention_bias": False,
            "mlp_bias": False,
            "tie_word_embeddings": True,
            "bos_token_id": None,
            "eos_token_id": None,
            "pad_token_id": None,
            "torch_dtype": "bfloat16",
        }

    @classmethod
    def from_file(cls, file: Path) -> ScoreConfig:
        """Read a `config.json`; FormatError names the file where it is damaged or of another architecture."""
        try:
            held = json.loads(file.read_text(encoding="utf-8"))
            kinds = {"model_type": "llama", "hidden_act": "silu", "tie_word_embeddings": True}
            for name, only in kinds.items():
                if held[name] != only:
                    raise InputError(f"{name} is {held[name]!r}; a score model has {only!r}")
            if held.get("num_key_value_heads", held["num_attention_heads"]) != held["num_attention_heads"]:
                raise InputError("grouped key-value heads; a score model has as many as it has heads")
            return cls(
                vocabulary=held["vocab_size"],
                width=held["hidden_size"],
                layers=held["num_hidden_layers"],
                heads=held["num_attention_heads"],
                feed_forward=held["intermediate_size"],
                longest=held["max_position_embeddings"],
                theta=held["rope_theta"],
                epsilon=held["rms_norm_eps"],
            )
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, InputError) as error:
            raise FormatError(f"not the configuration of a score model: {error}", file=str(file)) from error
