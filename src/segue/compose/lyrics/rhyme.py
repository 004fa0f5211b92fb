"""English rhyme: what kind two line ends make, and the classes of words that rhyme with each other.

The part that rhymes runs from the last stressed vowel to the end. Two ends rhyme perfectly where these parts sound the
same and the consonants before them differ (Fussell, "Poetic Meter and Poetic Form", 1979). A part of two syllables or
more is a multi-syllable rhyme; it may lie in several words ("see it" and "free it").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Literal

from segue.compose.lyrics.english import WEAK, folded, pronunciations, words_of
from segue.compose.lyrics.phones import is_vowel, plain

Kind = Literal["perfect", "multi", "light", "slant", "identical", "none"]
# kinds that count as rhyme, by strictness
ACCEPTED: dict[str, frozenset[Kind]] = {
    "strict": frozenset(("perfect", "multi")),
    "sung": frozenset(("perfect", "multi", "light")),
    "slant": frozenset(("perfect", "multi", "light", "slant")),
}
_FAMILIES = ("P B T D K G", "M N NG", "F V TH DH S Z SH ZH CH JH", "L R", "W Y HH")
_FAMILY = {phone: number for number, group in enumerate(_FAMILIES) for phone in group.split()}
_TAIL = 6  # words of a line's end that are looked at
Phones = tuple[str, ...]


def kind_of(one: str, other: str) -> Kind:
    """Say what rhyme two lines (or words) make at their ends; the best over all pronunciations.

    "multi" and "perfect" as above; "light": the last syllables sound the same but one of them is not stressed (sky,
    memory... in song the note stresses it); "slant": the last vowel is the same and the consonants after it are of one
    family, as in love and enough; "identical": the same last word, or the same sounds with the consonant before.
    """
    found: set[Kind] = {_kind(a, b) for a, b in product(tails(one), tails(other))}
    if _last(one) == _last(other) and "multi" not in found:
        return "identical"
    order: tuple[Kind, ...] = ("multi", "perfect", "light", "slant", "identical")
    return next((kind for kind in order if kind in found), "none")


def rhymes(one: str, other: str, strictness: str = "sung") -> bool:
    """Whether two lines rhyme: "strict" takes perfect rhymes, "sung" light ones too, "slant" also those."""
    return kind_of(one, other) in ACCEPTED[strictness]


@lru_cache(maxsize=100_000)
def tails(text: str) -> tuple[Phones, ...]:
    """The ways in which the end of a line may sound, as phones of its last words; words without stress carry none."""
    words = words_of(text)[-_TAIL:]
    rows = [_in_a_line(word, is_last=place == len(words) - 1) for place, word in enumerate(words)]
    return tuple(dict.fromkeys(sum(way, ()) for way in islice(product(*rows), 64) if way)) if words else ()


def _in_a_line(word: str, *, is_last: bool) -> list[Phones]:
    """A word's phones; one of the weak words that stands inside a line is unstressed, at its end it may be either."""
    ways = [each.phones for each in pronunciations(word)] or [()]
    if folded(word) not in WEAK:
        return ways
    weak = [tuple(f"{plain(phone)}0" if is_vowel(phone) else phone for phone in way) for way in ways]
    return [*ways, *weak] if is_last else weak


def _last(text: str) -> str:
    words = words_of(text)
    return folded(words[-1]) if words else ""


@lru_cache(maxsize=100_000)
def part(phones: Phones) -> Phones:
    """Return the part that rhymes: from the last vowel with primary or secondary stress on, without marks of stress."""
    vowels = [place for place, phone in enumerate(phones) if is_vowel(phone)]
    start = max((place for place in vowels if phones[place][-1] in "12"), default=vowels[0] if vowels else 0)
    return tuple(map(plain, phones[start:]))


def _onset(phones: Phones, length: int) -> str:
    """The consonant before the part that rhymes; "" for a vowel or nothing."""
    place = len(phones) - length - 1
    return phones[place] if place >= 0 and not is_vowel(phones[place]) else ""


@lru_cache(maxsize=200_000)
def _kind(one: Phones, other: Phones) -> Kind:
    if not one or not other:
        return "none"
    a, b = part(one), part(other)
    if a == b:
        syllables = sum(is_vowel(phone) for phone in one[len(one) - len(a) :])
        if _onset(one, len(a)) == _onset(other, len(b)):
            return "identical"
        return "multi" if syllables > 1 else "perfect"
    a, b = _last_syllable(one), _last_syllable(other)
    if a == b:
        if a[0] in ("AH", "IH", "ER") and _is_weak(one) and _is_weak(other):
            return "none"  # two weak endings alone make no rhyme: water, over
        return "identical" if _onset(one, len(a)) == _onset(other, len(b)) else "light"
    is_near = a[0] == b[0] and len(a) == len(b) and all(map(_is_kin, a[1:], b[1:]))
    return "slant" if is_near and not (_is_weak(one) and _is_weak(other)) else "none"


def _last_syllable(phones: Phones) -> Phones:
    start = max((place for place, phone in enumerate(phones) if is_vowel(phone)), default=0)
    return tuple(map(plain, phones[start:]))


def _is_weak(phones: Phones) -> bool:
    """Whether the last vowel is unstressed."""
    return next((phone[-1] == "0" for phone in reversed(phones) if is_vowel(phone)), True)


def _is_kin(one: str, other: str) -> bool:
    return one == other or (one in _FAMILY and _FAMILY[one] == _FAMILY.get(other))


def class_of(word: str) -> str:
    """Return a name of the sounds that a word's perfect rhymes share, by its usual pronunciation; "" for no word."""
    said = pronunciations(word)
    return " ".join(part(said[0].phones)) if said else ""


def partners(word: str, words: Sequence[str], strictness: str = "sung") -> list[str]:
    """Return those of some words that rhyme with a word."""
    return [other for other in words if rhymes(word, other, strictness)]
