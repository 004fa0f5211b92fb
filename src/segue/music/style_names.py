"""What styles are called in a sentence, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from segue.errors import InputError

LANGUAGES = ("en", "zh")
# style, or genre of a recording -> as part of an English sentence, as part of a Chinese one
_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unknown": ("an unknown style", "未知风格"),
        "reel": ("a reel", "里尔舞曲"),
        "jig": ("a jig", "吉格舞曲"),
        "slip jig": ("a slip jig", "滑步吉格舞曲"),
        "hornpipe": ("a hornpipe", "角笛舞曲"),
        "polka": ("a polka", "波尔卡"),
        "waltz": ("a waltz", "圆舞曲"),
        "march": ("a march", "进行曲"),
        "strathspey": ("a strathspey", "斯特拉斯佩舞曲"),
        "air": ("an air", "歌调"),
        "dance": ("a dance", "舞曲"),
        "folk": ("folk music", "民谣"),
        "hymn": ("a hymn", "赞美诗"),
        "chorale": ("a chorale", "众赞歌"),
        "renaissance": ("Renaissance music", "文艺复兴音乐"),
        "baroque": ("Baroque music", "巴洛克音乐"),
        "classical": ("classical music", "古典音乐"),
        "romantic": ("Romantic music", "浪漫主义音乐"),
        "modern": ("modern music", "现代音乐"),
        "lied": ("a lied", "艺术歌曲"),
        "study": ("a study", "练习曲"),
        "ragtime": ("ragtime", "拉格泰姆"),
        "jazz": ("jazz", "爵士乐"),
        "bossa": ("bossa nova", "波萨诺瓦"),
        "latin": ("Latin music", "拉丁音乐"),
        "blues": ("blues", "布鲁斯"),
        "soul": ("soul", "灵魂乐"),
        "funk": ("funk", "放克"),
        "rock": ("rock", "摇滚乐"),
        "pop": ("pop", "流行音乐"),
        "country": ("country music", "乡村音乐"),
        "hip-hop": ("hip-hop", "嘻哈音乐"),
        "electronic": ("electronic music", "电子音乐"),
        "reggae": ("reggae", "雷鬼乐"),
        "african": ("African music", "非洲音乐"),
        "children": ("a children's song", "儿歌"),
        "disco": ("disco", "迪斯科"),
        "hiphop": ("hip-hop", "嘻哈音乐"),
        "metal": ("metal", "金属乐"),
        "another form": ("another form", "其他体裁"),
    }
)
_FIRST_HAN = "\u4e00"


def short_name(style: str, language: str) -> str:
    """Return what a style is called in a table: its own name in English, that of a sentence in Chinese."""
    return style if language == "en" else style_name(style, language)


def style_name(style: str, language: str) -> str:
    """Return what a style is called within a sentence; a tune of ci keeps its name, any other word stays as it is.

    InputError for a language that is none of LANGUAGES.

    >>> style_name("air", "en"), style_name("air", "zh"), style_name("念奴娇", "en")
    ('an air', '歌调', 'a ci to the tune 念奴娇')
    """
    if language not in LANGUAGES:
        raise InputError(f"language {language!r}: {' and '.join(LANGUAGES)} are spoken")
    place = LANGUAGES.index(language)
    if style in _NAMES:
        return _NAMES[style][place]
    if style[:1] >= _FIRST_HAN:
        return (f"a ci to the tune {style}", f"《{style}》")[place]
    return style
