"""Keys: a tonic and a mode, and the signature that they give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

from segue.errors import InputError, did_you_mean
from segue.music.pitch import Tone, spell

# fifths from the tonic down to the major tonic of the same signature; "minor" is the scale of the sixth degree
MODES: Mapping[str, int] = MappingProxyType(
    {"major": 0, "minor": 3, "dorian": 2, "phrygian": 4, "lydian": -1, "mixolydian": 1, "locrian": 5}
)
SCALES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "major": (0, 2, 4, 5, 7, 9, 11),
        "minor": (0, 2, 3, 5, 7, 8, 10),
        "dorian": (0, 2, 3, 5, 7, 9, 10),
        "phrygian": (0, 1, 3, 5, 7, 8, 10),
        "lydian": (0, 2, 4, 6, 7, 9, 11),
        "mixolydian": (0, 2, 4, 5, 7, 9, 10),
        "locrian": (0, 1, 3, 5, 6, 8, 10),
    }
)
_SHORT = {"": "major", "maj": "major", "ion": "major", "m": "minor", "min": "minor", "aeo": "minor"}
_SHORT |= {mode[:3]: mode for mode in MODES if mode not in ("major", "minor")}
_KEY = re.compile(r"([A-Ga-g])([#♯b♭]*)[ :_-]*([A-Za-z]*)")


_C = Tone("C")


@dataclass(frozen=True)
class Key:
    """A tonic and a mode of `MODES`.

    >>> str(Key.parse("Dmin")), Key.parse("A dorian").signature
    ('D minor', 1)
    """

    tonic: Tone = _C
    mode: str = "major"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"mode {self.mode!r} is none of {', '.join(MODES)}{did_you_mean(self.mode, MODES)}")

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read "C", "Am", "F# minor", "D:dorian", "Gmix"; InputError where it is none."""
        return _parse(text)

    @classmethod
    def of_signature(cls, fifths: int, mode: str = "major") -> Key:
        """Return the key of a signature: `fifths` sharps (flats negative) and a mode."""
        if mode not in MODES:
            raise InputError(f"mode {mode!r} is none of {', '.join(MODES)}{did_you_mean(mode, MODES)}")
        return cls(Tone.of_fifths(fifths + MODES[mode]), mode)

    @cached_property
    def signature(self) -> int:
        """Sharps of the signature; flats are negative."""
        return self.tonic.fifths - MODES[self.mode]

    @cached_property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes of the scale, from the tonic up."""
        return tuple((self.tonic.pc + step) % 12 for step in SCALES[self.mode])

    def spell(self, pitch: int) -> Tone:
        """Spell a pitch (or pitch class) as one writes it in this key."""
        return spell(pitch % 12, self.signature)

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"


@lru_cache(maxsize=512)
def _parse(text: str) -> Key:
    found = _KEY.fullmatch(text.strip())
    mode = _mode(found[3]) if found else None
    if not found or mode is None:
        raise InputError(f"{text!r} is no key; a tonic and a mode, such as C, Am, F# minor, D dorian")
    return Key(Tone.parse(found[1].upper() + found[2]), mode)


def _mode(word: str) -> str | None:
    if word == "M":
        return "major"
    low = word.lower()
    return _SHORT.get(low) or _SHORT.get(low[:3])
