"""Drums: General MIDI's percussion keys with their names, and where each stands on the staff.

Places and heads follow Weinberg, Guidelines for Drumset Notation (1998), as far as it has them.
"""

from __future__ import annotations

from dataclasses import dataclass

SNARE = 38


@dataclass(frozen=True, slots=True)
class Drum:
    """A percussion key: its name, its line in the treble clef ("C5"), and its notehead ("" is a plain one)."""

    name: str
    place: str
    head: str = ""


DRUMS: dict[int, Drum] = {
    22: Drum("Closed Hi-Hat Edge", "G5", "x"),  # 22 and 26 are those of electronic drum kits
    26: Drum("Open Hi-Hat Edge", "G5", "circle-x"),
    35: Drum("Acoustic Bass Drum", "E4"),
    36: Drum("Bass Drum 1", "F4"),
    37: Drum("Side Stick", "C5", "x"),
    38: Drum("Acoustic Snare", "C5"),
    39: Drum("Hand Clap", "C5", "triangle"),
    40: Drum("Electric Snare", "C5", "diamond"),
    41: Drum("Low Floor Tom", "G4"),
    42: Drum("Closed Hi-Hat", "G5", "x"),
    43: Drum("High Floor Tom", "A4"),
    44: Drum("Pedal Hi-Hat", "D4", "x"),
    45: Drum("Low Tom", "B4"),
    46: Drum("Open Hi-Hat", "G5", "circle-x"),
    47: Drum("Low-Mid Tom", "D5"),
    48: Drum("Hi-Mid Tom", "E5"),
    49: Drum("Crash Cymbal 1", "A5", "x"),
    50: Drum("High Tom", "F5"),
    51: Drum("Ride Cymbal 1", "F5", "x"),
    52: Drum("Chinese Cymbal", "B5", "circle-x"),
    53: Drum("Ride Bell", "F5", "diamond"),
    54: Drum("Tambourine", "E5", "triangle"),
    55: Drum("Splash Cymbal", "B5", "diamond"),
    56: Drum("Cowbell", "E5", "x"),
    57: Drum("Crash Cymbal 2", "B5", "x"),
    58: Drum("Vibraslap", "D5", "diamond"),
    59: Drum("Ride Cymbal 2", "F5", "circle-x"),
    60: Drum("High Bongo", "E5", "diamond"),
    61: Drum("Low Bongo", "D5", "x"),
    62: Drum("Mute High Conga", "B4", "x"),
    63: Drum("Open High Conga", "B4", "diamond"),
    64: Drum("Low Conga", "A4", "diamond"),
    65: Drum("High Timbale", "E5", "circle-x"),
    66: Drum("Low Timbale", "D5", "circle-x"),
    67: Drum("High Agogo", "A4", "x"),
    68: Drum("Low Agogo", "G4", "x"),
    69: Drum("Cabasa", "A5", "triangle"),
    70: Drum("Maracas", "G5", "triangle"),
    71: Drum("Short Whistle", "A5", "diamond"),
    72: Drum("Long Whistle", "G5", "diamond"),
    73: Drum("Short Guiro", "F4", "triangle"),
    74: Drum("Long Guiro", "F4", "diamond"),
    75: Drum("Claves", "D5", "triangle"),
    76: Drum("High Wood Block", "F4", "x"),
    77: Drum("Low Wood Block", "E4", "x"),
    78: Drum("Mute Cuica", "E4", "triangle"),
    79: Drum("Open Cuica", "E4", "diamond"),
    80: Drum("Mute Triangle", "B5", "triangle"),
    81: Drum("Open Triangle", "A5", "circle-x"),
}
_OF_PLACE = {(drum.place, drum.head): key for key, drum in sorted(DRUMS.items(), reverse=True) if key >= 35}


def drum_at(place: str, head: str) -> int:
    """Return the percussion key that is written at a line with a notehead: the snare where none is known.

    >>> drum_at("F4", ""), drum_at("G5", "x"), drum_at("G5", "normal")
    (36, 42, 38)
    """
    return _OF_PLACE.get((place, head if head != "normal" else ""), SNARE)


def drum_of(key: int) -> Drum:
    """Return how a percussion key is written; those without a name stand at the snare's line."""
    return DRUMS.get(key) or Drum(f"Percussion {key}", "C5", "slash")
