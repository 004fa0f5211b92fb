"""ABC that is damaged, or made to hurt: it is read or refused with its line, soon."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from segue.errors import FormatError
from segue.formats import abc
from tests.seconds import within

TUNES = (
    abc.EXAMPLE,
    b"X:7\nT:Reel\nR:reel\nM:2/4\nL:1/8\nQ:1/4=100\nK:Dmix\nP:A\n"
    b'A|:"D"dA (3FAd|{g}f>e d<A~B2:|[K:G][M:6/8]GBd [gB]3|]\n',
    b"X:2\nM:3/4\nV:1 name=a\nV:2 clef=bass-8\nK:Eb\n[V:1]B2 c-|c2 z|\nw:A-ve_ |* Ma~ri-a\n"
    b"[V:2]E,2 & G,3|[B,E]3-|\n%%MIDI program 9\n",
)
PIECES = (
    *(b"|:", b":|", b"::", b"[1", b"|2", b"[K:", b"[V:2]", b"[M:7/8]", b"[Q:", b"P:", b"\nw:", b"\nV:2\n", b"\nK:\n"),
    *(b"(3", b"(9:8:7", b"(11", b">", b"<<<", b"-", b'"', b'"^x"', b'"C7"', b"{", b"}", b"[", b"]", b"&", b"%", b"\\"),
    *(b"/9999", b"/0", b"99999", b"999999999", b"''''''''", b",,,,,,", b"/17", b"/13", b"/19", b"/23", b"(7:3:20"),
    *(b"\nM:none\n", b"\nL:1/0\n", b"\nQ:99999\n", b"\nQ:0/0=3\n", b"\nM:64/64\n", b"\n\n", b"\r", b"\xff", b"\x00"),
    *(b"%%MIDI program 300", b"\\u0000", b"&#99999999999;", b"Z9", b"Z999", b"!f!", b"x", b"^^", b"_", b"=3D", b"=\n"),
)


def damaged(draw: random.Random) -> bytes:
    data = bytearray(draw.choice(TUNES))
    for _ in range(draw.choice((1, 2, 4, 12))):
        at = draw.randrange(len(data) + 1)
        match draw.randrange(4):
            case 0:
                data[at:at] = draw.choice(PIECES)
            case 1:
                del data[at : at + draw.choice((1, 2, 5, 40))]
            case 2:
                data[at : at + 1] = bytes([draw.randrange(256)])
            case _:
                other = draw.choice(TUNES)
                begin = draw.randrange(len(other))
                data[at:at] = other[begin : begin + 30]
    return bytes(data)


def test_damaged_tunes_are_read_or_refused_with_their_line() -> None:
    draw = random.Random(5)
    refused = 0
    for _ in range(1_500):
        data = damaged(draw)
        try:
            scores = abc.read_all(data, file="book.abc")
        except FormatError as error:
            refused += 1
            assert error.place.startswith(("line ", "byte 0"))
        else:
            assert all(score.end == sum((bar.length for bar in score.bars), 0) for score in scores)
    assert 20 < refused < 700  # most damage is what real books have too


HEAD = b"X:1\nM:4/4\nL:1/64\nK:C\n"


def costly() -> Iterator[tuple[str, bytes]]:
    for name, piece in (
        *(("brackets", b"["), ("open endings", b'["'), ("quotes", b'"C"'), ("colons", b":"), ("bars", b"|:")),
        *(("braces", b"{"), ("decorations", b"!a"), ("plus signs", b"+a"), ("overlays", b"C&"), ("fields", b"[K:")),
        *(
            ("numbers", b"9"),
            ("slashes", b"C/"),
            ("commas", b"|1-99,"),
            ("accidentals", b"^C"),
            ("tuplets", b"(9:9:9C"),
        ),
    ):
        yield name, HEAD + b"C" + piece * (300_000 // len(piece)) + b"\n"
    yield "notes", HEAD + (b"CDEFGABc" * 8 + b"|\n") * 4_000
    yield "chords", HEAD + b'"C"[CEG]"D"[DFA]"E"[EGB]"F"[FAc]|\n' * 8_000
    yield "words", HEAD + b"C/999" * 60_000 + b"|\n" + b"w:|||||a b c\n" * 10_000
    yield "bars of rests", HEAD + b"Z1000|" * 1_000
    yield "voices", HEAD + b"".join(b"[V:%d]C|" % number for number in range(30_000))
    yield "resolutions", HEAD + b"CDEF|" * 18_000 + b"".join(b"C/%d|" % prime for prime in (11, 13, 17, 19, 23, 29))
    yield "short tunes", b"X:1\nK:C\nC|\n\n" * 400_000
    yield "tempo", b"X:1\nQ:" + b"1/4 " * 100_000 + b"\nK:C\nC|\n"
    yield "key", b"X:1\nK:C " + b"^f " * 100_000 + b"\nC|\n"
    yield "blank lines", b"X:1\nK:C\nC|\n" + b"\n" * 4_000_000


@pytest.mark.parametrize(("name", "data"), [pytest.param(*one, id=one[0]) for one in costly()])
def test_no_file_takes_long(name: str, data: bytes) -> None:
    with within(1):
        try:
            abc.read(data, file=name)
        except FormatError as error:
            assert error.place
