"""Which descriptors speak for a style: integrated gradients of its probability, from the mean score to this one.

A descriptor is credited with the integral of the gradient along the straight line from the mean of the scores that were
learned from, times how far it is from that mean (Sundararajan, Taly and Yan, ICML 2017), by captum on the networks as
PyTorch modules, in 64 bits. Credits add up to the difference of the probabilities at both ends (completeness).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from segue.errors import InputError
from segue.music.score import Score
from segue.music.style_names import style_name
from segue.recognize.calibration import Doubles
from segue.recognize.descriptor_names import Named, names_of
from segue.recognize.evidence import NAMED, Deletion
from segue.recognize.front import Teller
from segue.recognize.head import Head
from segue.recognize.nets import LIMIT, Layers, Nets

STEPS = 64  # of the integral: the gradient jumps where vectors are cut, at `LIMIT`, so that few steps would not do
_AWAY = 0.5  # standard deviations from the mean, from which on a descriptor says something of a score


@dataclass(frozen=True, slots=True)
class Reason:
    """A descriptor, the probability that it is credited with, and whether the score has more of it than the mean."""

    named: Named
    credit: float
    is_more: bool
    place: int


def probabilities_of(teller: Teller) -> nn.Module:
    """Return a module that turns vectors (n, d) into the teller's calibrated probabilities (n, styles), in 64 bits.

    InputError for a teller without gradients: heads and networks have them.
    """
    if isinstance(teller, Head):
        return _Line(teller)
    if isinstance(teller, Nets):
        return _Averaged(teller)
    raise InputError(f"{type(teller).__name__} has no gradients: Head and Nets have")


def mean_of(teller: Teller) -> Doubles:
    """Return the mean (d) of the vectors that a head or networks learned from."""
    if isinstance(teller, Head):
        return teller.centre.astype(np.float64)
    if isinstance(teller, Nets):
        return teller.nets[0].centre.astype(np.float64)
    raise InputError(f"{type(teller).__name__} keeps no mean: Head and Nets do")


def attributions(teller: Teller, vector: ArrayLike, style: int, steps: int = STEPS) -> Doubles:
    """Return what each number of a vector (d) adds to the probability of a style (by its number), against the mean."""
    from captum.attr import IntegratedGradients  # slow to import

    module, row = probabilities_of(teller), torch.from_numpy(np.asarray(vector, np.float64)[None])
    start = torch.from_numpy(mean_of(teller)[None])
    if row.shape != start.shape:
        raise InputError(f"a vector of shape {tuple(row.shape[1:])}: ({start.shape[1]},) is needed")
    found = IntegratedGradients(module).attribute(row, start, target=style, n_steps=steps, internal_batch_size=64)
    credited: Doubles = found[0].detach().numpy()
    return credited


def reasons(teller: Teller, vector: ArrayLike, score: Score, style: int, count: int = NAMED) -> tuple[Reason, ...]:
    """Return the descriptors of a score that are credited most with a style, the strongest first, each name once."""
    row = np.asarray(vector, np.float64)
    credited, names, mean = attributions(teller, row, style), names_of(score, len(row)), mean_of(teller)
    found: list[Reason] = []
    for place in np.argsort(-credited, kind="stable").tolist():
        if credited[place] <= 0 or len(found) == count:
            break
        one = Reason(names[place], float(credited[place]), bool(row[place] > mean[place]), place)
        if all(one.named != other.named for other in found):
            found.append(one)
    return tuple(found)


def by_family(credited: Doubles, names: Sequence[Named]) -> dict[str, float]:
    """Return the credits of families, the largest first; they add up to the same."""
    found: defaultdict[str, float] = defaultdict(float)
    for one, credit in zip(names, credited.tolist(), strict=True):
        found[one.family] += credit
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def because_sentence(found: Sequence[Reason], style: str, language: str = "en") -> str:
    """Return reasons in one sentence: "What speaks for a jig: above the mean score in bars in 6/8 and pick-up."

    "" where there are none; InputError for a language that is none of en and zh.
    """
    told = style_name(style, language)
    more = [one.named.called(language) for one in found if one.is_more]
    less = [one.named.called(language) for one in found if not one.is_more]
    if not found:
        return ""
    if language == "zh":
        parts = [f"{'、'.join(names)}比平均{how}" for names, how in ((more, "多"), (less, "少")) if names]
        return f"说明它是{told}的特征：{'；'.join(parts)}。"
    parts = [f"{how} the mean score in {_listed(names)}" for names, how in ((more, "above"), (less, "below")) if names]
    return f"What speaks for {told}: {'; '.join(parts)}."


def deletion_of(
    teller: Teller,
    vector: ArrayLike,
    rng: np.random.Generator,
    count: int = NAMED,
    *,
    is_near: bool = False,
    told: Sequence[int] | None = None,
) -> Deletion | None:
    """Set the descriptors credited most with the likeliest style to their mean, and as many random ones five times.

    With `told` those places are set, in place of the most credited. With `is_near` the random ones are drawn from those
    that say something of the score: half a standard deviation off the mean or more. None where fewer than `count` are
    credited, or there are too few to draw from.
    """
    row, mean = np.asarray(vector, np.float64), mean_of(teller)
    style = int(teller.probabilities(row[None])[0].argmax())
    credited = attributions(teller, row, style)
    named = np.argsort(-credited, kind="stable")[:count] if told is None else np.array(told, np.int64)
    drawn_from = np.flatnonzero(np.abs(row - mean) / _scale(teller) >= _AWAY) if is_near else np.arange(len(row))
    if len(named) < count or credited[named[-1]] <= 0 or len(drawn_from) <= count:
        return None
    rows = np.repeat(row[None], 7, 0)
    rows[1, named] = mean[named]
    for one in rows[2:]:
        places = rng.choice(drawn_from, count, replace=False)
        one[places] = mean[places]
    shares = teller.probabilities(rows)[:, style]
    return Deletion(float(shares[0] - shares[1]), float(shares[0] - shares[2:].mean()))


def _scale(teller: Teller) -> Doubles:
    held = teller.nets[0] if isinstance(teller, Nets) else teller
    if isinstance(held, (Head, Layers)):
        return held.scale.astype(np.float64)
    raise InputError(f"{type(teller).__name__} keeps no scale: Head and Nets do")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# ---- as modules


def _tensor(values: ArrayLike) -> Tensor:
    return torch.from_numpy(np.asarray(values, np.float64))


class _Line(nn.Module):
    def __init__(self, head: Head) -> None:
        super().__init__()
        self.centre, self.scale = _tensor(head.centre), _tensor(head.scale)
        self.weights, self.bias, self.temperature = _tensor(head.weights), _tensor(head.bias), head.temperature

    def forward(self, vectors: Tensor) -> Tensor:
        logits = ((vectors - self.centre) / self.scale) @ self.weights.T + self.bias
        return (logits / self.temperature).softmax(1)


class _Averaged(nn.Module):
    def __init__(self, nets: Nets) -> None:
        super().__init__()
        names = ("centre", "scale", "enter", "enter_bias", "leave", "leave_bias")
        self.nets = [[_tensor(getattr(net, name)) for name in names] for net in nets.nets]
        self.temperature = nets.temperature

    def forward(self, vectors: Tensor) -> Tensor:
        shares = []
        for centre, scale, enter, enter_bias, leave, leave_bias in self.nets:
            seen = ((vectors - centre) / scale).clamp(-LIMIT, LIMIT)
            hidden = nn.functional.gelu(seen @ enter.T + enter_bias)
            shares.append((hidden @ leave.T + leave_bias).softmax(1))
        return (torch.stack(shares).mean(0).clamp(min=1e-12).log() / self.temperature).softmax(1)
