"""Making the head that tells styles of chords.

Each set writes its chords in its own way, and most hold one style alone, so that a head could tell who wrote them down
instead. All that is chosen here (the penalty, the temperature, the threshold) is therefore chosen by what heads tell of
music that they did not learn from: a set whose style others have too is left out whole, of the others all pieces by
some hands, in turn. Beside whole pieces they learn from stretches of a few bars, which is what people write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segue.corpora import BY_NAME
from segue.errors import InputError
from segue.recognize.calibration import Doubles, softmax, temperature_of, threshold_for
from segue.recognize.card import Card, Source
from segue.recognize.chord_styles import FRONT, STYLES, Styled, read_styled, stretches
from segue.recognize.head import RISK, Floats, Head, fit_head, indices
from segue.tune.metrics import calibration_error

PENALTIES = (0.0003, 0.001, 0.003, 0.01)
Numbers = NDArray[np.int64]
Chosen = NDArray[np.bool_]  # which pieces


@dataclass(frozen=True, eq=False)
class Shown:
    """Pieces as a head sees them: vectors (n, d) whole and in stretches, numbers (n) of their styles, their turns."""

    styles: tuple[str, ...]
    whole: Floats
    parted: Floats
    truth: Numbers
    turns: NDArray[np.str_]

    @classmethod
    def of(cls, items: Sequence[Styled], seed: int = 0) -> Shown:
        """Look at pieces; InputError where they have fewer than two styles."""
        styles = tuple(sorted({one.style for one in items}))
        if len(styles) < 2:
            raise InputError(f"progressions of {len(styles)} styles: two or more are needed")
        chords = [one.chords for one in items]
        truth = indices(styles, [one.style for one in items])
        turns = np.array([one.turn for one in items])
        return cls(styles, FRONT.vectors(chords), FRONT.vectors(stretches(chords, seed)), truth, turns)

    def fitted(self, places: Chosen, penalty: float) -> Head:
        """Return a head that learned from some pieces, whole and in stretches, all styles alike."""
        told = [self.styles[number] for number in self.truth[places]] * 2
        return fit_head(np.vstack([self.whole[places], self.parted[places]]), told, penalties=(penalty, penalty))


@dataclass(frozen=True, eq=False)
class Crossed:
    """What heads tell of pieces that were left out when they learned: logits (2, n, styles), of whole pieces and of
    stretches, by the penalty of the heads."""

    shown: Shown
    logits: Mapping[float, Doubles]

    @classmethod
    def of(cls, shown: Shown, told: Callable[[str], None] = lambda _: None) -> Crossed:
        """Leave each turn out once. InputError where a style has but one turn, and could not be learned without it."""
        found = {penalty: np.zeros((2, len(shown.truth), len(shown.styles))) for penalty in PENALTIES}
        for turn in sorted(set(shown.turns)):
            out = shown.turns == turn
            if len(np.unique(shown.truth[~out])) < len(shown.styles):
                raise InputError(f"without {turn} a style is lost: each must lie in two turns or more")
            for penalty, logits in found.items():
                head = shown.fitted(~out, penalty)
                logits[:, out] = head.logits(shown.whole[out]), head.logits(shown.parted[out])
            told(f"told {int(out.sum()):,} progressions of {turn} by heads that learned from others")
        return cls(shown, found)

    def recalls(self, penalty: float, places: Chosen) -> Doubles:
        """Return the share that is told right of each style (2, styles), of whole pieces and of stretches."""
        right = self.logits[penalty].argmax(2) == self.shown.truth
        mine = [places & (self.shown.truth == number) for number in range(len(self.shown.styles))]
        return np.stack([right[:, one].mean(1) for one in mine if one.any()], 1)

    def chosen(self, places: Chosen, seed: int = 0) -> tuple[float, float, float]:
        """Return the penalty, the temperature and the threshold by some pieces, as many of each style."""
        penalty = max(PENALTIES, key=lambda one: float(self.recalls(one, places).mean()))
        even = self.even(places, seed)
        logits, truth = (
            self.logits[penalty][:, even].reshape(-1, len(self.shown.styles)),
            np.tile(self.shown.truth[even], 2),
        )
        temperature = temperature_of(logits, truth)
        return penalty, temperature, threshold_for(softmax(logits, temperature), truth, RISK)

    def even(self, places: Chosen, seed: int = 0) -> Numbers:
        """Return the numbers of pieces among some, as many of each style, drawn by a seed."""
        rng = np.random.default_rng(seed)
        groups = [np.flatnonzero(places & (self.shown.truth == number)) for number in range(len(self.shown.styles))]
        least = min(len(group) for group in groups if len(group))
        return np.concatenate([rng.choice(group, least, replace=False) for group in groups if len(group)])

    def figures(self) -> dict[str, float]:
        """Return what is right where each turn is told by what all others chose, each style counting alike."""
        count = len(self.shown.truth)
        shares, sure = np.zeros((2, count, len(self.shown.styles))), np.zeros((2, count), bool)
        for turn in sorted(set(self.shown.turns)):
            out = self.shown.turns == turn
            penalty, temperature, threshold = self.chosen(~out)
            shares[:, out] = softmax(self.logits[penalty][:, out], temperature)
            sure[:, out] = shares[:, out].max(2) >= threshold
        right = shares.argmax(2) == self.shown.truth
        weights = 1 / np.bincount(self.shown.truth)[self.shown.truth]
        even = self.even(np.ones(count, bool))
        told: dict[str, float] = {}
        for number, kind in enumerate(("", "_of_stretches")):
            told |= {
                f"recall{kind}": float(np.average(right[number], weights=weights)),
                f"ece{kind}": calibration_error(right[number, even], shares[number, even].max(1)),
                f"sure{kind}": float(np.average(sure[number], weights=weights)),
                f"right_where_sure{kind}": _share(right[number], weights * sure[number]),
            }
        return told


@dataclass(frozen=True)
class Made:
    """The head, what was measured on music that heads did not learn from, and how many pieces of each style there were
    in each set."""

    head: Head
    metrics: dict[str, float]
    counts: dict[str, dict[str, int]]


def _share(right: Chosen, weights: Doubles) -> float:
    """The weighted share; not a number where nothing weighs."""
    return float(np.average(right, weights=weights)) if weights.any() else float("nan")


def make_chord_styles(root: Path, out: Path, told: Callable[[str], None] = lambda _: None) -> Made:
    """Learn styles of chords from the sets below `root`; write the head and its card into `out`."""
    items = read_styled(root, told)
    shown = Shown.of(items)
    crossed = Crossed.of(shown, told)
    everything = np.ones(len(items), bool)
    penalty, temperature, threshold = crossed.chosen(everything)
    head = replace(shown.fitted(everything, penalty), temperature=temperature, threshold=threshold)
    counts = {name: dict(Counter(one.style for one in items if one.corpus == name)) for name in STYLES}
    made = Made(head, crossed.figures(), counts)
    head.save(out)
    _card(made).save(out)
    return made


def _card(made: Made) -> Card:
    return Card(
        title="Segue's head for the style of chords",
        about=_ABOUT.format(width=len(made.head.centre), styles=", ".join(made.head.styles)),
        metrics=made.metrics,
        figures=_FIGURES,
        sources=[Source(name, BY_NAME[name].licence, counts) for name, counts in made.counts.items()],
        limits=_LIMITS,
        tags=("music", "chords"),
        columns=made.head.styles,
    )


_ABOUT = """\
A straight head (logistic regression) on {width} shares of what a progression is made of (`segue.recognize.chords`): \
qualities, degrees above the tonic, steps of the root, how often chords change, what comes again. `segue recognize` \
uses it; `segue pretrain-styles chords` makes it anew.

Styles: {styles}; pop includes rock and soul."""
_FIGURES = """\
Told by heads that learned from other sets (pop) or other hands (jazz, classical), each style counting alike \
(`recall`: the mean of the shares that are told right; `ece`: expected calibration error; `sure`: share that is \
answered; `of_stretches`: of 4, 8 or 16 bars). The penalty, temperature and threshold are then those that all others \
chose."""
_LIMITS = """\
Jazz are lead sheets of the American songbook; what is called pop there is left out, since the set's own words do not \
tell the two apart. Classical are analyses in roman numerals, denser than a lead sheet: of a classical piece with a \
chord a bar it says jazz or pop. Folk, blues and other styles are not known to it, and it may be sure of a wrong one."""
