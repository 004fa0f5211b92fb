"""Filters: which songs may be recommended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError, NotFoundError, did_you_mean
from segue.listens.song import fold
from segue.recommend.catalogue import Catalogue, Indexes

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Filters:
    """What is asked of a song beyond being liked; the default asks nothing.

    `year_from` and `year_to` include their ends, and leave out songs of unknown year; a song must carry one of `tags`
    (where any are named) and none of `without_tags`; `new_artists` leaves out artists already heard; `per_artist` is
    the most songs of one artist in an answer.
    """

    year_from: int | None = None
    year_to: int | None = None
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    without_artists: tuple[str, ...] = ()
    new_artists: bool = False
    per_artist: int | None = None

    def __post_init__(self) -> None:
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise InputError(f"years {self.year_from} to {self.year_to} hold no year")
        if self.per_artist is not None and self.per_artist < 1:
            raise InputError(f"per_artist {self.per_artist} must be at least 1")

    @property
    def is_open(self) -> bool:
        """True where every song passes."""
        return self == Filters(per_artist=self.per_artist)

    def mask(self, catalogue: Catalogue, heard: Indexes) -> Mask:
        """Which songs of the catalogue pass, (n,); NotFoundError for a tag that no song carries."""
        passes = np.ones(len(catalogue), bool)
        if self.year_from is not None:
            passes &= catalogue.years >= self.year_from
        if self.year_to is not None:
            passes &= (catalogue.years > 0) & (catalogue.years <= self.year_to)
        if self.tags:
            passes &= _tagged(catalogue, self.tags)
        if self.without_tags:
            passes &= ~_tagged(catalogue, self.without_tags)
        if self.without_artists:
            names = {fold(name) for name in self.without_artists}
            passes &= np.array([fold(song.artist) not in names for song in catalogue.songs])
        if self.new_artists:
            passes &= ~np.isin(catalogue.artists, catalogue.artists[heard])
        return passes


def _tagged(catalogue: Catalogue, tags: tuple[str, ...]) -> Mask:
    found = np.zeros(len(catalogue), bool)
    for tag in tags:
        songs = catalogue.tags.get(fold(tag))
        if songs is None:
            raise NotFoundError(f"no song is tagged {tag!r}{did_you_mean(fold(tag), catalogue.tags)}")
        found[songs] = True
    return found
