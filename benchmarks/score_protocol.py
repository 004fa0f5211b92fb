"""How the score model is measured: pieces in tokens, their nats under the model, and what of them counts.

- A piece is said whole (`segue.music.language`). The *body* is what comes from its first bar on, `end` included; the
  *header* before it (task, source, style, mode, tonic, metre, tempo, voices) is given, or counted in rows that say so,
  but for its first token, the task, which is ours to choose.
- A piece of more than `CONTEXT` tokens (what the model was trained on) is read in windows that are excerpts of whole
  bars as the score language has them, each with its header and about half a window of bars that an earlier one has
  counted. Every token of the body is counted once, in the window that first holds it, given nothing but what was said
  before it.
- N-grams read the same tokens, but all bars as `bar:0`: they cannot count, and the grammar leaves no choice.
- The splits are by the CRC-32 of a key (`segue.corpora.corpus.split_of`): 0 of 10 is test, 1 valid. What is chosen is
  chosen on valid.
- The model is the one that is shipped, or the folder named in SEGUE_SCORE_MODEL.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.ngram import Counts, NGram, adapted, choose
from benchmarks.result import sha256_of
from segue.corpora.corpus import Split
from segue.errors import InputError, UnavailableError
from segue.models.engine.fast import FastEngine
from segue.models.engine.protocol import Engine
from segue.models.score.folder import SHIPPED, load_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.language.encode import say
from segue.music.language.layout import Layout
from segue.tune.next_token import Window, bundled, nats_of

CONTEXT = 1024  # tokens of a window
_BUNDLE = 8192  # tokens computed together
Doubles = NDArray[np.float64]
Scorer = Callable[[Sequence["Said"]], list[Doubles]]


@dataclass(frozen=True)
class Said:
    """A piece in tokens, of which the first `given` are its header, and how many notes it has.

    `windows` are the pieces of it that a model reads: tokens, and how many of them are context.
    """

    key: str
    tokens: tuple[int, ...]
    given: int
    windows: tuple[tuple[tuple[int, ...], int], ...] = field(repr=False)

    @property
    def notes(self) -> int:
        """Notes that begin in it."""
        return sum(token in v.NOTE or token in v.DRUM for token in self.tokens)


@dataclass(frozen=True)
class Rate:
    """A ratio over pieces, such as nats to notes, with its standard error."""

    value: float
    error: float

    @classmethod
    def of(cls, amounts: Sequence[float], sizes: Sequence[float]) -> Rate:
        """Return sum(amounts) / sum(sizes), a piece being what is drawn at random.

        The error is that of a ratio estimator (Cochran, "Sampling Techniques", 1977, equation 6.13, without the
        correction for finite populations); 0 for a single piece.
        """
        y, x = np.asarray(amounts, np.float64), np.asarray(sizes, np.float64)
        ratio, count = float(y.sum() / x.sum()), len(x)
        spread = float(((y - ratio * x) ** 2).sum()) / max(count - 1, 1)
        return cls(ratio, math.sqrt(spread / count) / float(x.mean()))

    def times(self, factor: float) -> Rate:
        """Return the rate in another unit."""
        return Rate(self.value * factor, self.error * factor)

    def exponential(self) -> Rate:
        """Return e to the rate, the error to first order: the perplexity of a rate in nats."""
        value = math.exp(self.value)
        return Rate(value, value * self.error)


@dataclass(frozen=True)
class Costs:
    """What each piece costs: nats of its body, nats of its header, and its sizes."""

    body: tuple[float, ...]
    header: tuple[float, ...]
    notes: tuple[int, ...]

    @property
    def bits_per_note(self) -> Rate:
        """Bits of the bodies for each note."""
        return Rate.of(self.body, self.notes).times(1 / math.log(2))

    @property
    def bits_per_note_with_header(self) -> Rate:
        """Bits of bodies and headers (all tokens but the task) for each note."""
        return Rate.of(self.whole, self.notes).times(1 / math.log(2))

    @property
    def whole(self) -> tuple[float, ...]:
        """Nats of body and header of each piece."""
        return tuple(body + header for body, header in zip(self.body, self.header, strict=True))


def said(key: str, layout: Layout, task: str = "lead") -> Said:
    """Say a laid-out piece whole, and cut it into windows."""
    tokens = say(layout, task).tokens
    given = next(place for place, token in enumerate(tokens) if token in v.BAR)
    return Said(key, tokens, given, tuple(windows_of(layout, task, tokens, CONTEXT)))


def windows_of(layout: Layout, task: str, tokens: tuple[int, ...], longest: int) -> list[tuple[tuple[int, ...], int]]:
    """Cut a piece into excerpts of at most `longest` tokens, each with how many of its tokens are context.

    InputError where a bar is too long for that.
    """
    starts = [place for place, token in enumerate(tokens) if token in v.BAR]
    sizes = [end - start for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True)]
    count = len(sizes)
    head = starts[0]
    if len(tokens) <= longest:
        return [(tokens, head)]
    ends = [head + size for size in accumulate(sizes)]
    counted = sum(end <= longest for end in ends)  # bars in windows so far
    found = [(tokens[: ends[counted - 1]], head)] if counted else []
    while counted < count:
        first, held = counted, 0
        while first > 0 and held + sizes[first - 1] <= longest // 2:
            first, held = first - 1, held + sizes[first - 1]
        last = counted + 1
        while last < count and len(say(layout, task, first=first, last=last + 1).tokens) <= longest:
            last += 1
        excerpt = say(layout, task, first=first, last=last).tokens
        new = sum(sizes[counted:last])
        if first == counted or len(excerpt) > longest:
            raise InputError(f"a bar of {max(sizes)} tokens does not fit into windows of {longest} with what precedes")
        found.append((excerpt, len(excerpt) - new))
        counted = last
    return found


def by_split(pieces: Sequence[tuple[Split, Said]]) -> dict[Split, list[Said]]:
    """Sort pieces by their split, in the order they come."""
    found: dict[Split, list[Said]] = {"train": [], "valid": [], "test": []}
    for split, piece in pieces:
        found[split].append(piece)
    return found


# ---- what tokens cost


def model_scorer(model: ScoreModel) -> Scorer:
    """Return what gives, for pieces, the nats of all their tokens but the first, under a score model."""

    def scored(pieces: Sequence[Said]) -> list[Doubles]:
        rows = [(number, *window) for number, piece in enumerate(pieces) for window in piece.windows]
        asked = [Window(np.array(tokens, np.int64), str(row)) for row, (_, tokens, _) in enumerate(rows)]
        found: dict[int, Doubles] = {}
        for bundle in bundled(asked, _BUNDLE):
            for window, nats in zip(bundle, nats_of(model, bundle), strict=True):
                found[int(window.source)] = nats
        parts: list[list[Doubles]] = [[] for _ in pieces]
        for row, (number, _, context) in enumerate(rows):
            parts[number].append(found[row][context - 1 :] if parts[number] else found[row])
        return [np.concatenate(part) for part in parts]

    return scored


def ngram_scorer(model: NGram) -> Scorer:
    """The same under an n-gram of `best_ngrams`."""
    return lambda pieces: [nats[1:] for nats in model.nats([without_numbers(piece.tokens) for piece in pieces])]


def adaptive_scorer(model: NGram) -> Scorer:
    """The same under an n-gram of `best_ngrams` that learns from the piece as it goes on."""

    def scored(pieces: Sequence[Said]) -> list[Doubles]:
        rows = [without_numbers(piece.tokens) for piece in pieces]
        return [-np.log(adapted(model, row)[np.arange(1, len(row)), row[1:]]) for row in rows]

    return scored


def ngram_scorers(train: Sequence[Said], valid: Sequence[Said]) -> dict[str, tuple[Scorer, dict[str, object]]]:
    """What n-grams trained on train tell, by name, with what is to be said of each: see `best_ngrams`.

    `adaptive` is the best n-gram with what the piece itself said before laid over it.
    """
    found: dict[str, tuple[Scorer, dict[str, object]]] = {}
    for name, model in best_ngrams(train, valid).items():
        facts: dict[str, object] = {"order": model.order, "smoothing": model.smoothing}
        found[name] = (ngram_scorer(model), facts)
        if name == "ngram":
            found["adaptive"] = (adaptive_scorer(model), facts)
    return found


def without_numbers(tokens: Sequence[int]) -> list[int]:
    """Tokens with every bar as `bar:0`."""
    return [v.BAR.start if token in v.BAR else token for token in tokens]


def costs(pieces: Sequence[Said], scorer: Scorer) -> Costs:
    """Return what pieces cost under a model."""
    body, header = [], []
    for piece, nats in zip(pieces, scorer(pieces), strict=True):
        if len(nats) != len(piece.tokens) - 1:
            raise InputError(f"{piece.key}: {len(nats)} nats for {len(piece.tokens)} tokens")
        header.append(float(nats[: piece.given - 1].sum()))
        body.append(float(nats[piece.given - 1 :].sum()))
    return Costs(tuple(body), tuple(header), tuple(piece.notes for piece in pieces))


def best_ngrams(train: Sequence[Said], valid: Sequence[Said]) -> dict[str, NGram]:
    """Return the 3-gram and the n-gram (orders 2 to 8) that are best on valid, by the nats of bodies, of all
    smoothings."""
    counts = Counts.of([without_numbers(piece.tokens) for piece in train], v.SIZE)
    asked = [without_numbers(piece.tokens) for piece in valid]
    given = [piece.given for piece in valid]
    return {"ngram": choose(counts, asked, given), "3gram": choose(counts, asked, given, orders=(3,))}


# ---- the model


def model_folder() -> Path:
    """The folder of the score model that is measured; UnavailableError where there is none."""
    named = os.environ.get("SEGUE_SCORE_MODEL", "")
    folder = Path(named) if named else SHIPPED
    if not (folder / "model.safetensors").is_file():
        raise UnavailableError(f"no score model in {folder}; name a folder of `segue pretrain` in SEGUE_SCORE_MODEL")
    return folder


def load_model() -> ScoreModel:
    """Load the score model that is measured; UnavailableError where there is none."""
    return load_score_model(model_folder())


def load_engine() -> Engine:
    """The score model that is measured as an engine; UnavailableError where there is none."""
    return FastEngine.load(model_folder())


def model_facts() -> dict[str, object]:
    """What a recipe says of the model: its folder's name and the hash of its files."""
    folder = model_folder()
    files = [folder / "config.json", folder / "model.safetensors"]
    return {"model": folder.name, "model_sha256": sha256_of(files), "context": CONTEXT}
