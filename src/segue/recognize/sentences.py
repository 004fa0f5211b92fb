"""An answer in one sentence, English or Chinese: the style, how sure it is, and what speaks for it.

What is said of parts named together was measured with all of them taken away (`Guess.without`), never added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from segue.errors import InputError
from segue.music.style_names import LANGUAGES, style_name
from segue.recognize.guess import Answer, Because, Guess

_WITNESSES: Mapping[str, tuple[str, str]] = MappingProxyType(  # as `segue.recognize.fusion` calls them
    {
        "score": ("the score", "乐谱"),
        "chords": ("the chords", "和弦"),
        "lyrics": ("the words", "歌词"),
        "audio": ("the sound", "声音"),
        "tags": ("the taggers", "音频标签"),
        "notes": ("the notes", "音符"),
        "named": ("the file itself", "文件自己的说明"),
    }
)
WORTH = 0.05  # least probability of a style that is named beside the first
_FALLS = 0.005  # what the probability falls by, at least, to be told as a fall
_NUMBER = re.compile(r"(?:bar|line) (\d+)")
_SPAN = re.compile(r"(\d[\d:]*)(?: to .*)? to (\d[\d:]*)")


def sentence(answer: Answer, language: str = "en") -> str:
    """Return an answer in one sentence; InputError for a language that is none of en and zh.

    It is "Probably a jig (82 %), for 6/8 and many eighth notes: the most telling bars are 2, 5 and 6; without them that
    would be 41 %." or "Not sure: it may be a jig (41 %) or a slip jig (33 %)."
    """
    if language not in _TELL:
        raise InputError(f"language {language!r}: {' and '.join(LANGUAGES)} are spoken")
    return _TELL[language](answer)


def percent(share: float, language: str = "en") -> str:
    """Return a probability as one says it: "82 %", "82%" in Chinese; never 100 % or 0 %."""
    sign = " %" if language == "en" else "%"
    if share >= 0.995:
        return f"over 99{sign}" if language == "en" else f"99{sign}以上"
    if share < 0.01:
        return f"under 1{sign}" if language == "en" else f"不到1{sign}"
    return f"{share * 100:.0f}{sign}"


def _worth(answer: Answer) -> tuple[Guess, ...]:
    """The first guess, and those behind it that are likely enough to be named."""
    first, *others = answer.guesses
    return first, *(one for one in others if one.probability >= WORTH)


def _witnesses(answer: Answer, language: str) -> list[str]:
    """What speaks for an answer that was made from several, the strongest first: the score, the sound."""
    place = LANGUAGES.index(language)
    kinds = [answer.witnesses[one.place].kind for one in answer.guesses[0].because]
    return [_WITNESSES.get(kind, (kind, kind))[place] for kind in kinds]


def _spans(kind: str, because: Sequence[Because]) -> list[tuple[str, str]]:
    """What is named, in its order in the item, as first and last of a stretch: numbers of bars and lines, or times.

    Kinds that have none of these are told in their own words.
    """
    found = []
    for one in sorted(because, key=lambda one: one.place):
        span = _SPAN.fullmatch(one.what) if kind == "audio" else None
        number = _NUMBER.match(one.what)
        if span:
            found.append((span[1], span[2]))
        elif number:
            first = int(number[1])
            found.append((str(first), str(first + one.count - 1)))
        else:
            found.append((one.what, one.what))
    return found


def part_name(kind: str, part: Because, language: str) -> str:
    """Return what a part of an item is called where it stands alone: "bar 16", in Chinese "第16小节"."""
    if language == "en":
        return part.what
    if kind == "audio":
        ((start, end),) = _spans(kind, [part])
        return start if start == end else f"{start}–{end}"
    number = _NUMBER.match(part.what)
    unit = _CHINESE.get(kind)
    if number is None or unit is None:
        return _WITNESSES.get(part.what, (part.what, part.what))[1]
    return f"第{number[1]}{unit}{part.what[number.end() :]}"


# ---- English


_ENGLISH: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "score": ("bar", "bars"),
        "chords": ("bar", "bars"),
        "lyrics": ("line", "lines"),
        "audio": ("stretch", "stretches"),
    }
)


def _english(answer: Answer) -> str:
    if not answer.guesses:
        return f"Nothing to go by: {answer.notice[0]}." if answer.notice else "Nothing to go by."
    told = [f"{style_name(one.style, 'en')} ({percent(one.probability)})" for one in _worth(answer)]
    traits = _listed([one.english for one in answer.traits], "and") if answer.traits else ""
    if not answer.is_sure:
        return f"Not sure: it may be {_listed(told, 'or')}{f'; for the first speak {traits}' if traits else ''}."
    first = answer.guesses[0]
    if first.because and answer.witnesses:
        return f"Probably {told[0]}: told by {_listed(_witnesses(answer, 'en'), 'and')}."
    if traits:
        told[0] += f", for {traits}"
    if not first.because or first.without is None:
        alone = "; no part of it tells on its own" if answer.heat else ""
        return f"Probably {told[0]}{alone}."
    one, many = _ENGLISH.get(answer.kind, ("part", "parts"))
    spans = [start if start == end else f"{start} to {end}" for start, end in _spans(answer.kind, first.because)]
    is_many = len(spans) > 1
    named = f"the most telling {many} are" if is_many else f"the most telling {one} is"
    left, them = percent(first.without), "them" if is_many else "it"
    less = "be" if first.without < first.probability - _FALLS else "still be"
    return f"Probably {told[0]}: {named} {_listed(spans, 'and')}; without {them} that would {less} {left}."


def _listed(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


# ---- Chinese


_CHINESE: Mapping[str, str] = MappingProxyType({"score": "小节", "chords": "小节", "lyrics": "行"})


def _chinese(answer: Answer) -> str:
    if not answer.guesses:
        return "无从判断。"
    told = [f"{style_name(one.style, 'zh')}（{percent(one.probability, 'zh')}）" for one in _worth(answer)]
    traits = "、".join(one.chinese for one in answer.traits)
    if not answer.is_sure:
        return f"不能确定：可能是{'，也可能是'.join(told)}{f'；像前者的是{traits}' if traits else ''}。"
    first = answer.guesses[0]
    if first.because and answer.witnesses:
        return f"很可能是{told[0]}：依据的是{'、'.join(_witnesses(answer, 'zh'))}。"
    if traits:
        told[0] += f"，因为{traits}"
    if not first.because or first.without is None:
        return f"很可能是{told[0]}{'，没有哪一处能单独说明' if answer.heat else ''}。"
    spans = [start if start == end else f"{start}–{end}" for start, end in _spans(answer.kind, first.because)]
    unit = _CHINESE.get(answer.kind)
    named = "、".join(spans)
    named = f"第{named}{unit}" if unit else named if len(spans) == 1 else f"{named}这几处"
    left, them = percent(first.without, "zh"), "它们" if len(spans) > 1 else "它"
    less = "只剩" if first.without < first.probability - _FALLS else "仍有"
    return f"很可能是{told[0]}：最能说明这一点的是{named}；去掉{them}，可能性{less}{left}。"


_TELL: Mapping[str, Callable[[Answer], str]] = MappingProxyType({"en": _english, "zh": _chinese})
