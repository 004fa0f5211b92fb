"""The kinds of pretrained language model that can be a backbone, and where their parts lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Pooling = Literal["mean", "last"]


@dataclass(frozen=True, slots=True)
class Family:
    """One architecture of transformers.

    `pooling` makes one vector of a text: the mean over its tokens, or the last token where a token sees only what lies
    before it. `lora` and `sublayers` name modules inside one layer: the projections that LoRA adapts, and the two
    output projections (attention, feed-forward) behind which bottleneck adapters stand. `pooler` tells whether the
    class takes `add_pooling_layer`, so that its unused pooler is left out.
    """

    pooling: Pooling
    lora: tuple[str, ...]
    sublayers: tuple[str, ...]
    pooler: bool = False


_BERT = Family("mean", ("query", "value"), ("attention.output.dense", "output.dense"), pooler=True)
_LLAMA = Family("last", ("q_proj", "v_proj"), ("self_attn.o_proj", "mlp.down_proj"))

# keyed by `model_type` of the configuration; a new architecture is one line here
FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "bert": _BERT,
        "roberta": _BERT,
        "xlm-roberta": _BERT,
        "camembert": _BERT,
        "electra": Family("mean", _BERT.lora, _BERT.sublayers),
        "mpnet": Family("mean", ("attn.q", "attn.v"), ("attention.attn.o", "output.dense"), pooler=True),
        "distilbert": Family("mean", ("q_lin", "v_lin"), ("attention.out_lin", "ffn.lin2")),
        "gpt2": Family("last", ("c_attn",), ("attn.c_proj", "mlp.c_proj")),
        "gpt_neo": Family("last", ("q_proj", "v_proj"), ("attn.attention.out_proj", "mlp.c_proj")),
        "gpt_neox": Family("last", ("query_key_value",), ("attention.dense", "mlp.dense_4h_to_h")),
        "opt": Family("last", ("q_proj", "v_proj"), ("self_attn.out_proj", "fc2")),
        "llama": _LLAMA,
        "mistral": _LLAMA,
        "qwen2": _LLAMA,
        "qwen3": _LLAMA,
    }
)
