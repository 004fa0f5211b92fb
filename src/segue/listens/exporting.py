"""Write all that is kept of one listener as a table that the source "table" reads again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import orjson

from segue.errors import InputError
from segue.listens.listen import Feedback, Listen, Record
from segue.listens.store import Store

COLUMNS = (
    *("listener", "artist", "title", "album", "at", "ms_played", "skipped", "plays", "verdict"),
    *("year", "tags", "duration", "isrc", "mbid", "spotify", "source"),
)
SUFFIXES = (".csv", ".jsonl")


def export_listener(store: Store, listener: str, path: Path) -> int:
    """Write listens, tallies and feedback to FILE.csv or FILE.jsonl in one step; return the number of rows.

    NotFoundError for an unknown listener, InputError for another suffix. CSV parts tags by "|".
    """
    if path.suffix not in SUFFIXES:
        raise InputError(f"{path.name!r} must end in one of {', '.join(SUFFIXES)}")
    part = path.with_name(path.name + ".part")
    write = csv_line if path.suffix == ".csv" else json_line
    count = 0
    records = all_records(store, listener)
    first = next(records, None)  # an unknown listener is met before a file is made
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            if path.suffix == ".csv":
                stream.write(",".join(COLUMNS) + "\n")
            while first is not None:
                stream.write(write(row_of(first)))
                count += 1
                first = next(records, None)
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def all_records(store: Store, listener: str) -> Iterator[Record]:
    """All that is kept of a listener."""
    yield from store.listens(listener)
    yield from store.tallies(listener)
    yield from store.feedback(listener)


def row_of(record: Record) -> dict[str, object]:
    """The columns of a record that say something; listener and source always do."""
    song = record.song
    row: dict[str, object] = {"listener": record.listener, "artist": song.artist, "title": song.title}
    row |= {"album": song.album, "year": song.year, "tags": list(song.own_tags), "duration": song.duration}
    row |= {kind: song.ids.get(kind) for kind in ("isrc", "mbid", "spotify")}
    if isinstance(record, Listen):
        row |= {"at": record.at.isoformat(), "ms_played": record.ms_played, "skipped": record.skipped}
    elif isinstance(record, Feedback):
        row |= {"at": record.at.isoformat(), "verdict": record.verdict}
    else:
        row["plays"] = record.plays
    return {name: value for name, value in row.items() if value not in (None, "", [])} | {"source": record.source}


def json_line(row: dict[str, object]) -> str:
    """A row as one line of JSON."""
    return orjson.dumps(row).decode() + "\n"


def csv_line(row: dict[str, object]) -> str:
    """A row as CSV."""
    tags = row.get("tags", [])
    flat = row | {"tags": "|".join(map(str, tags)) if isinstance(tags, list) else ""}
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([flat.get(name, "") for name in COLUMNS])
    return text.getvalue()
