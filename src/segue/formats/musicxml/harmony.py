"""The chord symbols of MusicXML, <harmony>: a kind and degrees on the one side, a chord of ours on the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from xml.etree.ElementTree import Element

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.pitch import Tone

# <kind> -> the label after the root
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "major": "",
        "minor": "m",
        "augmented": "aug",
        "diminished": "dim",
        "dominant": "7",
        "major-seventh": "maj7",
        "minor-seventh": "m7",
        "diminished-seventh": "dim7",
        "augmented-seventh": "7#5",
        "half-diminished": "m7b5",
        "major-minor": "mmaj7",
        "major-sixth": "6",
        "minor-sixth": "m6",
        "dominant-ninth": "9",
        "major-ninth": "maj9",
        "minor-ninth": "m9",
        "dominant-11th": "11",
        "major-11th": "maj11",
        "minor-11th": "m11",
        "dominant-13th": "13",
        "major-13th": "maj13",
        "minor-13th": "m13",
        "suspended-second": "sus2",
        "suspended-fourth": "sus4",
        "power": "5",
        "pedal": "1",
    }
)
# what programs write though the standard has another word
_STRAY = MappingProxyType(
    {
        "minor-major": "mmaj7",
        "maj69": "69",
        "augmented-ninth": "9#5",
        "min": "m",
        "maj": "",
        "7": "7",
        "dim": "dim",
        "aug": "aug",
        "min7": "m7",
        "maj7": "maj7",
        "dominant-seventh": "7",
    }
)
_SIGNS = MappingProxyType({1: "#", 0: "", -1: "b", 2: "##", -2: "bb"})

Degree = tuple[int, int, str]  # value, alteration in semitones, add | alter | subtract


def no_chord(kind: str) -> bool:
    """Whether a <kind> says that no chord sounds."""
    return kind in ("none", "N.C.", "NC")


def chord_of(element: Element) -> Chord | None:
    """Return the chord of a <harmony>; None where it has no root (a function, a numeral) or its kind is unknown.

    Degrees that make no label we know are left out; `degrees_lost` tells.
    """
    kind = (element.findtext("kind") or "").strip()
    if element.find("function") is not None or element.find("numeral") is not None:
        return None
    if no_chord(kind):
        return Chord(None)
    root = _tone(element, "root")
    if root is None:
        return None
    return _chord(root, kind, _degrees(element), _tone(element, "bass"))


@lru_cache(maxsize=4096)
def _chord(root: str, kind: str, degrees: tuple[Degree, ...], bass: str | None) -> Chord | None:
    start = LABELS.get(kind, _STRAY.get(kind, "" if kind in ("", "other") else None))
    if start is None:
        return None
    for label in labels(start, degrees):
        found = _parsed(f"{root}{label}" + (f"/{bass}" if bass else ""))
        if found is not None:
            return found
    return None


def labels(start: str, degrees: tuple[Degree, ...]) -> list[str]:
    """Return the labels that a kind and its degrees may have in the field, the most exact first."""
    if not degrees:
        return [start]
    sevenths = start == "sus4" and (7, -1, "add") in _flat(degrees)
    if sevenths:
        rest = tuple(degree for degree in _flat(degrees) if degree[0] != 7)
        if (9, 0, "add") in rest:
            return [*_joined("9sus4", tuple(degree for degree in rest if degree[0] != 9)), "9sus4"]
        return [*_joined("7sus4", rest), "7sus4"]
    if start == "m7" and degrees == ((5, -1, "alter"),):
        return ["m7b5"]
    return [*_joined(start, degrees), start]


def _flat(degrees: tuple[Degree, ...]) -> tuple[Degree, ...]:
    """Degree 7 of a suspended chord is minor, as programs mean it whatever alteration they write."""
    return tuple((value, -1 if value == 7 else alter, how) for value, alter, how in degrees)


def _joined(start: str, degrees: tuple[Degree, ...]) -> list[str]:
    words = [_word(*degree) for degree in degrees]
    bare = [word.removeprefix("add") for word in words]
    return [start + "".join(words), f"{start}({','.join(words)})", start + "".join(bare), f"{start}({','.join(bare)})"]


def _word(value: int, alter: int, how: str) -> str:
    if how == "subtract":
        return f"no{value}"
    sign = _SIGNS.get(alter, "")
    if how == "alter" or sign:
        return f"{sign or ''}{value}"
    return f"add{value}"


def _degrees(element: Element) -> tuple[Degree, ...]:
    found = []
    for degree in element.iter("degree"):
        try:
            value, alter = int(degree.findtext("degree-value") or ""), float(degree.findtext("degree-alter") or 0)
        except ValueError:
            continue
        if 1 <= value <= 13 and abs(alter) <= 2:
            found.append((value, round(alter), (degree.findtext("degree-type") or "add").strip()))
    return tuple(sorted(found))


def _tone(element: Element, what: str) -> str | None:
    inner = element.find(what)
    if inner is None:
        return None
    step = (inner.findtext(f"{what}-step") or "").strip().upper()
    try:
        alter = round(float(inner.findtext(f"{what}-alter") or 0))
        return str(Tone(step, alter))
    except (InputError, ValueError, OverflowError):
        return None


def _parsed(label: str) -> Chord | None:
    try:
        return Chord.parse(label)
    except InputError:
        return None
