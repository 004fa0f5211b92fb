"""Families of styles: the coarse list that witnesses of every kind share, and where each style, genre and tag belongs.

Notes are told in 27 styles, recordings in ten genres or fifty tags, chords in others again; to vote together they must
speak of the same things. A family is as wide as the widest of them: a reel, a jig and a waltz from a book of dances are
all "folk". "hymn" holds what is sung by choirs, "soul" funk and disco, "classical" whatever is written out from the
Renaissance on. The tags of musicnn are told as styles first (`segue.recognize.audio.STYLE_OF`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from segue.music.styles import style_named

FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(  # family -> canonical styles of `segue.music.styles`
    {
        "classical": ("renaissance", "baroque", "classical", "romantic", "modern", "lied", "study"),
        "hymn": ("hymn", "chorale"),
        "folk": (
            *("reel", "jig", "slip jig", "hornpipe", "polka", "waltz", "march", "strathspey", "air", "dance"),
            *("folk", "children"),
        ),
        "jazz": ("ragtime", "jazz"),
        "blues": ("blues",),
        "rock": ("rock",),
        "pop": ("pop",),
        "soul": ("soul", "funk"),
        "country": ("country",),
        "hip-hop": ("hip-hop",),
        "electronic": ("electronic",),
        "reggae": ("reggae",),
        "latin": ("latin", "bossa"),
        "african": ("african",),
    }
)
_OF_STYLE = {style: family for family, styles in FAMILIES.items() for style in styles}


def family_of(style: str) -> str:
    """Return the family of a style's canonical name, of a family's own, or of a free name; "" where there is none.

    >>> family_of("slip jig"), family_of("disco"), family_of("Medium Swing"), family_of("unknown")
    ('folk', 'soul', 'jazz', '')
    """
    if style in _OF_STYLE:
        return _OF_STYLE[style]
    return style if style in FAMILIES else _OF_STYLE.get(style_named(style), "")


def families_of(styles: Iterable[str]) -> tuple[str, ...]:
    """Return the families of some styles, in the order of `FAMILIES`."""
    found = {family_of(style) for style in styles}
    return tuple(family for family in FAMILIES if family in found)
