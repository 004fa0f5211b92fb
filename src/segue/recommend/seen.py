"""What a model has seen: which listener with which song, as hashes, so that later figures leave it out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from segue.errors import FormatError
from segue.listens.song import Song
from segue.recommend.catalogue import Indexes
from segue.recommend.held_out import HeldOut
from segue.recommend.population import Population

FILE = "seen.safetensors"
FORGOTTEN = "forgotten"  # a file that tells of a listener whom the weights have met, and who was erased
Hashes = NDArray[np.uint64]


def hashes(population: Population, listener: int, songs: Indexes) -> Hashes:
    """A number of 64 bits per pair of a listener and a song, (H,), by their names: the same in every store."""
    known = population.catalogue.songs
    return pair_hashes(population.heard.listeners[listener], [known[song].key for song in songs.tolist()])


def pair_hashes(listener: str, keys: Sequence[tuple[str, str]]) -> Hashes:
    """A number of 64 bits for a listener and each song, by their names."""
    found = np.empty(len(keys), np.uint64)
    for place, (artist, title) in enumerate(keys):
        digest = hashlib.blake2b(f"{listener}\0{artist}\0{title}".encode(), digest_size=8).digest()
        found[place] = int.from_bytes(digest, "little")
    return found


def write_seen(population: Population, held: HeldOut, folder: Path) -> None:
    """Write the hashes of all that training and choosing have seen: everything heard but the test part."""
    tested: dict[int, set[int]] = {}
    for pair in held.test:
        tested.setdefault(pair.listener, set()).add(pair.song)
    rows = [np.empty(0, np.uint64)]
    for listener, songs in enumerate(population.heard.sequences):
        own = songs[~np.isin(songs, list(tested.get(listener, ())))]
        rows.append(hashes(population, listener, own))
    save_file({"seen": np.sort(np.concatenate(rows))}, folder / FILE)


def read_seen(folder: Path) -> Hashes:
    """Read what `write_seen` wrote, sorted; FormatError where the file is missing or damaged."""
    try:
        found: Hashes = load_file(folder / FILE)["seen"]
    except (OSError, SafetensorError, KeyError) as error:
        raise FormatError(
            f"what the model has seen cannot be read: {error}; tune again", file=str(folder / FILE)
        ) from error
    return found


def are_seen(found: Hashes, seen: Hashes) -> NDArray[np.bool_]:
    """Which of the hashes are among those seen, which are sorted."""
    if not len(seen):
        return np.zeros(len(found), bool)
    places = np.searchsorted(seen, found).clip(max=len(seen) - 1)
    return seen[places] == found


def forget_seen(run: Path, listener: str, songs: Sequence[Song]) -> int:
    """Take a listener's songs out of what the run in a folder has seen; return how many it had seen.

    A song may have been seen as its artist's entry too.
    """
    if not (run / FILE).is_file():
        return 0
    seen = read_seen(run)
    artists = [(song.key[0], "") for song in songs]
    kept = seen[~np.isin(seen, pair_hashes(listener, [*(song.key for song in songs), *artists]))]
    if len(kept) == len(seen):
        return 0
    (run / FORGOTTEN).touch()
    partial = run / f".{FILE}.partial"
    save_file({"seen": kept}, partial)
    partial.replace(run / FILE)
    return len(seen) - len(kept)


def has_forgotten(run: Path) -> bool:
    """Whether a listener was taken out of what the run in a folder has seen: nothing goes on from its weights."""
    return (run / FORGOTTEN).exists()
