"""Saying points of the phrase space: the decoder, token by token under the grammar, for many points at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segue.compose.phrases.network import PhraseNetwork
from segue.compose.phrases.phrase import LONGEST, Condition, Cursor, Phrase, given
from segue.errors import InputError
from segue.music.language import grammar
from segue.music.language import vocabulary as v

# what a phrase may say: no signs, no syllables, no change of key or metre
_SAID = np.zeros(v.SIZE, dtype=np.bool_)
for _token in (*v.BAR, *v.ROOT, *v.QUALITY, *v.BASS, *v.AT, *v.LATE_BY, *v.NOTE, *v.REST, *v.HOLD):
    _SAID[_token] = True
_SAID[[v.END, v.FAR_TOKEN, v.UP, v.DOWN, v.CHORD_LANE, v.NO_CHORD, v.VOICE.start]] = True
# what ends a phrase that is too long: its end, a bar, else the longest hold or rest that fits
_SHORT = (v.END, *v.BAR, *reversed(v.HOLD), *reversed(v.REST))


@dataclass(frozen=True, slots=True)
class Drawing:
    """How tokens are drawn: at temperature 0 the likeliest; above, by chance from the seed."""

    temperature: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 5:
            raise InputError(f"temperature {self.temperature}: 0 to 5 is accepted")


GREEDY = Drawing()


def say_points(
    network: PhraseNetwork, space: Tensor, conditions: Sequence[Condition], drawing: Drawing = GREEDY
) -> list[Phrase]:
    """Say points of the space (B, PLACES, place), each under its condition; every phrase has the bars it says."""
    rows = [_Row(condition) for condition in conditions]
    rng = np.random.default_rng(drawing.seed)
    device = space.device
    prefixes = torch.tensor([given(*condition[:3]) for condition in conditions], device=device)
    with torch.no_grad():
        logits, memory = network.decode(prefixes, torch.zeros_like(prefixes), space)
        while True:
            told = logits[:, -1].double().cpu().numpy()
            if drawing.temperature:
                told = told / drawing.temperature + rng.gumbel(size=told.shape)
            for row, values in zip(rows, told, strict=True):
                row.take(values)
            if all(row.state.is_ended for row in rows):
                return [row.phrase() for row in rows]
            ids = torch.tensor([[row.body[-1]] for row in rows], device=device)
            places = torch.tensor([[row.cursor.place] for row in rows], device=device)
            logits, memory = network.decode(ids, places, space, memory)


class _Row:
    """One phrase in the making."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        bars = condition[3] - v.BAR.start + 1
        state = grammar.start(grammar.Limits(least_bars=bars, most_bars=bars))
        for token in given(*condition[:3]):
            state = state.advance(token)
        self.state, self.cursor = state, Cursor(condition[2])
        self.body: list[int] = []
        self._room = LONGEST[bars] if bars in LONGEST else 32 * bars

    def take(self, values: NDArray[np.float64]) -> None:
        """Add the legal token of the highest value, unless the phrase has ended."""
        if self.state.is_ended:
            return
        legal = self.state.legal()
        if len(self.body) >= self._room:
            token = next((one for one in _SHORT if one in legal), legal[0])
        else:
            token = int(np.where(_mask(legal), values, -np.inf).argmax())
        self.state = self.state.advance(token)
        self.cursor.take(token)
        self.body.append(token)

    def phrase(self) -> Phrase:
        style, mode, metre, _ = self.condition
        return Phrase(style, mode, metre, tuple(self.body))


@lru_cache(maxsize=4096)
def _mask(legal: tuple[int, ...]) -> NDArray[np.bool_]:
    found = np.zeros(v.SIZE, dtype=np.bool_)
    found[list(legal)] = True
    both: NDArray[np.bool_] = found & _SAID
    return both if both.any() else found
