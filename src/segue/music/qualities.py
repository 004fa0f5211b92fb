"""Qualities of chords: a closed, ordered table of names, and free lists of degrees for what lies beyond it.

A quality is a set of degrees above the root, each a step of the major scale and how far it is altered: (3, -1) is the
minor third. Octaves are folded, so that 9 is 2, 11 is 4 and 13 is 6: what they are called follows from the rest.
Conventions: 11 and 13 chords stand for what is commonly played, so that a 13 has no 11; an altered dominant ("7alt")
has both altered fifths and both altered ninths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from segue.errors import InputError

Degree = tuple[int, int]  # step 1 to 7, semitones it is altered by
Degrees = frozenset[Degree]

_STEPS = (0, 2, 4, 5, 7, 9, 11)
_DEGREE = re.compile(r"([b#♭♯]*)(1[0-3]|[1-9])")
ROOT, THIRD, FIFTH = (1, 0), (3, 0), (5, 0)

# canonical name | Harte's label | degrees; the order is part of the contract: tokens are numbered by it
_TABLE = """
        | maj           | 1 3 5
m       | min           | 1 b3 5
7       | 7             | 1 3 5 b7
m7      | min7          | 1 b3 5 b7
maj7    | maj7          | 1 3 5 7
dim     | dim           | 1 b3 b5
dim7    | dim7          | 1 b3 b5 bb7
m7b5    | hdim7         | 1 b3 b5 b7
aug     | aug           | 1 3 #5
7#5     | aug(b7)       | 1 3 #5 b7
6       | maj6          | 1 3 5 6
m6      | min6          | 1 b3 5 6
69      | maj6(9)       | 1 3 5 6 9
m69     | min6(9)       | 1 b3 5 6 9
mMaj7   | minmaj7       | 1 b3 5 7
sus4    | sus4          | 1 4 5
sus2    | sus2          | 1 2 5
sus24   | sus4(9)       | 1 2 4 5
7sus4   | sus4(b7)      | 1 4 5 b7
7sus2   | sus2(b7)      | 1 2 5 b7
9sus4   | sus4(b7,9)    | 1 4 5 b7 9
13sus4  | sus4(b7,9,13) | 1 4 5 b7 9 13
7sus4b9 | sus4(b7,b9)   | 1 4 5 b7 b9
7sus4b13 | sus4(b7,b13) | 1 4 5 b7 b13
5       | 5             | 1 5
(1)     | 1             | 1
add9    | maj(9)        | 1 3 5 9
madd9   | min(9)        | 1 b3 5 9
add11   | maj(11)       | 1 3 5 11
madd11  | min(11)       | 1 b3 5 11
addb9   | maj(b9)       | 1 3 5 b9
add#9   | maj(#9)       | 1 3 5 #9
add#11  | maj(#11)      | 1 3 5 #11
mb6     | min(b13)      | 1 b3 5 b6
9       | 9             | 1 3 5 b7 9
m9      | min9          | 1 b3 5 b7 9
maj9    | maj9          | 1 3 5 7 9
11      | 11            | 1 3 5 b7 9 11
m11     | min11         | 1 b3 5 b7 9 11
13      | 13            | 1 3 5 b7 9 13
m13     | min13         | 1 b3 5 b7 9 13
maj13   | maj13         | 1 3 5 7 9 13
7b9     | 7(b9)         | 1 3 5 b7 b9
7#9     | 7(#9)         | 1 3 5 b7 #9
7b5     | (1,3,b5,b7)   | 1 3 b5 b7
7#11    | 7(#11)        | 1 3 5 b7 #11
7b13    | 7(b13)        | 1 3 5 b7 b13
7add11  | 7(11)         | 1 3 5 b7 11
7add13  | 7(13)         | 1 3 5 b7 13
7alt    | (1,3,b5,#5,b7,b9,#9) | 1 3 b5 #5 b7 b9 #9
7b9b5   | (1,3,b5,b7,b9)  | 1 3 b5 b7 b9
7b9#5   | aug(b7,b9)    | 1 3 #5 b7 b9
7b9#9   | 7(b9,#9)      | 1 3 5 b7 b9 #9
7b9#11  | 7(b9,#11)     | 1 3 5 b7 b9 #11
7b9b13  | 7(b9,b13)     | 1 3 5 b7 b9 b13
7#9b5   | (1,3,b5,b7,#9) | 1 3 b5 b7 #9
7#9#5   | aug(b7,#9)    | 1 3 #5 b7 #9
7#9#11  | 7(#9,#11)     | 1 3 5 b7 #9 #11
7#9b13  | 7(#9,b13)     | 1 3 5 b7 #9 b13
9b5     | (1,3,b5,b7,9) | 1 3 b5 b7 9
9#5     | aug(b7,9)     | 1 3 #5 b7 9
9#11    | 9(#11)        | 1 3 5 b7 9 #11
9b13    | 9(b13)        | 1 3 5 b7 9 b13
13b5    | (1,3,b5,b7,9,13) | 1 3 b5 b7 9 13
13b9    | 7(b9,13)      | 1 3 5 b7 b9 13
13#9    | 7(#9,13)      | 1 3 5 b7 #9 13
13#11   | 13(#11)       | 1 3 5 b7 9 #11 13
13b9#11 | 7(b9,#11,13)  | 1 3 5 b7 b9 #11 13
maj7#5  | aug(7)        | 1 3 #5 7
maj7b5  | (1,3,b5,7)    | 1 3 b5 7
maj7#9  | maj7(#9)      | 1 3 5 7 #9
maj7#11 | maj7(#11)     | 1 3 5 7 #11
maj7add13 | maj7(13)    | 1 3 5 7 13
maj9#5  | aug(7,9)      | 1 3 #5 7 9
maj9#11 | maj9(#11)     | 1 3 5 7 9 #11
maj13#11 | maj13(#11)   | 1 3 5 7 9 #11 13
6#11    | maj6(#11)     | 1 3 5 6 #11
69#11   | maj6(9,#11)   | 1 3 5 6 9 #11
m7b9    | min7(b9)      | 1 b3 5 b7 b9
m7b13   | min7(b13)     | 1 b3 5 b7 b13
m7add11 | min7(11)      | 1 b3 5 b7 11
m7add13 | min7(13)      | 1 b3 5 b7 13
m7#5    | (1,b3,#5,b7)  | 1 b3 #5 b7
m9b5    | hdim7(9)      | 1 b3 b5 b7 9
m11b5   | hdim7(9,11)   | 1 b3 b5 b7 9 11
mMaj9   | minmaj7(9)    | 1 b3 5 7 9
m#5     | (1,b3,#5)     | 1 b3 #5
dimMaj7 | dim(7)        | 1 b3 b5 7
(b5)    | (1,3,b5)      | 1 3 b5
augadd9 | aug(9)        | 1 3 #5 9
no5     | 1(3)          | 1 3
7no3    | 5(b7)         | 1 5 b7
7no5    | (1,3,b7)      | 1 3 b7
m7no5   | 1(b3,b7)      | 1 b3 b7
m11no5  | 1(b3,b7,9,11) | 1 b3 b7 9 11
(1,4)   | (1,4)         | 1 4
(1,b7)  | (1,b7)        | 1 b7
(1,5,b6) | (1,5,b6)     | 1 5 b6
"""


def degree(text: str, most: int = 2) -> Degree:
    """Read one degree of at most so many sharps or flats: "b3" is (3, -1), "9" is (2, 0); InputError else."""
    found = _DEGREE.fullmatch(text.strip())
    if not found or len(found[1]) > most:
        raise InputError(f"{text[:20]!r} is no degree; 1 to 13 with up to {most} sharps or flats, such as b3, 5, #11")
    return (int(found[2]) - 1) % 7 + 1, _alter(found[1])


def _alter(signs: str) -> int:
    return sum(1 if sign in "#♯" else -1 for sign in signs)


def semitones(one: Degree) -> int:
    """Return the semitones from the root to a degree, folded into one octave: 0 to 11."""
    return (_STEPS[one[0] - 1] + one[1]) % 12


def _rows() -> Iterable[tuple[str, str, tuple[str, ...]]]:
    for line in _TABLE.strip("\n").splitlines():
        name, label, degrees = (cell.strip() for cell in line.split("|"))
        yield name, label, tuple(degrees.split())


def _interval(text: str) -> int:
    """Semitones above the root as written: 9 is 14."""
    found = _DEGREE.fullmatch(text)
    octave, step = divmod(int(found[2]) - 1, 7) if found else (0, 0)
    above = 12 * octave + _STEPS[step] + _alter(found[1] if found else "")
    return above + 12 if above < 0 else above


QUALITIES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {name: tuple(sorted(_interval(one) for one in degrees)) for name, _, degrees in _rows()}
)
"""Canonical names in their order, each with its semitones above the root; a ninth is 14."""

HARTE: Mapping[str, str] = MappingProxyType({name: label for name, label, _ in _rows()})
_SETS: Mapping[str, Degrees] = MappingProxyType(
    {name: frozenset(degree(one) for one in degrees) for name, _, degrees in _rows()}
)
_NAMES: Mapping[Degrees, str] = MappingProxyType({degrees: name for name, degrees in _SETS.items()})
_CLASSES: Mapping[str, frozenset[int]] = MappingProxyType(
    {name: frozenset(semitones(one) for one in degrees) for name, degrees in _SETS.items()}
)


@lru_cache(maxsize=4096)
def quality_of(degrees: Degrees) -> str:
    """Return the canonical name of a set of degrees: from the table, or a list such as "(1,b3,11)"."""
    degrees = degrees | {ROOT}
    return _NAMES.get(degrees) or ("" if degrees == _SETS[""] else f"({','.join(written(degrees))})")


def written(degrees: Degrees) -> list[str]:
    """Write degrees from the root up: a second is a 9 above a third, a sixth a 13 above a seventh.

    A sixth is also a 13 where another is already there, as are a second and a fourth.
    """
    steps = {step for step, _ in degrees}
    upper = {2: bool(steps & {3, 4, 7}), 4: 3 in steps, 6: 7 in steps}
    rows = sorted((step + 7 * upper.get(step, False), alter) for step, alter in degrees)
    return [("#" * alter if alter > 0 else "b" * -alter) + str(step) for step, alter in rows]


@lru_cache(maxsize=4096)
def degrees_of(quality: str) -> Degrees:
    """Return the degrees of a canonical name; InputError where it is none."""
    found = _SETS.get(quality)
    if found is not None:
        return found
    if not quality.startswith("(1") or not quality.endswith(")"):
        raise InputError(f"{quality[:40]!r} is no quality; such as m7, maj7#11, 7sus4 or a list of degrees (1,b3,11)")
    return frozenset(degree(one) for one in quality[1:-1].split(","))


@lru_cache(maxsize=4096)
def intervals_of(quality: str) -> tuple[int, ...]:
    """Return the semitones above the root of a canonical name, rising; a ninth is 14."""
    return QUALITIES.get(quality) or tuple(sorted(_interval(one) for one in written(degrees_of(quality))))


@lru_cache(maxsize=4096)
def harte_of(quality: str) -> str:
    """Return Harte's label of a canonical name, such as "min7" or "(1,b3,11)"."""
    return HARTE.get(quality, quality)


@lru_cache(maxsize=4096)
def nearest(quality: str) -> str:
    """Return the name in the table whose pitch classes above the root differ in the fewest places.

    Of those as near, the one with the same kind of third and fifth, then the same seventh, then the earlier one.
    """
    if quality in _SETS:
        return quality
    wanted = degrees_of(quality)
    classes = frozenset(semitones(one) for one in wanted)

    def distance(name: str) -> tuple[int, bool, bool]:
        has = _SETS[name]
        return len(_CLASSES[name] ^ classes), triad_of(has) != triad_of(wanted), _sevenths(has) != _sevenths(wanted)

    return min(_SETS, key=distance)


def _sevenths(degrees: Degrees) -> set[Degree]:
    return {one for one in degrees if one[0] == 7}


def triad_of(degrees: Degrees) -> str:
    """Return "maj", "min", "dim", "aug", "sus", "power" or "none": by the third, then the fifth.

    A major third with a flat fifth is "maj", a minor third with a sharp fifth "min"; without a third a second or a
    fourth makes "sus", a fifth alone "power".
    """
    if (3, -1) in degrees and THIRD not in degrees:
        return "dim" if (5, -1) in degrees and FIFTH not in degrees else "min"
    if THIRD in degrees:
        return "aug" if (5, 1) in degrees and not degrees & {FIFTH, (5, -1)} else "maj"
    if degrees & {(2, 0), (4, 0)}:
        return "sus"
    return "power" if FIFTH in degrees else "none"
