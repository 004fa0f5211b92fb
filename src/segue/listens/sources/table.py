"""Any table with named columns: CSV or TSV with a header, Parquet, or one JSON object a line.

Needed are `artist` and one of `at` (a listen), `plays` (a tally) and `verdict` (feedback); `columns.NAMES` lists what
each may be called. This also reads what `segue listens export` writes, source and all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from segue.errors import FormatError
from segue.listens.sources.columns import NAMES, Owner, Rows, is_history, places
from segue.listens.sources.delimited import Line, decode, delimiter_of, rows
from segue.listens.sources.export import Export
from segue.listens.sources.items import Example, Item, fields
from segue.listens.sources.jsonfile import json_lines
from segue.listens.sources.lastfm_csv import is_mine as is_lastfm
from segue.listens.sources.parquet import is_parquet, parquet_header, parquet_rows

NAME = "table"
JSON_NAMES = tuple(NAMES)  # an object's fields are looked up under the first names alone
EXAMPLE: Example = {
    "anything.csv": b"""Artist;Track;Album;Played at;ms_played;Skipped;Tags
Massive Attack;Blue Lines;Blue Lines;2024-03-01T12:00:00Z;200000;no;trip hop|electronic
Massive Attack;Teardrop;Mezzanine;2024-03-01 12:03:20;5000;yes;
"""
}


def is_mine(head: bytes) -> bool:
    """Whether a file begins with a header, an object or a schema that names what is needed."""
    if is_parquet(head):
        return True  # the schema lies at the end of the file; `read` looks at it
    return not is_lastfm(head) and (is_history(places(csv_header(head))) or is_object(head))


def csv_header(head: bytes) -> list[str]:
    """The values of the first line, or none."""
    line = first_line(head)
    if not line.strip() or line.lstrip()[:1] in ("{", "["):
        return []
    try:
        return list(next(rows(iter([line.encode()]), delimiter_of(line), 0)).values)
    except (StopIteration, ValueError):
        return []


def first_line(head: bytes) -> str:
    """The first line of a file."""
    return decode(head.split(b"\n", 1)[0].rstrip(b"\r"))


def is_object(head: bytes) -> bool:
    """Whether the first line is an object whose fields name what is needed."""
    try:
        value = orjson.loads(head.split(b"\n", 1)[0])
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and is_history({name: 0 for name in value if name in JSON_NAMES})


def sniff(export: Export) -> bool:
    """Whether a file in the export names columns for an artist and for times, counts or verdicts."""
    return bool(export.those(is_mine))


def read(export: Export, listener: str | None) -> Iterator[Item]:
    """All rows of all tables."""
    owner = Owner(listener, NAME)
    for member in export.those(is_mine):
        head = export.head(member)
        if is_parquet(head):
            yield from parquet_items(export, member, owner)
        elif is_object(head):
            yield from json_items(export, member, owner)
        else:
            header = csv_header(head)
            table = Rows(header, owner)
            lines = rows(export.lines(member), delimiter_of(first_line(head)), len(header))
            next(lines, Line(0, ()))
            yield from table.items(lines, export.place(member, ""))


def json_items(export: Export, member: str, owner: Owner) -> Iterator[Item]:
    """One record an object; the first one says whether the file names its listeners and sources."""
    first = orjson.loads(export.head(member).split(b"\n", 1)[0])
    header = [name for name in JSON_NAMES if name not in ("listener", "source") or name in first]
    table = Rows(header, owner)

    def convert(value: Any) -> Item:
        record = fields(value)
        return table.convert([record.get(name) for name in header])

    yield from json_lines(export, member, convert)


def parquet_items(export: Export, member: str, owner: Owner) -> Iterator[Item]:
    """One record a row."""
    header = parquet_header(export, member)
    if not is_history(places(header)):
        wanted = "needs a column artist and one of at, plays, verdict"
        raise FormatError(f"{wanted}; it has {', '.join(header)[:200]}", file=export.path.name)
    table = Rows(header, owner)
    for number, values in enumerate(parquet_rows(export, member), 1):
        yield table.item(values, export.place(member, f"row {number}"))
