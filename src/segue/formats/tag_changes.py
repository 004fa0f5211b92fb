"""Changes of tags, written down before they are made, and undone byte by byte.

A log is JSON lines, one for each change: `path`, `before` and `after` (SHA-256 of the file's bytes), `old` and `new`
(its genres), `modified` (the time of change before, in nanoseconds) and `back`: what makes the bytes before of those
after, `[start, count]` of them or base64.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, Any

from segue.errors import ConflictError, FormatError, InputError, NotFoundError
from segue.formats.delta import Piece, delta, made_of

MOST_BACK = 32 << 20  # bytes that undoing one change may need


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one file's genre, and what undoes it; see the module."""

    path: str
    before: str
    after: str
    old: tuple[str, ...]
    new: str
    modified: int
    back: tuple[Piece, ...]


class ChangeLog:
    """A new file of changes; each is on the disk before `add` returns. InputError where there is a file already."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._stream: IO[str] | None = None

    def __enter__(self) -> ChangeLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, change: Change) -> None:
        """Write a change down; the file is made with the first."""
        back = [b64encode(one).decode() if isinstance(one, bytes) else list(one) for one in change.back]
        try:
            if self._stream is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self.path.open("x", encoding="ascii")
            self._stream.write(json.dumps({**asdict(change), "back": back}) + "\n")
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise InputError(f"changes cannot be written down in {self.path}: {error.strerror or error}") from error
        self.count += 1


def read_changes(path: Path) -> list[Change]:
    """Read a log, the first change first. A last line that was cut short is of a change that was never made.

    InputError where the file cannot be read, FormatError for a line that tells no change.
    """
    try:
        lines = path.read_text(encoding="ascii").split("\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FormatError("not a log of changes", file=path.name, place=f"byte {error.start}") from error
    return [_change(line, path.name, number) for number, line in enumerate(lines[:-1], 1) if line.strip()]


def put_back(change: Change) -> bool:
    """Put a file's bytes and its time of change back as they were; False where they are so already.

    NotFoundError where the file is gone, ConflictError where it was changed since.
    """
    path = Path(change.path)
    if not path.is_file():
        raise NotFoundError(f"{path} is not there any more")
    found = digest_of(path)
    if found == change.before:
        return False
    if found != change.after:
        raise ConflictError(f"{path} was changed since, and is left as it is")
    copy: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=".segue-", suffix=".part", dir=path.parent)
        copy = Path(name)
        with os.fdopen(descriptor, "wb") as stream, _opened(path) as (source,):
            for piece in made_of(source, change.back):
                stream.write(piece)
        if digest_of(copy) != change.before:
            raise ConflictError(f"{path}: what is written down does not give its old bytes; it is left as it is")
        shutil.copystat(path, copy)
        os.utime(copy, ns=(path.stat().st_atime_ns, change.modified))
        written_down(copy)
        copy.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if copy is not None:
            copy.unlink(missing_ok=True)
    return True


def change_of(path: Path, copy: Path, genres: tuple[tuple[str, ...], str]) -> Change:
    """What changes where `copy` takes a file's place, with proof that its bytes can be had back; the genres are the old
    ones and the new one. FormatError where undoing would take too much."""
    before = digest_of(path)
    with _opened(copy, path) as (source, target):
        back = delta(source, target)
        again = hashlib.sha256()
        for piece in made_of(source, back):
            again.update(piece)
    size = sum(len(one) for one in back if isinstance(one, bytes))
    if again.hexdigest() != before or size > MOST_BACK:
        raise FormatError(f"the change could not be undone ({size:,} bytes), so it is left as it is", file=path.name)
    old, new = genres
    return Change(str(path), before, digest_of(copy), old, new, path.stat().st_mtime_ns, tuple(back))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def written_down(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


@contextmanager
def _opened(*paths: Path) -> Iterator[Sequence[mmap]]:
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("rb")) for path in paths]
        yield [stack.enter_context(mmap(stream.fileno(), 0, access=ACCESS_READ)) for stream in streams]


def _change(line: str, file: str, number: int) -> Change:
    try:
        told: dict[str, Any] = json.loads(line)
        back = tuple(
            b64decode(one, validate=True) if isinstance(one, str) else (int(one[0]), int(one[1]))
            for one in told.pop("back")
        )
        return Change(**{**told, "old": tuple(told["old"]), "back": back})
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise FormatError(f"not a change of tags: {error}"[:200], file=file, place=f"line {number}") from error
