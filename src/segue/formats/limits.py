"""How much a reader takes: bytes of a file, bytes that come out of a compressed one, and the members of a zip."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from segue.errors import FormatError, InputError

PLAIN = 5_000_000  # bytes of a file that is read at once; more is refused where a reader does not raise it
HARD = 50_000_000  # bytes of a file that is read at all (sound, archives)
UNZIPPED = 200_000_000  # bytes that may come out of one archive, counted while they come
RATIO = 100  # times as large as the archive that its contents may be, once they pass FREE
FREE = 1_000_000  # bytes that may come out whatever the ratio: small repetitive files pack well
MEMBERS = 1_000  # files in one archive
_CHUNK = 1 << 16


def check_size(data: bytes, *, file: str = "", most: int = PLAIN) -> None:
    """Raise FormatError where a file is empty or larger than `most` bytes."""
    if not data:
        raise FormatError("the file is empty (0 bytes)", file=file, place="byte 0")
    if len(data) > most:
        raise FormatError(f"{len(data):,} bytes; at most {most:,} are read", file=file, place=f"byte {most:,}")


def read_bytes(path: Path, *, most: int = HARD) -> bytes:
    """Read a file of at most `most` bytes; InputError where it is none, cannot be opened, or is larger."""
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > most:
        raise FormatError(f"more than {most:,} bytes, the most that is read", file=str(path), place=f"byte {most:,}")
    return data


class Archive:
    """A zip in memory whose contents are counted while they come out.

    All members together may give `most` bytes (`UNZIPPED` where none is said), and not more than `RATIO` times the
    archive's size beyond `FREE`.
    """

    def __init__(self, data: bytes, *, file: str = "", most: int | None = None) -> None:
        self._file, self._size, self._out = file, len(data), 0
        self._most = min(UNZIPPED if most is None else most, max(FREE, RATIO * len(data)))
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, UnicodeDecodeError, NotImplementedError) as error:
            raise FormatError(f"this is no zip archive that can be read: {error}", file=file, place="byte 0") from error
        if len(members) > MEMBERS:
            raise FormatError(f"{len(members):,} files in one archive; at most {MEMBERS:,} are read", file=file)
        self._members = {each.filename: each for each in members if each.filename and not each.is_dir()}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files, in the archive's order."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """Return one file of the archive; FormatError where it is not there, damaged, encrypted, or too much."""
        member = self._members.get(name)
        if member is None:
            raise FormatError(f"no {name!r} in the archive", file=self._file)
        if member.flag_bits & 1:
            raise FormatError(f"{name!r} is encrypted", file=self._file)
        return b"".join(self._chunks(member))

    def _chunks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    self._count(len(chunk), member.filename)
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            if isinstance(error, FormatError):
                raise
            raise FormatError(f"{member.filename!r} is damaged: {error}", file=self._file) from error

    def _count(self, more: int, name: str) -> None:
        self._out += more
        if self._out > self._most:
            raise FormatError(
                f"{name!r} unpacks to more than {self._most:,} bytes from an archive of {self._size:,}", file=self._file
            )
