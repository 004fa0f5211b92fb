"""How chords are spelled: from jazz and pop shorthand, and from Harte's labels, to a set of degrees."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from segue.errors import InputError
from segue.music.qualities import FIFTH, ROOT, THIRD, Degree, Degrees, degree, degrees_of, quality_of

MINOR_THIRD, DIM_FIFTH, AUG_FIFTH = (3, -1), (5, -1), (5, 1)
MINOR_SEVENTH, NINTH, FOURTH, SIXTH = (7, -1), (2, 0), (4, 0), (6, 0)

# Harte, Sandler, Abdallah & Gomez (ISMIR 2005), with the shorthands that Billboard and mir_eval add
_HARTE: Mapping[str, str] = MappingProxyType(
    {
        "": "", "maj": "", "min": "m", "dim": "dim", "aug": "aug", "maj7": "maj7", "min7": "m7", "7": "7",
        "dim7": "dim7", "hdim7": "m7b5", "hdim": "m7b5", "minmaj7": "mMaj7", "maj6": "6", "6": "6", "min6": "m6",
        "9": "9", "maj9": "maj9", "min9": "m9", "11": "11", "min11": "m11", "13": "13", "min13": "m13",
        "maj13": "maj13", "sus4": "sus4", "sus2": "sus2", "5": "5", "1": "(1)", "b9": "7b9", "#9": "7#9",
        "#11": "9#11", "b13": "9b13", "sus": "sus4", "aug7": "7#5",
    }
)  # fmt: skip

_TOKEN = re.compile(
    r"(?P<minmaj>(?:min|mi|m|-)[ (]*(?:[Mm]a?j?or|[Mm]aj|[Mm]a|M|Δ|△|\^)(?=[ (]*(?:7|9|11|13|\)|$)))"
    r"|(?P<major>[Mm]ajor|[Mm]aj|MAJ|[Mm]a(?!dd|ug)|M|j(?=7))|(?P<triangle>Δ|△|\^)"
    r"|(?P<minor>[Mm]inor|[Mm]in|MIN|mi|m)"
    r"|(?:no|omit)(?P<no>[b#]?(?:1[13]|[35-9]))(?:rd|th)?|(?P<half>half-?dim|hdim|ø|Ø|h)|(?P<dim>[Dd]im|DIM|[o°º]|d(?!\w))"
    r"|(?P<aug>[Aa]ug|AUG|a(?=7|$))|(?P<sus>[Ss]us(?:2?sus4|24|2/4|42|b2|[24])?|SUS4?)|(?P<alt>[Aa]lt)"
    r"|(?:add|Add)(?P<add>[b#♭♯+-]?(?:1[13]|[2-9]))"
    r"|(?P<sixnine>6/9|69|6add9)|(?P<alter>[b#♭♯+-](?:1[13]|[4-69]|2))|(?P<number>1[13]|[1-79])"
    r"|(?P<plus>\+)|(?P<minus>-)|(?P<zero>0)|(?P<open>\()|(?P<close>\))|(?P<gap>[ ,_]+)"
)


@dataclass
class _Stack:
    """A chord while its spelling is read: the tones so far, and what "maj" and "dim" mean for a later seventh."""

    tones: set[Degree] = field(default_factory=lambda: {ROOT, THIRD, FIFTH})
    seventh: Degree = MINOR_SEVENTH
    natural: set[Degree] = field(default_factory=set)  # what a 9, 11 or 13 brought along: an alteration replaces it
    depth: int = 0
    count: int = 0
    triangle: bool = False  # a sign that alone means a major seventh was read
    stacking: bool = False  # "maj" was just read: a number after it builds thirds even in parentheses

    def swap(self, old: Degree, new: Degree) -> None:
        self.tones.discard(old)
        self.tones.add(new)

    def alter(self, one: Degree) -> None:
        """Add an altered tone; a fifth replaces the plain fifth, a tension the natural one of its stack."""
        if one[0] == 5:
            self.tones.discard(FIFTH)
        elif (one[0], 0) in self.natural:
            self.tones.discard((one[0], 0))
        self.tones.add(one)


def _quiet(_stack: _Stack, _text: str) -> None:
    return


def _minmaj(stack: _Stack, text: str) -> None:
    stack.swap(THIRD, MINOR_THIRD)
    stack.seventh = (7, 0)
    stack.depth += "(" in text
    stack.triangle = stack.stacking = True


def _major(stack: _Stack, _text: str) -> None:
    stack.seventh = (7, 0)
    stack.stacking = True


def _triangle(stack: _Stack, _text: str) -> None:
    stack.seventh = (7, 0)
    stack.triangle = stack.stacking = True


def _minor(stack: _Stack, _text: str) -> None:
    stack.swap(THIRD, MINOR_THIRD)


def _diminished(stack: _Stack, _text: str) -> None:
    stack.swap(THIRD, MINOR_THIRD)
    stack.alter(DIM_FIFTH)
    stack.seventh = (7, -2)


def _half(stack: _Stack, text: str) -> None:
    _diminished(stack, text)
    stack.seventh = MINOR_SEVENTH
    stack.tones.add(MINOR_SEVENTH)


def _augmented(stack: _Stack, _text: str) -> None:
    stack.alter(AUG_FIFTH)


def _minus(stack: _Stack, text: str) -> None:
    if stack.count:
        raise InputError("a minus inside")
    _minor(stack, text)


def _zero(stack: _Stack, text: str) -> None:
    if stack.count:
        raise InputError("a nought inside")
    _diminished(stack, text)


def _suspended(stack: _Stack, text: str) -> None:
    stack.tones -= {THIRD, MINOR_THIRD}
    low = text.lower()
    if low == "susb2":
        stack.tones.add((2, -1))
    elif "2" in low:
        stack.tones.add(NINTH)
    if low != "susb2" and ("4" in low or "2" not in low):
        stack.tones.add(FOURTH)


def _altered(stack: _Stack, _text: str) -> None:
    stack.tones |= degrees_of("7alt")
    stack.tones.discard(FIFTH)


def _add(stack: _Stack, text: str) -> None:
    one = degree(text.replace("+", "#").replace("-", "b"))
    stack.tones.add(stack.seventh if one == (7, 0) else one)


def _omit(stack: _Stack, text: str) -> None:
    step, alter = degree(text)
    stack.tones = {one for one in stack.tones if one[0] != step or (alter and one[1] != alter)}


def _six_nine(stack: _Stack, _text: str) -> None:
    stack.tones |= {SIXTH, NINTH}


def _alteration(stack: _Stack, text: str) -> None:
    stack.alter(degree(text.replace("+", "#").replace("-", "b")))


def _number(stack: _Stack, text: str) -> None:
    number = int(text)
    if number in (1, 5):
        if stack.count:
            raise InputError(f"a {number} inside")
        stack.tones -= {THIRD} if number == 5 else {THIRD, FIFTH}
    elif number in (2, 4, 6) or (stack.depth and number != 7 and not stack.stacking):
        stack.tones.add(degree(text))
    else:
        stack.tones.add(stack.seventh)
        tensions = {9: {NINTH}, 11: {NINTH, FOURTH}, 13: {NINTH, SIXTH}}.get(number, set())
        stack.tones |= tensions
        stack.natural |= tensions
    stack.stacking = False


def _open(stack: _Stack, _text: str) -> None:
    stack.depth += 1
    stack.stacking = False


def _close(stack: _Stack, _text: str) -> None:
    stack.depth -= 1
    if stack.depth < 0:
        raise InputError("a parenthesis too many")


_ACTIONS: Mapping[str, Callable[[_Stack, str], None]] = MappingProxyType(
    {
        "minmaj": _minmaj, "major": _major, "triangle": _triangle, "minor": _minor, "half": _half,
        "dim": _diminished, "aug": _augmented, "plus": _augmented, "minus": _minus, "zero": _zero,
        "sus": _suspended, "alt": _altered, "add": _add, "no": _omit, "sixnine": _six_nine, "alter": _alteration,
        "number": _number, "open": _open, "close": _close, "gap": _quiet,
    }
)  # fmt: skip


@lru_cache(maxsize=4096)
def shorthand(text: str) -> Degrees:
    """Read a jazz or pop quality, what follows the root: "m7b5", "-7", "Δ", "7(b9,13)"; InputError where it is none."""
    if text == "(1)" or (text.startswith("(1,") and text.endswith(")")):
        return frozenset(degree(one) for one in text.removesuffix(")")[1:].split(","))
    stack, place = _Stack(), 0
    while place < len(text):
        kind, value, place = _next(text, place, stack)
        _ACTIONS[kind](stack, value)
        stack.count += 1
    if stack.depth:
        raise InputError(f"{text!r}: a parenthesis is left open")
    if stack.triangle:
        stack.tones.add((7, 0))
    return frozenset(stack.tones)


def _next(text: str, place: int, stack: _Stack) -> tuple[str, str, int]:
    """Return kind, text and end of the next token; a sign right after the root is a minor or an augmented triad."""
    if not stack.count and text[place] in "+-" and text[place + 1 : place + 2] != "5":
        if text[place] == "+":
            return "plus", "+", place + 1
        if not (found := _TOKEN.match(text, place)) or found.lastgroup != "minmaj":
            return "minus", "-", place + 1
    found = _TOKEN.match(text, place)
    if not found or found.lastgroup is None:
        raise InputError(f"{text[place : place + 12]!r} is no part of a chord's quality")
    return found.lastgroup, found[found.lastgroup], found.end()


@lru_cache(maxsize=4096)
def harte(text: str) -> Degrees:
    """Read what follows the colon of Harte's label: "min7", "sus4(b7,9)", "(1,b3,4)"; InputError where it is none.

    Degrees in the parentheses are added, those with a star taken away; the root always stays.
    """
    name, opened, rest = text.partition("(")
    if opened and not rest.endswith(")"):
        raise InputError(f"{text!r}: a parenthesis is left open")
    if name in _HARTE:
        tones = set(degrees_of(_HARTE[name])) if name or not opened else {ROOT}
    else:
        tones = set(shorthand(name))
    for one in filter(None, (one.strip() for one in rest.removesuffix(")").split(","))):
        if one.startswith("*"):
            tones.discard(degree(one[1:]))
        else:
            tones.add(degree(one))
    return frozenset(tones | {ROOT})


@lru_cache(maxsize=4096)
def canonical(quality: str) -> str:
    """Return the canonical name of a quality in any spelling; InputError where it is none."""
    return quality_of(shorthand(quality))
