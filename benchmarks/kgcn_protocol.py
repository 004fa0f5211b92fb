"""KGCN-music: the labelled pairs and their split, exactly as published, and what may be known beside them.

Kept are the rows of user_artists.dat whose artist is in item_index2entity_id.txt; each is a positive. As many negatives
are drawn for each listener from all other items, and the pairs are split 6 : 2 : 2, all with numpy's seed 555. What a
listener heard of artists outside the items is never a candidate and serves as history. Tags that a listener gave to
an artist of one of their own held-out pairs are left out everywhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks import hetrec
from benchmarks.result import data_dir
from segue.listens.song import Song
from segue.recommend.catalogue import Catalogue
from segue.recommend.interactions import Interactions

MOST_TAGS = 12


@dataclass(frozen=True)
class KgcnMusic:
    """The task. Songs 0 ... items - 1 of the catalogue are the items; further ones are other artists heard.

    `train`, `valid`, `test` are (P, 3) arrays of listener, item, label; `heard` is what training may know: positives of
    train, and other artists. `tags` (n, T) counts how many listeners gave an artist each of `words`.
    """

    catalogue: Catalogue
    items: int
    train: NDArray[np.int64]
    valid: NDArray[np.int64]
    test: NDArray[np.int64]
    heard: Interactions
    tags: sparse.csr_matrix
    words: tuple[str, ...]

    @property
    def train_positives(self) -> NDArray[np.int64]:
        """Positives in train per item, (items,)."""
        rows = self.train[self.train[:, 2] == 1]
        return np.bincount(rows[:, 1], minlength=self.items)


def load(*, other_listening: bool = True) -> KgcnMusic:
    """Read the task; without `other_listening` a history holds nothing but the positives of train."""
    rows, listeners, item_of = _positives()
    pairs = _with_negatives(rows, len(item_of))
    train, valid, test = _split(pairs)
    artists = list(item_of)
    column = dict(item_of)
    sequences: list[list[int]] = [[] for _ in listeners]
    for listener, item, label in train.tolist():
        if label:
            sequences[listener].append(item)
    if other_listening:
        for user, artist in hetrec.listening():
            if artist not in item_of and user in listeners:
                if artist not in column:
                    column[artist] = len(artists)
                    artists.append(artist)
                sequences[listeners[user]].append(column[artist])
    held = {(listener, item) for part in (valid, test) for listener, item, label in part.tolist() if label}
    tags, words = _tags(artists, listeners, held)
    names = hetrec.names()
    songs = [Song(artist=names[artist], tags=strongest(tags[row], words)) for row, artist in enumerate(artists)]
    heard = Interactions.of(sequences, len(artists))
    return KgcnMusic(Catalogue(songs), len(item_of), train, valid, test, heard, tags, words)


def _positives() -> tuple[list[set[int]], dict[int, int], dict[int, int]]:
    """Items of each listener, listeners by HetRec number, items by HetRec number.

    The published preprocessing iterates over sets that grew one by one; so do we, for the pairs to fall alike.
    """
    source = data_dir() / "kgcn-music"
    lines = (source / "item_index2entity_id.txt").read_text(encoding="utf-8").splitlines()
    item_of = {int(line.split()[0]): number for number, line in enumerate(lines)}
    listeners: dict[int, int] = {}
    rows: list[set[int]] = []
    for line in (source / "user_artists.dat").read_text(encoding="utf-8").splitlines()[1:]:
        user, artist = (int(field) for field in line.split()[:2])
        if artist in item_of:
            number = listeners.setdefault(user, len(listeners))
            if number == len(rows):
                rows.append(set())
            rows[number].add(item_of[artist])
    return rows, listeners, item_of


def _with_negatives(rows: list[set[int]], items: int) -> NDArray[np.int64]:
    random = np.random.RandomState(555)
    every = set(range(items))
    pairs: list[tuple[int, int, int]] = []
    for listener, own in enumerate(rows):
        pairs += [(listener, item, 1) for item in own]
        drawn = random.choice(list(every - own), size=len(own), replace=False)
        pairs += [(listener, int(item), 0) for item in drawn]
    return np.array(pairs, np.int64)


def _split(pairs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    random = np.random.RandomState(555)
    count = int(len(pairs) * 0.2)
    valid = random.choice(len(pairs), size=count, replace=False)
    rest = set(range(len(pairs))) - set(valid.tolist())
    test = random.choice(list(rest), size=count, replace=False)
    train = np.array(sorted(rest - set(test.tolist())))
    return pairs[train], pairs[valid], pairs[test]


def _tags(
    artists: list[int], listeners: dict[int, int], held: set[tuple[int, int]]
) -> tuple[sparse.csr_matrix, tuple[str, ...]]:
    row_of = {artist: row for row, artist in enumerate(artists)}
    words = hetrec.tag_words()
    columns = {tag: column for column, tag in enumerate(words)}
    counts: Counter[tuple[int, int]] = Counter()
    for event in hetrec.tag_events():
        row = row_of.get(event.artist)
        if row is not None and (listeners.get(event.listener, -1), row) not in held:
            counts[row, columns[event.tag]] += 1
    places = np.array(list(counts), np.int64).reshape(-1, 2)
    data = np.array(list(counts.values()), np.float32)
    matrix = sparse.csr_matrix((data, (places[:, 0], places[:, 1])), shape=(len(artists), len(columns)))
    return matrix, tuple(words.values())


def strongest(row: sparse.csr_matrix, words: tuple[str, ...], most: int = MOST_TAGS) -> tuple[str, ...]:
    """The words of a row of counts, most given first."""
    order = np.lexsort((row.indices, -row.data))[:most]
    return tuple(words[column] for column in row.indices[order])
