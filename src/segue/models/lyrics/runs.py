"""Runs of words that a model learned from, kept as a Bloom filter: so that what it writes is not what it read.

A Bloom filter (Bloom, "Space/time trade-offs in hash coding with allowable errors", Communications of the ACM 13, 1970)
never misses a run that it was given; of others it takes about (1 - e^(-k n / m))^k for known: .8 % with the ten bits a
run and seven hashes used here. No text can be read out of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError, InputError

FILE = "runs.npz"
LENGTH = 8  # items of a run
_BITS, _HASHES = 10, 7


@dataclass(frozen=True)
class Runs:
    """The runs of `length` items of some texts; `bits` are packed, `count` is how many different runs there are."""

    bits: NDArray[np.uint8]
    count: int
    length: int = LENGTH

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]], length: int = LENGTH) -> Runs:
        """Take in all runs of some texts, each a row of items in reading order."""
        keys = {_key(run) for text in texts for run in _runs(text, length)}
        size = max(len(keys) * _BITS, 64)
        flags = np.zeros(size, dtype=bool)
        for key in keys:
            flags[list(_places(key, size))] = True
        return cls(np.packbits(flags), len(keys), length)

    def holds(self, run: Sequence[str]) -> bool:
        """Whether a run of items was taken in; seldom also where it was not."""
        size = max(self.count * _BITS, 64)
        return all(self.bits[place >> 3] >> (7 - (place & 7)) & 1 for place in _places(_key(run), size))

    def copied(self, text: Sequence[str], new: int) -> bool:
        """Whether a run that ends in the last `new` items of a text was taken in."""
        first = max(len(text) - new - self.length + 1, 0)
        return any(self.holds(run) for run in _runs(text[first:], self.length))

    def save(self, folder: Path) -> None:
        """Write `runs.npz`, whole or not at all."""
        partial = folder / f"{FILE}.partial"
        with partial.open("wb") as opened:
            np.savez(opened, bits=self.bits, numbers=np.array([self.count, self.length], dtype=np.int64))
        partial.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Runs:
        """Read `runs.npz`; InputError where there is none, FormatError where it is damaged."""
        file = folder / FILE
        try:
            with np.load(file, allow_pickle=False) as held:
                count, length = (int(number) for number in held["numbers"])
                found = cls(held["bits"], count, length)
        except FileNotFoundError as error:
            raise InputError(f"{file}: no such file") from error
        except (OSError, ValueError, KeyError) as error:
            raise FormatError(f"not the runs of a lyric model: {error}", file=str(file)) from error
        if len(found.bits) != -(-max(count * _BITS, 64) // 8) or length < 2:
            raise FormatError(f"{len(found.bits)} bytes are not those of {count} runs", file=str(file))
        return found


def _runs(text: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(text[start : start + length]) for start in range(len(text) - length + 1))


def _key(run: Sequence[str]) -> bytes:
    return hashlib.blake2b("\n".join(run).encode(), digest_size=16).digest()


def _places(key: bytes, size: int) -> Iterator[int]:
    """The bits of a key: two hashes make them all (Kirsch & Mitzenmacher 2006)."""
    one, other = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little") | 1
    return ((one + number * other) % size for number in range(_HASHES))
