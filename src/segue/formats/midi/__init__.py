"""Standard MIDI files, read through symusic and written by ourselves."""

from __future__ import annotations

from segue.formats.midi.reading import read
from segue.formats.midi.writing import write

NAME = "midi"
SUFFIXES = (".mid", ".midi", ".smf", ".kar")
EXAMPLE = bytes.fromhex(
    "4d546864 00000006 0001 0002 01e04d54726b 00000019 00ff510307a120 00ff58040302 1808 00ff59020100 00ff2f00".replace(
        " ", ""
    )
) + bytes.fromhex(
    "4d54726b 00000030 00ff030456696f6c 00c028 00ff05034c6120 00904350 8360804300 00ff05036c6121"
    "00904550 8360804500 8360ff2f00".replace(" ", "")
)

__all__ = ["EXAMPLE", "NAME", "SUFFIXES", "is_like", "read", "write"]


def is_like(data: bytes) -> bool:
    """Whether a file begins as MIDI files do."""
    return data.startswith(b"MThd")
