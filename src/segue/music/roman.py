"""Roman numerals: chords relative to a key, in the notation of RomanText analyses, with functions and cadences.

Case gives the triad (V major, ii minor), o, ø and + alter it. Above a minor triad 7 is minor, elsewhere a plain 7, 9 or
[add...] is a tone of the key's scale, so that I7 in C has a B and bII7 a C; "maj7" or "M7" is a major seventh, "d7" a
minor one anywhere. N without figures is N6. In minor, lower-case vi and vii stand on
the raised degree and take no further sharp, VI and VII on the natural one and take no further flat (Tymoczko et al.,
"The RomanText format", ISMIR 2019; music21's "cautious"). Brackets change tones: [no3], [add#4], [b9]; ours alone is
[/5], a foreign bass on that degree of the scale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from segue.errors import InputError
from segue.music.chord import NO_CHORD, Chord, degree_between, tone_at
from segue.music.key import SCALES, Key
from segue.music.pitch import Tone
from segue.music.qualities import ROOT, Degree, Degrees, degree, degrees_of, quality_of

_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_ROMAN = re.compile(
    r"(?P<signs>[b#♭♯-]*)(?P<numeral>VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i|N|It|Fr|Ger|Gn|Cad)"
    r"(?P<sign>/o|[o°ø0%+])?(?P<seventh>maj(?=\d)|M(?=\d)|d(?=\d))?"
    r"(?P<figures>(?:[b#]?1[13]|[b#]?[2-9]|/(?=\d))*)(?P<late>[o+])?"
    r"(?P<brackets>(?:\[[^\]\[]{1,9}\])*)(?:/(?P<of>.+))?"
)
_BRACKET = re.compile(r"\[(add|no|/)?([b#]*)(\d{1,2})\]")
_ACCEPTED = "such as I, ii65, V7/V, viio7, bVII, Ger65, N6 or Cad64"
_STEPS = (0, 2, 4, 5, 7, 9, 11)

# figures -> place of the bass among root, third, fifth and seventh, and the tones above root, third and fifth
_FIGURES: Mapping[str, tuple[int, tuple[int, ...]]] = MappingProxyType(
    {
        "": (0, ()), "5": (0, ()), "3": (0, ()), "53": (0, ()), "8": (0, ()),
        "6": (1, ()), "63": (1, ()), "64": (2, ()),
        "7": (0, (7,)), "73": (0, (7,)), "75": (0, (7,)), "753": (0, (7,)),
        "65": (1, (7,)), "653": (1, (7,)), "43": (2, (7,)), "643": (2, (7,)),
        "42": (3, (7,)), "2": (3, (7,)), "642": (3, (7,)),
        "9": (0, (7, 9)), "97": (0, (7, 9)), "11": (0, (7, 9, 11)), "13": (0, (7, 9, 13)),
        "54": (0, (4,)), "4": (0, (4,)), "74": (0, (7, 4)), "754": (0, (7, 4)),
    }
)  # fmt: skip
_BY_PLACE = (("", "7"), ("6", "65"), ("64", "43"), ("", "42"))

# augmented sixths as the dominant that sounds the same on the flat sixth, and by figures the tone in the bass
_SIXTHS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "It": ("7no5", MappingProxyType({"": "1", "6": "1", "63": "1", "53": "b7", "64": "3"})),
        "Ger": ("7", MappingProxyType({"": "1", "6": "1", "65": "1", "7": "b7", "43": "3", "42": "5", "2": "5"})),
        "Fr": ("7b5", MappingProxyType({"": "1", "6": "1", "43": "1", "7": "b5", "65": "b7", "42": "3", "2": "3"})),
    }
)


@dataclass(frozen=True)
class _Place:
    """Where a numeral stands: its key, its step there, and how far it is altered from the scale, in semitones."""

    key: Key
    step: int
    alter: int

    @property
    def root(self) -> Tone:
        return self.key_tone(self.step, self.alter)

    def key_tone(self, step: int, alter: int = 0) -> Tone:
        return tone_at(self.key.tonic, str(step)).up(7 * (_scale_alter(self.key, step) + alter))

    def diatonic(self, number: int) -> Degree:
        """The degree above the root that the scale has there: the 7 above V in C is (7, -1)."""
        step = (self.step + number - 2) % 7 + 1
        return degree(degree_between(self.root, self.key_tone(step)), most=9)


def _scale_alter(key: Key, step: int) -> int:
    return SCALES[key.mode][step - 1] - _STEPS[step - 1]


def _is_minor_step(key: Key, step: int) -> bool:
    return step in (6, 7) and _scale_alter(key, step) == -1 and _scale_alter(key, 3) == -1


@lru_cache(maxsize=1 << 14)
def parse_roman(text: str, key: Key) -> Chord:
    """Read a roman numeral in a key: "V65/V" in C is D7/F#; InputError where it is none.

    The root of a chord always stays, whatever [no1] says; an augmented sixth becomes the dominant seventh that sounds
    the same, the Italian and the French one without fifth and with a flat fifth.
    """
    if text in ("N.C.", "NC"):
        return NO_CHORD
    found = _ROMAN.fullmatch(text) if len(text) <= 64 else None
    if not found:
        raise InputError(f"{text[:40]!r} is no roman numeral; {_ACCEPTED}")
    try:
        return _chord(found, key)
    except InputError as problem:
        raise InputError(f"{text[:40]!r} is no roman numeral ({problem}); {_ACCEPTED}") from None


def _chord(found: re.Match[str], key: Key) -> Chord:
    if found["of"]:
        key = _key_of(found["of"], key)
    numeral, figures = found["numeral"], found["figures"].replace("/", "")
    if numeral == "Cad":
        return parse_roman("I64" if SCALES[key.mode][2] == 4 else "i64", key)
    if numeral in ("It", "Fr", "Ger", "Gn"):
        return _augmented_sixth("Ger" if numeral == "Gn" else numeral, figures, key)
    place = _place(found, key)
    plain = re.sub("[b#]", "", figures) or ("6" if numeral == "N" else "")
    if plain not in _FIGURES:
        raise InputError(f"figures {figures!r}")
    at, above = _FIGURES[plain]
    triad = _triad(found)
    tones = triad | {_above(place, number, found) for number in above}
    if 4 in above:
        tones -= {(3, 0), (3, -1)}
    tones = _figured(tones, figures) if "b" in figures or "#" in figures else tones
    tones, bass = _bracketed(tones, found["brackets"], place)
    quality = quality_of(frozenset(tones))
    if bass is None and at:
        bass = _bass(place.root, tones, triad, at)
    return Chord(place.root, quality, bass)


def _key_of(text: str, key: Key) -> Key:
    """The key that an applied chord is heard in: "V7/ii" in C is heard in D minor."""
    found = _ROMAN.fullmatch(text)
    if not found or found["numeral"] in ("It", "Fr", "Ger", "Gn", "Cad"):
        raise InputError(f"applied to {text!r}")
    if found["of"]:
        key = _key_of(found["of"], key)
    return Key(_place(found, key).root, "minor" if found["numeral"].islower() else "major")


def _place(found: re.Match[str], key: Key) -> _Place:
    numeral = found["numeral"]
    signs = sum(1 if sign in "#♯" else -1 for sign in found["signs"])
    if numeral == "N":
        return _Place(key, 2, signs - 1 - _scale_alter(key, 2))
    step = _NUMERALS.index(numeral.upper()) + 1
    if _is_minor_step(key, step):
        if numeral.islower():
            signs += signs <= 0
        else:
            signs += signs < 0
    return _Place(key, step, signs)


def _triad(found: re.Match[str]) -> set[Degree]:
    sign = found["sign"] or found["late"] or ""
    if sign in ("/o", "o", "°", "ø", "0", "%"):
        return {ROOT, (3, -1), (5, -1)}
    third = (3, -1) if found["numeral"].islower() else (3, 0)
    return {ROOT, third, (5, 1) if sign == "+" else (5, 0)}


def _above(place: _Place, number: int, found: re.Match[str]) -> Degree:
    if number == 4:
        return (4, 0)
    if number != 7:
        return place.diatonic(number)
    mark, sign = found["seventh"], found["sign"] or found["late"] or ""
    if mark:
        return (7, -1) if mark == "d" else (7, 0)
    if sign in ("o", "°"):
        return (7, -2)
    return (7, -1) if sign in ("/o", "ø", "0", "%") or found["numeral"].islower() else place.diatonic(7)


def _figured(tones: set[Degree], figures: str) -> set[Degree]:
    """Put in the altered figures of a chord in root position: the 7 of "Ib7", the 9 of "Vb9"."""
    for text in re.findall(r"[b#](?:1[13]|[79])", figures):
        one = degree(text)
        tones = {other for other in tones if other[0] != one[0]} | {one}
        if one[0] == 2:
            tones.add((7, -1))
    return tones


def _bracketed(tones: set[Degree], brackets: str, place: _Place) -> tuple[set[Degree], Tone | None]:
    bass = None
    for part in re.findall(r"\[[^\]]*\]", brackets):
        found = _BRACKET.fullmatch(part)
        if not found or not 1 <= int(found[3]) <= 14:
            raise InputError(f"bracket {part}")
        what, signs, number = found[1], found[2], int(found[3])
        alter, step = signs.count("#") - signs.count("b"), (number - 1) % 7 + 1
        if what == "/":
            bass = place.key_tone(step, alter)
        elif what == "no":
            tones = {one for one in tones if one[0] != step or one == ROOT}
        elif what == "add":
            diatonic = place.diatonic(step)
            tones = tones | ({(step, diatonic[1] + alter)} if step > 1 else set())
        else:
            tones = {one for one in tones if one[0] != step or one == ROOT} | ({(step, alter)} - {(1, alter)})
    return tones, bass


def _bass(root: Tone, tones: set[Degree], triad: set[Degree], at: int) -> Tone:
    """The tone of an inversion: of the triad where it is there, else the nearest one that stands for it."""
    step = (3, 5, 7)[at - 1]
    for here in (step, step + 1, step - 1):
        have = sorted((one for one in tones if one[0] == here), key=lambda one: (one not in triad, abs(one[1])))
        if have:
            return root.up(_fifths(have[0]))
    return root.up(_fifths((step, 0)))


def _fifths(one: Degree) -> int:
    return (0, 2, 4, -1, 1, 3, 5)[one[0] - 1] + 7 * one[1]


def _signs(alter: int) -> str:
    return "#" * alter if alter > 0 else "b" * -alter


def _augmented_sixth(name: str, figures: str, key: Key) -> Chord:
    quality, basses = _SIXTHS[name]
    if figures not in basses:
        raise InputError(f"figures {figures!r}; of {name} {', '.join(filter(None, basses))} are accepted")
    root = tone_at(key.tonic, "b6")
    return Chord(root, quality, tone_at(root, basses[figures]))


@lru_cache(maxsize=1 << 14)
def roman(chord: Chord, key: Key) -> str:
    """Write a chord as a roman numeral that `parse_roman` reads back to the same chord.

    A dominant or a leading-tone chord that is foreign to the key is applied to the degree it leads to: "V7/ii".

    >>> roman(Chord.parse("D7/F#"), Key.parse("C")), roman(Chord.parse("Bb"), Key.parse("C"))
    ('V65/V', 'bVII')
    """
    if chord.root is None:
        return "N.C."
    return _applied(chord, chord.root, key) or _numeral(chord, chord.root, key)


def applied_to(chord: Chord, key: Key) -> int:
    """Return the step (2 to 7) that a dominant or leading-tone chord foreign to the key leads to; 0 where none.

    In minor a triad without a seventh leads not to VII: D in A minor is IV.
    """
    if chord.root is None or chord.triad not in ("maj", "dim") or _is_of(chord, key):
        return 0
    target = (chord.root.pc + (5 if chord.triad == "maj" else 1)) % 12
    steps = (
        (5, 2, 6, 4, 3, 7)
        if key.mode != "minor" or any(one[0] == 7 for one in degrees_of(chord.quality))
        else (5, 4, 6, 3)
    )
    places = (_Place(key, step, 0) for step in steps)
    return next((one.step for one in places if one.root.pc == target and one.diatonic(5) == (5, 0)), 0)


def _is_of(chord: Chord, key: Key) -> bool:
    """Whether a chord up to its seventh is of the key's scale; in minor, of the raised seventh too."""
    scale = {*key.scale} | ({(key.tonic.pc + 11) % 12} if key.mode == "minor" else set())
    low = chord.root.pc if chord.root else 0
    return {(low + step) % 12 for step in chord.intervals if step < 12} <= scale


def _applied(chord: Chord, root: Tone, key: Key) -> str:
    step = applied_to(chord, key)
    if not step:
        return ""
    place = _Place(key, step, 0)
    is_minor = place.diatonic(3) == (3, -1) and step != 5
    of = _NUMERALS[step - 1].lower() if is_minor else _NUMERALS[step - 1]
    text = f"{_numeral(chord, root, Key(place.root, 'minor' if is_minor else 'major'))}/{of}"
    return text if parse_roman(text, key) == chord else ""


def _numeral(chord: Chord, root: Tone, key: Key) -> str:
    tones = degrees_of(chord.quality)
    triad, sign = _written_triad(tones)
    is_lower = (3, -1) in triad
    place = _Place(key, *step_of(root, key))
    seventh, mark = _written_seventh(tones, place, sign, is_lower)
    base = triad | ({seventh} if seventh else set())
    at = chord.inversion or (-1 if chord.bass else 0)
    if at and (at < 0 or (at == 3 and not seventh) or _bass(root, set(tones), triad, at) != chord.bass):
        at = -1
    figures, extra = _BY_PLACE[max(at, 0)][seventh is not None], sorted(tones - base)
    if figures == "7" and place.diatonic(9) in extra and not mark:
        figures, extra = "9", [one for one in extra if one != place.diatonic(9)]
    brackets = "".join(f"[no{step}]" for step, _ in sorted(base - tones))
    octave = {2: 7, 4: 7 * ((3, 0) in tones or is_lower), 6: 7 * (seventh is not None)}
    for step, alter in extra:
        brackets += f"[add{_signs(alter - place.diatonic(step)[1])}{step + octave.get(step, 0)}]"
    if at < 0 and chord.bass:
        step, alter = step_of(chord.bass, key)
        brackets += f"[/{_signs(alter)}{step}]"
    numeral = _NUMERALS[place.step - 1].lower() if is_lower else _NUMERALS[place.step - 1]
    return f"{_signs(_before(place, is_lower))}{numeral}{sign}{mark}{figures}{brackets}"


def _before(place: _Place, is_lower: bool) -> int:
    """The signs to write before a numeral: what `_place` takes back."""
    if not _is_minor_step(place.key, place.step):
        return place.alter
    return place.alter - (place.alter < 2 if is_lower else place.alter < 0)


def step_of(tone: Tone, key: Key) -> tuple[int, int]:
    """Return the step of the scale that has the tone's letter, and how far the tone is altered from it."""
    step, alter = degree(degree_between(key.tonic, tone), most=9)
    return step, alter - _scale_alter(key, step)


def _written_triad(tones: Degrees) -> tuple[set[Degree], str]:
    third = (3, -1) if (3, -1) in tones and (3, 0) not in tones else (3, 0)
    if third == (3, -1) and (5, -1) in tones and (5, 0) not in tones:
        return {ROOT, third, (5, -1)}, "ø" if (7, -1) in tones and (7, -2) not in tones else "o"
    if third == (3, 0) and (5, 1) in tones and (5, 0) not in tones:
        return {ROOT, third, (5, 1)}, "+"
    return {ROOT, third, (5, 0)}, ""


def _written_seventh(tones: Degrees, place: _Place, sign: str, is_lower: bool) -> tuple[Degree | None, str]:
    """The seventh that a numeral's figures say, and the mark before them."""
    plain = {"o": (7, -2), "ø": (7, -1)}.get(sign) or ((7, -1) if is_lower else place.diatonic(7))
    if plain in tones:
        return plain, ""
    if (7, 0) in tones:
        return (7, 0), "maj"
    return ((7, -1), "d") if (7, -1) in tones else (None, "")
