"""What the MusicXML reader promises, on small scores whose right answer is known."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from segue.errors import FormatError
from segue.formats import musicxml
from segue.music.key import Key
from segue.music.metre import Metre

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
HEAD += '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
FOUR = "<attributes><divisions>4</divisions><key><fifths>0</fifths></key>"
FOUR += "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>"


def note(pitch: str, duration: int, more: str = "") -> str:
    """A note such as C4 with a duration in divisions; `more` begins with what precedes <pitch>: "<chord/>"."""
    alter = {"#": "<alter>1</alter>", "b": "<alter>-1</alter>"}.get(pitch[1:-1], "")
    chord, rest = ("<chord/>", more.removeprefix("<chord/>")) if more.startswith("<chord/>") else ("", more)
    where = f"<pitch><step>{pitch[0]}</step>{alter}<octave>{pitch[-1]}</octave></pitch>" if pitch != "R" else "<rest/>"
    return f"<note>{chord}{where}<duration>{duration}</duration>{rest}</note>"


def score(*measures: str, part: str = "<part-name>Flute</part-name>") -> bytes:
    """A score of one part."""
    bars = "".join(
        measure if measure.startswith("<measure") else f'<measure number="{number}">{measure}</measure>'
        for number, measure in enumerate(measures, 1)
    )
    inner = f'<part-list><score-part id="P1">{part}</score-part></part-list><part id="P1">{bars}</part>'
    return f'{HEAD}<score-partwise version="4.0">{inner}</score-partwise>'.encode()


def rows(data: bytes, part: int = 0) -> list[tuple[F, F, int]]:
    """Start, length and pitch of each note of a part."""
    return [(one.start, one.length, one.pitch) for one in musicxml.read(data).parts[part].notes]


def test_notes_chords_and_rests_have_their_places() -> None:
    data = score(FOUR + note("C4", 4) + note("E4", 4, "<chord/>") + note("R", 2) + note("F#4", 2) + note("Bb3", 8))
    assert rows(data) == [(F(0), F(1), 60), (F(0), F(1), 64), (F(3, 2), F(1, 2), 66), (F(2), F(2), 58)]


def test_voices_are_laid_over_each_other_by_backup() -> None:
    data = score(FOUR + note("C5", 16) + "<backup><duration>16</duration></backup>" + note("C3", 8) + note("D3", 8))
    assert rows(data) == [(F(0), F(2), 48), (F(0), F(4), 72), (F(2), F(2), 50)]


def test_ties_make_one_note_across_bars() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    data = score(FOUR + note("C4", 16, start), note("C4", 16, stop + start), note("C4", 4, stop) + note("C4", 12))
    assert rows(data) == [(F(0), F(9), 60), (F(9), F(3), 60)]


def test_a_pickup_is_as_long_as_its_content() -> None:
    read = musicxml.read(score(f'<measure number="0" implicit="yes">{FOUR}{note("G4", 4)}</measure>', note("C5", 16)))
    assert [bar.length for bar in read.bars] == [1, 4]
    assert read.bars[0].metre == Metre(4, 4)


def test_transposed_parts_are_read_as_they_sound() -> None:
    transpose = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>"
    read = musicxml.read(score(FOUR.replace("</attributes>", transpose) + note("D4", 16)))
    assert [one.pitch for one in read.parts[0].notes] == [60]
    assert read.bars[0].key == Key.parse("Bb")


def test_entities_are_refused() -> None:
    bomb = (
        HEAD.replace('partwise.dtd">', 'partwise.dtd" [<!ENTITY a "aaaa">]>') + "<score-partwise>&a;</score-partwise>"
    )
    with pytest.raises(FormatError, match="entities and other declarations are refused"):
        musicxml.read(bomb.encode())
