"""Where the score model looks while it reads a score, bar by bar: to be looked at, and no explanation of a style.

Attention is what goes into a model's sums, not what moves its answer (Jain and Wallace, NAACL 2019): weights quite
other can lead to the same answer. What speaks for a style is told by `segue.recognize.evidence`, which is tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch

from segue.errors import InputError
from segue.models.score.folder import load_score_model
from segue.models.score.network import ScoreModel
from segue.music.language import vocabulary as v
from segue.music.score import Score
from segue.recognize.calibration import Doubles
from segue.recognize.encoder import windows
from segue.recognize.shading import FOR, MARGIN, WIDTH, box, label

_CAPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "en": "how much the model looks from each bar (down) at each before it (across); this does not say why",
        "zh": "模型读到每一小节（纵）时看前面各小节（横）的多少；这并不说明理由",
    }
)
_TOP, _FOOT = 70, 16  # pixels
_SIDE = 22.0  # of a square, at most


@dataclass(frozen=True, eq=False)
class BarAttention:
    """How much the model looks from a bar (row) at the header and at each bar (1 + bars columns): rows sum to 1, bars
    to come have 0. `is_whole` is false where the score goes on behind what the model takes at once."""

    weights: Doubles
    is_whole: bool

    def picture(self, language: str = "en") -> str:
        """Return a map of squares as SVG, the darker the more, with a caption that says what it is not."""
        if language not in _CAPTIONS:
            raise InputError(f"language {language!r}: {', '.join(_CAPTIONS)} are accepted")
        count = len(self.weights)
        side = min(_SIDE, (WIDTH - 2 * MARGIN) / (count + 1))
        most = float(self.weights[:, 1:].max(initial=0.0)) or 1.0
        body = [label(MARGIN, 34, _CAPTIONS[language], 15)]
        for row, column in np.argwhere(np.tri(count, count + 1, 1) > 0).tolist():
            share = min(float(self.weights[row, column]) / most, 1.0)
            fill = "#" + "".join(f"{round(255 + (one - 255) * share):02x}" for one in FOR)
            body.append(box(MARGIN + column * side, _TOP + row * side, side, side, f'fill="{fill}"'))
        for bar in range(1, count + 1, max(1, count // 16)):
            body.append(label(MARGIN - 6, _TOP + bar * side - 2, str(bar), 11, 'text-anchor="end"'))
            body.append(label(MARGIN + (bar + 0.5) * side, _TOP - 6, str(bar), 11, 'text-anchor="middle"'))
        height = _TOP + count * side + _FOOT
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{WIDTH}px" height="{height:.0f}px"'
            f' font-family="Times, serif">'
        )
        return "".join([head, box(0, 0, WIDTH, height, 'fill="#ffffff"'), *body, "</svg>"])


def bar_attention(score: Score, model: ScoreModel | None = None) -> BarAttention:
    """Return where a score model (without one, that which Segue brings along) looks, the mean over its layers, its
    heads and the tokens of a bar. Of a long score what fits into the model's context is read.

    InputError for a score without bars.
    """
    model = model or load_score_model()
    said = windows(score, model.config.longest, most=1)
    if not said:
        raise InputError("the score has no bars: there is nothing to look at")
    ids = np.array(said[0])
    owner = np.cumsum((ids >= v.BAR.start) & (ids < v.BAR.stop))  # 0 in the header, then the bars from 1
    with torch.no_grad():
        weights = model.attention(torch.from_numpy(ids.astype(np.int64))).mean((0, 1)).double().numpy()
    member = np.eye(owner[-1] + 1)[owner]
    found = member.T @ weights @ member / member.sum(0)[:, None]
    return BarAttention(found[1:], len(found) - 1 == len(score.bars))
