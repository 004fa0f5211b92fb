"""Chinese lines as they are sung: one syllable to a character, tones, and classes of rhyme by today's readings.

Rhyme classes are those of modern Mandarin: the fourteen of 中华新韵 (Chinese Poetry Society, 2005), or the thirteen
rhyme tracks of song and opera, 十三辙. The classes of older readings (词林正韵, 平水韵) are not told: no kept library
has them; so a poem that rhymes by those may be said here not to rhyme. Level and oblique tones (平仄) go by today's
tones too: 1 and 2 are level, 3 and 4 oblique; syllables that once ended in p, t or k and are level today are not told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from segue.errors import InputError
from segue.music.lyric import Syllable

System = Literal["xin", "zhe"]
SYSTEMS: tuple[System, ...] = ("xin", "zhe")
# 中华新韵: class -> finals as pypinyin spells them (v is ü)
XIN: dict[str, str] = {
    "麻": "a ia ua",
    "波": "o e uo",
    "皆": "ie ve ê",
    "开": "ai uai",
    "微": "ei uei ui",
    "豪": "ao iao",
    "尤": "ou iou iu",
    "寒": "an ian uan van",
    "文": "en in uen un vn",
    "唐": "ang iang uang",
    "庚": "eng ing ueng ong iong",
    "齐": "i er v",
    "支": "-i",
    "姑": "u",
}
# 十三辙: class -> finals
ZHE: dict[str, str] = {
    "发花": "a ia ua",
    "梭坡": "o e uo",
    "乜斜": "ie ve ê",
    "一七": "i er v -i",
    "姑苏": "u",
    "怀来": "ai uai",
    "灰堆": "ei uei ui",
    "遥条": "ao iao",
    "油求": "ou iou iu",
    "言前": "an ian uan van",
    "人辰": "en in uen un vn",
    "江阳": "ang iang uang",
    "中东": "eng ing ueng ong iong",
}
_CLASS: dict[System, dict[str, str]] = {
    "xin": {final: name for name, finals in XIN.items() for final in finals.split()},
    "zhe": {final: name for name, finals in ZHE.items() for final in finals.split()},
}
_BUZZING = re.compile(r"(?:zh|ch|sh|r|z|c|s)i")  # syllables whose i is not the vowel of 衣
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]")


@lru_cache(maxsize=60_000)
def readings(character: str) -> tuple[tuple[str, int], ...]:
    """Return the readings of a character, the usual one first: its final ("-i" after zh, s and their like) and its
    tone, 1 to 4, 5 for none; () where it is no Chinese character that can be read."""
    from pypinyin import Style, pinyin

    if not HAN.fullmatch(character):
        return ()
    finals = pinyin(character, style=Style.FINALS_TONE3, heteronym=True, errors="ignore", strict=True)
    whole = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore", strict=True)
    if not finals or not whole:
        return ()
    found = []
    for final, syllable in zip(finals[0], whole[0], strict=False):
        bare = final.rstrip("12345")
        tone = int(final[-1]) if final[-1:].isdigit() else 5
        found.append(("-i" if _BUZZING.fullmatch(syllable) else bare, tone))
    return tuple(dict.fromkeys((final, tone) for final, tone in found if final))


def characters_of(text: str) -> list[str]:
    """Return the Chinese characters of a text; signs and letters are left out."""
    return HAN.findall(text)


@lru_cache(maxsize=60_000)
def classes(character: str, system: System = "xin") -> tuple[str, ...]:
    """Return the rhyme classes of a character, that of its usual reading first; InputError for an unknown system."""
    if system not in _CLASS:
        raise InputError(f"rhyme system {system!r} is none of {', '.join(SYSTEMS)}")
    table = _CLASS[system]
    return tuple(dict.fromkeys(table[final] for final, _ in readings(character) if final in table))


def class_of(character: str, system: System = "xin") -> str:
    """Return the rhyme class of a character's usual reading; "" where it has none."""
    return next(iter(classes(character, system)), "")


def rhymes(one: str, other: str, system: System = "xin") -> bool:
    """Whether two lines end in characters of one rhyme class, one of them in its usual reading; a character does not
    rhyme with itself."""
    a, b = characters_of(one)[-1:], characters_of(other)[-1:]
    if not a or not b or a == b:
        return False
    ways, others = classes(a[0], system), classes(b[0], system)
    return bool(ways and others) and (ways[0] in others or others[0] in ways)


def tone_kinds(character: str) -> frozenset[str]:
    """Return which of 平 (level) and 仄 (oblique) a character may be, by today's tones; 平 too where it has none."""
    return frozenset("仄" if tone in (3, 4) else "平" for _, tone in readings(character))


def split(text: str) -> tuple[Syllable, ...]:
    """Return a line as syllables, one to a character, with the tone of its usual reading."""
    return tuple(
        Syllable(sign, tone=known[0][1] if (known := readings(sign)) else None) for sign in characters_of(text)
    )


def dominant_share(ends: Sequence[str], system: System = "xin") -> float:
    """Return the share of ends (characters) in the class that most of them have, by usual readings; 0 for none."""
    told = Counter(class_of(end, system) for end in ends)
    return max(told.values(), default=0) / len(ends) if ends else 0.0
