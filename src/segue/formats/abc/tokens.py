"""The tokens of ABC music code: one expression that splits a line, and tables that say what each token means.

A token is looked up in a `Table`, which belongs to a unit length, a key and a transposition; so a note is a dictionary
look-up, and each spelling of a note is worked out once. Times are whole ticks.
"""

from __future__ import annotations

import re
from math import gcd
from typing import Any

from segue.errors import InputError

# Kinds of items. A note is (NOTE, pitch, ticks, natural pitch, place of its accidental, alteration or None).
NOTE, BAR, REST, QUOTE, TIE, BROKEN, TUPLET, CHORD, FIELD, OVERLAY, GRACE, DECORATION, SKIP, JUNK, MEASURES = range(15)
Item = tuple[Any, ...]  # kind first, always six long

TOKEN = re.compile(
    r"(?:\^\^?|__?|=)?[A-Ga-g][,']*\d{0,9}/*\d{0,9}"  # a note
    r'|"[^"]*"?'  # a chord symbol or a text
    r"|\.?(?:\[?\|(?: :(?![|:]))?|:+ ?\||: ?:)[|\]:]*(?:\d[\d,.\-]{0,60})?"  # a bar line, and the ending that it begins
    r"|[zxyZX]\d{0,9}/*\d{0,9}"  # a rest
    r"|\(\d{1,2}(?::\d{0,2}){0,2}|\.?-|[()&]|>+|<+"  # tuplets, ties, slurs, broken rhythm, overlays
    r"|\[[A-Za-z]:[^\]]*\]?"  # a field
    r'|\[(?:\d[\d,.\-]{0,60}|"[^"]*"(?![^\]|]{0,200}\]))'  # an ending
    r"|\[[^\]|\[]{0,200}\]\d{0,9}/*\d{0,9}"  # a chord
    r"|\{[^}]*\}?"  # grace notes
    r"|![^!\s|][^!|]*!|\+[^+\s|\d][^+|]*\+"  # decorations
    r"|\S"
)
_LETTERS = dict(zip("CDEFGABcdefgab", (0, 2, 4, 5, 7, 9, 11) * 2, strict=True))
_ALTERS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_READ_NOTE = re.compile(r"([_^=]*)([A-Ga-g])([,']*)(\d*)(/*)(\d*)")
_READ_REST = re.compile(r"([zxyZX])(\d*)(/*)(\d*)")
_READ_LENGTH = re.compile(r"(\d*)(/*)(\d*)")
_READ_BAR = re.compile(r"\.?(:*)([\[|\]:]*?)(:*)(\d[\d,.\-]*)?")
_SIMPLE = {'"': QUOTE, "-": TIE, "<": BROKEN, ">": BROKEN, "&": OVERLAY, "{": GRACE}
_SIMPLE |= dict.fromkeys("`$*\\)", SKIP)
_DECORATIONS = frozenset(".~HIJKLMNOPQRSTUVWhijklmnopqrstuvw")
_MOST, _LONGEST = 4096, 60  # entries of a table, letters of one; other tokens are worked out anew each time


class Finer(Exception):
    """A time does not fall on a tick: `factor` times as many ticks to a quarter note are needed."""

    def __init__(self, factor: int) -> None:
        self.factor = factor
        super().__init__(factor)


def scale(ticks: int, numerator: int, denominator: int) -> int:
    """Return ticks * numerator / denominator; raises Finer where that is no whole number."""
    scaled, rest = divmod(ticks * numerator, denominator)
    if rest:
        raise Finer(denominator // gcd(ticks * numerator, denominator))
    return scaled


def read_length(unit: int, numerator: str, slashes: str, denominator: str) -> int:
    """Return the ticks of a length such as "", "3", "3/2", "/", "//"; InputError where it is none."""
    if len(slashes) > 12:
        raise InputError(f"a length with {len(slashes)} slashes; at most 12 are accepted")
    top = int(numerator or 1)
    bottom = int(denominator) if denominator else 2 ** len(slashes)
    if not top or not bottom:
        raise InputError(f"length {numerator}{slashes}{denominator}: numbers from 1 on are accepted")
    return scale(unit, top, bottom)


class Table(dict[str, Item]):
    """What tokens mean under one unit length (ticks), key signature and transposition (semitones).

    `alters` holds how the seven letters from C on are altered; `by_octave` says that an accidental counts in its own
    octave alone.
    """

    __slots__ = ("alters", "by_octave", "shift", "unit")

    def __init__(self, unit: int, alters: tuple[int, ...], shift: int = 0, by_octave: bool = False) -> None:
        super().__init__()
        self.unit, self.alters, self.shift, self.by_octave = unit, alters, shift, by_octave

    def __missing__(self, token: str) -> Item:
        item = self._read(token)
        item += (None,) * (6 - len(item))
        if len(self) < _MOST and len(token) <= _LONGEST:
            self[token] = item
        return item

    def _read(self, token: str) -> Item:
        if found := _READ_NOTE.fullmatch(token):
            return self._note(found)
        if found := _READ_REST.fullmatch(token):
            return self._rest(found)
        first = token[0]
        if first in _SIMPLE:
            return (_SIMPLE[first], token)
        if token == ".-":
            return (TIE, token)
        plain = token.replace(" ", "")
        if ("|" in plain or "::" in plain) and (found := _READ_BAR.fullmatch(plain)):
            return _bar(found)
        if first == "(":
            return _tuplet(token)
        if first == "[" and len(token) > 1:
            return self._bracket(token)
        return (DECORATION if len(token) > 1 or first in _DECORATIONS else JUNK, token)

    def _note(self, found: re.Match[str]) -> Item:
        signs, letter, octaves, *length = found.groups()
        natural = 60 + _LETTERS[letter] + 12 * (letter.islower() + octaves.count("'") - octaves.count(","))
        alter = _ALTERS[signs] if signs else None
        pitch = natural + self.shift + (self.alters["CDEFGAB".index(letter.upper())] if alter is None else alter)
        if not -12 <= pitch <= 139:  # an accidental before it in the bar may bring it back
            raise InputError(f"note {found[0][:20]!r} lies outside of MIDI's pitches 0 to 127")
        place = natural if self.by_octave else natural % 12
        return (NOTE, pitch, read_length(self.unit, *length), natural, place, alter)

    def _rest(self, found: re.Match[str]) -> Item:
        kind, *length = found.groups()
        if kind == "y":
            return (SKIP, found[0])
        if kind in "ZX":
            count = int(length[0] or 1)
            if not 1 <= count <= 1000:
                raise InputError(f"a rest of {count} bars; 1 to 1,000 are accepted")
            return (MEASURES, count, kind == "X")
        return (REST, read_length(self.unit, *length), kind == "x")

    def _bracket(self, token: str) -> Item:
        if token[2:3] == ":" and token[1].isalpha():
            return (FIELD, token[1], token[3:].removesuffix("]").strip())
        if token[1].isdecimal():
            return (BAR, 1, 0, read_endings(token[1:]), False)
        if token[1] == '"' and not token.rpartition("]")[1]:
            return (BAR, 1, 0, (), False, token[2:-1])
        inside, _, length = token[1:].rpartition("]")
        found = _READ_LENGTH.fullmatch(length)
        one = read_length(self.unit, *found.groups()) if found else self.unit
        return (CHORD, [self[part] for part in TOKEN.findall(inside) if not part.startswith("[")], one)


def _bar(found: re.Match[str]) -> Item:
    """Read a bar line: (BAR, times the passage before is played, repeats from here, endings, is double)."""
    before, lines, after, endings = found.groups()
    if not lines and not after:  # "::" stands for ":||:"
        return (BAR, min(len(before) // 2 + 1, 99), 1, read_endings(endings or ""), False)
    return (BAR, min(len(before) + 1, 99), len(after), read_endings(endings or ""), len(lines) > 1)


def _tuplet(token: str) -> Item:
    """Read "(3", "(3:2", "(3:2:4": (TUPLET, p, q, r), 0 where none is given; a slur is skipped."""
    if len(token) == 1:
        return (SKIP, token)
    p, q, r = (int(part) if part else 0 for part in (token[1:] + "::").split(":")[:3])
    return (TUPLET, p, q, r)


def read_endings(text: str) -> tuple[int, ...]:
    """Return the passes that "1", "1,3" or "1-3" name, each once and in order."""
    passes: set[int] = set()
    for part in re.split(r"[,.]", text):
        low, _, high = part.partition("-")
        if low.isdecimal() and len(low) < 3:
            last = int(high) if high.isdecimal() and len(high) < 3 else int(low)
            passes.update(range(max(1, int(low)), last + 1))
    return tuple(sorted(passes))
