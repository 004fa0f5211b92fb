"""Answers kept from one call to the next, by a file's bytes and by what told them, so that a folder is gone on with.

The file is SQLite; each answer is committed when it is told, so a process that is killed loses the one it was at.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from segue import __version__
from segue.errors import FormatError, UnavailableError
from segue.recognize.answering import SHIPPED
from segue.recognize.guess import Answer, Because, Guess, Trait

_TABLES = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE IF NOT EXISTS answers (key TEXT, told_by TEXT, explained INTEGER, answer TEXT, "
    "PRIMARY KEY (key, told_by, explained)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS files (path BLOB PRIMARY KEY, size INTEGER, modified INTEGER, inode INTEGER, "
    "digest TEXT) WITHOUT ROWID",
)
_WAIT = 60.0  # seconds for another process that writes


class KeptAnswers:
    """Answers in a file, made where there is none; what tells them is named by `teller_of`.

    UnavailableError where the file cannot be made, FormatError where it is no SQLite.
    """

    def __init__(self, path: Path, told_by: str, *, is_explained: bool = False) -> None:
        self.told_by, self.is_explained = told_by, is_explained
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
            for statement in _TABLES:
                self._database.execute(statement)
        except sqlite3.OperationalError as error:
            raise UnavailableError(f"answers cannot be kept in {path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise FormatError(f"holds no answers ({error}); remove it, it is made anew", file=str(path)) from error
        except OSError as error:
            raise UnavailableError(f"answers cannot be kept in {path}: {error.strerror or error}") from error

    def __enter__(self) -> KeptAnswers:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file's bytes, read again only where its size, inode or time of change is another."""
        facts = path.stat()
        name = os.fsencode(path.resolve())
        known = self._database.execute("SELECT size, modified, inode, digest FROM files WHERE path = ?", (name,))
        row, told = known.fetchone(), (facts.st_size, facts.st_mtime_ns, facts.st_ino)
        if row is not None and tuple(row[:3]) == told:
            return str(row[3])
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self._database.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", (name, *told, digest))
        return digest

    def key(self, path: Path) -> str:
        """What a file is kept under: its digest and its suffix, by which it is read."""
        return self.digest(path) + path.suffix.lower()

    def find(self, key: str) -> Answer | None:
        """The answer kept under a key, or None; an explained one serves where none is asked for."""
        query = "SELECT answer FROM answers WHERE key = ? AND told_by = ? AND explained >= ? ORDER BY explained"
        row = self._database.execute(query, (key, self.told_by, self.is_explained)).fetchone()
        return None if row is None else answer_of(json.loads(row[0]))

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer; it is written when this returns."""
        row = (key, self.told_by, self.is_explained, json.dumps(asdict(answer)))
        self._database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", row)


def answer_of(record: Mapping[str, Any]) -> Answer:
    """The answer of such JSON as `dataclasses.asdict` gives."""
    return Answer(
        **{
            **record,
            "guesses": tuple(Guess(**{**one, "because": _because(one["because"])}) for one in record["guesses"]),
            "notice": tuple(record["notice"]),
            "witnesses": tuple(answer_of(one) for one in record["witnesses"]),
            "heat": _because(record["heat"]),
            "traits": tuple(Trait(**one) for one in record["traits"]),
        }
    )


def teller_of(folder: Path = SHIPPED, words: Iterable[str] = ()) -> str:
    """Name what tells styles: 16 hexadecimal digits of the networks, the code, the taggers' version, and `words` about
    how it was asked. What changes one of them changes the name."""
    found = hashlib.sha256()
    here = Path(__file__).parent
    code = (*here.glob("*.py"), *(here.parent / "models" / "audio").glob("*.py"))
    for file in sorted((*code, *(one for root in {SHIPPED, folder} for one in root.rglob("*") if one.is_file()))):
        found.update(file.name.encode("utf-8", "surrogateescape") + b"\0" + file.read_bytes())
    for library in ("musicnn", "torch", "numpy"):
        try:
            found.update(f"{library} {metadata.version(library)}".encode())
        except metadata.PackageNotFoundError:
            found.update(f"no {library}".encode())
    found.update("\0".join((__version__, *words)).encode())
    return found.hexdigest()[:16]


def _because(records: Iterable[Mapping[str, Any]]) -> tuple[Because, ...]:
    return tuple(Because(**one) for one in records)
