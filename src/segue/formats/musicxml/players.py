"""Who plays the parts: names, General MIDI programs, drums, from the <part-list>."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

CHORDS_ONLY = "Chords"  # the id of the part that carries the chords of a score without parts
_DRUM_CHANNEL = 10
_TWO_HANDS = frozenset((*range(24), 46, 108))  # pianos, chromatic percussion, organs, harp, kalimba


@dataclass(frozen=True)
class Player:
    """A <score-part>: `drums` gives the percussion key of each instrument of its own."""

    name: str = ""
    program: int = 0
    is_drums: bool = False
    drums: dict[str, int] = field(default_factory=dict)

    def name_of(self, staff: int, staves: int) -> str:
        """Return the name of the part on one of the staves: right and left hand where a keyboard has two."""
        if staves < 2:
            return self.name
        if staves == 2 and self.program in _TWO_HANDS:
            return f"{self.name or 'Piano'} {('RH', 'LH')[staff]}"
        return f"{self.name or 'Part'} {staff + 1}"


def players_of(root: Element) -> dict[str, Player]:
    """Return the players by the id of their part."""
    return {part.get("id") or "": _player(part) for part in root.findall("part-list/score-part")}


def _player(part: Element) -> Player:
    name = " ".join((part.findtext("part-name") or "").split())
    program, is_drums, drums = 0, False, {}
    for place, instrument in enumerate(part.findall("midi-instrument")):
        said = _number(instrument.findtext("midi-program"), 128)
        if said and not place:
            program = said - 1
        is_drums |= _number(instrument.findtext("midi-channel"), 16) == _DRUM_CHANNEL
        key = _number(instrument.findtext("midi-unpitched"), 128)
        if key:
            drums[instrument.get("id") or ""] = key - 1
    return Player(name, program, is_drums, drums)


def _number(text: str | None, most: int) -> int:
    """A whole number from 1 to `most`; 0 where it is none."""
    plain = (text or "").strip()
    return int(plain) if plain.isdecimal() and len(plain) < 4 and int(plain) <= most else 0
