"""Forms: which sections a piece has, in what order they come back, how each of them ends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from segue.errors import InputError, did_you_mean
from segue.music.language.vocabulary import SECTIONS

Cadence = Literal["authentic", "half"]

MOST_BARS = 512  # of a planned piece
_LEAST = 2  # bars of a section: a cadence takes two
_LETTERS = re.compile(r"(?:[A-E]'*)+")
_NAMED = re.compile(r"[a-z]+(?:-[a-z]+)+")
_OPEN = frozenset(("intro", "verse", "prechorus", "bridge", "interlude"))  # they lead on to what follows

# name -> sections and bars of each; letters are sections that come back, as textbooks of form write them
FORMS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "AABA": ("AABA", 8),
        "AABB": ("AABB", 8),
        "ABAC": ("ABAC", 8),
        "32-bar": ("AABA", 8),
        "period": ("AA", 4),
        "binary": ("AB", 8),
        "ternary": ("ABA", 8),
        "rondo": ("ABACA", 8),
        "12-bar-blues": ("AA", 12),
        "verse-chorus": ("verse-chorus-verse-chorus-bridge-chorus", 8),
    }
)
BLUES = "12-bar-blues"
# the harmony of a chorus of twelve bars by its degrees (Coker, "Improvising Jazz"; the last bar turns back)
_BLUES_DEGREES = (1, 1, 1, 1, 4, 4, 1, 1, 5, 4, 1, 5)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a plan: `name` as it is written above its first bar, `first` its first bar, counted from 0.

    `model` is the place of the section that it brings back, its own where it is new. `cadence` tells how it ends:
    "authentic" closes on the tonic, "half" stays open on the dominant. `degrees` are the roots of its bars where the
    form itself gives the harmony.
    """

    name: str
    first: int
    bars: int
    model: int
    cadence: Cadence
    degrees: tuple[int, ...] = ()

    @property
    def after(self) -> int:
        """The bar behind it."""
        return self.first + self.bars


@dataclass(frozen=True, slots=True)
class Plan:
    """The sections of a piece in the order in which they are heard."""

    form: str
    sections: tuple[Section, ...]

    @property
    def bars(self) -> int:
        """How many bars there are in all."""
        return self.sections[-1].after

    def returns(self, place: int) -> bool:
        """Whether a section brings an earlier one back."""
        return self.sections[place].model != place


def plan(form: str = "AABA", bars: int | None = None) -> Plan:
    """Plan a form: a name of `FORMS`, letters A to E such as "ABAC", or names of sections such as "verse-chorus-verse".

    `bars` is the number in all, shared out equally; 8 a section (or what the form says) without. A lettered section
    that goes before its own repetition, or leads back to one heard before, ends with a half cadence when it is new,
    others with an authentic one; verses and bridges stay open, choruses close. InputError for a form that there is not,
    or bars that it cannot have.
    """
    written, each = _written(form)
    names = _names(written)
    count = len(names)
    if bars is not None:
        if bars % count or not _LEAST * count <= bars <= MOST_BARS:
            raise InputError(
                f"{bars} bars for the form {form}: its {count} sections need a multiple of {count} from"
                f" {_LEAST * count} to {MOST_BARS - MOST_BARS % count}"
            )
        each = bars // count
    if form == BLUES and each != len(_BLUES_DEGREES):
        raise InputError(f"{bars} bars for the form {form}: it has {count} choruses of 12, {12 * count} bars in all")
    models = [names.index(name) for name in names]
    sections = (
        Section(
            name=names[place],
            first=place * each,
            bars=each,
            model=models[place],
            cadence=_cadence(names, place),
            degrees=_degrees(place == count - 1) if form == BLUES else (),
        )
        for place in range(count)
    )
    return Plan(form, tuple(sections))


def _written(form: str) -> tuple[str, int]:
    if form in FORMS:
        return FORMS[form]
    if _LETTERS.fullmatch(form) and len(form) <= 64:
        return form, 8
    if _NAMED.fullmatch(form) and set(form.split("-")) <= set(SECTIONS):
        return form, 8
    names = ", ".join(section for section in SECTIONS if len(section) > 1)
    near = did_you_mean(form, (*FORMS, *SECTIONS))
    raise InputError(f"form {form!r} is none of {', '.join(FORMS)}, letters A to E, or {names} joined by -{near}")


def _names(written: str) -> tuple[str, ...]:
    """The sections' names; a prime marks a return that is varied, which every return is."""
    return tuple(written.split("-")) if "-" in written else tuple(written.replace("'", ""))


def _cadence(names: Sequence[str], place: int) -> Cadence:
    if place == len(names) - 1:
        return "authentic"
    follows = names[place + 1]
    if len(names[place]) > 1:
        return "half" if names[place] in _OPEN else "authentic"
    leads_back = follows in names[: place + 1]
    is_first = names[place] not in names[:place]
    return "half" if leads_back and is_first else "authentic"


def _degrees(is_last: bool) -> tuple[int, ...]:
    return (*_BLUES_DEGREES[:-1], 1) if is_last else _BLUES_DEGREES
