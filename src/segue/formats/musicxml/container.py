"""What lies in an .mxl file: a zip whose META-INF/container.xml names the score; read without trust, in memory."""

from __future__ import annotations

import io
import zipfile
import zlib

from segue.errors import FormatError
from segue.formats.musicxml.tree import parse

MOST_BYTES = 200_000_000  # unzipped
MOST_RATIO = 100  # unzipped to zipped
SPARE_BYTES = 1_000_000  # so much may be unzipped whatever the ratio
_MOST_NAMES = 1_000
_CONTAINER = "META-INF/container.xml"
_CHUNK = 1 << 16


def is_zip(data: bytes) -> bool:
    """Whether bytes begin as a zip file does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def score_of(data: bytes, *, file: str = "") -> bytes:
    """Return the MusicXML text in an .mxl file; FormatError where it is none or unzips to too much.

    Nothing is written to a disk, so that no name in the zip can lead out of a folder.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > _MOST_NAMES:
                raise FormatError(f"{len(names)} entries; a score has at most {_MOST_NAMES}", file=file, place="zip")
            return _unzip(archive, _score_name(archive, names, file), file)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"not a whole zip file: {error}", file=file, place="zip") from None


def _score_name(archive: zipfile.ZipFile, names: list[str], file: str) -> str:
    named = _named(archive, file) if _CONTAINER in names else ""
    if named in names:
        return named
    scores = [name for name in names if name.endswith((".xml", ".musicxml")) and not name.startswith("META-INF/")]
    if not scores:
        raise FormatError("no score in it: a zip of one .musicxml or .xml file is accepted", file=file, place="zip")
    return scores[0]


def _named(archive: zipfile.ZipFile, file: str) -> str:
    """The name that the container gives; '' where it is no XML (some programs do not escape an apostrophe)."""
    text = _unzip(archive, _CONTAINER, file)
    try:
        root = parse(text, file=file, place=_CONTAINER)
    except FormatError:
        return ""
    files = [entry for entry in root.iter("rootfile") if entry.get("media-type", "xml").endswith("xml")]
    return (files[0].get("full-path") or "") if files else ""


def _unzip(archive: zipfile.ZipFile, name: str, file: str) -> bytes:
    """Unzip one entry, counting what comes out and not what its header says."""
    size, gathered = 0, bytearray()
    packed = max(1, archive.getinfo(name).compress_size)
    most = min(MOST_BYTES, max(SPARE_BYTES, MOST_RATIO * packed))
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise FormatError(
                    f"unzips to more than {most:,} bytes, from {packed:,}; {MOST_BYTES:,} and {MOST_RATIO} times "
                    "are accepted",
                    file=file,
                    place=name[:100],
                )
            gathered += chunk
    return bytes(gathered)


def pack(xml: bytes) -> bytes:
    """Return an .mxl file of MusicXML text; the same text gives the same bytes."""
    container = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<container><rootfiles>'
        b'<rootfile full-path="score.musicxml" media-type="application/vnd.recordare.musicxml+xml"/>'
        b"</rootfiles></container>\n"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ((_CONTAINER, container), ("score.musicxml", xml)):
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()
