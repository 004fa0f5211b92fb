"""Which language words are in, as far as it takes to know what not to judge: by script, then by letters in a row.

Chinese, Japanese, Korean and others are told by their scripts. Among languages in Latin letters the text's trigrams are
held against the commonest ones of English, German and French (after Cavnar and Trenkle, "N-gram-based text
categorization", SDAIR 1994; here the share of the text that they cover): the language is the one that covers most of
it, if that is enough and more than any other does; else it is not known. The profiles are learned from songs of
OpenEWLD and the OpenScore Lieder Corpus by `python -m benchmarks.style_languages --write`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from segue.errors import FormatError, InputError
from segue.music.lyric import Lyric

TABLE = Path(__file__).with_name("languages.json")
PROFILE = 400  # trigrams in a profile
COVERED = 0.5  # of a text in a language by its profile, at least; see benchmarks/style_languages.py
AHEAD = 0.06  # of the next language
FEWEST = 12  # letters that are judged
_NAMES = {"en": "English", "zh": "Chinese", "de": "German", "fr": "French", "ja": "Japanese", "ko": "Korean"}
_SCRIPTS = {
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "LATIN": "latin",
    "FULLWIDTH": "latin",
}
_SPACE = re.compile(r"[^\w'’]+|[\d_]+")
_KANA = 0.05  # share of letters from which on Han characters are Japanese


def language_of(text: str) -> str:
    """Return "zh", "ja", "ko", "en", "de" or "fr", or "" for a language (or too few letters) that is not known."""
    scripts = _scripts(text)
    count = scripts.total()
    if not count:
        return ""
    if scripts["ja"] >= _KANA * count and scripts["ja"] + scripts["zh"] > count / 2:
        return "ja"
    script, most = scripts.most_common(1)[0]
    if most <= count / 2 or (script == "latin" and most < FEWEST):
        return ""
    return _spelled(text) if script == "latin" else script if script in _NAMES else ""


def is_han(text: str) -> bool:
    """Whether most letters of a text are Chinese characters."""
    scripts = _scripts(text)
    return scripts["zh"] * 2 > scripts.total()


def notice_of(lyric: Lyric, known: Collection[str]) -> str:
    """Return why styles learned from some languages ("en", "zh") say nothing of these lyrics; "" where they do."""
    language = language_of("\n".join(line.text for line in lyric.lines))
    if language in known:
        return ""
    names = " and ".join(_NAMES.get(one, one) for one in sorted(known))
    told = f"the words seem to be {_NAMES[language]}" if language else "the language of the words is not known"
    return f"{told}; these styles were learned from {names}"


def _scripts(text: str) -> Counter[str]:
    return Counter(script for letter in text if (script := _script(letter)))


@lru_cache(maxsize=1 << 15)
def _script(letter: str) -> str:
    if letter.isascii():
        return "latin" if letter.isalpha() else ""
    if not letter.isalpha():
        return ""
    word = unicodedata.name(letter, "").partition(" ")[0]
    return _SCRIPTS.get(word, word.lower() or "unnamed")


# ---- languages in Latin letters


def trigrams(text: str) -> list[str]:
    """Return the letters of a text three in a row, words framed by blanks: " th", "the", "he "."""
    words = _SPACE.sub(" ", text.lower().replace("’", "'")).split()
    return [framed[at : at + 3] for framed in (f" {word} " for word in words) for at in range(len(framed) - 2)]


def profile_of(texts: Iterable[str], size: int = PROFILE) -> tuple[str, ...]:
    """Return the commonest trigrams of texts, the commonest first, of equals the first by letters."""
    counts = Counter(each for text in texts for each in trigrams(text))
    return tuple(sorted(counts, key=lambda each: (-counts[each], each))[:size])


def covered(text: str, profile: Collection[str]) -> float:
    """Return the share of a text's trigrams that are in a profile; 0 for a text without letters."""
    found = trigrams(text)
    return sum(each in profile for each in found) / len(found) if found else 0.0


def _spelled(text: str) -> str:
    shares = {language: covered(text, profile) for language, profile in profiles().items()}
    best, *others = sorted(shares, key=lambda language: -shares[language])
    ahead = shares[best] - max((shares[other] for other in others), default=0.0)
    return best if shares[best] >= COVERED and ahead >= AHEAD else ""


@cache
def profiles() -> Mapping[str, frozenset[str]]:
    """Return the profiles that are shipped, by language; FormatError for a damaged table."""
    try:
        held = json.loads(TABLE.read_text("utf-8"))
        return {str(language): frozenset(map(str, told)) for language, told in held.items()}
    except OSError as error:
        raise InputError(f"{TABLE} cannot be read: {error.strerror or error}") from error
    except (ValueError, AttributeError, TypeError) as error:
        raise FormatError(f"no profiles of languages: {error}", file=str(TABLE)) from error
