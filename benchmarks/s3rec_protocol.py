"""S3-Rec LastFM: the published sequences and negatives, and what may be known beside them at each stage.

The sequences are tagging events of HetRec 2011 in time: of each listener's artists the last is the target of test, the
last but one that of valid, and the history is what came before. A full ranking runs over all artists not in the
history, a sampled one over the 99 published negatives.

HetRec dates say only the month, and within a month the published order follows the numbers of the artists (ascending in
99 % of neighbours): an order that says nothing of taste, and gives the next number away. So no system here is told it:
what is told of time is how many distinct months of tagging back an event lies, its age. An artist tagged in several
months takes the earliest that does not run back behind the artists before it.

At each stage all tags are deleted that any listener gave to an artist held out from that listener (valid: the last two;
test: the last). What a listener is asked about, that listener has therefore given no visible tag to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import orjson
import torch
from numpy.typing import NDArray
from scipy import sparse

from benchmarks import hetrec
from benchmarks.result import data_dir
from segue.listens.song import Song
from segue.recommend.audience import Texts
from segue.recommend.catalogue import Catalogue, Indexes
from segue.recommend.interactions import Interactions

StageName = Literal["valid", "test"]
MOST_TAGS = 10


@dataclass(frozen=True)
class S3Rec:
    """The published task, numbers from 0: `sequences` of artists, `negatives` (U, 99), and the numbers in HetRec.

    `listeners` (U,) and `artists` (n,) are numbers in HetRec; `names` (n,) are the artists' names, "" if not known.
    """

    sequences: tuple[Indexes, ...]
    negatives: Indexes
    listeners: tuple[int, ...]
    artists: tuple[int, ...]
    names: tuple[str, ...]

    @cached_property
    def friends(self) -> sparse.csr_matrix:
        """Who is whose friend, (U, U)."""
        row_of = {listener: row for row, listener in enumerate(self.listeners)}
        pairs = [(row_of[one], row_of[other]) for one, other in hetrec.friends() if one in row_of and other in row_of]
        places = np.array(pairs, np.int64).reshape(-1, 2)
        shape = (len(self.listeners), len(self.listeners))
        return sparse.csr_matrix((np.ones(len(places), np.float32), (places[:, 0], places[:, 1])), shape=shape)

    @cached_property
    def listening(self) -> dict[int, list[int]]:
        """Which artists each listener of HetRec, by number there, listens to."""
        number_of = {artist: number for number, artist in enumerate(self.artists)}
        found: defaultdict[int, list[int]] = defaultdict(list)
        for listener, artist in hetrec.listening():
            if artist in number_of:
                found[listener].append(number_of[artist])
        return dict(found)


@dataclass(frozen=True, slots=True)
class Tagging:
    """A visible tag: by whom (number in HetRec), on which artist (number from 0), which tag, in which month."""

    listener: int
    artist: int
    tag: int
    month: int


@dataclass(frozen=True)
class Stage:
    """What is known when one artist of each listener is asked for.

    `histories` and `ages` (in months of tagging, 0 the latest) are by listener, `targets` (U,) what is asked for.
    """

    name: StageName
    task: S3Rec
    histories: tuple[Indexes, ...]
    ages: tuple[Indexes, ...]
    targets: Indexes
    tags: tuple[Tagging, ...]

    @property
    def heard(self) -> Interactions:
        """The histories."""
        return Interactions(self.histories, len(self.task.artists))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The artists, with the tags visible, most given first."""
        texts = zip(self.task.artists, self.task.names, self._strongest(), strict=True)
        return Catalogue([Song(artist=name or f"artist {number}", tags=tags) for number, name, tags in texts])

    def _strongest(self) -> list[tuple[str, ...]]:
        words = hetrec.tag_words()
        return [tuple(words[tag] for tag in _most_given(given[:, 1])[:MOST_TAGS].tolist()) for given in self._given]

    @cached_property
    def _given(self) -> list[NDArray[np.int64]]:
        """For each artist (G, 2): by which listener (row, -1 for one outside the task) which tag was given."""
        row_of = {listener: row for row, listener in enumerate(self.task.listeners)}
        given: list[list[tuple[int, int]]] = [[] for _ in self.task.artists]
        for one in self.tags:
            given[one.artist].append((row_of.get(one.listener, -1), one.tag))
        return [np.array(rows, np.int64).reshape(-1, 2) for rows in given]

    def texts(self) -> Texts:
        """How artists read: name and strongest tags; in training fewer, drawn, and none by the listeners of the step.

        A tag that is left out because of who gave it counts one time less for all listeners of the step.
        """
        words, given, names = hetrec.tag_words(), self._given, self.task.names

        def text(artist: int, tags: NDArray[np.int64]) -> str:
            name = names[artist] or "unknown"
            return f"{name}. {', '.join(words[tag] for tag in tags.tolist())}" if len(tags) else name

        def texts(songs: Sequence[int], listeners: Sequence[int] | None) -> list[str]:
            if listeners is None:
                return [text(song, _most_given(given[song][:, 1])[:MOST_TAGS]) for song in songs]
            is_out = np.zeros(len(self.histories) + 1, bool)  # the last place is that of row -1
            is_out[list(listeners)] = True
            found = []
            for song in songs:
                tags = given[song][~is_out[given[song][:, 0]], 1]
                most = int(torch.randint(MOST_TAGS // 3, MOST_TAGS + 1, ()))
                found.append(text(song, _most_given(tags, is_drawn=True)[:most]))
            return found

        return texts

    def tag_counts(self, least: int = 2) -> tuple[sparse.csr_matrix, tuple[str, ...]]:
        """How many gave an artist a tag, (n, T), and the words (T,), tags of fewer than `least` artists left out."""
        tags = sorted(hetrec.tag_words())
        columns = {tag: column for column, tag in enumerate(tags)}
        places = np.array([(one.artist, columns[one.tag]) for one in self.tags], np.int64)
        data = np.ones(len(places), np.float32)
        counts = sparse.csr_matrix((data, (places[:, 0], places[:, 1])), shape=(len(self.task.artists), len(tags)))
        kept = np.flatnonzero(np.bincount(counts.indices, minlength=len(tags)) >= least)
        return sparse.csr_matrix(counts[:, kept]), tuple(hetrec.tag_words()[tags[column]] for column in kept)

    def sessions(self) -> list[list[int]]:
        """The artists of one listener and month of age, of all listeners; two at least."""
        found: list[list[int]] = []
        for history, ages in zip(self.histories, self.ages, strict=True):
            found += [history[ages == age].tolist() for age in np.unique(ages)]
        return [session for session in found if len(session) > 1]

    def playlists(self) -> list[list[int]]:
        """The artists to which one listener (any of HetRec) gave one tag; two at least."""
        found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        for one in self.tags:
            found[one.listener, one.tag].add(one.artist)
        return [sorted(artists) for artists in found.values() if len(artists) > 1]


def load() -> S3Rec:
    """Read the published files, and which listener and artist of HetRec each number stands for."""
    source = data_dir() / "s3rec-lastfm"
    sequences = _rows(source / "LastFM.txt")
    negatives = _rows(source / "LastFM_sample.txt")
    users = orjson.loads((source / "user_map.json").read_bytes())
    texts = orjson.loads((source / "item_text.json").read_bytes())
    artists = tuple(int(texts[str(number)]["artist_id"]) for number in range(1, len(texts) + 1))
    return S3Rec(
        sequences=tuple(sequences),
        negatives=np.stack(negatives),
        listeners=tuple(int(users[str(number)]) for number in range(1, len(sequences) + 1)),
        artists=artists,
        names=tuple(str(texts[str(number)]["name"] or "") for number in range(1, len(texts) + 1)),
    )


def stage(task: S3Rec, name: StageName) -> Stage:
    """What is known at a stage: the last two artists of each listener are held out at valid, the last at test."""
    held = {"valid": 2, "test": 1}[name]
    hidden = {
        (listener, int(artist))
        for listener, sequence in zip(task.listeners, task.sequences, strict=True)
        for artist in sequence[-held:]
    }
    number_of = {artist: number for number, artist in enumerate(task.artists)}
    known = [event for event in hetrec.tag_events() if event.artist in number_of]
    tags = tuple(
        Tagging(event.listener, number_of[event.artist], event.tag, event.month)
        for event in known
        if (event.listener, number_of[event.artist]) not in hidden
    )
    months: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for one in tags:
        months[one.listener, one.artist].add(one.month)
    histories = tuple(sequence[:-held] for sequence in task.sequences)
    ages = tuple(
        ages_of([months[listener, artist] for artist in history.tolist()])
        for listener, history in zip(task.listeners, histories, strict=True)
    )
    targets = np.array([sequence[-held] for sequence in task.sequences])
    return Stage(name, task, histories, ages, targets, tags)


def ages_of(months: Sequence[set[int]]) -> Indexes:
    """How many distinct months back each artist of a history lies, by the months in which each was tagged.

    >>> ages_of([{5}, {5}, {3, 7}, {9}]).tolist()
    [2, 2, 1, 0]
    """
    found: list[int] = []
    latest = 0
    for own in months:
        latest = min((month for month in own if month >= latest), default=latest)
        found.append(latest)
    distinct, places = np.unique(found, return_inverse=True)
    return np.asarray(len(distinct) - 1 - places, np.int64)


def _most_given(tags: NDArray[np.int64], *, is_drawn: bool = False) -> NDArray[np.int64]:
    """The distinct tags, most given first; with `is_drawn` those given as often come in an order drawn by torch."""
    distinct, counts = np.unique(tags, return_counts=True)
    shift = torch.rand(len(distinct)).numpy() if is_drawn else 0.0
    return distinct[np.argsort(-(counts + shift), kind="stable")]


def _rows(path: Path) -> list[Indexes]:
    """Rows of "listener artist artist ...", numbers from 1, as arrays of artists from 0, by listener."""
    lines = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    rows = {int(first): np.array(rest, np.int64) - 1 for first, *rest in lines if rest}
    return [rows[number] for number in range(1, len(rows) + 1)]
