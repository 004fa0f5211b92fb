"""The score model as an encoder: what its decoder makes of the tokens of a score, pooled into one vector.

A score is said in the score language with a header that tells no style, so that the answer is not in the question. Long
ones are said in windows that begin with a header. Pooled are the mean and the deviation of the last hidden vectors over
all tokens from the first bar on (statistics pooling; Snyder et al., ICASSP 2018).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from segue.errors import InputError
from segue.models.lengths import length_groups
from segue.models.score.folder import load_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.language.encode import say
from segue.music.language.layout import Layout, lay_out
from segue.music.score import Score
from segue.recognize.head import Floats
from segue.recognize.scores import Scores

LONGEST, MOST = 384, 4  # tokens of a window, windows of a score
_SLACK = 8  # tokens that a window may need more than the bars it is cut from: what sounds is said anew
_GROUPED, _OVERHEAD = 32, 64  # windows computed at a time; tokens of padding that a group more is worth
Window = tuple[int, ...]


@dataclass(frozen=True)
class Encoded:
    """A front end of scores: the score model's pooled vectors, and with `is_described` the descriptors behind them.

    `folder` holds the model, None is the one that Segue brings along. Of a score at most `most` windows of at most
    `longest` tokens are read, spread evenly.
    """

    folder: Path | None = None
    longest: int = LONGEST
    most: int = MOST
    is_described: bool = True

    @cached_property
    def model(self) -> ScoreModel:
        """The score model, loaded when it is first asked."""
        return load_score_model(self.folder)

    @property
    def kind(self) -> str:
        """What it takes."""
        return "score"

    def vectors(self, items: Sequence[Score]) -> Floats:
        """Return a vector for each score (n, 2 width, with descriptors 2 width + 822); one without bars has zeros in
        the model's places."""
        said = [windows(score, self.longest, self.most) for score in items]
        found = encode_windows(self.model, said)
        return np.concatenate([found, Scores().vectors(items)], 1) if self.is_described else found

    def parts(self, item: Score) -> Sequence[str]:
        """Name the bars, counted from 1."""
        return Scores().parts(item)

    def without(self, item: Score, parts: Collection[int]) -> Score:
        """Return the score without the notes and chords that begin in some bars (from 0); the bars stay, empty."""
        return Scores().without(item, parts)


def windows(score: Score, longest: int = LONGEST, most: int = MOST) -> tuple[Window, ...]:
    """Say a score in whole bars, in at most `most` windows of at most `longest` tokens, spread evenly; () without bars.

    Each begins with a header that tells no style, whatever the score says of it. A bar that is longer than a window is
    cut. InputError for windows of fewer than 64 tokens, or none.
    """
    if longest < 64 or most < 1:
        raise InputError(f"{most} windows of {longest} tokens: 1 or more of 64 or more are accepted")
    if not score.bars:
        return ()
    layout = lay_out(score.replace(style=""))
    spans = _spans(layout, longest)
    chosen = sorted({round(place) for place in np.linspace(0, len(spans) - 1, min(most, len(spans)))})
    return tuple(say(layout, first=spans[one][0], last=spans[one][1]).tokens[:longest] for one in chosen)


def _spans(layout: Layout, longest: int) -> list[tuple[int, int]]:
    """Runs of bars, each of which fits into a window."""
    whole = np.array(say(layout).tokens)
    starts = np.flatnonzero((whole >= v.BAR.start) & (whole < v.BAR.stop))
    if len(whole) <= longest:
        return [(0, len(starts))]
    ends = np.append(starts[1:], len(whole))
    room = longest - int(starts[0]) - _SLACK - 4 * len(layout.heads)
    spans, first = [], 0
    while first < len(starts):
        count = int(np.searchsorted(ends[first:] - starts[first], room, side="right"))
        spans.append((first, first + max(count, 1)))
        first = spans[-1][1]
    return spans


def pool(model: ScoreModel, said: Sequence[Window]) -> Tensor:
    """Return the mean and the deviation of hidden vectors over each window's bars: (n, 2 width); gradients flow.

    Windows are padded on the right; attention is causal, so that no token sees the padding.
    """
    device = next(model.parameters()).device
    lengths = torch.tensor([len(window) for window in said], device=device)
    ids = np.full((len(said), int(lengths.max())), v.PAD, dtype=np.int64)
    for row, window in enumerate(said):
        ids[row, : len(window)] = window
    heads = torch.tensor([_head_of(window) for window in said], device=device)
    hidden = model.hidden(torch.from_numpy(ids).to(device)).float()
    places = torch.arange(ids.shape[1], device=device)
    is_counted = ((places >= heads[:, None]) & (places < lengths[:, None])).unsqueeze(-1)
    count = is_counted.sum(1)
    mean = (hidden * is_counted).sum(1) / count
    spread = (((hidden - mean.unsqueeze(1)) ** 2) * is_counted).sum(1) / count
    return torch.cat([mean, (spread + 1e-6).sqrt()], 1)


def encode_windows(model: ScoreModel, said: Sequence[Sequence[Window]]) -> Floats:
    """Return a vector (n, 2 width) for each score's windows, the mean over them; zeros where there are none."""
    flat = [window for one in said for window in one]
    owner = np.array([row for row, one in enumerate(said) for _ in one], dtype=np.int64)
    found = np.zeros((len(said), 2 * model.width), np.float32)
    with torch.no_grad():
        for group in length_groups([len(window) for window in flat], _OVERHEAD):
            for start in range(0, len(group), _GROUPED):
                rows = group[start : start + _GROUPED]
                np.add.at(found, owner[rows], pool(model, [flat[row] for row in rows]).cpu().numpy())
    counts = np.maximum(np.bincount(owner, minlength=len(said)), 1).astype(np.float32)
    found /= counts[:, None]
    return found


def _head_of(window: Window) -> int:
    """How many tokens stand before the first bar; a header alone counts as a bar."""
    return next((place for place, token in enumerate(window) if token in v.BAR), 0)
