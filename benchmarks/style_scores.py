"""What style is a score? Tune types, drum styles and periods: `python -m benchmarks.style_scores [CASE ...]`

- `style.nottingham_acc`, `_f1`: the book a tune of Nottingham is from (reels, jigs, hornpipes, waltzes ...; 9), five
  folds, stratified. No group is known for them, so that variants of a tune may lie on both sides: as in the bar.
- `style.groove_official`: 14 drum styles with at least ten performances, the official test part. Two fifths of it are
  fills cut out of takes of which more is learned from, and the tempo written in the file gives the take away; by
  `_untimed` the same without tempos is told. `_by_drummer`: each drummer told by the others, by where hits stand and
  with what alone: how fast, loud or late they are tells who plays.
- `style.mutopia_acc`, `_f1`: the nine commonest styles of Mutopia's clean MIDI files, five folds by composer; `_loose`
  folds by file, marked loose: composers lie on both sides.
- `style.ece_<case>`: expected calibration error of the likeliest style. Networks have their temperature from a tenth of
  each train part, which is not learned from; forests from others, each grown without a drummer, or without a third of
  the composers (for the official part, without valid, and without a third of the sessions). `_floor`: what would be
  found if each probability were exact; few answers never spread over the bins as they should.
- `style.deletion_ratio_<case>`: how much further the probability falls without the three bars named than without three
  at random, over held-out scores of the first fold.
- `_line`: the same by a straight head (logistic regression) on the same descriptors; `_common`: the commonest style.

Nottingham is told by networks, Groove by forests, Mutopia by a forest and a straight head (`segue.recognize.panel`).
Three seeds: of what is learned, of folds where they are drawn. What is learned with was chosen without the rows told:
for the official part of Groove on valid and on sessions held out of train; by drummer on the drummers of each train
part, each told by the others (patterns or all numbers, forests or straight heads, weights for rare drummers); for
Mutopia on folds by composer inside the train part of the first fold of seed 0. What was told more than once: the
official test part of Groove three times, by networks (.526, ECE .15), by the forest with a temperature from likelihood
(.672, ECE .22), and with the one that is used now; drummers twice, by all numbers (.294, ECE .21), and by patterns;
Mutopia twice, its temperature from one third of the composers (ECE .051), and from each in turn.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import RESULTS, ROOT, Result, data_dir, read, sha256_of, write
from benchmarks.style_score_sets import (
    Labelled,
    Split,
    by_drummer,
    by_group,
    exact_error,
    groove,
    groove_patterns,
    groove_untimed,
    held_each,
    held_groups,
    held_rows,
    held_sessions,
    mutopia,
    nottingham,
    official,
    stratified,
)
from segue.recognize.evidence import deletion
from segue.recognize.forest import LEAST, Forest, Growth, fit_forest
from segue.recognize.front import Teller
from segue.recognize.head import fit_head
from segue.recognize.net import RECIPE, Plan, fit_nets
from segue.recognize.nets import Nets
from segue.recognize.panel import Panel, fit_panel
from segue.tune.metrics import accuracy, calibration_error, macro_f1
from segue.tune.stats import figure

SEEDS = (0, 1, 2)
HELD = 10  # one of so many is held out for the temperature of networks
DELETED = 60  # scores of which the evidence is tested
BARS = {
    "nottingham_acc": 0.866, "nottingham_f1": 0.467, "groove_official": 0.625, "groove_by_drummer": 0.295,
    "mutopia_acc": 0.535, "mutopia_f1": 0.343,
}  # fmt: skip


# ---- telling


@dataclass(frozen=True, eq=False)
class Told:
    """Probabilities (n, styles) of rows that were told, by a teller and by a straight head (none where it was not
    asked), with the last fold's teller."""

    rows: NDArray[np.int64]
    shares: NDArray[np.float64]
    line: NDArray[np.float64]
    last: Teller
    last_rows: NDArray[np.int64]


def by_nets(case: Case, labelled: Labelled, split: Split, seed: int, number: int) -> Nets:
    """Teach networks, their temperature from rows that are drawn."""
    train, styles = split[0], np.array(labelled.styles)
    held = train[np.random.default_rng(seed).permutation(len(train)) % HELD == 0]
    learned = np.setdiff1d(train, held)
    known = held[np.isin(styles[held], styles[learned])]
    folder = ROOT / ".scratch" / "benchmarks" / "style_scores" / f"{case.name}-{seed}-{number}"
    nets = fit_nets(labelled.vectors[learned], styles[learned].tolist(), folder, RECIPE.replace(seed=10 * seed))
    return nets.calibrated(labelled.vectors[known], styles[known].tolist())


def by_trees(case: Case, labelled: Labelled, split: Split, seed: int, _number: int) -> Forest | Panel:
    """Grow a forest on all of the train part, its temperature from others grown without what they tell."""
    styles = np.array(labelled.styles)

    def grown(rows: NDArray[np.int64]) -> Forest | Panel:
        fit = fit_panel if case.is_panel else fit_forest
        return fit(labelled.vectors[rows], styles[rows].tolist(), case.growth, seed)

    forest = grown(split[0])
    logits, truth = [], []
    for learned, held in case.held(labelled, split, seed):
        other = grown(learned)
        told = np.full((len(held), len(forest.styles)), np.log(LEAST))
        told[:, [forest.styles.index(style) for style in other.styles]] = other.logits(labelled.vectors[held])
        logits.append(told)
        truth += styles[held].tolist()
    return forest.calibrated_by(np.concatenate(logits), truth)


def tell(case: Case, labelled: Labelled, seed: int) -> Told:
    """Learn from each split and tell its rows; with a straight head for the first seed."""
    names, styles = labelled.names, np.array(labelled.styles)
    told: list[NDArray[np.int64]] = []
    found: list[list[NDArray[np.float64]]] = [[], []]
    for number, split in enumerate(case.split(labelled, seed)):
        train, test = split
        last: Teller = case.learn(case, labelled, split, seed, number)
        tellers = [last]
        if isinstance(last, Panel):
            tellers.append(last.head)
        elif case.is_lined and seed == SEEDS[0]:
            tellers.append(fit_head(labelled.vectors[train], styles[train].tolist(), penalties=(0.003, 0.01)))
        for shares, teller in zip(found, tellers, strict=False):
            full = np.zeros((len(test), len(names)))
            full[:, [names.index(style) for style in teller.styles]] = teller.probabilities(labelled.vectors[test])
            shares.append(full)
        told.append(test)
        print(f"{case.name}, seed {seed}, fold {number + 1}: {len(train)} to learn, {len(test)} told", file=sys.stderr)
    line = np.concatenate(found[1]) if found[1] else np.zeros((0, len(names)))
    return Told(np.concatenate(told), np.concatenate(found[0]), line, last, told[-1])


def calibration(truth: NDArray[np.int64], shares: NDArray[np.float64]) -> float:
    """The expected calibration error of the likeliest style (Guo et al. 2017, equation 3)."""
    return calibration_error(shares.argmax(1) == truth, np.clip(shares.max(1), 0, 1))


@dataclass(frozen=True)
class Case:
    """A task with a split: its name, what is labelled, how it is split, which figures are told, how it is learned."""

    name: str
    task: Callable[[], Labelled]
    split: Callable[[Labelled, int], Iterator[Split]]
    figures: tuple[tuple[str, str], ...]  # the id's end and the metric
    learn: Callable[[Case, Labelled, Split, int, int], Teller] = by_trees
    held: Callable[[Labelled, Split, int], list[Split]] = held_groups  # for the temperature of a forest
    growth: Growth = field(default_factory=Growth)
    is_panel: bool = False  # a straight head tells along with the forest
    is_lined: bool = False  # a straight head is held beside it, for the first seed; a panel has its own
    is_deleted: bool = False

    @property
    def facts(self) -> Mapping[str, object]:
        """What is told of how it was learned."""
        plan: Mapping[str, object] = {**RECIPE.as_dict(), "nets": Plan().count}
        is_loose = self.name.endswith("_loose")
        return {
            "split": self.split.__name__,
            "is_loose": is_loose,
            **(
                plan
                if self.learn is by_nets
                else {"held": self.held.__name__, "is_panel": self.is_panel, **asdict(self.growth)}
            ),
        }


DRUMMED, DRUMMED_BY_OTHERS, WRITTEN = (
    Growth(60, columns=0.8),
    Growth(200, columns=0.2),
    Growth(60, 2, 0.2, is_balanced=True),
)
CASES = (
    Case(
        "nottingham", nottingham, stratified, (("nottingham_acc", "acc"), ("nottingham_f1", "f1")), by_nets,
        is_lined=True, is_deleted=True,
    ),
    Case(
        "groove_official", groove, official, (("groove_official", "acc"),), held=held_sessions, growth=DRUMMED,
        is_lined=True,
    ),
    Case(
        "groove_official_untimed", groove_untimed, official, (("groove_official_untimed", "acc"),),
        held=held_sessions, growth=DRUMMED,
    ),
    Case(
        "groove_by_drummer", groove_patterns, by_drummer, (("groove_by_drummer", "acc"),), held=held_each,
        growth=DRUMMED_BY_OTHERS,
    ),
    Case(
        "mutopia", mutopia, by_group, (("mutopia_acc", "acc"), ("mutopia_f1", "f1")), growth=WRITTEN, is_panel=True,
        is_deleted=True,
    ),
    Case(
        "mutopia_loose", mutopia, stratified, (("mutopia_acc_loose", "acc"), ("mutopia_f1_loose", "f1")),
        held=held_rows, growth=WRITTEN, is_panel=True,
    ),
)  # fmt: skip
PLACES = {"groove": "groove/groove", "mutopia": "mutopia_midi/index.csv", "nottingham": "nottingham/ABC_cleaned"}


def measure(case: Case) -> list[Result]:
    """Tell a case with each seed."""
    labelled = case.task()
    names = labelled.names
    classes = np.array([names.index(style) for style in labelled.styles])
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        told = tell(case, labelled, seed)
        truth = classes[told.rows]
        common = np.eye(len(names))[np.full(len(truth), np.bincount(classes).argmax())]
        guesses = {"": told.shares, "_common": common, **({"_line": told.line} if len(told.line) else {})}
        for end, guess in guesses.items():
            found.setdefault(f"acc{end}", []).append(accuracy(truth, guess))
            found.setdefault(f"f1{end}", []).append(macro_f1(truth, guess))
        found.setdefault("ece", []).append(calibration(truth, told.shares))
        found.setdefault("floor", []).append(exact_error(told.shares.max(1)))
        if case.is_deleted and seed == SEEDS[0]:
            found["deletion"] = [deletion_ratio(labelled, told, seed)]
    rows, facts = len(told.rows), case.facts
    results = [
        _result(f"style.{name}{end}", found[metric + end], rows, facts, BARS.get(name) if not end else None)
        for name, metric in case.figures
        for end in ("", "_line", "_common")
        if metric + end in found
    ]
    results.append(_result(f"style.ece_{case.name}", found["ece"], rows, facts, 0.05, "lower"))
    results.append(_result(f"style.ece_{case.name}_floor", found["floor"], rows, facts, None, "lower"))
    if "deletion" in found:
        results.append(_result(f"style.deletion_ratio_{case.name}", found["deletion"], DELETED, facts, 3.0))
    return results


def deletion_ratio(labelled: Labelled, told: Told, seed: int) -> float:
    """The sum of drops without the named bars over that without as many at random."""
    rng = np.random.default_rng(seed)
    drops = []
    for row in rng.permutation(told.last_rows):
        one = deletion(labelled.front, told.last, labelled.pieces[row].score, rng)
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
        data_sha256=_digest(next(place for task, place in PLACES.items() if task in name)),
    )


@lru_cache
def _digest(place: str) -> str:
    return sha256_of([data_dir() / place])


def run() -> list[Result]:
    """Measure all cases."""
    return [result for case in CASES for result in measure(case)]


def main(names: Sequence[str]) -> None:
    """Measure the cases named, or all; the figures of the others stay as they are written."""
    for case in CASES:
        if names and case.name not in names:
            continue
        fresh = measure(case)
        told = {result.id for result in fresh}
        held = read(RESULTS / "style_scores.json") if (RESULTS / "style_scores.json").exists() else []
        write("style_scores", [*(one for one in held if one.id not in told), *fresh])


if __name__ == "__main__":
    main(sys.argv[1:])
