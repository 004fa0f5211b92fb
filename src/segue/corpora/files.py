"""Going over the files of a corpus in a fixed order; a broken one is named and does not end the reading."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from segue.corpora.corpus import Broken, Found, Piece
from segue.errors import FormatError, InputError


def each_file(folder: Path, pattern: str, pieces: Callable[[Path], Iterable[Piece]]) -> Found:
    """Give the pieces of every file below a folder that a pattern names, sorted by path."""
    return each(folder, sorted(folder.glob(pattern)), pieces)


def each(folder: Path, files: Iterable[Path], pieces: Callable[[Path], Iterable[Piece]]) -> Found:
    """Give the pieces of some files below a folder, and as broken those that cannot be read."""
    for file in files:
        try:
            found = list(pieces(file))
        except InputError as error:
            yield Broken(below(folder, file), str(error))
        else:
            yield from found


def below(folder: Path, file: Path) -> str:
    """Return the path of a file below a folder, with slashes."""
    return file.relative_to(folder).as_posix()


def rows(file: Path, separator: str = ",") -> list[dict[str, str]]:
    """Read a table with a header line; FormatError where there is none."""
    if not file.is_file():
        raise FormatError("there is no such table", file=str(file))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=separator))


def json_of(data: bytes, file: str) -> Any:
    """Read JSON; FormatError with the line where it is none."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise FormatError(error.msg, file=file, place=f"line {error.lineno}") from error
    except UnicodeDecodeError as error:
        raise FormatError("not text in UTF-8", file=file, place=f"byte {error.start}") from error
