"""What lies in an .mxl file: a zip whose META-INF/container.xml names the score; read without trust, in memory.

Nothing is written to a disk, so that no name in the zip can lead out of a folder.
"""

from __future__ import annotations

import io
import zipfile

from segue.errors import FormatError
from segue.formats.limits import Archive
from segue.formats.musicxml.tree import parse

MOST_TEXT = 40_000_000  # bytes of a score as text; the longest string quartets have 11 million
_CONTAINER = "META-INF/container.xml"
_SCORE = "score.musicxml"


def is_zip(data: bytes) -> bool:
    """Whether bytes begin as a zip file does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def score_of(data: bytes, *, file: str = "") -> bytes:
    """Return the MusicXML text in an .mxl file; FormatError where it is none or unzips to too much."""
    archive = Archive(data, file=file, most=MOST_TEXT)
    named = _named(archive, file) if _CONTAINER in archive.names else ""
    if named in archive.names:
        return archive.read(named)
    scores = [name for name in archive.names if name.endswith((".xml", ".musicxml")) and "META-INF/" not in name]
    if not scores:
        raise FormatError("no score in it: a zip of one .musicxml or .xml file is accepted", file=file, place="zip")
    return archive.read(scores[0])


def _named(archive: Archive, file: str) -> str:
    """The name that the container gives; '' where it is no XML (some programs do not escape an apostrophe)."""
    text = archive.read(_CONTAINER)
    try:
        root = parse(text, file=file, place=_CONTAINER)
    except FormatError:
        return ""
    files = [entry for entry in root.iter("rootfile") if entry.get("media-type", "xml").endswith("xml")]
    return (files[0].get("full-path") or "") if files else ""


def pack(xml: bytes) -> bytes:
    """Return an .mxl file of MusicXML text; the same text gives the same bytes."""
    container = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<container><rootfiles>'
        f'<rootfile full-path="{_SCORE}" media-type="application/vnd.recordare.musicxml+xml"/>'
        "</rootfiles></container>\n"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ((_CONTAINER, container.encode()), (_SCORE, xml)):
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()
