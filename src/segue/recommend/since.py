"""What came since the run that is served: a split that keeps what it held out, and holds out a part of what is new."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segue.recommend.catalogue import Indexes
from segue.recommend.held_out import HeldOut, Pair, strangers
from segue.recommend.interactions import Interactions
from segue.recommend.kept import Kept, read_kept, songs_of
from segue.recommend.population import Population
from segue.recommend.seen import are_seen, hashes, read_seen

TESTED, CHOSEN = 0.2, 0.1  # shares of what is new of a listener that are held out for test and for valid
_LEAST = 5  # new songs of a listener for one to be held out
_SEED = 0


@dataclass(frozen=True)
class Since:
    """A split over what an earlier run held out and what came since.

    The test part of `held` is `old`, that of the earlier run, and `new` one after another; `fresh` holds what came
    since and is trained on, listener by listener.
    """

    held: HeldOut
    old: tuple[Pair, ...]
    new: tuple[Pair, ...]
    fresh: Interactions

    @property
    def songs(self) -> list[int]:
        """The songs that somebody heard anew, each once."""
        return sorted({song for own in self.fresh.sequences for song in own.tolist()})

    @property
    def listeners(self) -> list[int]:
        """The listeners who heard something new."""
        return [row for row, own in enumerate(self.fresh.sequences) if len(own)]

    @property
    def size(self) -> int:
        """How many pairs of a listener and a song are learned for the first time."""
        return sum(len(own) for own in self.fresh.sequences)


def split_since(population: Population, run: Path) -> Since | None:
    """Split a population by what the run in a folder has seen and held out; None where it kept no test set.

    The earlier pairs stay held out. Of a listener with 5 new songs or more a fifth is held out for test and a tenth for
    valid, the last ones where the order is one of time, with as many songs never heard.
    """
    kept = read_kept(run, population)
    if kept is None or not any(pair.label for pair in kept.test) or not kept.valid:
        return None
    heard, seen = population.heard, read_seen(run)
    apart = songs_of((*kept.valid, *kept.test), len(heard.sequences))
    train: list[Indexes] = []
    fresh: list[Indexes] = []
    valid: list[Pair] = []
    new: list[Pair] = []
    for listener, songs in enumerate(heard.sequences):
        rest = songs[~np.isin(songs, apart[listener])]
        is_new = ~are_seen(hashes(population, listener, rest), seen)
        held = _hold_out(population, listener, rest[is_new], apart[listener])
        valid += held.valid
        new += held.test
        gone = [pair.song for pair in (*held.valid, *held.test)]
        train.append(rest[~np.isin(rest, gone)])
        fresh.append(rest[is_new & ~np.isin(rest, gone)])
    left = Interactions(tuple(train), heard.songs, heard.listeners)
    held_out = HeldOut(left, (*kept.valid, *valid), (*kept.test, *new))
    return Since(held_out, kept.test, tuple(new), Interactions(tuple(fresh), heard.songs, heard.listeners))


def _hold_out(population: Population, listener: int, fresh: Indexes, apart: list[int]) -> Kept:
    """Hold out of what one listener heard anew."""
    if len(fresh) < _LEAST:
        return Kept((), ())
    rng = np.random.default_rng((_SEED, listener))
    order = np.arange(len(fresh)) if population.is_timed[listener] else rng.permutation(len(fresh))
    tested, chosen = (max(1, round(share * len(fresh))) for share in (TESTED, CHOSEN))
    known = np.union1d(population.heard.sequences[listener], np.array(apart, np.int64))
    others = strangers(known, population.heard.songs, tested + chosen, rng)
    test, valid = fresh[order[-tested:]], fresh[order[-tested - chosen : -tested]]
    return Kept(_pairs(listener, valid, others[:chosen]), _pairs(listener, test, others[chosen:]))


def _pairs(listener: int, heard: Indexes, others: Indexes) -> tuple[Pair, ...]:
    found = [Pair(listener, int(song), True) for song in heard]
    return (*found, *(Pair(listener, int(song), False) for song in others))
