"""The fields of ABC: texts, keys with their signatures, unit lengths, metres and tempos."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from segue.errors import InputError
from segue.music.key import MODES, Key
from segue.music.metre import Metre
from segue.music.pitch import Tone


@dataclass(frozen=True, slots=True)
class KeyField:
    """What a K: field says: the key, how the letters from C on are altered, and semitones to transpose by."""

    key: Key
    alters: tuple[int, ...]
    shift: int = 0
    is_named: bool = True  # whether it names a key, or only a clef and its like
    is_understood: bool = True

    def moved(self, shift: int) -> KeyField:
        """Return the same key with another transposition."""
        return replace(self, shift=shift)


def alters_of(signature: int) -> list[int]:
    """Return how the letters from C on are altered by so many sharps (flats negative)."""
    alters = [0] * 7
    for place in range(abs(signature)):
        letter = "FCGDAEB"[place % 7] if signature > 0 else "BEADGCF"[place % 7]
        alters["CDEFGAB".index(letter)] += 1 if signature > 0 else -1
    return alters


_KEY = re.compile(r"([A-G])([#b]?)\s*([A-Za-z]*)(?![a-z])")
_SIGN = re.compile(r"(\^\^?|__?|=)([A-Ga-g])")
_SIGNS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_SETTINGS = re.compile(r"\b([a-z]+)=(\"[^\"]*\"|\S+)")
_CLEFS = r"\b(?:treble|bass|alto|tenor|soprano|mezzosoprano|baritone|perc|auto)\d?"
_CLEF = re.compile(_CLEFS + r"(?:[+-](?:8|15))?(?!\w)")
_CLEF_OCTAVE = re.compile(rf"(?:{_CLEFS}|\b[GFCP]\d)([+-])(8|15)\b")


@lru_cache(maxsize=512)
def read_key(text: str) -> KeyField:
    """Read a K: field: "G", "Ador", "D exp _b ^f", "none", "Am clef=bass transpose=-2".

    Where it names no key, or none that is understood, it stands for C.
    """
    shift = read_shift(text)
    plain = _CLEF.sub("", _SETTINGS.sub("", text)).strip()
    alters = [0] * 7
    if plain[:2] in ("HP", "Hp"):  # the bagpipe's scale
        return KeyField(Key(Tone("D")), tuple(alters_of(2)), shift)
    found = _KEY.match(plain)
    if not found:
        is_named = plain.lower().startswith("none") or _SIGN.match(plain) is not None or not text
        _sign(alters, plain)
        return KeyField(Key(), tuple(alters), shift, is_named, is_named or not plain)
    word, after = found[3], plain[found.end() :]
    mode = _mode(word)
    key = Key(Tone.parse(found[1] + found[2]), mode or "major")
    if word != "exp" and not after.lstrip().startswith("exp"):
        alters = alters_of(key.signature)
    _sign(alters, after)
    return KeyField(key, tuple(alters), shift, True, mode is not None)


def _mode(word: str) -> str | None:
    if word == "M":
        return "major"
    low = word.lower()
    names = {"ion": "major", "aeo": "minor", "": "major", "m": "minor", "exp": "major"}
    names |= {mode[:3]: mode for mode in MODES}
    return names.get(low[:3])


def _sign(alters: list[int], text: str) -> None:
    for sign, letter in _SIGN.findall(text):
        alters["CDEFGAB".index(letter.upper())] = _SIGNS[sign]


def read_shift(text: str) -> int:
    """Return the semitones that a K: or V: field transposes by: transpose=, octave=, and clefs with +8 or -8."""
    shift = 0
    if "=" in text:
        for name, value in _SETTINGS.findall(text):
            if name in ("transpose", "t", "octave") and re.fullmatch(r"[+-]?\d{1,2}", value):
                shift += int(value) * (12 if name == "octave" else 1)
    if found := _CLEF_OCTAVE.search(text):
        shift += (12 if found[2] == "8" else 24) * (1 if found[1] == "+" else -1)
    return shift


@lru_cache(maxsize=256)
def read_metre(text: str) -> Metre | None:
    """Read an M: field: "6/8", "C", "C|", "2+3/8", "(2+2+3)/8", 4/4 for "none"; None where it is none of these."""
    plain = text.strip()
    if plain.lower() in ("none", ""):
        return Metre()
    count, slash, value = plain.partition("/")
    numbers = [part.strip(" ()") for part in count.split("+")]
    if slash and all(number.isdecimal() and len(number) < 4 for number in numbers):
        plain = f"{sum(map(int, numbers))}/{value}"
    try:
        return Metre.parse(plain)
    except InputError:
        return None


def read_unit(text: str) -> Fraction | None:
    """Read an L: field, such as "1/8", in quarter notes; None where it is none."""
    found = re.fullmatch(r"(\d{1,3})(?:\s*/\s*(\d{1,4}))?", text.strip())
    if not found or not int(found[1]) or not int(found[2] or 1):
        return None
    return Fraction(4 * int(found[1]), int(found[2] or 1))


_TEMPO = re.compile(r"((?:\d+/\d+\s+)*\d+/\d+)\s*=\s*(\d{1,4}(?:\.\d{1,20})?)(?!\d)")
_OLD_TEMPO = re.compile(r"(?:[CL](\d*(?:/\d+)?)\s*=\s*)?(\d{1,4}(?:\.\d{1,20})?)(?!\d)")


@lru_cache(maxsize=512)
def read_tempo(text: str, unit: Fraction) -> float | None:
    """Read a Q: field, such as "1/4=120" or "120", in quarter notes a minute; None where it says none."""
    plain = re.sub(r'"[^"]*"?', "", text).strip()
    if found := _TEMPO.match(plain):
        beats = [part.partition("/") for part in found[1].split()]
        if any(len(top + low) > 8 or not int(low) for top, _, low in beats):
            return None
        beat = sum((Fraction(4 * int(top), int(low)) for top, _, low in beats), Fraction(0))
        number = found[2]
    elif found := _OLD_TEMPO.match(plain):
        times = found[1] or "1"
        top, _, low = times.partition("/")
        if len(times) > 8 or not int(low or 1):
            return None
        beat = unit * Fraction(int(top or 1), int(low or 1))
        number = found[2]
    else:
        return None
    bpm = float(number) * beat
    return float(bpm) if 1 <= bpm <= 2000 else None
