"""Interpolated n-grams over whole numbers: the simple models that a figure of the score model stands beside.

Witten-Bell: p(w | c) = (n(c w) + t(c) p(w | c')) / (n(c) + t(c)), t(c) the number of types seen after c and c' the
context without its oldest token (Witten & Bell, "The zero-frequency problem", IEEE Transactions on Information Theory
37, 1991, method C; Bell, Cleary & Witten, "Text compression", 1990).

Kneser-Ney: p(w | c) = (n(c w) - d + (sum of what was taken off) p(w | c')) / n(c), where shorter contexts count in how
many longer ones a pair occurs (Kneser & Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995), with
d = n1 / (n1 + 2 n2), or .75; "modified" has a discount for each of the counts 1, 2, and 3 or more (Chen & Goodman, "An
empirical study of smoothing techniques for language modeling", Computer Speech and Language 13, 1999, equation 17).
Below the empty context all tokens are alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError

Smoothing = Literal["witten-bell", "kneser-ney", "kneser-ney .75", "modified-kneser-ney"]
SMOOTHINGS: tuple[Smoothing, ...] = get_args(Smoothing)
ORDERS = range(2, 9)
LONGEST_INSIDE = 16  # tokens of a context inside a sequence
Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]
Sequences = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Level:
    """What was counted of contexts of one length.

    `contexts` are sorted keys (number of the shorter context, oldest token); the place of a key is the context's
    number. `pairs` are sorted keys (context, token), `counts` how often each occurs, `continuations` after how many
    different longer contexts.
    """

    contexts: Integers
    pairs: Integers
    counts: Integers
    continuations: Integers


@dataclass(frozen=True)
class Counts:
    """What n-grams of all orders up to a longest know of training sequences of tokens below `vocabulary`."""

    vocabulary: int
    levels: tuple[Level, ...]  # of contexts of 0, 1 ... tokens

    @classmethod
    def of(cls, sequences: Sequences, vocabulary: int, longest: int = ORDERS[-1]) -> Counts:
        """Count sequences for orders up to `longest`; before a sequence stands as much padding as a context needs."""
        tokens, places = _joined(sequences, vocabulary, longest - 1)
        if not len(places):
            raise InputError("no tokens to count")
        said = tokens[places]
        numbers = np.zeros(len(places), np.int64)
        contexts = [np.zeros(1, np.int64)]
        pairs = [numbers * vocabulary + said]
        for back in range(1, longest):
            kept, numbers = np.unique(numbers * (vocabulary + 1) + tokens[places - back], return_inverse=True)
            contexts.append(kept)
            pairs.append(numbers * vocabulary + said)
        levels: list[Level] = []
        longer: Integers | None = None  # pairs of the longer contexts, as pairs of the present ones
        for known, keys in zip(reversed(contexts), reversed(pairs), strict=True):
            kept, counts = np.unique(keys, return_counts=True)
            after = counts if longer is None else np.unique(longer, return_counts=True)[1]
            levels.append(Level(known, kept, counts.astype(np.int64), after.astype(np.int64)))
            longer = known[kept // vocabulary] // (vocabulary + 1) * vocabulary + kept % vocabulary
        return cls(vocabulary, tuple(reversed(levels)))


class NGram:
    """An interpolated n-gram of one order; see the module for the smoothings."""

    def __init__(self, counts: Counts, order: int, smoothing: Smoothing) -> None:
        if not 1 <= order <= len(counts.levels):
            raise InputError(f"order {order}: 1 to {len(counts.levels)} were counted")
        if smoothing not in SMOOTHINGS:
            raise InputError(f"smoothing {smoothing!r} is none of {', '.join(SMOOTHINGS)}")
        self.counts, self.order, self.smoothing = counts, order, smoothing
        self._tables = [_Table(counts, place, place == order - 1, smoothing) for place in range(order)]

    def nats(self, sequences: Sequences) -> list[Doubles]:
        """Return for each sequence the nats of its tokens, (T,) each."""
        tokens, places = _joined(sequences, self.counts.vocabulary, self.order - 1)
        said = tokens[places]
        p = np.full(len(places), 1 / self.counts.vocabulary)
        for table, numbers in zip(self._tables, self._contexts(tokens, places), strict=True):
            p = table.refined(p, numbers, said)
        return np.split(-np.log(p), np.cumsum([len(sequence) for sequence in sequences])[:-1])

    def probabilities(self, sequence: Sequence[int]) -> Doubles:
        """Return (T, vocabulary): what may stand at each place of a sequence, given what stands before it."""
        tokens, places = _joined([sequence], self.counts.vocabulary, self.order - 1)
        p = np.full((len(places), self.counts.vocabulary), 1 / self.counts.vocabulary)
        for table, numbers in zip(self._tables, self._contexts(tokens, places), strict=True):
            table.refine_rows(p, numbers)
        return p

    def _contexts(self, tokens: Integers, places: Integers) -> list[Integers]:
        """For each level the number of the context before each place, -1 where it was never seen."""
        numbers = np.zeros(len(places), np.int64)
        found = [numbers]
        for back, level in enumerate(self.counts.levels[1 : self.order], 1):
            keys = numbers * (self.counts.vocabulary + 1) + tokens[places - back]
            numbers = np.where(numbers < 0, -1, _find(level.contexts, keys))
            found.append(numbers)
        return found


class _Table:
    """One level as a model reads it: what each pair keeps, and the share that each context leaves to shorter ones."""

    def __init__(self, counts: Counts, place: int, is_top: bool, smoothing: Smoothing) -> None:
        level = counts.levels[place]
        self.vocabulary, self.pairs = counts.vocabulary, level.pairs
        owner = level.pairs // counts.vocabulary
        size = len(level.contexts)
        if smoothing == "witten-bell":
            said: Doubles = level.counts.astype(np.float64)
            taken: Doubles = np.zeros(len(owner))
            left: Doubles = np.bincount(owner, minlength=size).astype(np.float64)
            total: Doubles = np.bincount(owner, said, size) + left
        else:
            said = (level.counts if is_top else level.continuations).astype(np.float64)
            taken = _discounts(said, smoothing)
            left = np.bincount(owner, taken, size).astype(np.float64)
            total = np.bincount(owner, said, size).astype(np.float64)
        self.kept: Doubles = (said - taken) / total[owner]
        self.left: Doubles = left / total
        self.starts = np.searchsorted(owner, np.arange(size + 1))

    def refined(self, p: Doubles, numbers: Integers, said: Integers) -> Doubles:
        """Interpolate probabilities of shorter contexts with these; where a context is unknown they stay."""
        places = _find(self.pairs, numbers * self.vocabulary + said)
        kept = np.where(places < 0, 0.0, self.kept[places])
        return np.where(numbers < 0, p, kept + self.left[numbers] * p)

    def refine_rows(self, p: Doubles, numbers: Integers) -> None:
        """The same for whole distributions (T, vocabulary), in place."""
        for row in np.flatnonzero(numbers >= 0):
            number = numbers[row]
            inside = slice(self.starts[number], self.starts[number + 1])
            p[row] *= self.left[number]
            p[row, self.pairs[inside] % self.vocabulary] += self.kept[inside]


def adapted(model: NGram, sequence: Sequence[int], longest: int = LONGEST_INSIDE) -> Doubles:
    """Return `probabilities` of a model that also learns from the sequence as it goes on, (T, vocabulary).

    Contexts of 1 to `longest` tokens that occurred in the sequence before are laid over the model's, by Witten-Bell: a
    piece's own repeats (after Cleary & Witten, "Data compression using adaptive coding and partial string matching",
    IEEE Transactions on Communications 32, 1984).
    """
    p, tokens = model.probabilities(sequence), tuple(sequence)
    seen: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for place, token in enumerate(tokens):
        contexts = [tokens[place - size : place] for size in range(1, min(place, longest) + 1)]
        for context in contexts:
            after = seen.get(context)
            if after is None:
                break
            total = after.total() + len(after)
            p[place] *= len(after) / total
            p[place, list(after)] += np.array(list(after.values())) / total
        for context in contexts:
            seen[context][token] += 1
    return p


def choose(counts: Counts, valid: Sequences, given: Sequence[int] = (), orders: Sequence[int] = ORDERS) -> NGram:
    """Return the order and smoothing with the fewest nats on valid sequences; the first `given` of each are known."""
    known = given or [0] * len(valid)

    def cost(model: NGram) -> float:
        return sum(float(nats[skip:].sum()) for nats, skip in zip(model.nats(valid), known, strict=True))

    return min((NGram(counts, order, smoothing) for order, smoothing in product(orders, SMOOTHINGS)), key=cost)


def _discounts(counts: Doubles, smoothing: Smoothing) -> Doubles:
    """What is taken off each count, by how many pairs there are of count 1, 2, 3 and 4."""
    n1, n2, n3, n4 = (max(int((counts == count).sum()), 1) for count in (1, 2, 3, 4))
    share = n1 / (n1 + 2 * n2)
    if smoothing != "modified-kneser-ney":
        return np.minimum(counts, share if smoothing == "kneser-ney" else 0.75)
    each = np.array([0.0, 1 - 2 * share * n2 / n1, 2 - 3 * share * n3 / n2, 3 - 4 * share * n4 / n3])
    each = np.clip(each, [0, 0.05, 0.1, 0.15], [0, 0.95, 1.9, 2.85])  # where too few pairs tell
    return np.asarray(each[np.minimum(counts, 3).astype(np.int64)])


def _joined(sequences: Sequences, vocabulary: int, padding: int) -> tuple[Integers, Integers]:
    """One row of tokens with padding (the number `vocabulary`) before each sequence, and where the tokens stand."""
    room = np.full(padding, vocabulary, np.int64)
    parts, places, at = [], [], 0
    for sequence in sequences:
        parts += [room, np.asarray(sequence, np.int64)]
        places.append(np.arange(at + padding, at + padding + len(sequence)))
        at += padding + len(sequence)
    tokens, stands = np.concatenate([room, *parts]), np.concatenate([np.zeros(0, np.int64), *places]) + padding
    least, most = tokens[stands].min(initial=0), tokens[stands].max(initial=0)
    if least < 0 or most >= vocabulary:
        raise InputError(f"tokens from {least} to {most}: 0 to {vocabulary - 1} are accepted")
    return tokens, stands


def _find(keys: Integers, wanted: Integers) -> Integers:
    """The places of keys in a sorted row, -1 where they are not."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, -1)
