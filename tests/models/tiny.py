"""Tiny random backbones, saved as the hub saves real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    ElectraConfig,
    ElectraModel,
    GPT2Config,
    GPT2Model,
    LlamaConfig,
    LlamaModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
)

from segue.models.backbones import quiet

_NAMES = "quiet loud piano guitar rainy sunny evening morning song dance sad happy slow fast night day"
WORDS = tuple(_NAMES.split())
SHAPE = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48}
GPT_SHAPE = {"n_embd": 32, "n_layer": 3, "n_head": 4}
KINDS = ("bert", "roberta", "gpt2")  # one of each class; ALL has more
ALL = (*KINDS, "distilbert", "electra", "mpnet", "llama")


def tiny_folder(kind: str, folder: Path, seed: int = 0) -> Path:
    """Write a backbone of three layers, 32 wide, with a tokenizer of some twenty words."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer = Tokenizer(models.WordLevel({word: row for row, word in enumerate([*special, *WORDS])}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if kind not in ("gpt2", "llama"):
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
    names: dict[str, Any] = {"unk_token": "[UNK]", "pad_token": "[PAD]", "eos_token": "[SEP]"}
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(seed)
        model = _model(kind, len(special) + len(WORDS))
        with torch.no_grad():
            for weight in model.parameters():  # larger than at initialisation, so that differences show
                weight.add_(torch.randn_like(weight) * 0.1)
        model.save_pretrained(folder)
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    return folder


def _model(kind: str, vocabulary: int) -> Any:
    common = {"vocab_size": vocabulary, "max_position_embeddings": 40, "pad_token_id": 0}
    if kind == "gpt2":
        return GPT2Model(GPT2Config(vocab_size=vocabulary, n_positions=40, eos_token_id=3, bos_token_id=3, **GPT_SHAPE))
    if kind == "distilbert":
        return DistilBertModel(DistilBertConfig(dim=32, n_layers=3, n_heads=4, hidden_dim=48, **common))
    classes: dict[str, tuple[Any, Any]] = {
        "bert": (BertConfig, BertModel),
        "roberta": (RobertaConfig, RobertaModel),
        "electra": (ElectraConfig, ElectraModel),
        "mpnet": (MPNetConfig, MPNetModel),
        "llama": (LlamaConfig, LlamaModel),
    }
    config, model = classes[kind]
    return model(config(**common, **SHAPE))
