"""What style is a score? Tune types, drum styles and periods: `python -m benchmarks.style_scores [CASE ...]`

- `style.nottingham_acc`, `_f1`: the book a tune of Nottingham is from (reels, jigs, hornpipes, waltzes ...; 9), five
  folds, stratified. No group is known for them, so that variants of a tune may lie on both sides: as in the bar.
- `style.groove_official`: 14 drum styles with at least ten performances, the official test part; `_by_drummer`: each
  drummer told by the others.
- `style.mutopia_acc`, `_f1`: the nine commonest styles of Mutopia's clean MIDI files, five folds by composer; `_loose`
  folds by file, marked loose: composers lie on both sides.
- `style.ece_<task>`: expected calibration error of the likeliest style, its temperature from a tenth of each train
  part, which is not learned from.
- `style.deletion_ratio_<task>`: how much further the probability falls without the three bars named than without three
  at random, over held-out scores of the first fold.
- `_line`: the same by a straight head (logistic regression) on the same descriptors; `_common`: the commonest style.

Three seeds: of networks, of folds where they are drawn. Nothing was chosen on what is tested: recipe and plan are the
defaults of `segue.recognize.net`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import ROOT, Result, data_dir, sha256_of, write
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.files import rows
from segue.recognize.evidence import deletion
from segue.recognize.front import Teller
from segue.recognize.head import Floats, fit_head
from segue.recognize.net import RECIPE, Plan, fit_nets
from segue.recognize.nets import Nets
from segue.recognize.scores import Scores
from segue.tune.metrics import accuracy, calibration_error, macro_f1
from segue.tune.stats import figure

SEEDS = (0, 1, 2)
FOLDS, HELD = 5, 10  # one of so many is held out for the temperature
DELETED = 60  # scores of which the evidence is tested
FEWEST_DRUMMED, COMMONEST = 10, 9
FRONT = Scores()
Split = tuple[NDArray[np.int64], NDArray[np.int64]]  # rows to learn from, rows to tell
BARS = {
    "nottingham_acc": 0.866, "nottingham_f1": 0.467, "groove_official": 0.625, "groove_by_drummer": 0.295,
    "mutopia_acc": 0.535, "mutopia_f1": 0.343,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Labelled:
    """Scores of a corpus with their styles, groups and canonical splits, and their vectors (n, d)."""

    pieces: tuple[Piece, ...]
    styles: tuple[str, ...]
    vectors: Floats

    @classmethod
    def of(cls, pieces: Sequence[Piece], styles: Sequence[str]) -> Labelled:
        """Describe scores."""
        return cls(tuple(pieces), tuple(styles), FRONT.vectors([piece.score for piece in pieces]))

    @property
    def names(self) -> list[str]:
        """The styles there are."""
        return sorted(set(self.styles))


def _pieces(corpus: str) -> list[Piece]:
    found = BY_NAME[corpus].read(BY_NAME[corpus].place(data_dir()))
    return [piece for piece in found if isinstance(piece, Piece)]


@lru_cache(maxsize=1)
def nottingham() -> Labelled:
    """Tunes by the books they are in; the books of reels are one."""
    pieces = _pieces("nottingham")
    return Labelled.of(pieces, [re.sub(r"^reels.*", "reels", piece.key.partition("/")[0]) for piece in pieces])


@lru_cache(maxsize=1)
def groove() -> Labelled:
    """Performances by the first word of their style."""
    table = {
        row["midi_filename"]: row["style"].partition("/")[0] for row in rows(data_dir() / "groove/groove/info.csv")
    }
    pieces = _pieces("groove")
    often = Counter(table[piece.file] for piece in pieces)
    kept = [piece for piece in pieces if often[table[piece.file]] >= FEWEST_DRUMMED]
    return Labelled.of(kept, [table[piece.file] for piece in kept])


@lru_cache(maxsize=1)
def mutopia() -> Labelled:
    """Files by the style that Mutopia gives."""
    table = {row["midi"]: row["style"] for row in rows(data_dir() / "mutopia_midi" / "index.csv")}
    pieces = _pieces("mutopia_midi")
    common = {style for style, _ in Counter(table[piece.file] for piece in pieces).most_common(COMMONEST)}
    kept = [piece for piece in pieces if table[piece.file] in common]
    return Labelled.of(kept, [table[piece.file] for piece in kept])


# ---- splits


def stratified(labelled: Labelled, seed: int) -> Iterator[Split]:
    """Five folds with the same share of each style."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    yield from folds.split(labelled.vectors, labelled.styles)


def by_group(labelled: Labelled, seed: int) -> Iterator[Split]:
    """Five folds, each group in one."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups = [piece.group for piece in labelled.pieces]
    yield from StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(
        labelled.vectors, labelled.styles, groups
    )


def by_drummer(labelled: Labelled, _seed: int) -> Iterator[Split]:
    """Each group told by the others."""
    groups = np.array([piece.group for piece in labelled.pieces])
    for group in sorted(set(groups)):
        yield np.flatnonzero(groups != group), np.flatnonzero(groups == group)


def official(labelled: Labelled, _seed: int) -> Iterator[Split]:
    """The canonical test part told by all else."""
    is_test = np.array([piece.part == "test" for piece in labelled.pieces])
    yield np.flatnonzero(~is_test), np.flatnonzero(is_test)


# ---- telling


@dataclass(frozen=True, eq=False)
class Told:
    """Probabilities (n, styles) of rows that were told, by nets and by a straight head, with the last fold's nets."""

    rows: NDArray[np.int64]
    nets: NDArray[np.float64]
    line: NDArray[np.float64]
    last: Nets
    last_rows: NDArray[np.int64]


def tell(labelled: Labelled, splits: Iterator[Split], name: str, seed: int) -> Told:
    """Learn from each split and tell its rows."""
    names = labelled.names
    told: list[NDArray[np.int64]] = []
    found: list[list[NDArray[np.float64]]] = [[], []]
    styles = np.array(labelled.styles)
    for number, (train, test) in enumerate(splits):
        held = train[np.random.default_rng(seed).permutation(len(train)) % HELD == 0]
        learned = np.setdiff1d(train, held)
        known = held[np.isin(styles[held], styles[learned])]
        folder = ROOT / ".scratch" / "benchmarks" / "style_scores" / f"{name}-{seed}-{number}"
        x, y = labelled.vectors[learned], styles[learned].tolist()
        nets = fit_nets(x, y, folder, RECIPE.replace(seed=10 * seed)).calibrated(
            labelled.vectors[known], styles[known].tolist()
        )
        line = fit_head(x, y, penalties=(0.003, 0.01)).calibrated(labelled.vectors[known], styles[known].tolist())
        places = [names.index(style) for style in nets.styles]
        tellers: tuple[Teller, Teller] = (nets, line)
        for shares, teller in zip(found, tellers, strict=True):
            full = np.zeros((len(test), len(names)))
            full[:, places] = teller.probabilities(labelled.vectors[test])
            shares.append(full)
        told.append(test)
        print(f"{name}, seed {seed}, fold {number + 1}: {len(learned)} learned from, {len(test)} told", file=sys.stderr)
    return Told(np.concatenate(told), np.concatenate(found[0]), np.concatenate(found[1]), nets, told[-1])


def calibration(truth: NDArray[np.int64], shares: NDArray[np.float64]) -> float:
    """The expected calibration error of the likeliest style (Guo et al. 2017, equation 3)."""
    return calibration_error(shares.argmax(1) == truth, np.clip(shares.max(1), 0, 1))


@dataclass(frozen=True)
class Case:
    """A task with a split: its name, what is labelled, how it is split, and which figures are told."""

    name: str
    task: str
    split: str
    figures: tuple[tuple[str, str], ...]  # the id's end and the metric
    is_deleted: bool = False


CASES = (
    Case("nottingham", "nottingham", "stratified", (("nottingham_acc", "acc"), ("nottingham_f1", "f1")), True),
    Case("groove_official", "groove", "official", (("groove_official", "acc"),)),
    Case("groove_by_drummer", "groove", "by_drummer", (("groove_by_drummer", "acc"),)),
    Case("mutopia", "mutopia", "by_group", (("mutopia_acc", "acc"), ("mutopia_f1", "f1")), True),
    Case("mutopia_loose", "mutopia", "stratified", (("mutopia_acc_loose", "acc"), ("mutopia_f1_loose", "f1"))),
)
PLACES = {"groove": "groove/groove", "mutopia": "mutopia_midi/index.csv", "nottingham": "nottingham/ABC_cleaned"}
TASKS = {"nottingham": nottingham, "groove": groove, "mutopia": mutopia}
SPLITS = {"stratified": stratified, "official": official, "by_drummer": by_drummer, "by_group": by_group}


def measure(case: Case) -> list[Result]:
    """Tell a case with each seed."""
    labelled = TASKS[case.task]()
    names = labelled.names
    classes = np.array([names.index(style) for style in labelled.styles])
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        told = tell(labelled, SPLITS[case.split](labelled, seed), case.name, seed)
        truth = classes[told.rows]
        common = np.full(len(truth), np.bincount(classes).argmax())
        for end, guess in (("", told.nets), ("_line", told.line), ("_common", common)):
            found.setdefault(f"acc{end}", []).append(accuracy(truth, guess))
            found.setdefault(f"f1{end}", []).append(macro_f1(truth, guess))
        found.setdefault("ece", []).append(calibration(truth, told.nets))
        if case.is_deleted and seed == SEEDS[0]:
            found["deletion"] = [deletion_ratio(labelled, told, seed)]
    facts = {"split": case.split, "is_loose": case.name.endswith("_loose"), **RECIPE.as_dict(), "nets": Plan().count}
    results = [
        _result(f"style.{name}{end}", found[metric + end], len(classes), facts, BARS.get(name) if not end else None)
        for name, metric in case.figures
        for end in ("", "_line", "_common")
    ]
    results.append(_result(f"style.ece_{case.name}", found["ece"], len(classes), facts, 0.05, "lower"))
    if "deletion" in found:
        results.append(_result(f"style.deletion_ratio_{case.name}", found["deletion"], DELETED, facts, 3.0))
    return results


def deletion_ratio(labelled: Labelled, told: Told, seed: int) -> float:
    """The sum of drops without the named bars over that without as many at random."""
    rng = np.random.default_rng(seed)
    drops = []
    for row in rng.permutation(told.last_rows):
        one = deletion(FRONT, told.last, labelled.pieces[row].score, rng)
        drops += [one] if one is not None else []
        if len(drops) == DELETED:
            break
    return sum(one.named for one in drops) / max(sum(one.random for one in drops), 1e-9)


def _result(
    name: str, values: Sequence[float], n: int, facts: Mapping[str, object], bar: float | None, better: str = "higher"
) -> Result:
    told = figure(values)
    return Result(
        id=name,
        value=told.mean,
        error=told.error,
        unit="",
        better="lower" if better == "lower" else "higher",
        bar=bar,
        seeds=SEEDS[: len(values)],
        n=n,
        command="python -m benchmarks.style_scores",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / next(place for task, place in PLACES.items() if task in name)]),
    )


def run() -> list[Result]:
    """Measure all cases."""
    return [result for case in CASES for result in measure(case)]


if __name__ == "__main__":
    asked = [case for case in CASES if not sys.argv[1:] or case.name in sys.argv[1:]]
    write("style_scores", [result for case in asked for result in measure(case)])
