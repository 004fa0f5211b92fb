"""What may come next: the grammar's legal sets as index arrays, each made once, and a caller's own restrictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError

_MOST_SETS = 16_384  # legal sets kept as arrays before all are forgotten


class State(Protocol):
    """Where a grammar stands after some tokens; states are never changed, `advance` gives the next one."""

    def advance(self, token: int, /) -> State:
        """Return the state after one more token; InputError where the token is not legal."""

    def legal(self) -> tuple[int, ...]:
        """Return the tokens that may come next; the same object whenever the set is the same."""


Allow = Callable[[State], "tuple[int, ...] | None"]


class LegalSets:
    """Legal sets as arrays of tokens, found by the identity of the tuple; those of more than 16,384 are forgotten."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[tuple[int, ...], tuple[int, ...] | None, NDArray[np.int64]]] = {}

    def tokens(self, state: State, allow: Allow | None = None) -> NDArray[np.int64]:
        """Return the tokens legal in a state, (n,), cut down to those that `allow` names unless it gives None.

        InputError where none is left, or where the piece has ended.
        """
        legal = state.legal()
        allowed = allow(state) if allow is not None else None
        key = (id(legal), id(allowed))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_SETS:
                self._known.clear()
            if not legal:
                raise InputError("nothing can follow: the piece has ended")
            kept = legal if allowed is None else _both(legal, allowed)
            # the tuples are held, so that no other one takes their identity
            found = self._known[key] = (legal, allowed, np.array(kept, np.int64))
        return found[2]


@dataclass(frozen=True, slots=True)
class Language:
    """What generating must know of a language.

    `start` gives the grammar's first state, `end` is the token after which nothing comes, `bars` are the tokens that
    begin a bar; `sets` keeps what was computed.
    """

    start: Callable[[], State]
    end: int
    bars: frozenset[int]
    sets: LegalSets = field(default_factory=LegalSets, compare=False, repr=False)


def _both(legal: tuple[int, ...], allowed: tuple[int, ...]) -> tuple[int, ...]:
    wanted = frozenset(allowed)
    kept = tuple(token for token in legal if token in wanted)
    if not kept:
        raise InputError(
            f"none of the tokens allowed here, {_some(allowed)}, is legal; the grammar accepts {_some(legal)}"
        )
    return kept


def _some(tokens: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, tokens[:8]))
    return f"({shown}{', ...' if len(tokens) > 8 else ''})"
