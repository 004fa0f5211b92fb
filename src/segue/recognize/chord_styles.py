"""Styles of chords: the progressions of public sets with what they are called, whole and in stretches of a few bars."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.gathering import plain_title
from segue.music.score import ChordAt, Progression
from segue.recognize.chords import ChordsFront

FRONT = ChordsFront()  # triads alone told less of sets that were left out
STRETCHES = (4, 8, 16)  # bars of the stretches that are learned from
FOLDS = 5  # in which hands are left out
_ANY = "*"  # whatever the set calls it
# set -> what it calls a style -> style; what is not named here is left out. Of songs of one title the first set has it.
STYLES: Mapping[str, Mapping[str, str]] = {
    "mcgill_billboard": {_ANY: "pop"},
    "rock_corpus": {_ANY: "pop"},
    "pop909_cl": {_ANY: "pop"},
    "openewld": {"jazz": "jazz", **dict.fromkeys(("baroque", "classical", "romantic", "lied"), "classical")},
    "when_in_rome": {_ANY: "classical"},
}
ALIKE = ("mcgill_billboard", "rock_corpus", "pop909_cl")  # sets that are left out whole


@dataclass(frozen=True)
class Styled:
    """A progression with its style, the set it is from, and the hand that wrote it."""

    chords: Progression
    style: str
    corpus: str
    hand: str

    @property
    def turn(self) -> str:
        """With what it is left out: its set where others have its style too, else some hands of all sets."""
        return self.corpus if self.corpus in ALIKE else f"hands {zlib.crc32(self.hand.encode()) // 10 % FOLDS}"


def read_styled(root: Path, told: Callable[[str], None] = lambda _: None) -> list[Styled]:
    """Read the progressions of all sets below `root` that have a style; InputError where a set is absent."""
    found: list[Styled] = []
    titles: set[str] = set()
    for name, names in STYLES.items():
        known = frozenset(titles)
        for piece in _once(name, root):
            style = names.get(piece.style, names.get(_ANY, ""))
            title = plain_title(piece.score.title)
            if not style or not piece.score.chords or (title and title in known):
                continue
            titles.add(title)
            found.append(Styled(piece.score.progression, style, name, _hand(piece)))
        told(f"{name}: {sum(one.corpus == name for one in found):,} progressions")
    return found


def _once(name: str, root: Path) -> Iterator[Piece]:
    """The pieces of a set, of several transcriptions of a song the first."""
    corpus, seen = BY_NAME[name], set[str]()
    for piece in corpus.read(corpus.place(root)):
        if isinstance(piece, Piece) and piece.key not in seen:
            seen.add(piece.key)
            yield piece


def _hand(piece: Piece) -> str:
    """Who wrote a piece, first-named, in this set; its key where nobody is named."""
    first = re.split(r" and |,|/|&|-| featuring ", piece.group)[0].strip().lower()
    return f"{piece.corpus}/{first or piece.key}"


# ---- stretches


def stretch_of(progression: Progression, first: int, count: int) -> Progression:
    """Return `count` bars of a progression from bar `first` (from 0) on; what sounds where they begin sounds on."""
    starts = progression.score.bar_starts
    bars = progression.bars[first : first + count]
    begin = starts[first]
    end = begin + sum((bar.length for bar in bars), Fraction(0))
    chords = [replace(one, start=one.start - begin) for one in progression.chords if begin <= one.start < end]
    before = [one.chord for one in progression.chords if one.start < begin]
    if before and (not chords or chords[0].start):
        chords.insert(0, ChordAt(Fraction(0), before[-1]))
    return Progression(tuple(chords), bars, progression.title)


def stretches(items: Sequence[Progression], seed: int) -> list[Progression]:
    """Return a stretch of each progression, of a length among `STRETCHES`; of a shorter one all of it."""
    rng = np.random.default_rng(seed)
    found = []
    for item in items:
        count = int(rng.choice(STRETCHES))
        first = int(rng.integers(0, max(len(item.bars) - count, 0) + 1))
        found.append(stretch_of(item, first, count))
    return found
