"""What decoding knows of a writer's items: how long they are, how stressed, what they rhyme with, their tones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from segue.compose.lyrics import chinese, english, rhyme
from segue.compose.lyrics.frame import Language
from segue.compose.lyrics.phones import is_vowel

Ints = NDArray[np.int64]
_WIDEST = 8  # syllables of an item


@dataclass(frozen=True)
class Lexicon:
    """Items of a language, each with `sizes` (syllables; 0 for what cannot be used), `stresses` (items, 8) of its
    syllables, `ends` (a class of rhyme, -1 for none), and in Chinese whether it may be 平 and whether 仄."""

    items: tuple[str, ...]
    language: Language
    sizes: Ints
    stresses: NDArray[np.bool_]
    ends: Ints
    level: NDArray[np.bool_]
    oblique: NDArray[np.bool_]
    onsets: tuple[str, ...]
    members: dict[int, Ints] = field(repr=False)
    names: dict[str, int] = field(repr=False)
    _partners: dict[tuple[int, int], Ints] = field(default_factory=dict, repr=False, compare=False)

    def rhyming(self, others: Sequence[str], strictness: str) -> Ints:
        """Return the items that rhyme with one of some line ends (texts), and are none of their last words."""
        found: set[int] = set()
        last = {self._last(other) for other in others}
        for other in others:
            for place in self.near(other, strictness):
                if self.items[place] not in last and self._rhymes(self.items[place], other, strictness):
                    found.add(int(place))
        return np.array(sorted(found), dtype=np.int64)

    def _last(self, text: str) -> str:
        if self.language == "zh":
            return "".join(chinese.characters_of(text)[-1:])
        return "".join(map(english.folded, english.words_of(text)[-1:]))

    def _rhymes(self, item: str, other: str, strictness: str) -> bool:
        return chinese.rhymes(item, other) if self.language == "zh" else rhyme.rhymes(item, other, strictness)

    def near(self, text: str, strictness: str) -> Ints:
        """The items that may rhyme with a text's end: those of its class; in slant rhyme all."""
        if self.language == "en" and strictness == "slant":
            return np.flatnonzero(self.sizes > 0)
        last = self._last(text)
        name = chinese.class_of(last) if self.language == "zh" else rhyme.class_of(last)
        return self.members.get(self.names.get(name, -1), np.zeros(0, dtype=np.int64))

    def with_partners(self, count: int, longest: int) -> Ints:
        """Return items of at most `longest` syllables that can begin a rhyme of `count` lines: enough others in their
        class end differently. Classes of few words are left out where larger ones are there."""
        if (count, longest) not in self._partners:
            self._partners[count, longest] = self._with_partners(count, longest)
        return self._partners[count, longest]

    def _with_partners(self, count: int, longest: int) -> Ints:
        found: list[Ints] = []
        few: list[Ints] = []
        for members in self.members.values():
            usable = members[self.sizes[members] <= longest]
            onsets = Counter(self.onsets[place] for place in usable)
            fitting = np.array([place for place in usable if onsets[self.onsets[place]] < len(usable)], dtype=np.int64)
            if len(fitting) and len(usable) >= count:
                (found if len(usable) >= 2 * count + 2 else few).append(fitting)
        chosen = found or few
        return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


@lru_cache(maxsize=8)
def lexicon(items: tuple[str, ...], language: Language) -> Lexicon:
    """Return what is known of items."""
    count = len(items)
    sizes, ends = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    stresses = np.zeros((count, _WIDEST), dtype=bool)
    level, oblique = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    onsets: list[str] = []
    names: dict[str, int] = {}
    members: defaultdict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        name, onset = "", ""
        if language == "zh":
            name, onset, kinds = chinese.class_of(item), item, chinese.tone_kinds(item)
            sizes[place] = int(bool(name))
            level[place], oblique[place] = "平" in kinds, "仄" in kinds
        else:
            said = english.pronunciations(item)
            if said and said[0].is_known and 1 <= said[0].syllables <= _WIDEST:
                sizes[place] = said[0].syllables
                stresses[place, : said[0].syllables] = english.usual_stresses(item, said[0].syllables)
                part = rhyme.part(said[0].phones)
                name, before = " ".join(part), said[0].phones[: len(said[0].phones) - len(part)]
                onset = before[-1] if before and not is_vowel(before[-1]) else ""
        onsets.append(onset)
        if name:
            ends[place] = names.setdefault(name, len(names))
            members[int(ends[place])].append(place)
    rows = {number: np.array(held, dtype=np.int64) for number, held in members.items()}
    return Lexicon(items, language, sizes, stresses, ends, level, oblique, tuple(onsets), rows, names)
