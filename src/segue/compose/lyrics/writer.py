"""What a writer is: items (words, or characters) and how likely each is to come next, for several lines at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segue.compose.lyrics.frame import Language, LineFrame

Legal = NDArray[np.bool_]  # (rows, items)
Bias = NDArray[np.float32]  # (rows, items) or (items,): nats added to what the writer thinks


@dataclass(frozen=True, slots=True)
class Brief:
    """What a lyric is to be about: a theme and a mood in words, and a title ("" where none is asked for)."""

    theme: str = ""
    mood: str = ""
    title: str = ""

    @property
    def words(self) -> str:
        """Theme, mood and title in one text."""
        return " ".join(filter(None, (self.theme, self.mood, self.title)))


class LineSession(Protocol):
    """Several tries at one line, a row each, item by item."""

    def draw(
        self, rows: Sequence[int], legal: Legal, bias: Bias, temperature: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Draw the next item of each of some rows among those that are legal for it (one at least), and take it in.

        Returns items and their log-probabilities in nats among the legal ones, before bias and temperature; temperature
        0 takes the likeliest. Writers whose items are several tokens draw token by token (see each writer).
        """


class Lines(Protocol):
    """A lyric as a writer has written it so far."""

    def begin(self, line: LineFrame, rows: int) -> LineSession:
        """Begin so many tries at the next line."""

    def accept(self, line: LineFrame, items: Sequence[int]) -> None:
        """Take a line for good, its items in reading order."""


class Writer(Protocol):
    """What writes lyrics in one language.

    `items` are all that it can write, `is_backward` says that it writes a line from its last item to its first: then
    the item that rhymes is chosen first, by the model, and the line leads up to it. A forward writer's last item is
    drawn among those that rhyme and fill the line, once nothing else fits.
    """

    @property
    def name(self) -> str:
        """What it is, for people."""

    @property
    def language(self) -> Language:
        """The language that it writes."""

    @property
    def items(self) -> tuple[str, ...]:
        """Words in lower case (English), or characters."""

    @property
    def is_backward(self) -> bool:
        """Whether it writes lines from their end."""

    def open(self, brief: Brief, title: str = "") -> Lines:
        """Begin a lyric; `title` is a ci's tune name."""

    def affinity(self, text: str) -> NDArray[np.float32]:
        """Return for each item how near it is to a text, 0 to 1: (items,)."""


def pick(
    logits: NDArray[np.float32], legal: Legal, bias: Bias, temperature: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Draw one item in each row of logits (rows, items) among the legal ones; see `LineSession.draw` for the rest."""
    rows = np.arange(len(logits))
    known = logits - _log_sum(logits, legal)
    biased = np.where(legal, known + bias, -np.inf)
    if temperature == 0:
        drawn = biased.argmax(1)
    else:
        # the largest of logits and Gumbel noise is a draw of their softmax
        noise = -np.log(np.maximum(rng.standard_exponential(biased.shape, dtype=np.float32), 1e-30))
        drawn = (biased / np.float32(temperature) + noise).argmax(1)
    return drawn.astype(np.int64), known[rows, drawn].astype(np.float64)


def _log_sum(rows: NDArray[np.float32], legal: Legal) -> NDArray[np.float32]:
    highest = rows.max(1, keepdims=True, where=legal, initial=-np.inf)
    total: NDArray[np.float32] = highest + np.log(
        np.exp(np.minimum(rows - highest, 0)).sum(1, keepdims=True, where=legal, dtype=np.float64)
    ).astype(np.float32)
    return total
