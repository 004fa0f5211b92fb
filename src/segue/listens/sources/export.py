"""A file, folder or zip as a listener has it, opened so that no member can exhaust the machine.

Nothing is unpacked to disk, so names inside a zip lead nowhere. Bytes out of a zip are counted while they are read:
at most MEMBER_BYTES a member, TOTAL_BYTES in all, and RATIO bytes for each one stored.
"""

from __future__ import annotations

import codecs
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from segue.errors import FormatError, InputError

MB = 1 << 20
MEMBER_BYTES = 200 * MB
TOTAL_BYTES = 2048 * MB
RATIO = 100
SMALL = 4 * MB  # below this the ratio is not asked for: a short file of blanks may pack well
HEAD = 64 * 1024  # bytes of a member that a source may look at to know its own
LINE_BYTES = 16 * MB
MOST_MEMBERS = 20_000
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
Read = Callable[[int], bytes]


class Export:
    """What was handed in: `members` names the files in it, and their bytes are read with limits.

    A single file is an export of one member. InputError where there is nothing, FormatError where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive: zipfile.ZipFile | None = None
        self.unpacked = 0
        self.heads: dict[str, bytes] = {}
        if path.is_dir():
            self.members = files_below(path)
        elif not path.is_file():
            raise InputError(f"no file or folder {str(path)!r}")
        elif is_zip(path):
            self.archive, self.members = open_archive(path)
        else:
            self.members = [path.name]
        if len(self.members) > MOST_MEMBERS:
            raise FormatError(f"holds more than {MOST_MEMBERS} files", file=path.name)

    def __enter__(self) -> Export:
        return self

    def __exit__(self, *_: object) -> None:
        if self.archive is not None:
            self.archive.close()

    @property
    def is_single(self) -> bool:
        """Whether this is one plain file, so that a place needs no member's name."""
        return self.archive is None and not self.path.is_dir()

    def place(self, member: str, inner: str = "") -> str:
        """Where something is, for a message: the member unless there is but one file, and the place in it."""
        return " ".join(part for part in ("" if self.is_single else member, inner) if part)

    def numbered(self, member: str, what: str) -> Callable[[int], str]:
        """Where the nth record or line of a member is, for a message."""
        return lambda number: self.place(member, f"{what} {number}")

    def head(self, member: str) -> bytes:
        """The first bytes of a member, in UTF-8 without a byte order mark, for a source to recognise."""
        if member not in self.heads:
            with self.open(member) as read:
                self.heads[member] = to_utf8(read(HEAD), is_whole=False)
        return self.heads[member]

    def those(self, is_mine: Callable[[bytes], bool]) -> list[str]:
        """The members whose head a source recognises."""
        return [member for member in self.members if is_mine(self.head(member))]

    def read(self, member: str) -> bytes:
        """All bytes of a member, in UTF-8 without a byte order mark; FormatError above MEMBER_BYTES."""
        blocks, size = [], 0
        with self.open(member) as read:
            while block := read(MB):
                size += len(block)
                if size > MEMBER_BYTES:
                    raise self.broken(member, f"is longer than {MEMBER_BYTES // MB} MB")
                blocks.append(block)
        try:
            return to_utf8(b"".join(blocks), is_whole=True)
        except UnicodeDecodeError as error:
            raise self.broken(member, f"begins as UTF-16 and is not: {error}") from error

    def lines(self, member: str) -> Iterator[bytes]:
        """The lines of a member of any length, without their ends, in UTF-8 without a byte order mark."""
        rest, is_first = b"", True
        decoder: codecs.IncrementalDecoder | None = None
        with self.open(member) as read:
            while block := read(MB):
                if is_first and block.startswith(UTF16):
                    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
                if decoder is not None:
                    block = decoder.decode(block).encode()
                if is_first:
                    block = block.removeprefix(codecs.BOM_UTF8)
                is_first = False
                *whole, rest = (rest + block).split(b"\n")
                if len(rest) > LINE_BYTES:
                    raise self.broken(member, f"has a line of more than {LINE_BYTES // MB} MB")
                for line in whole:
                    yield line.rstrip(b"\r")
        if rest:
            yield rest.rstrip(b"\r")

    @contextmanager
    def open(self, member: str) -> Iterator[Read]:
        """A member's `read(n)`; every way in which the bytes may be unreadable is a FormatError."""
        try:
            if self.archive is None:
                path = self.path if self.is_single else self.path / member
                with path.open("rb") as stream:
                    yield stream.read
            else:
                info = self.archive.getinfo(member)
                with self.archive.open(info) as packed:
                    yield self.counted(packed, info)
        except UNREADABLE as error:
            raise self.broken(member, f"cannot be read to its end: {error}") from error

    def counted(self, packed: IO[bytes], info: zipfile.ZipInfo) -> Read:
        """Read a member while counting its bytes, so that a zip bomb stops early."""
        unpacked = 0

        def read(size: int) -> bytes:
            nonlocal unpacked
            block = packed.read(size)
            unpacked += len(block)
            self.unpacked += len(block)
            if unpacked > max(SMALL, RATIO * info.compress_size):
                raise self.broken(info.filename, f"unpacks to more than {RATIO} times its size: a zip bomb?")
            if self.unpacked > TOTAL_BYTES:
                raise self.broken(info.filename, f"more than {TOTAL_BYTES // MB} MB come out of the zip: a zip bomb?")
            return block

        return read

    def broken(self, member: str, message: str) -> FormatError:
        """The error that says what is wrong with a member."""
        return FormatError(message, file=self.path.name, place=self.place(member))


def is_zip(path: Path) -> bool:
    """Whether the file begins as a zip does; a truncated one does too."""
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def open_archive(path: Path) -> tuple[zipfile.ZipFile, list[str]]:
    """Open a zip and name its files, without what macOS adds."""
    try:
        archive = zipfile.ZipFile(path)
    except UNREADABLE as error:
        raise FormatError(f"is a zip that cannot be opened: {error}", file=path.name) from error
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    return archive, [name for name in dict.fromkeys(names) if is_visible(name)]


def files_below(folder: Path) -> list[str]:
    """The regular files below a folder in order of name, links to folders not followed."""
    found: list[str] = []
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            inner = path.relative_to(folder).as_posix()
            if is_visible(inner) and path.exists() and stat.S_ISREG(path.stat().st_mode):
                found.append(inner)
        if len(found) > MOST_MEMBERS:
            break
    return found


def is_visible(name: str) -> bool:
    """Whether a member is the listener's own: no hidden file, no resource fork."""
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts)


def to_utf8(text: bytes, *, is_whole: bool) -> bytes:
    """Turn UTF-16 with a byte order mark into UTF-8, and leave out a mark of UTF-8."""
    if text.startswith(UTF16):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="strict" if is_whole else "replace")
        return decoder.decode(text, final=is_whole).encode()
    return text.removeprefix(codecs.BOM_UTF8)
