"""The tokens of a lyric model: lines that begin with their length, their words from the last to the first.

    begin  [title: items]  line ...  end
    line = [section]  length  [sign]  items, the last of the line first

A line is written from its end because its end is what must rhyme, and from its length because that is what must fit:
so both are known before the first word is chosen (rhyme words first, then a recurrent model that writes backward:
Ghazvininejad et al., "Generating topical poetry", EMNLP 2016). English items are words in lower case; a word that is no
item is spelled between two marks. Chinese items are characters; one that is no item is `unknown`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError, InputError

Language = Literal["en", "zh"]
MOST = 24  # the longest line that has a length token of its own; longer ones say this
BEGIN, END, SECTION, TITLE, SPELL, SPELLED, UNKNOWN = range(7)
LENGTHS = 7  # the token of a line of one syllable
SIGNS = ("，", "。", "、")
_SIGNS = LENGTHS + MOST
LETTERS = "abcdefghijklmnopqrstuvwxyz'-"
_LETTERS = _SIGNS + len(SIGNS)
FIRST = _LETTERS + len(LETTERS)  # the token of the first item
FILE = "vocabulary.json"


@dataclass(frozen=True, slots=True)
class CodedLine:
    """A line as a model sees it: its items in reading order, its length in syllables, its sign, whether it begins a
    part."""

    items: tuple[str, ...]
    length: int
    sign: str = ""
    begins: bool = False


@dataclass(frozen=True)
class LyricVocabulary:
    """The items of a language, the commonest first; item i is token `FIRST + i`."""

    language: Language
    items: tuple[str, ...]
    numbers: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(set(self.items)) != len(self.items) or not self.items:
            raise InputError(f"{len(self.items)} items of a vocabulary, {len(set(self.items))} of them different")
        object.__setattr__(self, "numbers", {item: number for number, item in enumerate(self.items)})

    @property
    def size(self) -> int:
        """The number of token types."""
        return FIRST + len(self.items)

    @classmethod
    def of(cls, language: Language, lines: Iterable[CodedLine], least: int, most: int) -> LyricVocabulary:
        """Take the items that occur `least` times or more in lines, at most `most` of them."""
        counts = Counter(item for line in lines for item in line.items)
        kept = sorted(
            (item for item, count in counts.items() if count >= least), key=lambda item: (-counts[item], item)
        )
        return cls(language, tuple(kept[:most]))

    def opening(self, title: str = "") -> list[int]:
        """Return the tokens before the first line; a title's characters are items of Chinese."""
        known = [FIRST + self.numbers[sign] for sign in title if sign in self.numbers]
        return [BEGIN, TITLE, *known] if known and self.language == "zh" else [BEGIN]

    def line_start(self, length: int, sign: str = "", *, begins: bool = False) -> list[int]:
        """Return the tokens that begin a line of so many syllables."""
        tokens = [SECTION] if begins else []
        tokens.append(LENGTHS + min(max(length, 1), MOST) - 1)
        return [*tokens, _SIGNS + SIGNS.index(sign)] if sign in SIGNS else tokens

    def line_body(self, items: Sequence[str]) -> list[int]:
        """Return the tokens of a line's items, the last first."""
        return [token for item in reversed(items) for token in self._item(item)]

    def _item(self, item: str) -> list[int]:
        number = self.numbers.get(item)
        if number is not None:
            return [FIRST + number]
        if self.language == "zh":
            return [UNKNOWN]
        spelled = [_LETTERS + LETTERS.index(letter) for letter in item if letter in LETTERS]
        return [SPELL, *spelled, SPELLED] if spelled else [UNKNOWN]

    def encode(self, lines: Sequence[CodedLine], title: str = "") -> list[int]:
        """Return the tokens of a whole lyric."""
        tokens = self.opening(title)
        for line in lines:
            tokens += self.line_start(line.length, line.sign, begins=line.begins) + self.line_body(line.items)
        return [*tokens, END]

    def save(self, folder: Path) -> None:
        """Write `vocabulary.json`, whole or not at all."""
        partial = folder / f"{FILE}.partial"
        held = {"language": self.language, "items": self.items}
        partial.write_text(json.dumps(held, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> LyricVocabulary:
        """Read `vocabulary.json`; InputError where there is none, FormatError where it is damaged."""
        file = folder / FILE
        try:
            held = json.loads(file.read_text(encoding="utf-8"))
            if held["language"] not in ("en", "zh") or not all(isinstance(item, str) for item in held["items"]):
                raise InputError(f"language {held['language']!r}, or items that are no texts")
            return cls(held["language"], tuple(held["items"]))
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(f"not the vocabulary of a lyric model: {error}", file=str(file)) from error


def windows(lyrics: Iterable[tuple[Sequence[int], int]], longest: int) -> list[tuple[NDArray[np.uint16], int]]:
    """Cut the tokens of lyrics, each with its syllables, where lines begin, into windows of at most `longest` tokens;
    the syllables are shared out by tokens."""
    found = []
    for tokens, syllables in lyrics:
        begin = 0
        while begin < len(tokens) - 1:
            end = _cut(tokens, begin, longest)
            part = np.asarray(tokens[begin:end], dtype=np.uint16)
            if len(part) > 1:
                found.append((part, max(round(syllables * len(part) / len(tokens)), 1)))
            begin = end
    return found


def _cut(tokens: Sequence[int], begin: int, longest: int) -> int:
    """The last place at which a line begins, or the end, within `longest` tokens from `begin` on."""
    if len(tokens) - begin <= longest:
        return len(tokens)
    for end in range(begin + longest, begin + 1, -1):
        if tokens[end] == SECTION or (LENGTHS <= tokens[end] < _SIGNS and tokens[end - 1] != SECTION):
            return end
    return begin + longest
