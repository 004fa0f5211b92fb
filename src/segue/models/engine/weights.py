"""Reading a score model's weights without PyTorch: the bfloat16 of a safetensors file, as they are."""

from __future__ import annotations

import json
import operator
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError, InputError
from segue.models.score.config import ScoreConfig

Halves = NDArray[np.uint16]
_LONGEST_HEADER = 1_000_000  # bytes


def read_weights(folder: Path) -> tuple[ScoreConfig, dict[str, Halves]]:
    """Read `config.json` and `model.safetensors`: the shape, and each weight's bfloat16 bits by its name in Llama.

    InputError where a file is missing or holds weights of another shape or type, FormatError where one is damaged.
    """
    config = ScoreConfig.from_file(folder / "config.json")
    file = folder / "model.safetensors"
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    header, start = _header(data, str(file))
    found = {}
    for name, shape in shapes(config).items():
        if name not in header:
            raise InputError(f"{file}: no weight {name}; config.json describes one of shape {shape}")
        found[name] = _weight(data, header[name], start, shape, f"{file}: {name}")
    return config, found


def shapes(config: ScoreConfig) -> dict[str, tuple[int, ...]]:
    """The names and shapes of all weights of a score model."""
    width, inner = config.width, config.feed_forward
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (config.vocabulary, width)}
    for number in range(config.layers):
        layer = f"model.layers.{number}."
        found |= {f"{layer}self_attn.{name}_proj.weight": (width, width) for name in "qkvo"}
        found |= {f"{layer}mlp.{name}_proj.weight": (inner, width) for name in ("gate", "up")}
        found[f"{layer}mlp.down_proj.weight"] = (width, inner)
        found |= {f"{layer}{name}_layernorm.weight": (width,) for name in ("input", "post_attention")}
    return found | {"model.norm.weight": (width,)}


def _header(data: bytes, file: str) -> tuple[Mapping[str, Any], int]:
    """The table of a safetensors file, and where the weights begin."""
    if len(data) < 8:
        raise FormatError(f"{len(data)} bytes are no weights", file=file)
    (size,) = struct.unpack_from("<Q", data)
    if not 2 <= size <= min(_LONGEST_HEADER, len(data) - 8):
        raise FormatError(f"a table of {size} bytes does not fit", file=file, place="byte 0")
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError) as error:
        raise FormatError(f"its table is not JSON: {error}", file=file, place="byte 8") from error
    if not isinstance(header, dict):
        raise FormatError("its table is not an object", file=file, place="byte 8")
    return header, 8 + size


def _weight(data: bytes, entry: Any, start: int, shape: tuple[int, ...], place: str) -> Halves:
    try:
        kind, given = entry["dtype"], tuple(entry["shape"])
        first, last = (operator.index(end) for end in entry["data_offsets"])
    except (TypeError, KeyError, ValueError) as error:
        raise FormatError("its entry in the table is damaged", place=place) from error
    if kind != "BF16":
        raise InputError(f"{place} is of type {kind!r}; this engine takes BF16, which save_score_model writes")
    if given != shape:
        raise InputError(f"{place} has shape {given}; config.json describes {shape}")
    count = int(np.prod(shape))
    if last - first != 2 * count or not 0 <= first <= len(data) - start - 2 * count:
        raise FormatError(f"bytes {first} to {last} are not its {count} values", place=place)
    return np.frombuffer(data, "<u2", count, start + first).reshape(shape)


def to_floats(halves: Halves) -> NDArray[np.float32]:
    """The numbers that bfloat16 bits stand for."""
    return (halves.astype(np.uint32) << 16).view(np.float32)
