"""Causal language models of transformers, read token by token: any by hub id or folder, safetensors only."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from segue.errors import InputError
from segue.models.backbones import find_backbone, quiet

Logits = NDArray[np.float32]


class CausalModel:
    """A causal language model with its tokenizer; `name` is what it was loaded from, `longest` how much it sees."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        self.model, self.tokenizer, self.name = model.eval(), tokenizer, name
        self.longest = int(getattr(model.config, "max_position_embeddings", 0) or 2048)
        self.unknown: int | None = tokenizer.unk_token_id
        # newer releases of transformers say cache, older ones past_key_values
        self.cache_name = "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"
        self.begin: list[int] = [tokenizer.bos_token_id] if isinstance(tokenizer.bos_token_id, int) else []

    @classmethod
    def load(cls, name: str) -> CausalModel:
        """Load a model by local folder or hub id, in the type of its weights; no code of its authors is run.

        InputError where the folder holds no causal model with a tokenizer in safetensors, UnavailableError where the
        hub cannot be reached.
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer

        folder: Path = find_backbone(name)
        if not any(folder.glob("*.safetensors")):
            raise InputError(f"{folder}: no weights in safetensors, and pickles are never read")
        try:
            with quiet():
                tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
                model = AutoModelForCausalLM.from_pretrained(
                    folder, local_files_only=True, use_safetensors=True, dtype="auto"
                )
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{folder}: no causal language model with its tokenizer ({error})") from error
        return cls(model, tokenizer, name)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, without those that a tokenizer adds at its ends."""
        tokens: list[int] = self.tokenizer.encode(text, add_special_tokens=False)
        return tokens

    def encode_after(self, before: str, text: str) -> list[int]:
        """Return the tokens of a text as they stand after another one; alone, a tokenizer may say it otherwise."""
        base, whole = self.encode(before), self.encode(before + text)
        return whole[len(base) :] if whole[: len(base)] == base else self.encode(text)

    def opening(self, prompt: str) -> str:
        """Return a prompt as the model's chat template says it, ready for its answer; as it is where it has none."""
        if getattr(self.tokenizer, "chat_template", None):
            messages = [{"role": "user", "content": prompt}]
            told: str = self.tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
            return told
        return f"{prompt}\n\n"

    def read(self, tokens: Sequence[int]) -> CausalState:
        """Read tokens from the beginning (the model's own first token before them)."""
        return CausalState(self, None, [*self.begin, *tokens])


class CausalState:
    """What a model has read: `logits` (vocabulary,) say what comes next."""

    def __init__(self, owner: CausalModel, cache: Any, tokens: Sequence[int]) -> None:
        self.owner = owner
        self.length = 0
        self.cache = cache
        self.logits: Logits = np.zeros(0, dtype=np.float32)
        if tokens:
            self.extend(tokens)

    def extend(self, tokens: Sequence[int]) -> None:
        """Read more tokens; InputError where the model cannot see so many."""
        if self.length + len(tokens) > self.owner.longest:
            raise InputError(
                f"{self.length} tokens and {len(tokens)} more are over the {self.owner.longest} that the model sees"
            )
        with torch.no_grad():
            held = {self.owner.cache_name: self.cache}
            out = self.owner.model(torch.tensor([list(tokens)]), use_cache=True, **held)
        kept = out.get("cache")
        self.cache, self.length = out["past_key_values"] if kept is None else kept, self.length + len(tokens)
        self.logits = out.logits[0, -1].float().numpy()

    def then(self, tokens: Sequence[int]) -> CausalState:
        """Return another state, after more tokens; this one stays as it is."""
        after = CausalState(self.owner, copy.deepcopy(self.cache), ())
        after.length = self.length
        after.extend(tokens)
        return after
