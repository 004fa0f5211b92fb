"""The front end of lyrics: what words are sung, and the shape of the lines, in English, Chinese and tongues like them.

Words are told by n-grams: of characters in Chinese, of words and of letters within words elsewhere. The shape is told
by the lengths of the lines, where they stand and which follow each other, which of them rhyme, and which come again.
Chinese is parted into clauses at its signs, its lengths are characters, its rhymes the finals of today's readings
without the glide (安 and 边 rhyme); elsewhere lengths are words, and lines rhyme that end in the same letters from the
last vowel on.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from segue.music.lyric import Line, Lyric
from segue.recognize.hashing import damped, hashed
from segue.recognize.head import Floats
from segue.recognize.language import is_han

_CLAUSE = re.compile(r"[^，。、；？！：,;?!:.\s]+[，。、；？！：,;?!:.]?")
SIGNS = "，。、；？！：,;?!:."  # that close a clause
_QUOTES = str.maketrans("", "", "“”‘’「」『』《》〈〉（）()")
_PAUSES = frozenset("，,、；;：:")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TAIL = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôû]+[^aeiouyäöüáéíóúàèìòùâêîôû]*$")
_GLIDE = re.compile(r"^[iuv](?=[aeo])")  # of a final: that of ian, uang, ve
_NO_RHYME = ""
_FURTHEST = 40  # lines whose place is told
_FURTHEST_CHARACTER = 150


@dataclass(frozen=True, slots=True)
class Shape:
    """A line as far as its shape goes: its length (characters or words), rhyme, the sign that closes it, level (1 or 2)
    or oblique (3 or 4) tone of its last syllable ("" where none is known). A line that was taken away has length 0."""

    length: int
    rhyme: str = _NO_RHYME
    sign: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class LyricsFront:
    """Lyrics as vectors of hashed features; their parts are lines, in Chinese the clauses of lines.

    `shape`, `words` and `places` say how many numbers tell each of the three; 0 leaves it out. Places are those of
    Chinese characters in the whole text, and so the same whichever signs part it. Equal seeds give equal vectors. The
    first `skipped` lines are none of the verse (a title, an author); vectors leave them out.
    """

    shape: int = 1024
    words: int = 1024
    seed: int = 0
    places: int = 0
    skipped: int = 0

    @property
    def kind(self) -> str:
        """What it takes."""
        return "lyrics"

    def vectors(self, items: Sequence[Lyric]) -> Floats:
        """Return vectors (n, shape + words + places) of lyrics."""
        lines = [lines_of(item, with_signs=True)[self.skipped :] for item in items]
        blocks = []
        if self.shape:
            blocks.append(hashed([shape_features(shapes_of(each)) for each in lines], self.shape, self.seed))
        if self.words:
            blocks.append(hashed([words_of(each) for each in lines], self.words, self.seed))
        if self.places:
            blocks.append(hashed([place_features(each) for each in lines], self.places, self.seed))
        return np.hstack(blocks) if blocks else np.zeros((len(items), 0), np.float32)

    def parts(self, item: Lyric) -> Sequence[str]:
        """Return the lines in words: "line 3 (down by the river)"."""
        return [f"line {number} ({text})" for number, text in enumerate(lines_of(item), 1)]

    def without(self, item: Lyric, parts: Collection[int]) -> Lyric:
        """Return the lyrics with some lines empty, the others in their places."""
        taken = set(parts)
        kept = tuple(
            Line("" if number in taken else text) for number, text in enumerate(lines_of(item, with_signs=True))
        )
        return replace(item, sections=(("", kept),))


def lines_of(item: Lyric, *, with_signs: bool = False) -> list[str]:
    """Return the lines of lyrics, those in Chinese characters parted at their signs; empty ones where one was taken
    away."""
    found: list[str] = []
    for line in item.lines:
        if is_han(line.text):
            clauses = _CLAUSE.findall(line.text.translate(_QUOTES))
            found += clauses if with_signs else [clause.rstrip(SIGNS) for clause in clauses]
        else:
            found.append(line.text.strip())
    return found


# ---- words


def words_of(lines: Sequence[str]) -> dict[str, float]:
    """Return n-grams of characters where most letters are Chinese, else of words and letters: name to damped count."""
    return characters(lines) if is_han("".join(lines)) else words(lines)


def characters(lines: Iterable[str], longest: int = 2) -> dict[str, float]:
    """Return n-grams of up to `longest` characters within lines, signs left out: name to damped count."""
    counts: Counter[str] = Counter()
    for line in lines:
        text = line.rstrip(SIGNS)
        for size in range(1, longest + 1):
            counts.update(text[at : at + size] for at in range(len(text) - size + 1))
    return damped(counts)


def words(lines: Iterable[str]) -> dict[str, float]:
    """Return words, pairs of them, and three or four letters in a row within words: name to damped count."""
    counts: Counter[str] = Counter()
    for line in lines:
        told = [word.lower().replace("’", "'") for word in _WORD.findall(line)]
        counts.update(f" {word} " for word in told)
        counts.update(f"{one} {other}" for one, other in pairwise(told))
        for word in told:
            framed = f"<{word}>"
            counts.update(framed[at : at + size] for size in (3, 4) for at in range(len(framed) - size + 1))
    return damped(counts)


# ---- shape


def shapes_of(lines: Sequence[str]) -> list[Shape]:
    """Return the shape of each line, its signs behind it."""
    shape_of = chinese_shape if is_han("".join(lines)) else spelled_shape
    return [shape_of(line) for line in lines]


def chinese_shape(line: str) -> Shape:
    """Return the shape of a Chinese clause, its sign behind it."""
    text = line.rstrip(SIGNS)
    if not text:
        return Shape(0)
    rhyme, tone = reading(text[-1])
    sign = line[len(text) :][:1]
    return Shape(len(text), rhyme, "、" if sign == "、" else "，" if sign in _PAUSES else "。" if sign else "", tone)


@lru_cache(maxsize=30_000)
def reading(character: str) -> tuple[str, str]:
    """Return the rhyme of a Chinese character in its usual reading, and its tone: "level", "oblique" or ""."""
    from pypinyin import Style, pinyin  # slow to import

    told = pinyin(character, style=Style.FINALS_TONE3, errors="ignore", strict=True)
    if not told or not told[0][0]:
        return _NO_RHYME, ""
    final = told[0][0]
    number = final[-1] if final[-1].isdigit() else ""
    return _GLIDE.sub("", final.rstrip("12345")), {"1": "level", "2": "level"}.get(number, "oblique" if number else "")


def spelled_shape(line: str) -> Shape:
    """Return the shape of a line of a language with letters: its words, and the letters from the last vowel on."""
    told = _WORD.findall(line)
    if not told:
        return Shape(0)
    tail = _TAIL.search(told[-1].lower().removesuffix("e"))
    return Shape(len(told), tail[0] if tail else _NO_RHYME)


def shape_features(shapes: Sequence[Shape]) -> dict[str, float]:
    """Return what the shape of lines is, by names: lengths by place from both ends and in runs of up to four, rhymes,
    signs, tones, and shares over the whole."""
    found: dict[str, float] = {}
    rhyme = _main_rhyme(shapes)
    count = len(shapes)
    for place, one in enumerate(shapes):
        if not one.length:
            continue
        rhymes = "r" if rhyme and one.rhyme == rhyme else "-"
        for end, at in (("<", place), (">", count - 1 - place)):
            if at < _FURTHEST:
                found[f"{end}{at} {one.length}"] = 1.0
                found[f"{end}{at} {rhymes}"] = 0.5
                found[f"{end}{at} {one.sign}{one.tone}"] = 0.5
    for name, number in _runs([str(one.length) if one.length else "" for one in shapes]).items():
        found[f"n{name}"] = min(number, 3) * 0.5
    told = [f"{one.length}{one.sign}{one.tone[:1]}" if one.length else "" for one in shapes]
    for name, number in _runs(told).items():
        found[f"t{name}"] = min(number, 3) * 0.5
    return found | _shares(shapes, rhyme)


def _runs(tokens: Sequence[str], longest: int = 4) -> Counter[str]:
    """Runs of up to `longest` tokens without a gap (an empty token) in them."""
    return Counter(
        " ".join(tokens[at : at + size])
        for size in range(1, longest + 1)
        for at in range(len(tokens) - size + 1)
        if all(tokens[at : at + size])
    )


def _main_rhyme(shapes: Sequence[Shape]) -> str:
    """The rhyme of most lines; "" where no two lines have one."""
    counts = Counter(one.rhyme for one in shapes if one.rhyme)
    best = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return best[0] if best[1] > 1 else ""


def _shares(shapes: Sequence[Shape], rhyme: str) -> dict[str, float]:
    """Features over the whole: how many lines, how long and how even they are, how they rhyme with lines near them."""
    lengths = [one.length for one in shapes if one.length]
    if not lengths:
        return {}
    mean = sum(lengths) / len(lengths)
    spread = math.sqrt(sum((length - mean) ** 2 for length in lengths) / len(lengths))
    found = {
        f"lines {min(len(shapes), 60)}": 1.0,
        "mean length": mean / 10,
        "spread of lengths": spread / 5,
        "share of main rhyme": sum(one.rhyme == rhyme for one in shapes if one.length) / len(lengths) if rhyme else 0.0,
    }
    if len(lengths) == len(shapes):  # else it is not known
        found[f"lengths {min(sum(lengths), 400)}"] = 1.0
    for apart in (1, 2, 3):
        pairs = [(one, other) for one, other in zip(shapes, shapes[apart:], strict=False) if one.rhyme and other.rhyme]
        found[f"rhymes {apart} apart"] = sum(one.rhyme == other.rhyme for one, other in pairs) / max(len(pairs), 1)
    return found


# ---- places of characters


def place_features(lines: Sequence[str]) -> dict[str, float]:
    """Return what stands where in a Chinese text, whichever signs part it, by names: how many characters there are, the
    tone of each by its place from both ends, and whether it rhymes with the last one.

    Where lines were taken away, places are told as far as they are known: from an end to the first line that lacks.
    """
    texts = [line.rstrip(SIGNS) for line in lines]
    before, after = _until_gap(texts), _until_gap([text[::-1] for text in reversed(texts)])
    found: dict[str, float] = {}
    rhyme = reading(after[0])[0] if after else _NO_RHYME
    for end, told in (("^", before), ("$", after)):
        for place, character in enumerate(told[:_FURTHEST_CHARACTER]):
            final, tone = reading(character)
            if tone:
                found[f"{end}{place} {tone[0]}"] = 0.5
            if rhyme and final == rhyme:
                found[f"{end}{place} r"] = 0.5
    if all(texts) and texts:
        found[f"characters {len(before)}"] = 1.0
    return found


def _until_gap(texts: Sequence[str]) -> str:
    """The characters of lines up to the first that is empty."""
    found = []
    for text in texts:
        if not text:
            break
        found.append(text)
    return "".join(found)
