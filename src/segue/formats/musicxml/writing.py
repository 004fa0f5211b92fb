"""From a score to MusicXML: the header, the list of parts, and their measures."""

from __future__ import annotations

import re
from math import lcm
from xml.sax.saxutils import escape, quoteattr

from segue.errors import InputError
from segue.formats.musicxml.barlines import barlines
from segue.formats.musicxml.drums import drum_of
from segue.formats.musicxml.measures import Layout, Measures
from segue.formats.musicxml.players import CHORDS_ONLY
from segue.music.note import Notes
from segue.music.score import Part, Score

FINEST = 1 << 20  # divisions of a quarter note
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">
"""


def document(score: Score) -> str:
    """Return a score as MusicXML 4.0; InputError where its times are too fine or something lies outside its bars."""
    divisions = _divisions(score)
    _check(score)
    starts = [int(start * divisions) for start in score.bar_starts]
    layout = Layout(score, divisions, starts, barlines(score.bars))
    parts = score.parts or (Part(Notes(1, (), (), (), ()), CHORDS_ONLY),)
    ids = [f"P{number}" for number in range(1, len(parts) + 1)] if score.parts else [CHORDS_ONLY]
    leader = next((place for place, part in enumerate(parts) if not part.is_drums), 0)
    lines = [_HEAD + '<score-partwise version="4.0">', *_titles(score), "  <part-list>"]
    lines += _part_list(parts, ids)
    lines.append("  </part-list>")
    for place, (part, name) in enumerate(zip(parts, ids, strict=True)):
        lines.append(f'  <part id="{name}">')
        lines += Measures(layout, part, name, is_leader=place == leader).lines()
        lines.append("  </part>")
    lines.append("</score-partwise>\n")
    return _UNSAYABLE.sub("", "\n".join(lines))


def _divisions(score: Score) -> int:
    times = {bar.length.denominator for bar in set(score.bars)}
    times |= {each.start.denominator for each in score.chords}
    times |= {each.start.denominator for each in score.tempos}
    for part in score.parts:
        times |= {sung.start.denominator for sung in part.words}
        times.add(part.notes.resolution)
    divisions = lcm(*times, 1)
    if divisions > FINEST:
        raise InputError(f"its times need {divisions:,} parts of a quarter note; at most {FINEST:,} can be written")
    return divisions


def _check(score: Score) -> None:
    if not score.bars:
        raise InputError("a score without bars cannot be written as MusicXML; give it at least one")
    for part in score.parts:
        late = [sung for sung in part.words if not 0 <= sung.start < score.end]
        if late:
            where = f"{late[0].syllable.text!r} of part {part.name!r} is sung at {late[0].start}"
            raise InputError(f"{where}, outside the bars (0 to {score.end})")


def _titles(score: Score) -> list[str]:
    title, composer, style = (escape(text) for text in (score.title, score.composer, score.style))
    lines = []
    if title:
        lines += [f"  <work><work-title>{title}</work-title></work>", f"  <movement-title>{title}</movement-title>"]
    lines.append("  <identification>")
    if composer:
        lines.append(f'    <creator type="composer">{composer}</creator>')
    lines.append("    <encoding><software>Segue</software></encoding>")
    if style:
        field = f'<miscellaneous-field name="style">{style}</miscellaneous-field>'
        lines.append(f"    <miscellaneous>{field}</miscellaneous>")
    lines.append("  </identification>")
    if title:
        words = f'<credit-words font-size="22" justify="center" valign="top">{title}</credit-words>'
        lines.append(f'  <credit page="1"><credit-type>title</credit-type>{words}</credit>')
    if composer:
        words = f'<credit-words font-size="12" justify="right" valign="bottom">{composer}</credit-words>'
        lines.append(f'  <credit page="1"><credit-type>composer</credit-type>{words}</credit>')
    return lines


def _part_list(parts: tuple[Part, ...], ids: list[str]) -> list[str]:
    lines, place, group = [], 0, 0
    while place < len(parts):
        count = _hands(parts, place)
        if count > 1:
            group += 1
            symbol = "<group-symbol>brace</group-symbol><group-barline>yes</group-barline>"
            lines.append(f'    <part-group type="start" number="{group}">{symbol}</part-group>')
        for number in range(place, place + count):
            lines += _score_part(parts[number], ids[number], number)
        if count > 1:
            lines.append(f'    <part-group type="stop" number="{group}"/>')
        place += count
    return lines


def _hands(parts: tuple[Part, ...], place: int) -> int:
    """How many parts from here on are the hands of one player: 2 where "... RH" and "... LH" follow each other."""
    here, after = parts[place].name, parts[place + 1].name if place + 1 < len(parts) else ""
    return 2 if here.endswith(" RH") and after == here[:-3] + " LH" else 1


def _score_part(part: Part, name: str, place: int) -> list[str]:
    channel = 10 if part.is_drums else place % 15 + 1 + (place % 15 >= 9)
    said = f"<midi-channel>{channel}</midi-channel><midi-program>{part.program + 1}</midi-program>"
    keys = sorted(set(part.notes.pitches)) if part.is_drums else []
    players = [(f"{name}-I{key + 1}", drum_of(key).name, f"<midi-unpitched>{key + 1}</midi-unpitched>") for key in keys]
    players = players or [(f"{name}-I0", part.name or "Instrument", "")]
    lines = [f'    <score-part id="{name}">', f"      <part-name>{escape(part.name)}</part-name>"]
    for player, called, _ in players:
        called = f"<instrument-name>{escape(called)}</instrument-name>"
        lines.append(f"      <score-instrument id={quoteattr(player)}>{called}</score-instrument>")
    for player, _, key in players:
        lines.append(f"      <midi-instrument id={quoteattr(player)}>{said}{key}</midi-instrument>")
    return [*lines, "    </score-part>"]
