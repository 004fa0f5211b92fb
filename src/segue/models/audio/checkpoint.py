"""Weights out of a TensorFlow checkpoint (format V2), without TensorFlow.

The `.index` file is a table of LevelDB (its blocks hold keys with shared beginnings, and a footer says where the index
of the blocks lies), from the names of variables to where their bytes lie in the `.data` file: `BundleEntryProto` of
tensorflow/core/protobuf/tensor_bundle.proto. What is read here is what such a checkpoint of one shard holds: float32
variables, no block compressed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError

Floats = NDArray[np.float32]
_FOOTER, _MAGIC = 48, bytes.fromhex("57fb808b247547db")
_TRAILER = 5  # bytes behind a block: its compression, and a checksum
_FLOAT = 1  # DT_FLOAT
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5  # wire types of protocol buffers
_OF_THE_OPTIMIZER = ("/Adam", "/Adam_1", "beta1_power", "beta2_power")


def read_checkpoint(index: bytes, data: bytes, *, file: str = "") -> dict[str, Floats]:
    """Return the variables of a checkpoint by name, those of its optimizer left out; FormatError where it is none."""
    try:
        found = {name: _entry(value) for name, value in _table(index) if name}
    except (IndexError, ValueError, KeyError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"no index of a checkpoint: {error}", file=file) from error
    weights: dict[str, Floats] = {}
    for name, (kind, shape, at, size) in found.items():
        if name.endswith(_OF_THE_OPTIMIZER):
            continue
        if kind != _FLOAT or size != 4 * int(np.prod(shape, dtype=np.int64)) or at + size > len(data):
            raise FormatError(
                f"{name}: {size:,} bytes of kind {kind} at byte {at:,} of {len(data):,} for shape {shape}", file=file
            )
        weights[name] = np.frombuffer(data, "<f4", size // 4, at).reshape(shape)
    return weights


# ---- the table


def _table(index: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and values, in the order of the table."""
    if len(index) < _FOOTER or index[-8:] != _MAGIC:
        raise FormatError("no table: its last eight bytes are not those of one")
    footer, place = index[-_FOOTER:], 0
    handle: list[int] = []
    for _ in range(4):  # where the table of statistics and the index of blocks lie, offset and size each
        number, place = _varint(footer, place)
        handle.append(number)
    for _, value in _block(index, handle[2], handle[3]):
        at, place = _varint(value, 0)
        size, _ = _varint(value, place)
        for name, held in _block(index, at, size):
            yield name.decode(), held


def _block(index: bytes, at: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a block; a key says how much of the one before it begins with."""
    if at + size + _TRAILER > len(index):
        raise FormatError(f"a block of {size:,} bytes behind the end", place=f"byte {at:,}")
    if index[at + size]:
        raise FormatError(f"a block of compression {index[at + size]}; only plain ones are read", place=f"byte {at:,}")
    block = index[at : at + size]
    restarts = int.from_bytes(block[-4:], "little")
    end, place, key = len(block) - 4 - 4 * restarts, 0, b""
    while place < end:
        shared, place = _varint(block, place)
        own, place = _varint(block, place)
        length, place = _varint(block, place)
        key = key[:shared] + block[place : place + own]
        place += own
        yield key, block[place : place + length]
        place += length


# ---- protocol buffers


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """A number in groups of seven bits, and the place behind it."""
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Numbers of fields, and what they hold."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        kind = tag & 7
        if kind == _VARINT:
            number, place = _varint(message, place)
            yield tag >> 3, number
            continue
        size = {_EIGHT: 8, _FOUR: 4}.get(kind, 0)
        if kind == _BYTES:
            size, place = _varint(message, place)
        elif not size:
            raise FormatError(f"a field of kind {kind}", place=f"byte {place} of an entry")
        yield tag >> 3, message[place : place + size]
        place += size


def _entry(message: bytes) -> tuple[int, tuple[int, ...], int, int]:
    """Kind, shape, offset and size of a variable."""
    kind, shard, at, size = 0, 0, 0, 0
    shape: tuple[int, ...] = ()
    for field, value in _fields(message):
        if isinstance(value, bytes):
            if field == 2:
                shape = tuple(_dimension(one) for number, one in _fields(value) if number == 2)
        elif field in (1, 3, 4, 5):
            kind, shard, at, size = (
                value if field == number else held for number, held in ((1, kind), (3, shard), (4, at), (5, size))
            )
    if shard:
        raise FormatError(f"a variable in file {shard}; checkpoints of one file are read")
    return kind, shape, at, size


def _dimension(message: int | bytes) -> int:
    if isinstance(message, int):
        raise FormatError("a dimension that is a bare number")
    return next((value for number, value in _fields(message) if number == 1 and isinstance(value, int)), 0)
