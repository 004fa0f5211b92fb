"""Pieces drawn from the score model, and human ones cut alike.

A piece is drawn under the grammar from a prefix of task, source and style alone: mode, tonic, metre, tempo, voices and
all bars are the model's own. An excerpt's mark, `later`, is not drawn. What does not end within `CONTEXT` tokens is cut
after its last whole bar; human pieces are cut in the same place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.score_protocol import CONTEXT
from segue.models.engine.generating import Request, generate_batch
from segue.models.engine.language import score_language
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.encode import say
from segue.music.language.grammar import Limits
from segue.music.language.layout import lay_out
from segue.music.score import Score

ROWS = 16  # drawn together
_NOT_LATER = tuple(token for token in range(v.SIZE) if token != v.LATER)


@dataclass(frozen=True)
class Wish:
    """What is asked for: task, source and style, and the seed."""

    style: str
    source: str = "notated"
    task: str = "lead"
    seed: int = 0

    @property
    def prefix(self) -> tuple[int, ...]:
        """Its tokens."""
        return tuple(v.ID[word] for word in (f"task:{self.task}", f"source:{self.source}", f"style:{self.style}"))


@dataclass(frozen=True)
class Drawn:
    """A piece that was drawn, in tokens; `is_whole` says that it ends."""

    wish: Wish
    tokens: tuple[int, ...]
    is_whole: bool


def draw(engine: Engine, wishes: Sequence[Wish], sampling: Sampling, limits: Limits | None = None) -> Iterator[Drawn]:
    """Draw a piece for each wish, with its own seed."""
    language = score_language(limits)
    for start in range(0, len(wishes), ROWS):
        batch = wishes[start : start + ROWS]
        requests = [
            Request(
                wish.prefix,
                max_tokens=CONTEXT - len(wish.prefix),
                sampling=Sampling(sampling.temperature, sampling.top_p, sampling.min_p, wish.seed),
                allow=lambda _: _NOT_LATER,
            )
            for wish in batch
        ]
        for wish, made in zip(batch, generate_batch(engine, language, requests), strict=True):
            is_whole = made.stopped == "end"
            tokens = wish.prefix + made.tokens
            yield Drawn(wish, tokens if is_whole else whole_bars(tokens), is_whole)


def whole_bars(tokens: Sequence[int]) -> tuple[int, ...]:
    """Cut tokens before their last bar; without a bar they stay as they are."""
    starts = [place for place, token in enumerate(tokens) if token in v.BAR]
    return tuple(tokens[: starts[-1]] if len(starts) > 1 else tokens)


def cut_alike(score: Score, source: str) -> Score:
    """Return a human piece as the model would have said it: in the score language, cut to whole bars of the context."""
    tokens = say(lay_out(score, source), "lead").tokens
    return decode(tokens if len(tokens) <= CONTEXT else whole_bars(tokens[:CONTEXT]))
