"""Which pieces are said how often: corpora mixed by named weights, each pass drawn from the seed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.errors import InputError, did_you_mean
from segue.music.language.layout import Layout, lay_out
from segue.music.quantize import quantize
from segue.pretrain.excerpts import Drawing, Excerpt, excerpts
from segue.pretrain.stretch import stretch
from segue.pretrain.windows import Windows, collect

Told = Callable[[str, int, int], None]  # what is done, how much of it, of how much
_SOURCE = {"notated": "notated", "performed": "performed", "drums": "performed", "chords": "chart"}

# how often a pass takes each piece of a corpus; 1 where none is named
WEIGHTS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Mixture:
    """How the training windows are drawn.

    `weights` says how often on average a pass takes each piece of a corpus (1 where a corpus is not named, 0 leaves it
    out); `passes` are made, each with its own drawing of orders, masks and excerpts; of each corpus at most
    `held_tokens` tokens of held-out pieces are evaluated on.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    passes: int = 4
    held_tokens: int = 20_000
    drawing: Drawing = field(default_factory=Drawing)
    seed: int = 0

    def __post_init__(self) -> None:
        for name, weight in self.weights.items():
            if name not in BY_NAME:
                raise InputError(f"corpus {name!r} is none of {', '.join(BY_NAME)}{did_you_mean(name, BY_NAME)}")
            if not 0 <= weight <= 100:
                raise InputError(f"weight {weight} of {name} is outside 0 to 100")
        if self.passes < 1:
            raise InputError(f"passes {self.passes} must be at least 1")

    def times(self, piece: Piece, number: int) -> int:
        """How often pass `number` takes a piece: its weight, rounded up or down at random."""
        weight = self.weights.get(piece.corpus, 1.0)
        return int(weight + self._generator(piece, number, 1).random())

    def drawn(self, piece: Piece, number: int, turn: int) -> np.random.Generator:
        """The generator of one saying of a piece."""
        return self._generator(piece, number, 2 + turn)

    def _generator(self, piece: Piece, number: int, purpose: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, number, purpose, zlib.crc32(piece.name.encode())))


def lay_out_all(pieces: Sequence[Piece], told: Told, what: str) -> list[Layout | None]:
    """Lay out pieces, what was played on a grid; None for a piece that has nothing to say."""
    found: list[Layout | None] = []
    for place, piece in enumerate(pieces):
        if place % 100 == 0:
            told(what, place, len(pieces))
        kind = BY_NAME[piece.corpus].kind if piece.corpus in BY_NAME else "notated"
        score = quantize(piece.score).score if kind in ("performed", "drums") else piece.score
        layout = lay_out(score, _SOURCE[kind]) if score.bars else None
        is_empty = layout is None or not (layout.heads or layout.changes)
        found.append(None if is_empty else layout)
    told(what, len(pieces), len(pieces))
    return found


def train_windows(pieces: Sequence[Piece], mixture: Mixture, told: Told) -> Windows:
    """Say training pieces in as many passes as the mixture has; equal pieces and mixtures give equal windows."""
    names = _names(pieces)
    number_of = {name: number for number, name in enumerate(names)}
    layouts = lay_out_all(pieces, told, "laying out")

    def said() -> Iterator[tuple[int, Excerpt]]:
        for number in range(mixture.passes):
            told("saying", number, mixture.passes)
            for piece, layout in zip(pieces, layouts, strict=True):
                for turn in range(mixture.times(piece, number) if layout else 0):
                    rng = mixture.drawn(piece, number, turn)
                    if layout is not None:
                        said_as = _stretched(piece, mixture.drawing, rng) or layout
                        for excerpt in excerpts(said_as, mixture.drawing, rng, is_varied=True):
                            yield number_of[piece.corpus], excerpt
        told("saying", mixture.passes, mixture.passes)

    return collect(said(), names)


def _stretched(piece: Piece, drawing: Drawing, rng: np.random.Generator) -> Layout | None:
    """A notated piece in other note values, in the share that is drawn so; None for the others."""
    draw = rng.random()
    is_notated = piece.corpus not in BY_NAME or BY_NAME[piece.corpus].kind == "notated"
    if draw >= drawing.stretched or not (is_notated and piece.score.parts):
        return None
    score = stretch(piece.score, is_doubled=draw < drawing.stretched / 2)
    return lay_out(score) if score is not None else None


def held_windows(pieces: Sequence[Piece], mixture: Mixture, told: Told) -> Windows:
    """Say held-out pieces once as they are; of each corpus in an order drawn from the seed, until it has enough."""
    names = _names(pieces)
    number_of = {name: number for number, name in enumerate(names)}
    spent = dict.fromkeys(names, 0)

    def said() -> Iterator[tuple[int, Excerpt]]:
        order = np.random.default_rng(mixture.seed).permutation(len(pieces))
        for place in order:
            piece = pieces[int(place)]
            if spent[piece.corpus] >= mixture.held_tokens:
                continue
            (layout,) = lay_out_all([piece], _silent, "")
            if layout is None:
                continue
            for excerpt in excerpts(layout, mixture.drawing, mixture.drawn(piece, 0, 0), is_varied=False):
                if spent[piece.corpus] < mixture.held_tokens:
                    spent[piece.corpus] += len(excerpt.tokens)
                    yield number_of[piece.corpus], excerpt

    told("saying held-out pieces", 0, 1)
    found = collect(said(), names)
    told("saying held-out pieces", 1, 1)
    return found


def _names(pieces: Iterable[Piece]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(piece.corpus for piece in pieces))


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tell nothing."""
