"""Nasty MusicXML: one kind of error, within a second and 200 MB, whatever the bytes."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter
from typing import Any

import pytest

from segue.errors import FormatError
from segue.formats import musicxml, mxl
from tests.seconds import within

HEAD = b'<?xml version="1.0"?><!DOCTYPE score-partwise '
PART = b'<score-partwise><part id="P1"><measure number="1">'
END = b"</measure></part></score-partwise>"
NOTE = b"<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>"


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


PIECES = (
    b"<",
    b">",
    b"&",
    b'"',
    b"/>",
    b"-1",
    b"1e999",
    b"9" * 20,
    b"\0",
    b"\xff",
    b"<note>",
    b"]]>",
    b"<!--",
    b"PK\3\4",
)


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The content with some bytes changed, lost, doubled or put in."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 5))):
        place = draw.randrange(len(found) + 1)
        match draw.randrange(4):
            case 0:
                found[place : place + 1] = bytes([draw.randrange(256)])
            case 1:
                del found[place : place + draw.randrange(1, 30)]
            case 2:
                found[place:place] = draw.choice(PIECES)
            case _:
                found[place:place] = found[draw.randrange(len(found) + 1) :][:40]
    return bytes(found)


def billion_laughs() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10))
    return HEAD + b'[<!ENTITY l0 "lol">' + entities + b"]>" + PART + b"&l9;" + END


def staves(count: int) -> bytes:
    return b"".join(NOTE.replace(b"</note>", b"<staff>%d</staff></note>" % number) for number in range(count))


def parts(count: int, measures: bytes) -> bytes:
    inner = b"".join(b'<part id="%d">' % number + measures + b"</part>" for number in range(count))
    return b"<score-partwise>" + inner + b"</score-partwise>"


CONTAINER = ("META-INF/container.xml", b'<container><rootfile full-path="not there"/></container>')
DIVISIONS = b"<attributes><divisions>%d</divisions></attributes>"
KEY = b"<measure><attributes><key><fifths>%d</fifths></key></attributes></measure>"

FILES: dict[str, bytes] = {
    "nothing": b"",
    "entity bomb": billion_laughs(),
    "entity bomb in UTF-16": billion_laughs().decode().replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16"),
    "external entity": HEAD + b'[<!ENTITY x SYSTEM "file:///etc/passwd">]>' + PART + b"&x;" + END,
    "external parameter entity": HEAD + b'[<!ENTITY % x SYSTEM "http://example.com/x"> %x;]>' + PART + END,
    "undeclared entity": PART + b"&x;" + END,
    "zip bomb": zipped(("score.xml", b"<a>" + bytes(150_000_000))),
    "zip bomb within the ratio": zipped(
        ("noise", random.Random(3).randbytes(2_000_000)), ("a.xml", bytes(120_000_000))
    ),
    "path out of the folder": zipped(("../../../tmp/score.xml", b"no xml"), ("/etc/score.xml", b"")),
    "container that names nothing": zipped(CONTAINER),
    "zip of zips": zipped(("score.xml", zipped(("score.xml", PART + END)))),
    "half a zip": mxl.EXAMPLE[: len(mxl.EXAMPLE) // 2],
    "encrypted zip": mxl.EXAMPLE.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"),
    "4 MB of noise": random.Random(1).randbytes(4_000_000),
    "4 MB of noise in a score": PART + random.Random(2).randbytes(4_000_000) + END,
    "deeper nesting": b"<a>" * 1_500_000,
    "an unclosed tag": b"<score-partwise " + b"a" * 4_000_000,
    "many attributes": b"<score-partwise " + b"".join(b'a%d="" ' % number for number in range(450_000)) + b"/>",
    "equal attributes": b"<score-partwise " + b'a="" ' * 400_000 + b"/>",
    "a number with an exponent": PART + NOTE.replace(b">1<", b">1e999999999<") + END,
    "a number of a million digits": PART + NOTE.replace(b">1<", b">" + b"9" * 1_000_000 + b"<") + END,
    "a pitch of a million digits": PART + NOTE.replace(b">4<", b">" + b"4" * 1_000_000 + b"<") + END,
    "no number": PART + NOTE.replace(b">1<", b">nan<") + END,
    "an infinite alteration": PART + NOTE.replace(b"</step>", b"</step><alter>inf</alter>") + END,
    "an unknown encoding": b'<?xml version="1.0" encoding="klingon"?>' + PART + NOTE + END,
    "an encoding of another width": b'<?xml version="1.0" encoding="utf-32"?>' + PART + NOTE + END,
    "300 parts": parts(300, b"<measure/>"),
    "5,000 staves": PART + staves(5_000) + END,
    "a bar without end": PART + NOTE * 2_000 + END,
}

# what is a score, if a strange one
TIED = NOTE.replace(b"</duration>", b'</duration><tie type="start"/><tie type="stop"/>')
STRANGE: dict[str, bytes] = {
    "deep nesting": PART + b"<a>" * 400_000 + b"</a>" * 400_000 + END,
    "many measures": parts(1, b"<measure/>" * 300_000),
    "many parts of many measures": parts(200, b"<measure/>" * 1_500),
    "many keys": parts(200, b"".join(KEY % (number % 7) for number in range(150))),
    "many divisions": PART + b"".join(DIVISIONS % number for number in range(1, 20_000)) + NOTE + END,
    "many tied notes": PART + DIVISIONS % 1_000 + TIED * 30_000 + END,
    "many notes at one place": PART + (NOTE + b"<backup><duration>1</duration></backup>") * 20_000 + END,
    "endless steps back": PART + b"<backup><duration>9</duration></backup>" * 100_000 + NOTE + END,
    "loudness without bounds": PART + NOTE.replace(b"<note>", b'<note dynamics="1e999">') + END,
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_score_is_refused_at_once(name: str) -> None:
    with within(1), pytest.raises(FormatError, match=r"nasty\.mxl"):
        musicxml.read(FILES[name], file="nasty.mxl")


@pytest.mark.parametrize("name", STRANGE)
def test_strange_scores_are_read_at_once(name: str) -> None:
    with within(1):
        musicxml.read(STRANGE[name])


@pytest.mark.parametrize("each", [musicxml, mxl], ids=["text", "zip"])
def test_damage_ends_in_a_score_or_in_our_error(each: Any) -> None:
    draw, outcomes = random.Random(each.NAME), Counter[str]()
    for _ in range(400):
        data = damaged(each.EXAMPLE, draw)
        with within(1):
            try:
                each.read(data, file="damaged")
            except FormatError:
                outcomes["error"] += 1
            else:
                outcomes["score"] += 1
    assert outcomes["error"] > 10
    assert outcomes["score"] > 3
