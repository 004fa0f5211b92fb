"""The pairs that a run held out, kept beside it as hashes: later runs hold them out too and measure them again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from segue.errors import FormatError
from segue.recommend.held_out import HeldOut, Pair
from segue.recommend.population import Population

FILE = "held.safetensors"
_COLUMNS = ("listener", "song", "heard", "test")


@dataclass(frozen=True)
class Kept:
    """Pairs that an earlier run held out, as far as listener and song are there and what was held out is still true."""

    valid: tuple[Pair, ...]
    test: tuple[Pair, ...]


def write_kept(population: Population, held: HeldOut, folder: Path) -> None:
    """Write the valid and the test pairs, listener and song as numbers of 64 bits by their names."""
    pairs = [(pair, False) for pair in held.valid] + [(pair, True) for pair in held.test]
    songs = _song_hashes(population)
    listeners = np.array([_hash(name) for name in population.heard.listeners], np.uint64)
    _save(
        {
            "listener": listeners[[pair.listener for pair, _ in pairs]],
            "song": songs[[pair.song for pair, _ in pairs]],
            "heard": np.array([pair.label for pair, _ in pairs], np.uint8),
            "test": np.array([is_test for _, is_test in pairs], np.uint8),
        },
        folder / FILE,
    )


def read_kept(folder: Path, population: Population) -> Kept | None:
    """Read the pairs over a population; None where the run kept none, FormatError where the file is damaged."""
    file = folder / FILE
    if not file.is_file():
        return None
    columns = _load(file)
    listeners = {_hash(name): row for row, name in enumerate(population.heard.listeners)}
    songs = {int(value): number for number, value in enumerate(_song_hashes(population))}
    heard = [set(own.tolist()) for own in population.heard.sequences]
    valid: list[Pair] = []
    test: list[Pair] = []
    for name, title, label, is_test in zip(*(columns[one].tolist() for one in _COLUMNS), strict=True):
        listener, song = listeners.get(name), songs.get(title)
        if listener is not None and song is not None and bool(label) is (song in heard[listener]):
            (test if is_test else valid).append(Pair(listener, song, bool(label)))
    return Kept(tuple(valid), tuple(test))


def forget_kept(folder: Path, listener: str) -> int:
    """Take a listener's pairs out; return how many there were."""
    file = folder / FILE
    if not file.is_file():
        return 0
    columns = _load(file)
    stays = columns["listener"] != np.uint64(_hash(listener))
    if stays.all():
        return 0
    _save({name: column[stays] for name, column in columns.items()}, file)
    return int((~stays).sum())


def songs_of(pairs: Iterable[Pair], listeners: int) -> list[list[int]]:
    """The songs of the pairs, listener by listener."""
    found: list[list[int]] = [[] for _ in range(listeners)]
    for pair in pairs:
        found[pair.listener].append(pair.song)
    return found


def _hash(*names: str) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(names).encode(), digest_size=8).digest(), "little")


def _song_hashes(population: Population) -> NDArray[np.uint64]:
    return np.array([_hash(*song.key) for song in population.catalogue], np.uint64)


def _save(columns: dict[str, NDArray[np.generic]], file: Path) -> None:
    partial = file.with_name(f".{file.name}.partial")
    save_file(columns, partial)
    partial.replace(file)


def _load(file: Path) -> dict[str, NDArray[np.generic]]:
    try:
        found: dict[str, NDArray[np.generic]] = load_file(file)
    except (OSError, SafetensorError) as error:
        raise FormatError(f"what a run held out cannot be read: {error}; tune again", file=str(file)) from error
    missing: Sequence[str] = [name for name in _COLUMNS if name not in found]
    if missing:
        raise FormatError(f"what a run held out lacks {', '.join(missing)}; tune again", file=str(file))
    return found
