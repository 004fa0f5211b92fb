"""Add up what listeners have with songs, from listens, tallies and verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, case, func, select

from segue.listens.listen import Verdict
from segue.listens.song import Song
from segue.listens.store import Heard
from segue.listens.tables import FEEDBACK, LISTENS, TALLIES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Sum:
    """What one listener has with one song, being added up; times in microseconds since 1970."""

    plays: int = 0
    skips: int = 0
    listened_at: int | None = None
    verdict: Verdict | None = None
    verdict_at: int | None = None

    @property
    def last_at(self) -> int | None:
        """When it was last listened to; where it never was, when it was last judged."""
        return self.verdict_at if self.listened_at is None else self.listened_at


Sums = Mapping[int, Mapping[int, Sum]]  # listener's row number, song's row number


def add_up(connection: Connection, first: int, last: int) -> Sums:
    """The sums of all listeners with row numbers from `first` to `last`."""
    sums: dict[int, dict[int, Sum]] = defaultdict(lambda: defaultdict(Sum))
    skips = func.sum(case((LISTENS.c.skipped.is_(True), 1), else_=0))
    of = LISTENS.c.listener_id, LISTENS.c.song_id
    listens = select(*of, func.count(), skips, func.max(LISTENS.c.at)).group_by(*of)
    for listener, song, count, skipped, at in connection.execute(listens.where(of[0].between(first, last))):
        entry = sums[listener][song]
        entry.plays, entry.skips, entry.listened_at = count - skipped, skipped, at * 1_000_000
    of = TALLIES.c.listener_id, TALLIES.c.song_id
    tallies = select(*of, TALLIES.c.plays).where(of[0].between(first, last))
    for listener, song, plays in connection.execute(tallies):
        sums[listener][song].plays += plays
    said = select(FEEDBACK.c.listener_id, FEEDBACK.c.song_id, FEEDBACK.c.verdict, FEEDBACK.c.at)
    said = said.where(FEEDBACK.c.listener_id.between(first, last)).order_by(FEEDBACK.c.at, FEEDBACK.c.id)
    for listener, song, verdict, at in connection.execute(said):
        entry = sums[listener][song]
        entry.verdict, entry.verdict_at = verdict, at
    return sums


def to_heard(sums: Mapping[int, Sum], songs: Mapping[int, Song]) -> Sequence[Heard]:
    """One listener's sums as `Heard`, latest first, those without a time last."""
    ordered = sorted(sums.items(), key=lambda item: (-(item[1].last_at or 0), item[1].last_at is None, item[0]))
    return [
        Heard(song, songs[song], entry.plays, entry.skips, from_microseconds(entry.last_at), entry.verdict)
        for song, entry in ordered
    ]


def from_microseconds(at: int | None) -> datetime | None:
    """The UTC time so many microseconds after 1970."""
    return None if at is None else EPOCH + timedelta(microseconds=at)
