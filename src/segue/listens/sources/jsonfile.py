"""Load whole JSON files and lines of JSON out of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from segue.errors import FormatError, InputError
from segue.listens.sources.export import Export
from segue.listens.sources.items import Dropped, Item, each

BLANK = Dropped("blank line")


def load(export: Export, member: str) -> Any:
    """The JSON value of a member; FormatError with line and column where it is cut short or is none."""
    try:
        return orjson.loads(export.read(member))
    except orjson.JSONDecodeError as error:
        at = export.place(member, f"line {error.lineno} column {error.colno}")
        raise FormatError(f"is not whole JSON: {error.msg}", file=export.path.name, place=at) from error


def records(export: Export, member: str, values: object, convert: Callable[[Any], Item]) -> Iterator[Item]:
    """Convert the elements of an array of a member; FormatError where it is no array."""
    if not isinstance(values, list):
        raise FormatError("has no array of records", file=export.path.name, place=export.place(member))
    return each(values, export.numbered(member, "record"), convert)


def json_lines(export: Export, member: str, convert: Callable[[Any], Item]) -> Iterator[Item]:
    """Convert each line of a member, one JSON value a line; a line that is none is one broken record."""

    def of_line(line: bytes) -> Item:
        if not line.strip():
            return BLANK
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InputError(f"is not whole JSON: {error.msg}") from error
        return convert(value)

    return each(export.lines(member), export.numbered(member, "line"), of_line)
