"""Histories at once: what a store holds of a listener, weighted, read anew whenever the store has moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from segue.errors import InputError
from segue.listens.leanings import Leaning
from segue.listens.song import Song, fold
from segue.listens.store import Heard, Store
from segue.recommend.catalogue import Catalogue, first_artist
from segue.recommend.history import History
from segue.recommend.recommender import Recommender

DAY = 86400.0


@dataclass(frozen=True)
class Pulls:
    """How strongly what a listener did with a song pulls.

    With p plays and s skips, last heard a days before the listener's latest listen, a song weighs

        log(1 + p + s) (1 - 2 s / (p + s)) 0.5^(a / half_life),

    so that a song always skipped pushes as hard as one always played pulls. A like adds `like` to what is above 0; a
    dislike weighs -`dislike`, whatever was played, and bars the song; hiding bars it and leaves its weight. A song
    without a time has no age; of a song known by its text alone only the share `trust` counts. The `longest` songs of
    largest weight are asked; the rest are known only. Where the artist or a tag is among `less` (folded names) and the
    weight is above 0, only the share `lessened` of it counts.

    By hand: 7 plays, 1 skip, one half-life ago: log(9) (1 - 2/8) 0.5 = 0.824; liked: 4.824.
    """

    half_life: float = 730.0
    like: float = 4.0
    dislike: float = 4.0
    longest: int = 500
    trust: float = 0.25
    less: frozenset[str] = frozenset()
    lessened: float = 0.1

    def __post_init__(self) -> None:
        if not (self.half_life > 0 and self.like >= 0 and self.dislike >= 0 and self.longest >= 1 and self.trust >= 0):
            raise InputError(f"{self}: half_life above 0 (days), longest at least 1, all else at least 0")

    def leaning(self, set_by: Leaning) -> Pulls:
        """The same pulls with what a listener set in place of what is usual."""
        return replace(self, half_life=set_by.half_life or self.half_life, less=frozenset(map(fold, set_by.less)))

    def is_less(self, *songs: Song) -> bool:
        """Whether there is to be less of what these songs are."""
        if not self.less:
            return False
        return any(fold(name) in self.less for song in songs for name in (song.artist, *song.tags))

    def weight(self, plays: int, skips: int, days: float, verdict: str | None) -> float:
        """The weight of one song."""
        if verdict == "dislike":
            return -self.dislike
        total = plays + skips
        weight = float(np.log1p(total)) * (1 - 2 * skips / total) if total else 0.0
        weight *= 0.5 ** (days / self.half_life)
        return max(weight, 0.0) + self.like if verdict == "like" else weight


@dataclass(slots=True)
class _Sum:
    plays: int = 0
    skips: int = 0
    last_at: datetime | None = None
    verdict: str | None = None
    is_barred: bool = False
    is_less: bool = False


def history_of(
    heard: Iterable[Heard], catalogue: Catalogue, pulls: Pulls | None = None, fitted: int | None = None
) -> History:
    """What a store holds of a listener, as a history over a catalogue; songs it does not know are passed over.

    Songs from number `fitted` on are known by their text alone.

    Songs found only as their artist's entry are added up there; a dislike of such a song weighs, but does not bar the
    artist.
    """
    pulls = pulls or Pulls()
    sums: dict[int, _Sum] = {}
    for row in heard:  # latest first
        number = catalogue.find(row.song.artist, row.song.title)
        if number is None:
            continue
        entry = sums.setdefault(number, _Sum(last_at=row.last_at))
        entry.plays += row.plays
        entry.skips += row.skips
        entry.is_less |= pulls.is_less(row.song, catalogue.songs[number])
        is_itself = catalogue.songs[number].key == row.song.key
        if is_itself or entry.verdict is None:
            entry.verdict = row.verdict or entry.verdict
        entry.is_barred |= is_itself and row.verdict in ("dislike", "hide")
    return _weighed(sums, pulls, len(catalogue) if fitted is None else fitted)


def _weighed(sums: dict[int, _Sum], pulls: Pulls, fitted: int) -> History:
    latest = latest_of(entry.last_at for entry in sums.values())
    weights = {}
    for number, entry in reversed(sums.items()):  # oldest first
        days = max((latest - entry.last_at).total_seconds() / DAY, 0.0) if latest and entry.last_at else 0.0
        trust = 1.0 if number < fitted else pulls.trust
        weight = trust * pulls.weight(entry.plays, entry.skips, days, entry.verdict)
        weights[number] = weight * pulls.lessened if entry.is_less and weight > 0 else weight
    strongest = sorted(weights, key=lambda number: -abs(weights[number]))
    asked = {number for number in strongest[: pulls.longest] if weights[number] != 0}
    songs = [number for number in weights if number in asked]
    history = History.of(songs, [weights[number] for number in songs])
    barred = frozenset(number for number, entry in sums.items() if entry.is_barred)
    return History(history.songs, history.weights, barred, frozenset(weights) - asked)


def latest_of(times: Iterable[datetime | None]) -> datetime | None:
    """The latest time that is not in the future (a wrong clock must not make all else old), or None."""
    soon = datetime.now(UTC) + timedelta(days=1)
    return max((at for at in times if at is not None and at <= soon), default=None)


def knowing(model: Recommender, heard: Iterable[Heard], most: int = 300) -> Recommender:
    """The recommender extended by what a listener heard that it does not know, read by its text alone.

    These are the `most` songs played most often, so that a history unknown to the model still tells of a taste; where
    the model knows artists as a whole, their artists are added instead (it never learned to read titles). A model
    without a text encoder is returned as it is.
    """
    if model.encode is None:
        return model
    knows_artists = 2 * sum(not song.title for song in model.catalogue) > len(model.catalogue)
    unknown: dict[tuple[str, str], Song] = {}
    plays: Counter[tuple[str, str]] = Counter()
    for row in heard:
        if model.catalogue.find(row.song.artist, row.song.title) is None:
            song = Song(first_artist(row.song.artist)) if knows_artists else row.song
            unknown.setdefault(song.key, song)
            plays[song.key] += row.plays + row.skips
    chosen = [unknown[key] for key, _ in plays.most_common(most)]
    return model.with_songs(chosen) if chosen else model


class LiveHistories:
    """Histories of a store's listeners by name, over one catalogue; a write to the store shows in the next one read."""

    def __init__(self, store: Store, catalogue: Catalogue, pulls: Pulls | None = None) -> None:
        self.store, self.catalogue, self.pulls = store, catalogue, pulls or Pulls()
        self._kept: dict[str, tuple[int, History]] = {}

    def __call__(self, listener: str) -> History:
        """The history of a listener; NotFoundError with the nearest name where the store does not know it."""
        version = self.store.version()
        kept = self._kept.get(listener)
        if kept is None or kept[0] != version:
            pulls = self.pulls.leaning(self.store.leanings.of(listener))
            kept = (version, history_of(self.store.history(listener), self.catalogue, pulls))
            self._kept[listener] = kept
        return kept[1]
