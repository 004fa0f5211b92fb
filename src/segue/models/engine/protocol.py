"""What an engine is: logits of the next token after tokens that it has read, for several rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError

Logits = NDArray[np.float32]


class Session(Protocol):
    """Rows of tokens that an engine has read, with their keys and values; two sessions know nothing of each other."""

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many tokens each row holds."""

    def feed(self, tokens: Mapping[int, Sequence[int]]) -> Logits:
        """Append at least one token to each of the rows named; return (rows named, vocabulary) logits after the last.

        InputError for a token or a row that there is not, and where a row would grow longer than the model can see.
        """

    def feed_each(self, row: int, tokens: Sequence[int]) -> Logits:
        """Append tokens to one row; return (T, vocabulary) logits after each of them. Errors as `feed`."""

    def cut(self, row: int, length: int) -> None:
        """Forget all tokens of a row from `length` on; InputError where it holds fewer."""

    def copy(self, source: int, target: int) -> None:
        """Let one row hold what another one does, so that a prefix common to several is read once."""


class Engine(Protocol):
    """Weights, ready to compute."""

    @property
    def name(self) -> str:
        """What it computes with."""

    @property
    def vocabulary(self) -> int:
        """The number of token types."""

    @property
    def longest(self) -> int:
        """The most tokens of a row."""

    def open(self, rows: int = 1) -> Session:
        """Begin so many empty rows; InputError for less than one."""


def check_tokens(tokens: Sequence[int], vocabulary: int, held: int, longest: int) -> None:
    """Raise InputError where tokens cannot follow the `held` ones of a row."""
    if not len(tokens):
        raise InputError("0 tokens given; at least 1 is needed to compute what follows")
    if held + len(tokens) > longest:
        raise InputError(f"{held} tokens and {len(tokens)} more are over the {longest} that the model sees at once")
    least, most = min(tokens), max(tokens)
    if least < 0 or most >= vocabulary:
        wrong = least if least < 0 else most
        raise InputError(f"token {wrong} is not in the vocabulary, 0 to {vocabulary - 1}")


def check_rows(rows: int) -> None:
    """Raise InputError where a session of so many rows makes no sense."""
    if rows < 1:
        raise InputError(f"{rows} rows; at least 1 is needed")


def check_row(row: int, rows: int) -> None:
    """Raise InputError where there is no such row."""
    if not 0 <= row < rows:
        raise InputError(f"row {row} is not among the {rows} of this session, 0 to {rows - 1}")


def check_cut(length: int, held: int) -> None:
    """Raise InputError where a row of `held` tokens cannot be cut to that length."""
    if not 0 <= length <= held:
        raise InputError(f"a row of {held} tokens cannot be cut to {length}; 0 to {held} is possible")
