"""Pitch: the twelve pitch classes, their spelled names, and distances on the line of fifths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from segue.errors import InputError

LETTERS = "CDEFGAB"
_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_BY_FIFTHS = "FCGDAEB"
_TONE = re.compile(r"([A-Ga-g])([#♯b♭x]*)")
_ALTERS = {"#": 1, "♯": 1, "x": 2, "b": -1, "♭": -1}


@dataclass(frozen=True)
class Tone:
    """A spelled pitch class: a letter and how far it is altered (in semitones; flats are negative).

    >>> str(Tone.parse("Bb")), Tone.parse("F#").pc
    ('Bb', 6)
    """

    letter: str
    alter: int = 0

    def __post_init__(self) -> None:
        if self.letter not in _NATURAL or not -3 <= self.alter <= 3:
            raise InputError(f"{self.letter!r} altered by {self.alter} is no tone: C to B, up to three sharps or flats")

    @classmethod
    def parse(cls, text: str) -> Tone:
        """Read "C", "F#", "Bb", "Ebb"; InputError where it is none."""
        return _parse(text)

    @classmethod
    def of_fifths(cls, fifths: int) -> Tone:
        """Return the tone so many fifths above C: 1 is G, -2 is Bb."""
        alter, place = divmod(fifths + 1, 7)
        return cls(_BY_FIFTHS[place], alter)

    @cached_property
    def pc(self) -> int:
        """The pitch class, 0 (C) to 11 (B)."""
        return (_NATURAL[self.letter] + self.alter) % 12

    @cached_property
    def fifths(self) -> int:
        """The place on the line of fifths: C 0, G 1, F -1."""
        return _FIFTHS[self.letter] + 7 * self.alter

    def up(self, fifths: int) -> Tone:
        """Return the tone so many fifths higher."""
        return Tone.of_fifths(self.fifths + fifths)

    def __str__(self) -> str:
        return self.letter + ("#" * self.alter if self.alter > 0 else "b" * -self.alter)


@lru_cache(maxsize=512)
def _parse(text: str) -> Tone:
    found = _TONE.fullmatch(text.strip())
    if not found:
        raise InputError(f"{text!r} is no tone; a letter A to G with sharps # or flats b, such as C, F#, Bb")
    return Tone(found[1].upper(), sum(_ALTERS[sign] for sign in found[2]))


@lru_cache(maxsize=4096)
def spell(pc: int, around: int = 0) -> Tone:
    """Spell a pitch class near a place on the line of fifths: within six fifths of two above `around`.

    `around` is the signature of the key (fifths of its major tonic): in C (0) the tones are Ab, Eb, Bb, F ... F#, C#.

    >>> str(spell(6)), str(spell(10, 4))
    ('F#', 'A#')
    """
    middle = around + 2
    fifths = (pc * 7) % 12
    fifths += 12 * round((middle - fifths) / 12)
    return Tone.of_fifths(fifths)


def octave_of(pitch: int, tone: Tone) -> int:
    """Return the octave of a MIDI pitch that is spelled so: 60 as C is in octave 4, as B# in octave 3."""
    return (pitch - _NATURAL[tone.letter] - tone.alter) // 12 - 1


def midi(tone: Tone, octave: int) -> int:
    """Return the MIDI pitch of a spelled tone: C in octave 4 is 60."""
    return 12 * (octave + 1) + _NATURAL[tone.letter] + tone.alter


def name(pitch: int, around: int = 0) -> str:
    """Name a MIDI pitch with its octave: 60 is "C4"."""
    tone = spell(pitch % 12, around)
    return f"{tone}{octave_of(pitch, tone)}"
