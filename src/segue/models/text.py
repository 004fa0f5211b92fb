"""The text encoder: a pretrained language model that makes one vector of a text."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor, nn

from segue.errors import InputError
from segue.models.backbones import check_folder, find_backbone, quiet
from segue.models.families import FAMILIES, Family
from segue.models.lengths import length_groups

Precision = Literal["auto", "fp32", "bf16"]
_AFTER_PAD = ("roberta", "xlm-roberta", "camembert", "mpnet")  # these number their positions from pad + 1 on
_CHUNK = 256  # texts encoded at a time, of near length
_WORTH_BF16 = 64  # below this many texts the copy of the weights costs more than it saves


class TextEncoder(nn.Module):
    """A backbone with its tokenizer and its pooling: token ids in, (n, width) vectors out.

    `backbone` is the transformers model, `family` says where its parts lie, `name` is what it was loaded from, `width`
    the length of a vector, `longest` the most tokens it takes.
    """

    backbone: Any  # a transformers model; they carry no types

    def __init__(self, backbone: nn.Module, tokenizer: Any, family: Family, name: str) -> None:
        super().__init__()
        self.backbone = backbone
        self.tokenizer = tokenizer
        self.family = family
        self.name = name
        self.method: str | None = None  # the method of fine-tuning it was made ready for
        config: Any = backbone.config
        self.width = int(config.hidden_size)
        self.pad = config.pad_token_id if isinstance(config.pad_token_id, int) else 0
        positions = int(getattr(config, "max_position_embeddings", 512))
        self.longest = positions - (self.pad + 1 if config.model_type in _AFTER_PAD else 0)

    @classmethod
    def load(cls, name: str = "minilm", dtype: torch.dtype = torch.float32) -> TextEncoder:
        """Load a backbone by short name, local folder or hub id; see `find_backbone` for the errors.

        The weights are safetensors, no code of the model's authors is run, and nothing is printed.
        """
        from transformers import AutoModel, AutoTokenizer

        folder = find_backbone(name)
        family = FAMILIES[check_folder(folder)]
        extra = {"add_pooling_layer": False} if family.pooler else {}
        try:
            with quiet():
                tokenizer = AutoTokenizer.from_pretrained(folder)
                backbone, report = AutoModel.from_pretrained(
                    folder, use_safetensors=True, dtype=dtype, output_loading_info=True, **extra
                )
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise InputError(f"{folder}: the model cannot be loaded: {error}") from error
        lacking = sorted(report["missing_keys"])
        if lacking:
            raise InputError(f"{folder}: {len(lacking)} weights are missing from the file, first {lacking[0]}")
        return cls(backbone, tokenizer, family, name)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return next(self.backbone.parameters()).device

    @property
    def is_frozen(self) -> bool:
        """True where no weight is trained."""
        return not any(weight.requires_grad for weight in self.parameters())

    @property
    def layers(self) -> nn.ModuleList:
        """The transformer's layers, first to last."""
        lists = [module for module in self.backbone.modules() if isinstance(module, nn.ModuleList)]
        return max(lists, key=len)

    def train(self, mode: bool = True) -> TextEncoder:
        """Switch training mode; a frozen encoder stays as it is served, without dropout."""
        super().train(mode and not self.is_frozen)
        return self

    def tokenize(self, texts: Sequence[str], max_length: int = 256) -> list[list[int]]:
        """Return token ids per text, special tokens included, cut at `max_length` tokens; never empty."""
        if not texts:
            return []
        length = min(max_length, self.longest)
        found = self.tokenizer(
            list(texts),
            truncation=True,
            max_length=length,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )["input_ids"]
        blank = self.tokenizer.eos_token_id or 0  # a GPT-class tokenizer gives no token for ""
        return [list(ids) or [blank] for ids in found]

    def forward(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Return one vector per row of token ids: (n, width), rows in the order given; gradients flow.

        Rows are grouped by length, so that a few long texts do not pad the many short ones.
        """
        if not len(ids):
            return torch.zeros(0, self.width, device=self.device)
        lengths = [len(row) for row in ids]
        if min(lengths) < 1 or max(lengths) > self.longest:
            raise InputError(
                f"a text of {min(lengths) or max(lengths)} tokens; accepted: 1 to {self.longest} (backbone {self.name})"
            )
        groups = length_groups(lengths, overhead=64 if self.device.type == "cpu" else 8192)
        vectors = torch.cat([self._group([ids[row] for row in group]) for group in groups])
        back = torch.from_numpy(np.argsort(np.concatenate(groups), kind="stable"))
        return vectors[back.to(vectors.device)]

    def _group(self, rows: Sequence[Sequence[int]]) -> Tensor:
        longest = max(len(row) for row in rows)
        padded = np.full((len(rows), longest), self.pad, dtype=np.int64)
        for place, row in enumerate(rows):
            padded[place, : len(row)] = row
        lengths = torch.tensor([len(row) for row in rows], device=self.device)
        mask = torch.arange(longest, device=self.device) < lengths[:, None]
        whole = bool(mask.all())  # without padding the attention takes its faster path
        hidden: Tensor = self.backbone(
            input_ids=torch.from_numpy(padded).to(self.device), attention_mask=None if whole else mask.long()
        ).last_hidden_state
        if self.family.pooling == "last":
            return hidden[torch.arange(len(rows), device=self.device), lengths - 1].float()
        if whole:
            return hidden.float().mean(1)
        return (hidden.float() * mask[:, :, None]).sum(1) / lengths[:, None]

    @torch.no_grad()
    def encode(
        self,
        texts: Sequence[str],
        progress: Callable[[int], object] | None = None,
        *,
        max_length: int = 256,
        precision: Precision = "auto",
    ) -> NDArray[np.float32]:
        """Return (n, width) float32 vectors without gradients; `progress` is told how many texts are done.

        "auto" computes in bf16 where the machine is fast at it and the texts are many (cosine to fp32 about .9999), and
        in fp32 otherwise.
        """
        was_training = self.training
        self.eval()
        half = precision == "bf16" or (precision == "auto" and len(texts) >= _WORTH_BF16 and is_bf16_fast(self.device))
        model = self._in_bf16() if half else self
        ids = self.tokenize(texts, max_length)
        order = np.argsort([-len(row) for row in ids], kind="stable")
        vectors = np.empty((len(ids), self.width), dtype=np.float32)
        for start in range(0, len(ids), _CHUNK):
            rows = order[start : start + _CHUNK]
            vectors[rows] = model([ids[row] for row in rows]).float().cpu().numpy()
            if progress is not None:
                progress(min(start + _CHUNK, len(ids)))
        self.train(was_training)
        return vectors

    def _in_bf16(self) -> TextEncoder:
        twin = TextEncoder(copy.deepcopy(self.backbone).to(torch.bfloat16), self.tokenizer, self.family, self.name)
        twin.eval()
        return twin

    def fingerprint(self) -> str:
        """Return the sha256 of all weights, their names, shapes and types: equal weights, equal fingerprint."""
        return fingerprint(self.backbone)


def fingerprint(module: nn.Module) -> str:
    """Return the sha256 over a module's weights and buffers with their names, shapes and types."""
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def is_bf16_fast(device: torch.device) -> bool:
    """Return whether the hardware there computes in bf16: a GPU that has it, a CPU with avx512_bf16 or amx."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        has = torch.cpu.get_capabilities()
        return bool(has.get("avx512_bf16") or has.get("amx_bf16"))
    return False


def save_folder(encoder: TextEncoder, folder: Path) -> None:
    """Write the backbone and its tokenizer as a folder that `TextEncoder.load` and transformers read."""
    with quiet():
        encoder.backbone.save_pretrained(folder)
        encoder.tokenizer.save_pretrained(folder)
