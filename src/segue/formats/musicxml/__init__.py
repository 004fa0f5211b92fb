"""MusicXML: partwise or timewise scores, as text (.musicxml, .xml) or zipped (.mxl).

What becomes what: docs of `read`.
"""

from __future__ import annotations

from segue.formats.musicxml import container, reading
from segue.formats.musicxml.tree import parse
from segue.music.score import Score

NAME = "musicxml"
SUFFIXES = (".musicxml", ".xml", ".mxl")


def read(data: bytes, *, file: str = "") -> Score:
    """Read a score; FormatError where the bytes are none.

    A <score-part> becomes one part, or one for each staff that has notes (a piano: "Piano RH" and "Piano LH"); voices
    on one staff stay together, their notes overlap. Pitches and keys are as they sound. Tied notes are one note.
    A bar is as long as its longest content. A key or metre that changes in the midst of a bar holds from the next.
    Grace and cue notes and jumps (D.C., D.S.) are left out, and said in `notice`.
    """
    text = container.score_of(data, file=file) if container.is_zip(data) else data
    return reading.score_of(parse(text, file=file), file)
