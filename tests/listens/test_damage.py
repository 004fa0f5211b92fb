"""Whatever a file has become, an import ends in a report or in one of our errors, and the store stays whole."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from segue.errors import InputError
from segue.listens.importing import import_file
from segue.listens.sources import SOURCES
from segue.listens.sources.items import Source
from segue.listens.sql import SqlStore

PIECES = (b'"', b"\\", b"{", b"[", b"null", b"1e999", b"-1", b"9" * 20, b"\n", b"\t", b"\r", b"\0", b'"\\ud800"', b"{}")
STARTS = (b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", b"PK\x03\x04", b" ")


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The content with some bytes changed, lost, doubled or put in."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 5, 20))):
        place = draw.randrange(len(found) + 1)
        match draw.randrange(5):
            case 0:
                found[place : place + 1] = bytes([draw.randrange(256)])
            case 1:
                del found[place : place + draw.randrange(1, 30)]
            case 2:
                found[place:place] = draw.choice(PIECES)
            case 3:
                found[place:place] = found[draw.randrange(len(found) + 1) :][:40]
            case _:
                found[:0] = draw.choice(STARTS)
    return bytes(found)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.NAME)
def test_damage_ends_in_a_report_or_in_our_error(source: Source, light: SqlStore, tmp_path: Path) -> None:
    draw = random.Random(source.NAME)
    outcomes = {"report": 0, "error": 0}
    for _ in range(150):
        folder = tmp_path / "export"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, content in enumerate(source.EXAMPLE.values()):
            (folder / str(number)).write_bytes(damaged(content, draw) if draw.random() < 0.7 else content)
        before = light.counts()
        try:
            import_file(light, folder, None if source.NAME == "hetrec" else "ann")
        except InputError:
            outcomes["error"] += 1
            assert light.counts() == before
        else:
            outcomes["report"] += 1
    assert min(outcomes.values()) > 10
    assert all(song.artist for _, song in light.songs())
