"""Style names: one word for each style that Segue knows, and the other names it goes by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

UNKNOWN = "unknown"
# canonical name -> words by which files and data sets call it (lower case); the order is that of the score language
STYLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        UNKNOWN: ("",),
        "reel": ("reels",),
        "jig": ("jigs", "double jig", "single jig", "jig or reel"),
        "slip jig": ("slip jigs", "slipjig", "hop jig"),
        "hornpipe": ("hornpipes",),
        "polka": ("polkas",),
        "waltz": ("waltzes",),
        "march": ("marches",),
        "strathspey": ("strathspeys", "highland fling", "schottische", "clog", "fling"),
        "air": ("airs", "slow air", "planxty", "lament"),
        "dance": (
            "morris",
            "playford",
            "country dance",
            "set dance",
            "long dance",
            "quadrille",
            "mazurka",
            "folk dance",
        ),
        "folk": ("traditional", "folk song", "song", "ballad", "carol", "christmas"),
        "hymn": ("hymns", "psalm", "gospel"),
        "chorale": ("chorales",),
        "renaissance": ("medieval", "early"),
        "baroque": (),
        "classical": ("classic",),
        "romantic": ("impressionist",),
        "modern": ("contemporary", "20th century", "experimental"),
        "lied": ("lieder", "art song", "chanson", "melodie"),
        "study": ("technique", "etude", "exercise"),
        "ragtime": ("rag", "march & ragtime"),
        "jazz": ("swing", "bebop", "medium swing", "up tempo swing", "big band", "ballroom", "foxtrot", "jazz ballad"),
        "bossa": ("bossa nova", "samba", "brazilian"),
        "latin": ("afro-cuban", "salsa", "cha cha", "tango", "bolero", "rumba", "afrocuban"),
        "blues": ("rhythm and blues", "blues rock"),
        "soul": ("funk / soul", "r&b", "motown", "gospel soul"),
        "funk": ("disco", "fusion"),
        "rock": ("punk", "metal", "hard rock", "progressive", "rock and roll"),
        "pop": ("mandopop", "cantopop", "soft rock", "stage & screen", "musical", "vocal", "easy listening"),
        "country": ("folk, world, & country", "bluegrass"),
        "hip-hop": ("hiphop", "rap", "dance/hip-hop"),
        "electronic": ("house", "techno", "dance music"),
        "reggae": ("ska", "dub"),
        "african": ("afrobeat", "highlife", "middleeastern", "neworleans"),
        "children": ("nursery", "nursery rhyme", "children's"),
    }
)
NAMES: tuple[str, ...] = tuple(STYLES)
_BY_WORD = {word: style for style, words in STYLES.items() for word in (style, *words)}


@lru_cache(maxsize=4096)
def style_named(text: str) -> str:
    """Return the style a free name stands for: the whole name, else its longest known word; else "unknown".

    >>> style_named("Medium Swing"), style_named("Irish reel in D")
    ('jazz', 'reel')
    """
    plain = " ".join(text.casefold().replace("_", " ").split())
    if plain in _BY_WORD:
        return _BY_WORD[plain]
    for word in sorted(filter(None, _BY_WORD), key=len, reverse=True):
        if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", plain):
            return _BY_WORD[word]
    return UNKNOWN
