"""The fast engine: the forward pass compiled for this processor, on the bfloat16 weights as they are shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from segue.models.engine.compiled import forward_of, this_processor
from segue.models.engine.layout import CHUNK, LANES, PANEL, Layout, Processor
from segue.models.engine.protocol import Logits, Session, check_cut, check_row, check_rows, check_tokens
from segue.models.engine.weights import Halves, read_weights, to_floats
from segue.models.score.config import ScoreConfig

_LINE = 64  # bytes of a cache line


class FastEngine:
    """A score model as machine code; the weights are bfloat16, all arithmetic is float32."""

    name = "fast"

    def __init__(self, config: ScoreConfig, weights: Mapping[str, Halves], processor: Processor | None = None) -> None:
        self.vocabulary, self.longest = config.vocabulary, config.longest
        self.config = config
        self.layout = Layout(config)
        self.matrices = _packed(config, self.layout, weights)
        self.tables = _tables(config, self.layout, weights)
        self.forward = forward_of(config, processor or this_processor())

    @classmethod
    def load(cls, folder: Path, processor: Processor | None = None) -> FastEngine:
        """Load `config.json` and `model.safetensors` of a folder; see `read_weights` for the errors.

        The code is made for this machine's processor, unless another one is named that can do less.
        """
        return cls(*read_weights(folder), processor)

    def open(self, rows: int = 1) -> Session:
        """Begin so many empty rows."""
        return _Rows(self, rows)


def _aligned(shape: tuple[int, ...], kind: Any) -> NDArray[Any]:
    """An array not yet filled that begins where a cache line does, so that no vector lies across two of them."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    room = np.empty(size + _LINE, np.uint8)
    start = -room.ctypes.data % _LINE
    return room[start : start + size].view(kind).reshape(shape)


def _panelled(halves: Halves, rows: int, columns: int) -> NDArray[np.uint16]:
    """A matrix in panels of 32 rows, filled up with zeros: for each column the pairs of rows i and i + 16."""
    full = np.zeros((rows, columns), np.uint16)
    full[: halves.shape[0], : halves.shape[1]] = halves
    return full.reshape(rows // PANEL, 2, LANES, columns).transpose(0, 3, 2, 1).ravel()


def _packed(config: ScoreConfig, layout: Layout, weights: Mapping[str, Halves]) -> NDArray[np.uint16]:
    """All matrices in the order that `kernel` reads them."""
    of = {
        "query": "self_attn.q_proj",
        "key": "self_attn.k_proj",
        "value": "self_attn.v_proj",
        "output": "self_attn.o_proj",
        "gate": "mlp.gate_proj",
        "up": "mlp.up_proj",
        "down": "mlp.down_proj",
    }
    found = [
        _panelled(weights[f"model.layers.{number}.{of[name]}.weight"], rows, columns)
        for number in range(config.layers)
        for name, (rows, columns) in layout.matrices.items()
    ]
    found.append(_panelled(weights["model.embed_tokens.weight"], layout.vocabulary, layout.width))
    return np.concatenate(found, out=_aligned((sum(map(len, found)),), np.uint16))


def _tables(config: ScoreConfig, layout: Layout, weights: Mapping[str, Halves]) -> NDArray[np.float32]:
    """Token vectors, cosines and sines of each position, the weights of the norms."""
    vectors = np.zeros((layout.vocabulary, layout.width), np.float32)
    vectors[: config.vocabulary, : config.width] = to_floats(weights["model.embed_tokens.weight"])
    speed = config.theta ** (-np.arange(0, config.head_width, 2) / config.head_width)
    angles = np.outer(np.arange(layout.positions), speed)
    turns = np.concatenate([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    names = [
        f"model.layers.{number}.{place}_layernorm.weight"
        for number in range(config.layers)
        for place in ("input", "post_attention")
    ]
    norms = np.zeros((len(names) + 1, layout.width), np.float32)
    for row, name in enumerate([*names, "model.norm.weight"]):
        norms[row, : config.width] = to_floats(weights[name])
    parts = [vectors.ravel(), turns.ravel(), norms.ravel()]
    return np.concatenate(parts, out=_aligned((sum(map(len, parts)),), np.float32))


class _Rows:
    """Rows of one session: the cache, and the memory that a call works in."""

    def __init__(self, engine: FastEngine, rows: int) -> None:
        check_rows(rows)
        config, layout = engine.config, engine.layout
        self._engine = engine
        self._lengths = [0] * rows
        kept = np.float16 if engine.forward.halves else np.float32
        self._keys = _aligned((config.layers, rows, layout.row), kept)
        self._values = _aligned((config.layers, rows, layout.row), kept)
        self._scratch = _aligned((layout.scratch[""],), np.float32)
        self._scratch.fill(0)
        self._numbers = np.zeros((4, CHUNK), np.int32)  # tokens, rows, positions, and those wanted
        self._logits = _aligned((CHUNK, layout.vocabulary), np.float32)
        self._call = engine.forward.call
        held = (engine.matrices, engine.tables, self._keys, self._values, self._scratch, *self._numbers[:3])
        self._memory = tuple(array.ctypes.data for array in held)
        self._wanted, self._out = self._numbers[3].ctypes.data, self._logits.ctypes.data

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(self._lengths)

    def feed(self, tokens: Mapping[int, Sequence[int]]) -> Logits:
        vocabulary, longest = self._engine.vocabulary, self._engine.longest
        for row, new in tokens.items():
            check_row(row, len(self._lengths))
            check_tokens(new, vocabulary, self._lengths[row], longest)
        last = []
        for row, new in tokens.items():
            if len(new) > 1:
                self._read(row, new[:-1], wanted="none")
            last.append((row, new[-1]))
        parts = [self._step(last[start : start + CHUNK]).copy() for start in range(0, len(last), CHUNK)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _step(self, last: Sequence[tuple[int, int]]) -> Logits:
        """Read one token of each of some rows; the logits lie there until the next call."""
        count, numbers, lengths = len(last), self._numbers, self._lengths
        for place, (row, token) in enumerate(last):
            numbers[0, place], numbers[1, place], numbers[2, place] = token, row, lengths[row]
            numbers[3, place] = place
            lengths[row] += 1
        self._run(count, count)
        return self._logits[:count, : self._engine.vocabulary]

    def feed_each(self, row: int, tokens: Sequence[int]) -> Logits:
        check_row(row, len(self._lengths))
        check_tokens(tokens, self._engine.vocabulary, self._lengths[row], self._engine.longest)
        out = np.empty((len(tokens), self._engine.vocabulary), np.float32)
        for start in range(0, len(tokens), CHUNK):
            part = tokens[start : start + CHUNK]
            self._read(row, part, wanted="each")
            out[start : start + len(part)] = self._logits[: len(part), : out.shape[1]]
        return out

    def _read(self, row: int, tokens: Sequence[int], wanted: Literal["each", "none"]) -> None:
        """Read one row's tokens; with "each" there may be no more than a call reads, and logits lie ready."""
        numbers = self._numbers
        for start in range(0, len(tokens), CHUNK):
            part = tokens[start : start + CHUNK]
            count, length = len(part), self._lengths[row]
            numbers[0, :count] = part
            numbers[1, :count] = row
            numbers[2, :count] = range(length, length + count)
            numbers[3, :count] = range(count)
            self._run(count, count if wanted == "each" else 0)
            self._lengths[row] += count

    def _run(self, count: int, wanted: int) -> None:
        self._call(*self._memory, count, len(self._lengths), self._wanted, wanted, self._out)

    def cut(self, row: int, length: int) -> None:
        check_row(row, len(self._lengths))
        check_cut(length, self._lengths[row])
        self._lengths[row] = length

    def copy(self, source: int, target: int) -> None:
        for row in (source, target):
            check_row(row, len(self._lengths))
        heads, size = self._engine.config.heads, self._engine.config.head_width
        filled = -(-self._lengths[source] // LANES) * LANES * size  # of each head, keys and values alike
        for held in (self._keys, self._values):
            parts = held.reshape(*held.shape[:2], heads, -1)
            parts[:, target, :, :filled] = parts[:, source, :, :filled]
        self._lengths[target] = self._lengths[source]
