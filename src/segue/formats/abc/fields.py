"""The fields of ABC: texts, keys with their signatures, unit lengths, metres and tempos."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from segue.errors import InputError
from segue.music.key import MODES, Key
from segue.music.metre import Metre
from segue.music.pitch import Tone

_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    '"': "\u0308",
    ",": "\u0327",
    "c": "\u0327",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "=": "\u0304",
    "r": "\u030a",
    ";": "\u0328",
    "o": "\u030a",
}
_WHOLE = {"ss": "ß", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "/O": "Ø", "/o": "ø", "AA": "Å", "aa": "å"}
_WHOLE |= {"TH": "Þ", "th": "þ", "DH": "Ð", "dh": "ð"}
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\d{3})|(ss|AE|ae|OE|oe|/O|/o|AA|aa|TH|th|DH|dh)|(..)|(.))|(&#?\w+;)"
)


@dataclass(frozen=True, slots=True)
class KeyField:
    """What a K: field says: the key, how the letters from C on are altered, and semitones to transpose by."""

    key: Key
    alters: tuple[int, ...]
    shift: int = 0
    is_known: bool = True


def read_text(text: str) -> str:
    r"""Return a text with its escapes (`\'e`, `\u00e9`, `&eacute;`, `\%`) resolved, blanks at its ends removed."""
    text = text.strip()
    if "\\" not in text and "&" not in text:
        return text
    return _ESCAPE.sub(_unescape, text)


def _unescape(found: re.Match[str]) -> str:
    four, eight, octal, whole, pair, single, entity = found.groups()
    if entity:
        return html.unescape(entity)
    if four or eight:
        code = int(four or eight, 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]
    if octal:
        return chr(int(octal, 8)) if octal.isdecimal() and max(octal) < "8" and int(octal, 8) < 256 else found[0]
    if whole:
        return _WHOLE[whole]
    if single is not None:
        return str(single)
    sign, letter = pair[0], pair[1]
    if sign in _ACCENTS and letter.isalpha():
        return unicodedata.normalize("NFC", letter + _ACCENTS[sign])
    return str(pair)


def alters_of(signature: int) -> list[int]:
    """Return how the letters from C on are altered by so many sharps (flats negative)."""
    alters = [0] * 7
    for place in range(abs(signature)):
        letter = "FCGDAEB"[place % 7] if signature > 0 else "BEADGCF"[place % 7]
        alters["CDEFGAB".index(letter)] += 1 if signature > 0 else -1
    return alters


_KEY = re.compile(r"([A-G])([#b]?)(?:\s*([A-Za-z]{3,})|\s*(m|M)(?=$|[\s\d_^=]))?", re.ASCII)
_SIGN = re.compile(r"(\^\^?|__?|=)([A-Ga-g])")
_SIGNS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_SETTINGS = re.compile(r"\b([a-z]+)=(\"[^\"]*\"|\S+)")
_CLEF_OCTAVE = re.compile(r"\b(?:treble|bass|alto|tenor|soprano|mezzosoprano|baritone|[GFCP])\d?([+-])(8|15)\b")


@lru_cache(maxsize=512)
def read_key(text: str) -> KeyField:
    """Read a K: field: "G", "Ador", "D exp _b ^f", "none", "Am clef=bass transpose=-2"; C where it names none."""
    rest = text.strip()
    shift = read_shift(rest)
    plain = _CLEF_OCTAVE.sub("", _SETTINGS.sub("", rest)).strip()
    if plain[:2] in ("HP", "Hp"):
        return KeyField(Key(Tone("D")), tuple(alters_of(2)), shift)
    found = _KEY.match(plain)
    if not found or plain.lower().startswith(("none", "bass", "alto", "clef", "baritone")):
        alters = [0] * 7
        _sign(alters, plain)
        return KeyField(Key(), tuple(alters), shift, plain.lower().startswith("none") or not plain)
    tonic = Tone.parse(found[1] + found[2])
    word = (found[3] or found[4] or "").lower() if (found[3] or found[4]) != "M" else "major"
    mode, is_known = _mode(word)
    after = plain[found.end() :] if is_known else plain[found.end(2) :]
    key = Key(tonic, mode or "major")
    alters = [0] * 7 if word == "exp" or re.match(r"\s*exp\b", after) else alters_of(key.signature)
    _sign(alters, after)
    return KeyField(key, tuple(alters), shift, is_known)


def _mode(word: str) -> tuple[str | None, bool]:
    if word in ("", "exp"):
        return "major", True
    if word == "m":
        return "minor", True
    names = {"ion": "major", "aeo": "minor", **{mode[:3]: mode for mode in MODES}}
    return names.get(word[:3]), word[:3] in names


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
    """Read an M: field: "6/8", "C", "C|", "2+3/8", "(2+2+3)/8"; None for "none"; else InputError."""
    plain = text.strip()
    if plain.lower() in ("none", ""):
        return None
    count, slash, value = plain.partition("/")
    numbers = [part.strip(" ()") for part in count.split("+")]
    if slash and all(number.isdecimal() and len(number) < 4 for number in numbers):
        plain = f"{sum(map(int, numbers))}/{value}"
    return Metre.parse(plain)


def read_unit(text: str) -> Fraction:
    """Read an L: field, such as "1/8", in quarter notes; InputError where it is none."""
    found = re.fullmatch(r"(\d{1,3})(?:\s*/\s*(\d{1,4}))?", text.strip())
    if not found or not int(found[1]) or not int(found[2] or 1):
        raise InputError(f"{text[:20]!r} is no unit length; such as 1/8")
    return Fraction(4 * int(found[1]), int(found[2] or 1))


_TEMPO = re.compile(r"((?:\d+/\d+\s+)*\d+/\d+)\s*=\s*(\d{1,4}(?:\.\d{1,20})?)")
_OLD_TEMPO = re.compile(r"(?:[CL](\d*(?:/\d+)?)\s*=\s*)?(\d{1,4}(?:\.\d{1,20})?)")


@lru_cache(maxsize=512)
def read_tempo(text: str, unit: Fraction) -> float | None:
    """Read a Q: field, such as "1/4=120" or "120", in quarter notes a minute; None where it says none."""
    plain = re.sub(r'"[^"]*"?', "", text).strip()
    if found := _TEMPO.match(plain):
        beats = [part.partition("/") for part in found[1].split()]
        if any(not int(low) or len(top + low) > 8 for top, _, low in beats):
            return None
        beat = sum((Fraction(4 * int(top), int(low)) for top, _, low in beats), Fraction(0))
        number = found[2]
    elif found := _OLD_TEMPO.match(plain):
        times = found[1] or "1"
        top, _, low = times.partition("/")
        if not int(low or 1) or len(times) > 8:
            return None
        beat = unit * Fraction(int(top or 1), int(low or 1))
        number = found[2]
    else:
        return None
    bpm = float(number) * beat
    return float(bpm) if 1 <= bpm <= 2000 else None
