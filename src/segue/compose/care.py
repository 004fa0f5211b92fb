"""Care: what should not be published without a look of a person, in lyrics and in prompts, in English and Chinese.

A light filter by lists of words and what stands near them: it says which rule held which words, and knows nothing of
irony, quotation or context. What it holds goes into the store's review queue; what a person accepted there passes.
"""

from __future__ import annotations

import codecs
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Literal, Protocol, get_args

from segue.errors import InputError, did_you_mean
from segue.listens.held import HeldText

Level = Literal["clean", "mild", "explicit"]
LEVELS: tuple[Level, ...] = get_args(Level)
LISTS = Path(__file__).with_name("care_words.toml")

_TOKEN = re.compile(r"[a-z0-9@$!|+][a-z0-9@$!|+*']*")
_SPELLED = re.compile(r"(?<![a-z0-9])[a-z0-9@$!](?:[\s.\-_*]+[a-z0-9@$!])+(?![a-z0-9])")
_APART = re.compile(r"[\s.\-_*]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT_LETTERS: Mapping[str, str] = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "il",
    "|": "il",
    "+": "t",
}
_MOST_READINGS = 16  # of one disguised word


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that a rule holds: as written, and where they begin and end in the text (characters)."""

    rule: str
    why: str
    words: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class CareRule:
    """A rule of the list: its patterns are sequences of sets of words; see `care_words.toml`."""

    name: str
    why: str
    holds_at: frozenset[str]
    near: int  # 0: the words follow each other
    is_ordered: bool
    english: tuple[tuple[tuple[str, ...], ...], ...]
    chinese: tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a folded text: the ways to read it, and where it stands in the text as written."""

    readings: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True)
class Screened:
    """Lines that may be shown, in their order, and those that wait for a person or were rejected by one."""

    passed: tuple[str, ...]
    held: tuple[HeldText, ...]


class Holds(Protocol):
    """Keeps what is held until a person has looked at it: the store's `ReviewQueue`, or whatever passes on to it."""

    def hold(self, text: str, *, origin: str, rule: str, words: Sequence[str]) -> HeldText:
        """Put a text into the queue and return its row; one that is there already is returned as it stands."""
        ...


def check(text: str, level: Level = "mild") -> tuple[Finding, ...]:
    """Return what rules of a level hold in a text, by place.

    "clean" holds coarse language too, "mild" strong and sexual language, "explicit" neither; slurs, calls for violence,
    sexual scenes with children and calls for self-harm are held at every level. Full-width letters, accents, digits in
    place of letters, stars, spelled-out and stretched words are read as what they stand for. InputError for another
    level.
    """
    if level not in LEVELS:
        raise InputError(f"level {level!r} is none of {', '.join(LEVELS)}{did_you_mean(level, LEVELS)}")
    folded, places = _fold(text)
    words = _words(folded, places)
    han, han_places = _han(folded, places)
    found = []
    for rule in rules():
        if level in rule.holds_at:
            spans = [*_in_words(rule, words)] if any(_is(word, _first_words(rule)) for word in words) else []
            spans += _in_han(rule, han, han_places) if han else []
            found += [_finding(rule, text, span) for span in dict.fromkeys(spans)]
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def screen(lines: Sequence[str], queue: Holds, *, origin: str, level: Level = "mild") -> Screened:
    """Part lines into those that pass and those that are held; what is held is put into the review queue.

    A line that a person accepted for the rule that holds it passes; one that was rejected or waits is held again.
    """
    passed: list[str] = []
    held: list[HeldText] = []
    for line in lines:
        rows = []
        for name in dict.fromkeys(one.rule for one in check(line, level)):
            words = [word for one in check(line, level) if one.rule == name for word in one.words]
            rows.append(queue.hold(line, origin=origin, rule=name, words=words))
        if all(row.state == "accepted" for row in rows):
            passed.append(line)
        held += [row for row in rows if row.state != "accepted"]
    return Screened(tuple(passed), tuple(held))


@lru_cache(maxsize=1)
def rules() -> tuple[CareRule, ...]:
    """The rules of the list, in its order."""
    held = tomllib.loads(LISTS.read_text(encoding="utf-8"))
    return tuple(_rule(entry) for entry in held["rule"])


def _rule(entry: Mapping[str, object]) -> CareRule:
    turned = [codecs.decode(str(one), "rot13") for one in _list(entry, "en_rot13")]
    return CareRule(
        name=str(entry["name"]),
        why=str(entry["why"]),
        holds_at=frozenset(str(level) for level in _list(entry, "holds_at")),
        near=int(str(entry.get("near", 0))),
        is_ordered=bool(entry.get("ordered", "near" not in entry)),
        english=tuple(_pattern(one) for one in (*_list(entry, "en"), *turned)),
        chinese=tuple(_pattern(one) for one in _list(entry, "zh")),
    )


def _list(entry: Mapping[str, object], name: str) -> list[object]:
    found = entry.get(name, [])
    return found if isinstance(found, list) else [found]


def _pattern(told: object) -> tuple[tuple[str, ...], ...]:
    groups = told if isinstance(told, list) else str(told).split()
    return tuple(tuple(str(group).split("|")) for group in groups)


# ---- folding


def _fold(text: str) -> tuple[str, list[int]]:
    """The text in plain small letters without accents and invisible signs, and for each letter its place as written."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for plain in unicodedata.normalize("NFKD", letter).casefold():
            if not unicodedata.combining(plain) and unicodedata.category(plain) != "Cf":
                letters.append("'" if plain == "’" else plain)
                places.append(place)
    return "".join(letters), places


def _words(folded: str, places: list[int]) -> list[_Word]:
    """The words of a folded text; letters that are spelled out one by one are a word too."""
    spelled = [match for match in _SPELLED.finditer(folded) if len(_APART.sub("", match[0])) > 2]
    covered = {place for match in spelled for place in range(match.start(), match.end())}
    found = [match for match in _TOKEN.finditer(folded) if match.start() not in covered]
    read = [(match, _APART.sub("", match[0])) for match in spelled] + [(match, match[0]) for match in found]
    words = [_Word(_readings(told), places[match.start()], places[match.end() - 1] + 1) for match, told in read]
    return sorted(words, key=lambda word: (word.start, word.end))


@lru_cache(maxsize=1 << 14)
def _readings(token: str) -> frozenset[str]:
    """What a token may stand for: itself, with letters for digits and signs, without stretched letters."""
    plain = token.rstrip("'!*|+").replace("'", "") or token
    choices = [_DIGIT_LETTERS.get(letter, letter) for letter in plain]
    found = {plain}
    if any(letter.isalpha() for letter in plain):
        for place, reading in enumerate(product(*choices)):
            if place == _MOST_READINGS:
                break
            found.add("".join(reading))
    found |= {re.sub(r"(.)\1{2,}", r"\1", one) for one in found} | {re.sub(r"(.)\1{2,}", r"\1\1", one) for one in found}
    return frozenset(found)


def _han(folded: str, places: list[int]) -> tuple[str, list[int]]:
    """The Chinese characters alone, whatever stands between them, and their places."""
    kept = [(letter, place) for letter, place in zip(folded, places, strict=True) if _HAN.match(letter)]
    return "".join(letter for letter, _ in kept), [place for _, place in kept]


# ---- matching

Span = tuple[tuple[int, int], ...]  # of the words that matched, as written


def _is(word: _Word, wanted: tuple[str, ...]) -> bool:
    whole, stems = _parted(wanted)
    return any(
        reading in whole or reading.startswith(stems) or ("*" in reading and _is_starred(reading, wanted))
        for reading in word.readings
    )


@lru_cache(maxsize=1024)
def _parted(wanted: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Words that must be met whole, and beginnings."""
    stems = tuple(one[:-1] for one in wanted if one.endswith("*"))
    return frozenset(one for one in wanted if not one.endswith("*")), stems


def _is_starred(reading: str, wanted: tuple[str, ...]) -> bool:
    """Whether a word of which some letters, at most half of them and not the first, are stars may be one of these."""
    for one in wanted:
        stem = one.removesuffix("*")
        target = reading if stem == one else reading[: len(stem)]
        same = all(letter in ("*", other) for letter, other in zip(target, stem, strict=False))
        if same and len(target) == len(stem) and target[0] != "*" and target.count("*") <= len(stem) // 2:
            return True
    return False


@lru_cache(maxsize=64)
def _first_words(rule: CareRule) -> tuple[str, ...]:
    """The words with which the English patterns of a rule begin: a text without them is not looked at further."""
    return tuple(dict.fromkeys(word for pattern in rule.english for word in pattern[0]))


def _in_words(rule: CareRule, words: list[_Word]) -> Iterator[Span]:
    for pattern in rule.english:
        places = [[place for place, word in enumerate(words) if _is(word, group)] for group in pattern]
        for chosen in _chosen(places, rule):
            yield tuple((words[place].start, words[place].end) for place in chosen)


def _in_han(rule: CareRule, text: str, places: list[int]) -> Iterator[Span]:
    for pattern in rule.chinese:
        matches = [[hit for word in group for hit in _hits(text, word)] for group in pattern]
        starts = [[start for start, _ in group] for group in matches]
        ends = dict(hit for group in matches for hit in group)
        for chosen in _chosen(starts, rule):
            yield tuple((places[start], places[ends[start] - 1] + 1) for start in chosen)


def _hits(text: str, word: str) -> Iterator[tuple[int, int]]:
    return ((found.start(), found.end()) for found in re.finditer(re.escape(word), text))


def _chosen(places: list[list[int]], rule: CareRule) -> Iterator[tuple[int, ...]]:
    """The choices of one place from each list that lie as the rule wants them: one for each place of the first."""
    if not all(places):
        return
    for first in places[0]:
        chosen = [first]
        for group in places[1:]:
            fitting = [place for place in group if _fits(chosen, place, rule)]
            if not fitting:
                break
            chosen.append(min(fitting, key=lambda place: abs(place - chosen[-1])))
        else:
            yield tuple(chosen)


def _fits(chosen: list[int], place: int, rule: CareRule) -> bool:
    if not rule.near:
        return place == chosen[-1] + 1
    distance = place - chosen[-1]
    return 0 < (distance if rule.is_ordered else abs(distance)) <= rule.near


def _finding(rule: CareRule, text: str, span: Span) -> Finding:
    words = tuple(text[start:end] for start, end in span)
    return Finding(rule.name, rule.why, words, min(start for start, _ in span), max(end for _, end in span))
