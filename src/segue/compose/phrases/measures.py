"""How good the phrase space is: exact notes that come back, how even a way through it is, how human what it dreams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import log2

from torch import Tensor

from segue.compose.phrases.network import PhraseNetwork
from segue.compose.phrases.phrase import Phrase
from segue.compose.phrases.saying import say_points
from segue.music.language import vocabulary as v

Notes = frozenset[tuple[int, int, int]]  # start and length in ticks, step


def notes_of(phrase: Phrase) -> Notes:
    """Return the notes of a phrase: start and length in ticks, and semitones above the tonic."""
    found: list[list[int]] = []
    bar, tick, shift, in_voice, is_sounding = -1, 0, 0, False, False
    for token in phrase.body:
        if token in v.BAR:
            bar, tick, in_voice = bar + 1, 0, False
        elif token == v.CHORD_LANE or token in v.VOICE:
            tick, in_voice = 0, token in v.VOICE
        elif in_voice and token in (v.UP, v.DOWN):
            shift += 12 if token == v.UP else -12
        elif in_voice and token in v.NOTE:
            start = bar * v.METRE_TICKS[phrase.metre] + tick
            found.append([start, v.TICKS_OF[token], v.step_of(token) + shift])
            tick, shift, is_sounding = tick + v.TICKS_OF[token], 0, True
        elif in_voice and (token in v.HOLD or token in v.REST):
            if token in v.HOLD and is_sounding:
                found[-1][1] += v.TICKS_OF[token]
            is_sounding = is_sounding and token in v.HOLD
            tick += v.TICKS_OF[token]
    return frozenset((start, length, step) for start, length, step in found)


def likeness(one: Phrase, other: Phrase) -> float:
    """Return the share of notes that two phrases have in common: of the larger one's, 0 to 1."""
    mine, theirs = notes_of(one), notes_of(other)
    return len(mine & theirs) / max(len(mine), len(theirs), 1)


def reconstruction(network: PhraseNetwork, space: Tensor, phrases: Sequence[Phrase]) -> tuple[float, float]:
    """Return the shares of notes, and of whole phrases, that come back exactly from their points of the space.

    A note comes back with its start, length and pitch; notes too many count against it: sum of common ones over sum of
    the larger number of each phrase.
    """
    made = say_points(network, space, [phrase.condition for phrase in phrases])
    common = larger = same = 0
    for phrase, back in zip(phrases, made, strict=True):
        mine, theirs = notes_of(phrase), notes_of(back)
        common += len(mine & theirs)
        larger += max(len(mine), len(theirs))
        same += phrase.body == back.body
    return common / max(larger, 1), same / len(phrases)


def evenness(path: Sequence[Phrase]) -> float:
    """Return how even a way from one phrase to another is: 1 where each step changes as much, 0 where one does it all.

    With d the share of notes that differ between neighbours, 1 - (max d / sum d - 1/n) / (1 - 1/n) of n steps; 1 where
    nothing changes.
    """
    steps = [1 - likeness(one, other) for one, other in pairwise(path)]
    total, count = sum(steps), len(steps)
    if not total or count < 2:
        return 1.0
    return 1 - (max(steps) / total - 1 / count) / (1 - 1 / count)


def distance(made: Iterable[Phrase], human: Iterable[Phrase]) -> dict[str, float]:
    """Return how far made phrases are from human ones: for each trait the divergence of its histograms, and `mean`.

    Jensen-Shannon divergence in bits (Lin 1991): 0 equal, 1 nothing in common.
    """
    mine, theirs = list(made), list(human)
    found = {name: _divergence(_counts(mine, trait), _counts(theirs, trait)) for name, trait in TRAITS.items()}
    return found | {"mean": sum(found.values()) / len(found)}


Trait = Callable[[Phrase], Iterable[int]]


def _sorted(phrase: Phrase) -> list[tuple[int, int, int]]:
    return sorted(notes_of(phrase))


def _intervals(phrase: Phrase) -> Iterable[int]:
    rows = _sorted(phrase)
    return (after[2] - before[2] for before, after in pairwise(rows))


def _pairs(phrase: Phrase) -> Iterable[int]:
    steps = list(_intervals(phrase))
    return (100 * one + other for one, other in pairwise(steps))


TRAITS: Mapping[str, Trait] = {
    "pitches": lambda phrase: (step % 12 for _, _, step in notes_of(phrase)),
    "lengths": lambda phrase: (length for _, length, _ in notes_of(phrase)),
    "beginnings": lambda phrase: (start % v.METRE_TICKS[phrase.metre] for start, _, _ in notes_of(phrase)),
    "intervals": _intervals,
    "pairs of intervals": _pairs,
    "notes": lambda phrase: (len(notes_of(phrase)),),
    "chords": lambda phrase: (token for token in phrase.body if token in v.ROOT),
}


def _counts(phrases: Iterable[Phrase], trait: Trait) -> Counter[int]:
    return Counter(value for phrase in phrases for value in trait(phrase))


def _divergence(one: Counter[int], other: Counter[int]) -> float:
    mine, theirs = sum(one.values()), sum(other.values())
    if not mine or not theirs:
        return 0.0 if mine == theirs else 1.0
    total = 0.0
    for value in one.keys() | other.keys():
        p, q = one[value] / mine, other[value] / theirs
        middle = (p + q) / 2
        total += sum(0.5 * share * log2(share / middle) for share in (p, q) if share)
    return total
