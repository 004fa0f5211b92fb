""".scrobbler.log of Rockbox and other players: AUDIOSCROBBLER/1.0 and 1.1, tab-separated.

The fields are artist, album, title, track number, length in seconds, rating (L listened, S skipped), time, MusicBrainz
id. A time is taken as UTC also where the log says #TZ/UNKNOWN: the player's clock is then the only witness.
"""

from __future__ import annotations

from collections.abc import Iterator

from segue.errors import InputError
from segue.listens.listen import Listen
from segue.listens.sources.delimited import decode
from segue.listens.sources.export import Export
from segue.listens.sources.items import (
    Dropped,
    Example,
    Item,
    Songs,
    each,
    latest,
    length,
    misdated,
    one_listener,
)
from segue.listens.sources.times import to_time

NAME = "rockbox"
HEADER = b"#AUDIOSCROBBLER/"
COMMENT = Dropped("comment or blank line")
EXAMPLE: Example = {
    "anything.log": b"""#AUDIOSCROBBLER/1.1
#TZ/UTC
#CLIENT/Rockbox sansaclipzip $Revision$
Massive Attack\tBlue Lines\tBlue Lines\t4\t261\tL\t1709294400\tb1
Massive Attack\tMezzanine\tTeardrop\t3\t330\tS\t1709294700\t
"""
}


def is_mine(head: bytes) -> bool:
    """Whether a file begins as this one does."""
    return head.startswith(HEADER)


def sniff(export: Export) -> bool:
    """Whether a file in the export begins with #AUDIOSCROBBLER/."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All plays."""
    name, songs, until = one_listener(listener), Songs(), latest()

    def convert(line: bytes) -> Item:
        if line.startswith(b"#") or not line.strip():
            return COMMENT
        values = decode(line).split("\t")
        if len(values) < 7:
            raise InputError(f"has {len(values)} fields, not 7 or 8")
        artist, album, title, _, seconds, rating, time = values[:7]
        at = to_time(time)
        mbid = values[7].strip() if len(values) > 7 else ""
        duration = length(int(seconds)) if seconds.strip() else None
        song = songs.of(artist.strip(), title.strip(), album.strip(), duration, mbid=mbid)
        if rating not in ("L", "S"):
            raise InputError(f"rating {rating[:10]!r} is none of L, S")
        return misdated(at, until) or Listen(name, song, at, skipped=rating == "S", source=NAME)

    for member in export.those(is_mine):
        lines = each(export.lines(member), export.numbered(member, "line"), convert)
        yield from (item for item in lines if item is not COMMENT)
