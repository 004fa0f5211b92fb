"""Rows of a CSV or TSV of any length: one bad line costs one row.

A quoted field may run over several lines, at most JOINED; a quote that is never closed breaks its own line alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from segue.errors import InputError

BATCH = 512  # lines given to the csv module at a time
JOINED = 5  # lines that one row may run over
DELIMITERS = ("\t", ",", ";", "|")


@dataclass(frozen=True, slots=True)
class Line:
    """One row with the number of its first line (from 1); `fault` says what is wrong with it, or is empty."""

    number: int
    values: Sequence[str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows are cut, and how many values a row has."""

    delimiter: str
    width: int


def decode(line: bytes) -> str:
    """A line as text: UTF-8, or Latin-1 where it is not."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def delimiter_of(first_line: str) -> str:
    """The delimiter that cuts the first line into the most fields; InputError where none does."""
    try:
        counts = {mark: len(next(csv.reader([first_line], delimiter=mark), ())) for mark in DELIMITERS}
    except csv.Error as error:
        raise InputError(f"{first_line[:40]!r} is not a row: {error}") from error
    mark = max(counts, key=lambda mark: counts[mark])
    if counts[mark] < 2:
        raise InputError(f"{first_line[:40]!r} is not a row of several fields")
    return mark


def rows(lines: Iterator[bytes], delimiter: str, width: int) -> Iterator[Line]:
    """The rows of lines without their ends, blank ones left out; a row over several lines has `width` values."""
    number, held = 1, list[str]()
    while batch := held + [decode(line) for line in islice(lines, BATCH)]:
        is_last = len(batch) - len(held) < BATCH
        parsed = whole(batch, delimiter)
        if parsed is not None:
            used, found = len(batch), [Line(number + place, values) for place, values in enumerate(parsed)]
        else:
            used, found = one_by_one(batch, number, Shape(delimiter, width), is_last=is_last)
        yield from (line for line in found if line.values or line.fault)
        number, held = number + used, batch[used:]


def whole(batch: Sequence[str], delimiter: str) -> list[list[str]] | None:
    """A row per line where that is so, else None."""
    if any(line.count('"') % 2 for line in batch):
        return None
    try:
        parsed = list(csv.reader(batch, delimiter=delimiter))
    except csv.Error:
        return None
    return parsed if len(parsed) == len(batch) else None


def one_by_one(batch: Sequence[str], number: int, shape: Shape, *, is_last: bool) -> tuple[int, list[Line]]:
    """Parse lines singly, joining those that a quote holds together; return how many were used, and the rows."""
    found: list[Line] = []
    place = 0
    while place < len(batch):
        if not is_last and place + JOINED > len(batch):
            break  # the next batch may hold the rest of a row
        used, line = joined(batch[place : place + JOINED], number + place, shape)
        found.append(line)
        place += used
    return place, found


def joined(lines: Sequence[str], number: int, shape: Shape) -> tuple[int, Line]:
    """The row that begins in the first of these lines, and how many of them it takes."""
    for count in range(1, len(lines) + 1):
        text = "\n".join(lines[:count])
        if text.count('"') % 2:
            continue
        try:
            parsed = list(csv.reader(io.StringIO(text), delimiter=shape.delimiter, strict=True))
        except csv.Error:
            if count == 1:
                return 1, lenient(text, number, shape.delimiter)
            break
        if count == 1 or (len(parsed) == 1 and len(parsed[0]) == shape.width):
            return count, Line(number, parsed[0] if parsed else ())
    return 1, Line(number, (), "has a quote that is not closed")


def lenient(text: str, number: int, delimiter: str) -> Line:
    """A line with quotes in odd places, read as well as it can be."""
    try:
        return Line(number, next(csv.reader([text], delimiter=delimiter), ()))
    except csv.Error as error:
        return Line(number, (), str(error))
