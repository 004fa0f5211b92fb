"""The chord symbols of MusicXML, <harmony>: a kind and degrees on the one side, a chord of ours on the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from xml.etree.ElementTree import Element

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.pitch import Tone
from segue.music.qualities import Degree, Degrees, degrees_of, quality_of, semitones

# <kind> -> its quality; the first that needs the fewest degrees is written
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "major": "",
        "minor": "m",
        "dominant": "7",
        "minor-seventh": "m7",
        "major-seventh": "maj7",
        "diminished": "dim",
        "augmented": "aug",
        "diminished-seventh": "dim7",
        "half-diminished": "m7b5",
        "augmented-seventh": "7#5",
        "major-minor": "mMaj7",
        "major-sixth": "6",
        "minor-sixth": "m6",
        "dominant-ninth": "9",
        "major-ninth": "maj9",
        "minor-ninth": "m9",
        "dominant-11th": "11",
        "minor-11th": "m11",
        "dominant-13th": "13",
        "major-13th": "maj13",
        "minor-13th": "m13",
        "suspended-second": "sus2",
        "suspended-fourth": "sus4",
        "power": "5",
        "pedal": "(1)",
    }
)
# read, not written: the standard's 11th of a major chord, and what programs write though the standard has another word
_READ: Mapping[str, str] = MappingProxyType(
    {
        "major-11th": "(1,3,5,7,9,11)",
        "minor-major": "mMaj7",
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
        "Neapolitan": "",
        **KINDS,
    }
)
_NONE = frozenset(("none", "N.C.", "NC"))

Change = tuple[int, int, str]  # value of a degree, semitones, add | alter | subtract


def chord_of(element: Element) -> Chord | None:
    """Return the chord of a <harmony>; None where it has no root (a function, a numeral) or its kind is unknown."""
    kind = element.find("kind")
    name = (kind.text or "").strip() if kind is not None else ""
    if element.find("function") is not None or element.find("numeral") is not None:
        return None
    if name in _NONE:
        return Chord(None)
    root = _tone(element, "root")
    if root is None:
        return None
    text = (kind.get("text") or "") if kind is not None else ""
    return _chord(root, (name, text, _changes(element)), _tone(element, "bass"), _inversion(element))


@lru_cache(maxsize=4096)
def _chord(root: Tone, said: tuple[str, str, tuple[Change, ...]], bass: Tone | None, inversion: int) -> Chord | None:
    kind, text, changes = said
    quality = _READ.get(kind)
    if quality is None:
        return _spelled(f"{root}{text}", bass) if text or not kind else None
    try:
        degrees = changed(degrees_of(quality), changes)
        return Chord(root, quality_of(degrees), bass or _lowest(root, degrees, inversion))
    except InputError:
        return None


def _spelled(label: str, bass: Tone | None) -> Chord | None:
    """The chord of a kind that only its text tells."""
    try:
        chord = Chord.parse(label)
        return Chord(chord.root, chord.quality, bass or chord.bass)
    except InputError:
        return None


def changed(degrees: Degrees, changes: tuple[Change, ...]) -> Degrees:
    """Return degrees after <degree> elements: a 7 is added minor, as the standard has it; altered counts from what is.

    >>> sorted(changed(degrees_of("7"), ((9, -1, "add"), (5, 1, "alter"))))
    [(1, 0), (2, -1), (3, 0), (5, 1), (7, -1)]
    """
    found = set(degrees)
    for value, alter, how in changes:
        step = (value - 1) % 7 + 1
        there = {one for one in found if one[0] == step}
        if how == "subtract":
            found -= there
        elif how == "alter" and there:
            old = min(there, key=lambda one: abs(one[1]))
            found.discard(old)
            found.add((step, old[1] + alter))
        else:
            found.add((step, alter - (step == 7)))
    return frozenset(found)


@lru_cache(maxsize=1024)
def written(quality: str) -> tuple[str, tuple[Change, ...]]:
    """Return the <kind> and <degree>s of a quality: the kind that needs the fewest of them.

    >>> written("7b9"), written("69")
    (('dominant', ((9, -1, 'add'),)), ('major-sixth', ((9, 0, 'add'),)))
    """
    wanted = degrees_of(quality)
    ways = [(kind, _difference(degrees_of(base), wanted)) for kind, base in KINDS.items()]
    return min(ways, key=lambda way: _cost(*way))


def _cost(kind: str, changes: tuple[Change, ...]) -> int:
    """How odd a way to write a chord is: tones taken away, or piled on a bare root, are."""
    bare = {"power": 2, "pedal": 9}.get(kind, 0) if changes else 0
    return bare + sum(3 if how == "subtract" else 1 for _, _, how in changes)


def _difference(have: Degrees, wanted: Degrees) -> tuple[Change, ...]:
    """What <degree>s turn some degrees into others; the inverse of `changed`."""
    found: list[Change] = []
    for step in range(1, 8):
        old = sorted((one for one in have - wanted if one[0] == step), key=lambda one: abs(one[1]))
        new = sorted(one for one in wanted - have if one[0] == step)
        kept = any(one[0] == step for one in have & wanted)
        if len(old) == 1 and new and not kept:
            found.append((_value(step), new[0][1] - old[0][1], "alter"))
            new = new[1:]
        elif old:
            found.append((_value(step), 0, "subtract"))
        found += [(_value(step), alter + (step == 7), "add") for _, alter in new]
    return tuple(found)


def _value(step: int) -> int:
    return step + 7 if step in (2, 4, 6) else step


def _lowest(root: Tone, degrees: Degrees, inversion: int) -> Tone | None:
    """The bass of an <inversion> that names none: the third, fifth or seventh of the chord."""
    step = {1: 3, 2: 5, 3: 7}.get(inversion)
    found = sorted((one for one in degrees if one[0] == step), key=lambda one: abs(one[1]))
    return _above(root, found[0]) if found else None


def _above(root: Tone, degree: Degree) -> Tone:
    fifths = (0, 2, 4, -1, 1, 3, 5)[degree[0] - 1] + 7 * degree[1]
    tone = root.up(fifths)
    return tone if tone.pc == (root.pc + semitones(degree)) % 12 else root


def _changes(element: Element) -> tuple[Change, ...]:
    found = []
    for degree in element.findall("degree"):
        try:
            value, alter = int(degree.findtext("degree-value") or ""), float(degree.findtext("degree-alter") or 0)
        except ValueError:
            continue
        if 1 <= value <= 13 and abs(alter) <= 2:
            found.append((value, round(alter), (degree.findtext("degree-type") or "add").strip()))
    return tuple(found)


def _inversion(element: Element) -> int:
    text = (element.findtext("inversion") or "").strip()
    return int(text) if text in ("1", "2", "3") else 0


def _tone(element: Element, what: str) -> Tone | None:
    inner = element.find(what)
    if inner is None:
        return None
    step = (inner.findtext(f"{what}-step") or "").strip().upper()
    try:
        return Tone(step, round(float(inner.findtext(f"{what}-alter") or 0)))
    except (InputError, ValueError, OverflowError):
        return None
