"""Styles of one's own: a head from about five files a label, kept with its examples, so that more can be added.

Few examples tell little of how far each number of a vector varies, so that its variance is drawn towards the mean of
all (`shrunk`), and the penalty, the temperature and the threshold come from examples that were left out, each told by
a head that does not know it. Scores are told by their descriptors beside the hidden units of the networks that Segue
brings along, which learned elsewhere what tells styles apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import InputError
from segue.music.score import Score
from segue.recognize.answering import SHIPPED
from segue.recognize.calibration import Doubles, softmax, threshold_for
from segue.recognize.head import RISK, Floats, Head, indices
from segue.recognize.nets import LIMIT, Nets, load_nets
from segue.recognize.scores import BROUGHT, Scores

PENALTIES = (0.001, 0.01, 0.1)  # inverse strengths, the strongest first
FEWEST = 2  # files of a label that is learned
LEFT_OUT_ONE_BY_ONE = 30  # examples up to which each is left out alone
FOLDS = 15  # of more examples
SHRUNK = 20  # examples that the mean of all variances counts as much as
HIDDEN = 2.0  # weight of the networks' hidden units beside the descriptors
_ABSENT = -30.0  # logit of a style that a head does not know
_TEMPERATURES = np.exp(np.linspace(-3, 3, 121))


@dataclass(frozen=True)
class StyleScores:
    """The front end of scores for new styles: their descriptors, centred, scaled and cut as the networks that Segue
    brings along do it, and what the hidden units of these say of them."""

    plain: Scores = BROUGHT

    @property
    def kind(self) -> str:
        """What it takes."""
        return self.plain.kind

    @cached_property
    def _nets(self) -> Nets:
        """The networks with their last layer off: what leaves them are their hidden units."""
        nets = load_nets(SHIPPED / self.kind)
        bare = []
        for net in nets.nets:
            width = len(net.enter)
            bare.append(replace(net, leave=np.eye(width, dtype=np.float32), leave_bias=np.zeros(width, np.float32)))
        return replace(nets, nets=tuple(bare))

    def vectors(self, items: Sequence[Score]) -> Floats:
        """Return vectors (n, d) of scores."""
        return self.lifted(self.plain.vectors(items))

    def lifted(self, descriptors: Floats) -> Floats:
        """Return vectors (n, d) of descriptors (n, 967)."""
        first = self._nets.nets[0]
        seen = np.clip((descriptors - first.centre) / first.scale, -LIMIT, LIMIT)
        hidden = [HIDDEN * net.logits(descriptors) for net in self._nets.nets]
        return np.hstack([seen, *hidden]).astype(np.float32)

    def parts(self, item: Score) -> Sequence[str]:
        """Name the bars, counted from 1."""
        return self.plain.parts(item)

    def without(self, item: Score, parts: Collection[int]) -> Score:
        """Return the score without what begins in some bars (from 0)."""
        return self.plain.without(item, parts)


@dataclass(frozen=True, eq=False)
class Learned:
    """A head, and how it does: of `files` examples told while they were left out the share that was right, with its
    standard error (binomial), the share of the commonest label, and the penalty that was chosen by them.

    One of few penalties is chosen by the same examples, which flatters `accuracy` a little.
    """

    head: Head
    files: int
    accuracy: float
    error: float
    commonest: float
    penalty: float


def shrunk(vectors: Floats) -> tuple[Floats, Floats]:
    """Return a centre and a scale (d) of few vectors (n, d): each variance drawn towards the mean of all variances, as
    if `SHRUNK` further examples had that (after Schäfer and Strimmer 2005, with a fixed weight)."""
    spread = vectors.var(0)
    mean = float(spread.mean()) or 1.0
    scale = np.sqrt((len(vectors) * spread + SHRUNK * mean) / (len(vectors) + SHRUNK))
    return vectors.mean(0).astype(np.float32), scale.astype(np.float32)


def fit_few(vectors: ArrayLike, styles: Sequence[str], penalty: float = PENALTIES[1]) -> Head:
    """Fit an uncalibrated head to few vectors (n, d) and their styles (n), rare styles counting as much as common ones.

    InputError for fewer than two styles, or where all vectors are alike.
    """
    return _fit_all(vectors, styles, (penalty,))[0]


def _fit_all(vectors: ArrayLike, styles: Sequence[str], penalties: Sequence[float]) -> list[Head]:
    """Fit a head by each penalty.

    What is fitted lies in the span of the examples, as the penalty knows no directions: n numbers each in place of d.
    """
    from sklearn.linear_model import LogisticRegression  # slow to import

    rows, names = np.asarray(vectors, np.float32), tuple(sorted(set(styles)))
    if len(names) < 2 or len(rows) != len(styles):
        raise InputError(f"{len(rows)} examples of {len(names)} labels: a label each, and two labels, are needed")
    centre, scale = shrunk(rows)
    seen = ((rows - centre) / scale).astype(np.float64)
    sizes, turned = np.linalg.eigh(seen @ seen.T)
    kept = sizes > max(sizes[-1], 1.0) * 1e-9
    if not kept.any():
        raise InputError(f"{len(rows)} examples that are all alike: nothing tells their labels apart")
    within = turned[:, kept] * np.sqrt(sizes[kept])
    axes = turned[:, kept].T @ seen / np.sqrt(sizes[kept])[:, None]
    heads = []
    for penalty in penalties:
        model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=1000)
        model.fit(within, indices(names, styles))
        weights, bias = (np.asarray(model.coef_) @ axes).astype(np.float32), np.asarray(model.intercept_, np.float32)
        if len(names) == 2:  # one row tells the second from the first
            weights, bias = np.stack([0 * weights[0], weights[0]]), np.array([0, bias[0]], np.float32)
        heads.append(Head(names, centre, scale, weights, bias))
    return heads


def learn_head(vectors: ArrayLike, styles: Sequence[str], seed: int = 0) -> Learned:
    """Learn a head from few vectors (n, d) and their styles (n).

    Each example is told by a head that was fitted without it (up to `LEFT_OUT_ONE_BY_ONE` examples; in `FOLDS` folds,
    drawn by the seed, of more). Penalty and temperature are those by which these answers cost the fewest nats (see
    `cautious_nats`); the threshold is theirs. InputError for fewer than two labels with `FEWEST` examples each.
    """
    rows = np.asarray(vectors, np.float32)
    often = Counter(styles)
    if len(often) < 2 or len(rows) != len(styles) or min(often.values()) < FEWEST:
        told = ", ".join(f"{label} ({count})" for label, count in sorted(often.items())) or "none"
        raise InputError(f"labels with examples: {told}; two labels with {FEWEST} examples each are needed")
    names = tuple(sorted(often))
    truth, folds = indices(names, styles), parted(styles, seed)
    logits = _left_out(rows, styles, folds)
    _, penalty, temperature = min(
        (cautious_nats(softmax(logits[penalty], heat), truth), penalty, float(heat))
        for penalty in PENALTIES
        for heat in _TEMPERATURES
    )
    shares = softmax(logits[penalty], temperature)
    right = float((shares.argmax(1) == truth).mean())
    head = replace(
        fit_few(rows, styles, penalty), temperature=temperature, threshold=threshold_for(shares, truth, RISK)
    )
    error = float(np.sqrt(right * (1 - right) / len(truth)))
    return Learned(head, len(truth), right, error, max(often.values()) / len(truth), penalty)


def cautious_nats(shares: Doubles, truth: NDArray[np.int64]) -> float:
    """Return the mean nats of answers (n, styles), as if of n + 2 examples one had another label than it has.

    Few examples that are all told right would else make every answer certain (targets after Platt 1999).
    """
    count, styles = shares.shape
    logs = np.log(np.maximum(shares, 1e-300))
    mine = logs[np.arange(count), truth]
    others = (logs.sum(1) - mine) / (styles - 1)
    nats: float = -np.mean(mine * (count + 1) + others) / (count + 2)
    return nats


def parted(styles: Sequence[str], seed: int = 0) -> NDArray[np.int64]:
    """Return a fold for each example: alone where there are few, else one of `FOLDS`, each label spread over them."""
    count = len(styles)
    if count <= LEFT_OUT_ONE_BY_ONE:
        return np.arange(count)
    order = np.random.default_rng(seed).permutation(count)
    order = order[np.argsort(np.asarray(styles)[order], kind="stable")]
    folds = np.empty(count, np.int64)
    folds[order] = np.arange(count) % FOLDS
    return folds


def _left_out(rows: Floats, styles: Sequence[str], folds: NDArray[np.int64]) -> dict[float, Doubles]:
    """By each penalty the logits (n, styles) of examples, each by a head fitted to the other folds."""
    names, told = sorted(set(styles)), np.asarray(styles)
    found = {penalty: np.full((len(rows), len(names)), _ABSENT) for penalty in PENALTIES}
    for fold in np.unique(folds):
        out = folds == fold
        for penalty, head in zip(PENALTIES, _fit_all(rows[~out], told[~out].tolist(), PENALTIES), strict=True):
            found[penalty][np.ix_(out, indices(names, head.styles))] = head.logits(rows[out])
    return found
