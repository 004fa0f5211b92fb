"""An n-gram beside the network of a lyric model: a small network learns what lines are like, counts what words follow.

Interpolated Kneser-Ney with three discounts (Chen and Goodman, "An empirical study of smoothing techniques for language
modeling", Computer Speech and Language 13, 1999) over the same tokens that the network reads. Of contexts of two tokens
or more only items that occur there twice are kept, so that it is small and no text can be read out of it. The two are
mixed linearly; the network's share depends on how long a context the n-gram knows and on what was said last (an item, a
letter, anything else), and is chosen on held-out words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError, InputError
from segue.models.lyrics.vocabulary import FIRST, LETTERS, SPELL

FILE = "ngrams.npz"
ORDER = 5
_LEAST = (1, 1, 2, 2, 2)  # times that an item occurs after a context of 0, 1, 2 ... tokens, to be kept
_STEPS = 8  # of a stored probability to an octave
_SHARES = np.linspace(0.0, 1.0, 41)
_KINDS, _LEAST_P = 3, 1e-30

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Sequences = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Level:
    """What follows contexts of one length: sorted keys of `contexts` (number of the shorter context, oldest token),
    where their tokens start, the `tokens`, and the probability `kept` for each; the rest is the shorter context's."""

    contexts: Integers
    starts: Integers
    tokens: Integers
    kept: Doubles

    @property
    def left(self) -> Doubles:
        """The share that each context leaves to the shorter one."""
        sums = np.concatenate([[0.0], np.cumsum(self.kept)])
        return np.clip(1 - (sums[self.starts[1:]] - sums[self.starts[:-1]]), 0, 1)


@dataclass(frozen=True)
class Told:
    """What a network and an n-gram said of tokens: probabilities (T,) each, how many tokens of the context the n-gram
    knew, and of what kind the token before was (`kind_of`)."""

    network: Doubles
    own: Doubles
    known: Integers
    kinds: Integers


def kind_of(token: int) -> int:
    """Return 0 for an item, 1 for a letter or what begins a spelled word, 2 for anything else."""
    return 0 if token >= FIRST else 1 if token == SPELL or token >= FIRST - len(LETTERS) else 2


class NGrams:
    """An n-gram over tokens below `vocabulary`; `shares` (3, `ORDER`) are those of the network, by what was said last
    (`kind_of`) and by how many tokens of the context are known."""

    def __init__(self, vocabulary: int, levels: Sequence[Level], shares: NDArray[np.floating]) -> None:
        self.vocabulary, self.levels, self.shares = vocabulary, tuple(levels), np.asarray(shares, dtype=np.float64)
        self._left = [level.left for level in self.levels]
        self._first = np.full(vocabulary, self._left[0][0] / vocabulary)
        self._first[self.levels[0].tokens] += self.levels[0].kept

    @classmethod
    def of(cls, sequences: Sequences, vocabulary: int) -> NGrams:
        """Count sequences of tokens; the shares are a half until they are chosen (`with_shares`)."""
        tokens, places = _joined(sequences, vocabulary)
        said, numbers = tokens[places], np.zeros(len(places), np.int64)
        contexts, pairs = [np.zeros(1, np.int64)], [said]
        for back in range(1, ORDER):
            known, numbers = np.unique(numbers * (vocabulary + 1) + tokens[places - back], return_inverse=True)
            contexts.append(known)
            pairs.append(numbers * vocabulary + said)
        return cls(vocabulary, _levels(contexts, pairs, vocabulary), np.full((_KINDS, ORDER), 0.5))

    def with_shares(self, told: Told) -> NGrams:
        """Choose the network's shares by what it and the n-gram said of held-out words."""
        shares = self.shares.copy()
        for kind, known in np.ndindex(shares.shape):
            here = (told.kinds == kind) & (told.known == known)
            if here.any():
                network, own = told.network[here], told.own[here]
                costs = [-np.log(share * network + (1 - share) * own + _LEAST_P).sum() for share in _SHARES]
                shares[kind, known] = _SHARES[int(np.argmin(costs))]
        return NGrams(self.vocabulary, self.levels, shares)

    def mix(self, told: Told) -> Doubles:
        """Return the probabilities of what was said, of both together."""
        shares = self.shares[told.kinds, told.known]
        return np.asarray(shares * told.network + (1 - shares) * told.own)

    def after(self, context: Sequence[int]) -> tuple[Floats, int]:
        """Return the probabilities (vocabulary,) of the token after a context, and how much of it was known."""
        p, number, known = self._first.astype(np.float32), 0, 0
        padded = [self.vocabulary] * (ORDER - 1) + list(context[1 - ORDER :])
        for back, level in enumerate(self.levels[1:], 1):
            key = number * (self.vocabulary + 1) + padded[-back]
            number = int(np.searchsorted(level.contexts, key))
            if number == len(level.contexts) or level.contexts[number] != key:
                break
            inside = slice(level.starts[number], level.starts[number + 1])
            p *= np.float32(self._left[back][number])
            p[level.tokens[inside]] += level.kept[inside]
            known = back
        return p, known

    def mixed(self, logits: Floats, legal: NDArray[np.bool_], contexts: Sequences) -> Floats:
        """Return log-probabilities (rows, n) of the last n tokens of the vocabulary, of those legal in each row
        (the others get the least there is): what a network's logits and the n-gram say together."""
        first = self.vocabulary - logits.shape[1]
        highest = logits.max(1, keepdims=True, where=legal, initial=-np.inf)
        found: Floats = np.exp(np.minimum(logits - highest, 0)) * legal
        for row, mask, context in zip(found, legal, contexts, strict=True):
            p, known = self.after(context)
            own = p[first:] * mask
            share = self.shares[kind_of(context[-1]), known]
            row *= np.float32(share / row.sum())
            row += own * np.float32((1 - share) / max(float(own.sum()), _LEAST_P))
        return np.log(np.maximum(found, np.float32(_LEAST_P)))

    def save(self, folder: Path) -> None:
        """Write `ngrams.npz`, whole or not at all."""
        arrays: dict[str, NDArray[np.generic]] = {"shares": self.shares, "vocabulary": np.array(self.vocabulary)}
        for place, level in enumerate(self.levels):
            arrays[f"contexts{place}"] = np.diff(level.contexts, prepend=0)
            arrays[f"sizes{place}"] = np.diff(level.starts).astype(np.uint16)
            arrays[f"tokens{place}"] = level.tokens.astype(np.uint16)
            arrays[f"kept{place}"] = _stored(level.kept)
        partial = folder / f"{FILE}.partial"
        with partial.open("wb") as opened:
            np.savez_compressed(opened, **arrays)  # type: ignore[arg-type]
        partial.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> NGrams:
        """Read `ngrams.npz`; InputError where there is none, FormatError where it is damaged."""
        file = folder / FILE
        try:
            with np.load(file, allow_pickle=False) as held:
                levels = [_read_level(held, place) for place in range(ORDER)]
                vocabulary, shares = int(held["vocabulary"]), held["shares"]
        except FileNotFoundError as error:
            raise InputError(f"{file}: no such file") from error
        except (OSError, ValueError, KeyError) as error:
            raise FormatError(f"not the n-grams of a lyric model: {error}", file=str(file)) from error
        sizes = [len(level.tokens) == len(level.kept) == level.starts[-1] for level in levels]
        if (
            not all(sizes)
            or shares.shape != (_KINDS, ORDER)
            or any(level.tokens.max(initial=0) >= vocabulary for level in levels)
        ):
            raise FormatError("n-grams of a lyric model that do not fit together", file=str(file))
        return cls(vocabulary, levels, shares)


def _levels(contexts: Sequence[Integers], pairs: Sequence[Integers], vocabulary: int) -> list[Level]:
    """Contexts and pairs of all lengths as the levels that are kept."""
    found: list[tuple[Integers, Doubles]] = []
    longer: Integers | None = None  # pairs of the longer contexts, as pairs of the present ones
    for place in range(ORDER - 1, -1, -1):
        keys, raw = np.unique(pairs[place], return_counts=True)
        counts = (raw if longer is None else np.unique(longer, return_counts=True)[1]).astype(np.float64)
        owner = keys // vocabulary
        kept = (counts - _discounts(counts)) / np.bincount(owner, counts, len(contexts[place]))[owner]
        longer = contexts[place][owner] // (vocabulary + 1) * vocabulary + keys % vocabulary
        is_kept = (raw >= _LEAST[place]) | (keys % vocabulary < FIRST)
        found.insert(0, (keys[is_kept], kept[is_kept]))
    return _renumbered(contexts, found, vocabulary)


def _renumbered(
    contexts: Sequence[Integers], found: Sequence[tuple[Integers, Doubles]], vocabulary: int
) -> list[Level]:
    """Levels in which only contexts are left that something is kept of, theirs or a longer one's."""
    used: list[Integers] = []
    above = np.zeros(0, np.int64)
    for known, (keys, _) in zip(reversed(contexts), reversed(found), strict=True):
        used.insert(0, np.union1d(keys // vocabulary, above))
        above = known[used[0]] // (vocabulary + 1)
    levels: list[Level] = []
    for place, (known, (keys, kept), rows) in enumerate(zip(contexts, found, used, strict=True)):
        named = known[rows]
        if place:
            shorter = np.searchsorted(used[place - 1], named // (vocabulary + 1))
            named = shorter * (vocabulary + 1) + named % (vocabulary + 1)
        owner = np.searchsorted(rows, keys // vocabulary)
        starts = np.searchsorted(owner, np.arange(len(rows) + 1))
        levels.append(Level(named, starts, keys % vocabulary, _read(_stored(kept))))
    return levels


def _discounts(counts: Doubles) -> Doubles:
    """What is taken off each count (Chen and Goodman, equation 17)."""
    n1, n2, n3, n4 = (max(int((counts == count).sum()), 1) for count in (1, 2, 3, 4))
    share = n1 / (n1 + 2 * n2)
    each = np.array([0.0, 1 - 2 * share * n2 / n1, 2 - 3 * share * n3 / n2, 3 - 4 * share * n4 / n3])
    each = np.clip(each, [0, 0.05, 0.1, 0.15], [0, 0.95, 1.9, 2.85])  # where too few pairs tell
    return np.asarray(each[np.minimum(counts, 3).astype(np.int64)])


def _stored(kept: Doubles) -> NDArray[np.uint8]:
    """Probabilities as whole steps below 1, rounded down, so that those of a context never make more than 1."""
    return np.clip(np.ceil(-np.log2(np.maximum(kept, 1e-30)) * _STEPS - 1e-9), 0, 255).astype(np.uint8)


def _read(stored: NDArray[np.uint8]) -> Doubles:
    return np.asarray(2.0 ** (-stored.astype(np.float64) / _STEPS))


def _read_level(held: np.lib.npyio.NpzFile, place: int) -> Level:
    starts = np.concatenate([[0], np.cumsum(held[f"sizes{place}"].astype(np.int64))])
    contexts = np.cumsum(held[f"contexts{place}"])
    return Level(contexts, starts, held[f"tokens{place}"].astype(np.int64), _read(held[f"kept{place}"]))


def _joined(sequences: Sequences, vocabulary: int) -> tuple[Integers, Integers]:
    """One row of tokens with padding (the number `vocabulary`) before each sequence, and where the tokens stand."""
    room = np.full(ORDER - 1, vocabulary, np.int64)
    parts, places, at = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for sequence in sequences:
        parts += [room, np.asarray(sequence, np.int64)]
        places.append(np.arange(at + len(room), at + len(room) + len(sequence)))
        at += len(room) + len(sequence)
    return np.concatenate(parts), np.concatenate(places)
