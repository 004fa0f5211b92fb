"""The reference engine: the score model itself, in float32 PyTorch, one row after the other; exact, readable, slow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from segue.models.engine.protocol import Logits, Session, check_cut, check_row, check_rows, check_tokens
from segue.models.score.folder import load_score_model
from segue.models.score.network import Cache, ScoreModel


class ReferenceEngine:
    """A score model that computes in float32."""

    name = "reference"

    def __init__(self, model: ScoreModel) -> None:
        self.model = model.float().eval()
        self.vocabulary = model.config.vocabulary
        self.longest = model.config.longest

    @classmethod
    def load(cls, folder: Path) -> ReferenceEngine:
        """Load `config.json` and `model.safetensors` of a folder; see `load_score_model` for the errors."""
        return cls(load_score_model(folder))

    def open(self, rows: int = 1) -> Session:
        """Begin so many empty rows."""
        return _Rows(self.model, rows)


class _Rows:
    def __init__(self, model: ScoreModel, rows: int) -> None:
        check_rows(rows)
        self._model = model
        self._caches: list[Cache] = [[] for _ in range(rows)]

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(cache[0][0].shape[2] if cache else 0 for cache in self._caches)

    def feed(self, tokens: Mapping[int, Sequence[int]]) -> Logits:
        return np.stack([self._read(row, new, last_only=True)[0] for row, new in tokens.items()])

    def feed_each(self, row: int, tokens: Sequence[int]) -> Logits:
        return self._read(row, tokens, last_only=False)

    @torch.no_grad()
    def _read(self, row: int, tokens: Sequence[int], last_only: bool) -> Logits:
        check_row(row, len(self._caches))
        config = self._model.config
        check_tokens(tokens, config.vocabulary, self.lengths[row], config.longest)
        hidden = self._model.hidden(torch.tensor([list(tokens)]), self._caches[row])
        out: Logits = self._model.logits(hidden[0, -1:] if last_only else hidden[0]).numpy()
        return out

    def cut(self, row: int, length: int) -> None:
        check_row(row, len(self._caches))
        check_cut(length, self.lengths[row])
        held = self._caches[row]
        self._caches[row] = [(keys[:, :, :length], values[:, :, :length]) for keys, values in held] if length else []

    def copy(self, source: int, target: int) -> None:
        for row in (source, target):
            check_row(row, len(self._caches))
        self._caches[target] = list(self._caches[source])  # its tensors are replaced, never changed
