"""What holds for the notes to come in a voice of ABC, and the directives (%%MIDI and others) that change it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType

from segue.formats.abc.fields import KeyField, read_key
from segue.formats.abc.tokens import Table, scale
from segue.music.metre import Metre

VELOCITY = 80
# Velocities of abc2midi for a note on the first beat.
DYNAMICS: Mapping[str, int] = MappingProxyType(
    {"ppp": 30, "pp": 45, "p": 60, "mp": 75, "mf": 90, "f": 105, "ff": 120, "fff": 127}
)
_DRUMS = 10  # the MIDI channel of percussion
_TABLES: dict[tuple[int, tuple[int, ...], int, bool], Table] = {}
_MOST_TABLES = 64
_NUMBER = re.compile(r"[+-]?\d{1,3}")


@dataclass(slots=True)
class Setting:
    """The metre, key and unit length (quarter notes) that hold, and how the notes are to sound.

    `resolution` is the ticks of a quarter note, `shift` the semitones to transpose by besides the key's own;
    `by_octave` says that an accidental counts in its own octave alone (the standard lets it count in all).
    """

    resolution: int
    metre: Metre = field(default_factory=Metre)
    key: KeyField = field(default_factory=lambda: read_key("C"))
    unit: Fraction = Fraction(1, 2)
    by_octave: bool = False
    shift: int = 0
    program: int = 0
    is_drums: bool = False
    velocity: int = VELOCITY
    has_words: bool = False

    def copy(self) -> Setting:
        """Return one that can be changed apart from this."""
        return replace(self)

    def table(self) -> Table:
        """Return the table of tokens for this setting; the same object for an equal one."""
        unit = scale(self.resolution, self.unit.numerator, self.unit.denominator)
        setting = (unit, self.key.alters, self.key.shift + self.shift, self.by_octave)
        table = _TABLES.get(setting)
        if table is None:
            if len(_TABLES) >= _MOST_TABLES:
                _TABLES.clear()
            table = _TABLES[setting] = Table(*setting)
        return table

    def bar_ticks(self) -> int:
        """Return the length of a bar in ticks."""
        return scale(self.resolution, self.metre.length.numerator, self.metre.length.denominator)

    def direct(self, text: str) -> bool:
        """Follow a directive such as "MIDI program 5"; False where it says nothing that can be kept."""
        words = text.replace("=", " ", 1).split()
        if len(words) == 2 and words[0] == "propagate-accidentals":
            self.by_octave = words[1] == "octave"
            return words[1] in ("octave", "pitch")
        if len(words) < 3 or words[0] != "MIDI" or not all(_NUMBER.fullmatch(word) for word in words[2:]):
            return False
        return self._midi(words[1], [int(word) for word in words[2:]])

    def _midi(self, what: str, numbers: list[int]) -> bool:
        last = numbers[-1]
        if what == "program" and len(numbers) < 3 and 0 <= last <= 127:
            self.program = last
        elif what == "channel":
            self.is_drums = last == _DRUMS
        elif what == "transpose" and abs(last) <= 127:
            self.shift = last
        elif what == "beat" and len(numbers) == 4 and len({*numbers[:3]}) == 1 and 1 <= numbers[0] <= 127:
            self.velocity = numbers[0]
        else:
            return False
        return True


def forget_tables() -> None:
    """Forget every token worked out so far, as in a fresh process."""
    _TABLES.clear()
