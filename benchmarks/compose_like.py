"""Pieces like a tune that is there: are they in its style, near to it, no copies? `python -m benchmarks.compose_like`

Sixty tunes of eight styles that the shipped networks did not learn from, drawn from those of their test part style by
style in turn; three seeds, the nearest of eight drawn each time. The score model may have learned from the
tunes, which makes a copy likelier.

- `compose.like_style`: the share of pieces that the recognizer calls as it calls their tune, `compose.like_label` as
  the tune's book does.
- `compose.like_style_plain`: the same of pieces by the default form with nothing asked; `_named`: with the style alone
  that the recognizer gives (`--style`). Both as they are written, with chords, which few of the tunes have; `_bare`:
  without chords where the tune has none, as `--like` writes them.
- `compose.like_distance`: how far pieces are from their tunes by `segue.likeness.distance_to`;
  `compose.like_distance_peers`: how far another tune of the same style is, a random one for each piece.
- `compose.like_copies`: the share of pieces over the limit of what people borrow, held against their tune alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest
from statistics import mean, stdev

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.compose.drawing import DRAWS, Draws
from segue.compose.forms import plan
from segue.compose.liking import Liking
from segue.compose.melody import MelodyWish
from segue.compose.offer import Offer
from segue.compose.piece import PieceWish, piece
from segue.compose.traits import traits_of
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.likeness import distance_to
from segue.models.engine import SHIPPED as MODEL
from segue.models.engine import load_engine
from segue.music.score import Score
from segue.recognize.answering import SHIPPED
from segue.recognize.making import part_of
from segue.recognize.nets import Nets, load_nets
from segue.recognize.scores import BROUGHT

SEEDS = (0, 1, 2)
CORPORA = ("oneill", "ryan", "aird", "ceol_rince", "openewld")
STYLES = ("reel", "jig", "hornpipe", "air", "folk", "march", "pop", "jazz")
TUNES, SHORTEST, LONGEST = 60, 8, 40  # and their bars as written
POOL = 6  # pieces of a seed and style, without a tune to be like
COMMAND = "python -m benchmarks.compose_like"


@dataclass(frozen=True)
class Like:
    """A piece that was made like a tune: what both are called, how far it is from the tune and a peer from it, and
    whether it is a copy."""

    tune: str
    seed: int
    called: str
    label: str
    is_bare: bool
    heard: str
    distance: float
    peer: float
    is_copy: bool


@cache
def _nets() -> Nets:
    return load_nets(SHIPPED / "score")


def called(scores: Sequence[Score]) -> list[str]:
    """The likeliest style of each score."""
    shares = _nets().probabilities(BROUGHT.vectors(scores))
    return [_nets().styles[int(place)] for place in shares.argmax(1)]


def tunes() -> list[Piece]:
    """The tunes, styles in turn."""
    found: dict[str, list[Piece]] = {style: [] for style in STYLES}
    for name in CORPORA:
        corpus = BY_NAME[name]
        for one in corpus.read(corpus.place(data_dir())):
            is_tune = isinstance(one, Piece) and one.style in found and part_of(one) == "test"
            if is_tune and isinstance(one, Piece) and SHORTEST <= len(one.score.bars) <= LONGEST and one.score.parts:
                found[one.style].append(one)
    rng = np.random.default_rng(0)
    drawn = [[held[place] for place in rng.permutation(len(held))] for held in found.values()]
    return [one for row in zip_longest(*drawn) for one in row if one is not None][:TUNES]


def made_like(tune: Piece, peer: Piece, seed: int) -> Like:
    """Make a piece like a tune, as `segue compose piece --like` makes it."""
    score, traits = tune.score, traits_of(tune.score)
    style = called([score])[0]
    distance = distance_to(score, _nets().nets[0])
    liking = Liking(tune.name, score, distance, style)
    melody = MelodyWish(*traits.range_for(()), instrument=traits.instrument or "voice")
    wish = PieceWish(traits.form or "AABA", traits.bars, style, traits.key, traits.metre, traits.tempo, melody=melody)

    def ask(draws: Draws) -> list[Offer[Score]]:
        return piece(load(), wish, n=draws.n, sampling=draws.sampling)

    draws = replace(DRAWS, n=1, sampling=replace(DRAWS.sampling, seed=1000 * seed))
    (offer,) = liking.nearest(ask)(draws)
    made = traits.signed(offer.value, plan(wish.form, wish.bars))
    made = made if traits.has_chords else made.replace(chords=())
    return Like(
        tune.name, seed, style, tune.style, not traits.has_chords, called([made])[0],
        distance(made), distance(peer.score), liking.is_copy(made),
    )  # fmt: skip


load = cache(load_engine)


def likes(found: Sequence[Piece]) -> Iterator[Like]:
    """Pieces of all seeds and tunes; the peer of each is a random other tune of its style."""
    rng = np.random.default_rng(1)
    for seed in SEEDS:
        for tune in found:
            others = [one for one in found if one.style == tune.style and one is not tune]
            yield made_like(tune, others[int(rng.integers(len(others)))], seed)


@cache
def pool(style: str) -> list[tuple[str, str]]:
    """What pieces of a style ("": any) by the default form are called: as they are written, and without chords."""
    found: list[tuple[str, str]] = []
    for seed in SEEDS:
        sampling = replace(DRAWS.sampling, seed=1000 * seed)
        scores = [offer.value for offer in piece(load(), PieceWish(style=style), n=POOL, sampling=sampling)]
        bare = [score.replace(chords=()) for score in scores]
        found += zip(called(scores), called(bare), strict=True)
    return found


def results(made: Sequence[Like]) -> list[Result]:
    """Figures of pieces that were made; errors are over tunes, a tune's seeds taken together."""
    by_tune: dict[str, list[Like]] = {}
    for one in made:
        by_tune.setdefault(one.tune, []).append(one)
    plain, named = [pool("") for _ in by_tune], [pool(held[0].called) for held in by_tune.values()]
    first = [held[0] for held in by_tune.values()]

    def result(name: str, values: Sequence[float], bar: float | None = None, *, lower: bool = False) -> Result:
        return Result(
            id=f"compose.like_{name}",
            value=mean(values),
            error=stdev(values) / len(values) ** 0.5,
            unit="1",
            better="lower" if lower else "higher",
            bar=bar,
            seeds=SEEDS,
            n=len(made),
            command=COMMAND,
            recipe={"tunes": len(by_tune), "styles": list(STYLES), "corpora": list(CORPORA), "longest": LONGEST},
            data_sha256=sha256_of([MODEL / "model.safetensors", SHIPPED / "score" / "nets.safetensors"]),
        )

    def share(pools: Sequence[list[tuple[str, str]]], *, is_bare: bool) -> list[float]:
        return [
            mean(told[is_bare and one.is_bare] == one.called for told in held)
            for one, held in zip(first, pools, strict=True)
        ]

    rows = list(by_tune.values())
    return [
        result("style", [mean(one.heard == one.called for one in held) for held in rows]),
        result("label", [mean(one.heard == one.label for one in held) for held in rows]),
        result("style_plain", share(plain, is_bare=False)),
        result("style_named", share(named, is_bare=False)),
        result("style_plain_bare", share(plain, is_bare=True)),
        result("style_named_bare", share(named, is_bare=True)),
        result("distance", [mean(one.distance for one in held) for held in rows], lower=True),
        result("distance_peers", [mean(one.peer for one in held) for held in rows], lower=True),
        result("copies", [mean(one.is_copy for one in held) for held in rows], 0.0, lower=True),
    ]


def run() -> list[Result]:
    """Make pieces like each tune, and hold them against it."""
    found = tunes()
    shown = track(likes(found), "pieces", len(SEEDS) * len(found), console=Console(stderr=True))
    return results(list(shown))


if __name__ == "__main__":
    write("compose_like", run())
