"""The parts of an arrangement: the instrument and range of each, and which parts a style has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from segue.errors import InputError, did_you_mean
from segue.music.note import Notes
from segue.music.score import Part
from segue.music.styles import STYLES, UNKNOWN, style_named

Kind = Literal["bass", "chords", "second", "choir", "drums"]


@dataclass(frozen=True, slots=True)
class Role:
    """A part that can be drawn to a melody: its name, General MIDI program, range as MIDI pitches, and what it does.

    `order` is its place in the finished score, from above.
    """

    name: str
    kind: Kind
    program: int
    low: int
    high: int
    order: int


# ranges of the choir: Aldwell and Schachter, "Harmony and Voice Leading", unit 5; of the others the usual playing range
ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "second": Role("second", "second", 73, 55, 84, 1),
        "alto": Role("alto", "choir", 52, 55, 74, 2),
        "tenor": Role("tenor", "choir", 52, 48, 67, 3),
        "bass voice": Role("bass voice", "choir", 52, 40, 60, 4),
        "guitar": Role("guitar", "chords", 24, 40, 76, 5),
        "piano": Role("piano", "chords", 0, 36, 79, 6),
        "bass": Role("bass", "bass", 32, 28, 55, 7),
        "drums": Role("drums", "drums", 0, 0, 127, 8),
    }
)
CHOIR = ("bass voice", "alto", "tenor")  # in the order in which they are drawn
_BAND = ("bass", "piano", "drums")
_STYLE_PARTS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        **dict.fromkeys(("chorale", "hymn", "renaissance"), CHOIR),
        **dict.fromkeys(
            ("rock", "blues", "soul", "funk", "reggae", "hip-hop", "electronic", "latin", "african"), _BAND
        ),
        **dict.fromkeys(("pop", "jazz", "bossa", "country"), _BAND),
        **dict.fromkeys(("reel", "jig", "slip jig", "hornpipe", "polka", "strathspey", "folk"), ("bass", "guitar")),
        **dict.fromkeys(("air", "dance", "march", "children"), ("bass", "guitar")),
        **dict.fromkeys(("classical", "romantic", "lied", "baroque", "modern", "study", "ragtime"), ("piano",)),
    }
)
_USUAL = ("bass", "piano")


def parts_of(style: str) -> tuple[str, ...]:
    """Return the parts that a style's arrangement has, in the order in which they are drawn; a free name will do."""
    return tuple(_STYLE_PARTS.get(style_named(style), _USUAL))


def check_style(style: str) -> str:
    """Return the style's own name; InputError where Segue knows none of that name."""
    found = style_named(style)
    if style and found == UNKNOWN and style.casefold() != UNKNOWN:
        raise InputError(f"style {style!r} is none of {', '.join(STYLES)}{did_you_mean(style, STYLES)}")
    return "" if found == UNKNOWN else found


def check_parts(names: Sequence[str]) -> tuple[Role, ...]:
    """Return the roles of these names in the order in which they are drawn; "satb" is alto, tenor and bass voice."""
    wanted: list[str] = []
    for one in names:
        wanted += CHOIR if one.casefold() == "satb" else [one]
    for one in wanted:
        if one not in ROLES:
            near = did_you_mean(one, [*ROLES, "satb"])
            raise InputError(f"part {one!r} is none of {', '.join(ROLES)}, satb{near}")
    if not wanted:
        raise InputError(f"no part to arrange; at least one of {', '.join(ROLES)}, satb is needed")
    drawn = ("bass", *CHOIR, "second", "piano", "guitar", "drums")
    return tuple(ROLES[one] for one in sorted(set(wanted), key=drawn.index))


def silent_part(role: Role) -> Part:
    """Return a part of that role without notes yet."""
    return Part(Notes.of(()), role.name.capitalize(), role.program, is_drums=role.kind == "drums")
