"""MusicXML: partwise or timewise scores as text; `segue.formats.mxl` is the same, zipped. `read` takes both."""

from __future__ import annotations

from segue.formats.limits import check_size
from segue.formats.musicxml import container, reading, writing
from segue.formats.musicxml.tree import parse, uncollected
from segue.music.score import Score

NAME = "musicxml"
SUFFIXES = (".musicxml", ".xml")
EXAMPLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0">
  <movement-title>Twinkle, twinkle</movement-title>
  <part-list><score-part id="P1"><part-name>Voice</part-name></score-part></part-list>
  <part id="P1">
    <measure number="1">
      <attributes>
        <divisions>1</divisions><key><fifths>0</fifths><mode>major</mode></key>
        <time><beats>2</beats><beat-type>4</beat-type></time><clef><sign>G</sign><line>2</line></clef>
      </attributes>
      <harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>
      <note>
        <pitch><step>C</step><octave>4</octave></pitch><duration>1</duration><voice>1</voice><type>quarter</type>
        <lyric number="1"><syllabic>begin</syllabic><text>Twin</text></lyric>
      </note>
      <note>
        <pitch><step>C</step><octave>4</octave></pitch><duration>1</duration><voice>1</voice><type>quarter</type>
        <lyric number="1"><syllabic>end</syllabic><text>kle,</text></lyric>
      </note>
    </measure>
    <measure number="2">
      <note>
        <pitch><step>G</step><octave>4</octave></pitch><duration>1</duration><voice>1</voice><type>quarter</type>
        <lyric number="1"><syllabic>begin</syllabic><text>twin</text></lyric>
      </note>
      <note>
        <pitch><step>G</step><octave>4</octave></pitch><duration>1</duration><voice>1</voice><type>quarter</type>
        <lyric number="1"><syllabic>end</syllabic><text>kle</text></lyric>
      </note>
    </measure>
  </part>
</score-partwise>
"""


def is_like(data: bytes) -> bool:
    """Whether bytes begin as MusicXML text does."""
    return data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml") and b"<score-" in data[:4000]


def read(data: bytes, *, file: str = "") -> Score:
    """Read a score; FormatError where the bytes are none.

    A <score-part> becomes one part, or one for each staff that has notes (a piano: "Piano RH" and "Piano LH"); voices
    on one staff stay together, their notes overlap. Pitches and keys are as they sound. Tied notes are one note.
    A bar is as long as its longest content. A key or metre that changes in the midst of a bar holds from the next.
    Grace and cue notes and jumps (D.C., D.S.) are left out, and said in `notice`.
    """
    check_size(data, file=file, most=container.MOST_TEXT)
    text = container.score_of(data, file=file) if container.is_zip(data) else data
    with uncollected():
        return reading.score_of(parse(text, file=file), file)


def write(score: Score) -> bytes:
    """Write a score as MusicXML text; `read` gives the same score again.

    Part names, bars numbered from 1 (a pick-up is 0), chords in voices, ties, tuplets, beams, accidentals, chord
    symbols, words, keys, metres, repeats, endings and tempos. Not said by the format: stress and tone of syllables, and
    empty ones; blanks around and inside names beyond one. InputError where a score has no bars, words outside them, or
    times finer than 2^20 to a quarter note.
    """
    return writing.document(score).encode()
