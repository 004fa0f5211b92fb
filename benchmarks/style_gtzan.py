"""Ten genres from audio features, GTZAN without its faults: `python -m benchmarks.style_gtzan`

The 57 features of each clip come from a public table; the split is the fault-filtered one of Kereliuk, Sturm and Larsen
(IEEE Transactions on Multimedia 2015; 443 train, 197 valid, 290 test), whose artists lie on one side each. Systems
choose their settings, and are chosen among, by nats on valid after temperature; test is told once.

- `style.gtzan_features_acc`, `_f1`: accuracy and macro-F1 of the system chosen. The bar was measured before.
- `_logistic`, `_lda_plain`, `_lda`, `_svm`, `_trees`, `_boosting`, `_subspaces`, `_spreads`: accuracy of each on test.
  `_lda_lean` leaves out the features that take a separation of harmonic and percussive sound, or a tempo; `_subspaces`
  averages discriminants on features drawn at random (Ho, IEEE PAMI 1998), which is again a straight head; `_spreads`
  the same where each genre has a share of its own spread (Friedman, JASA 1989, equation 16).
- `_with_valid`: the system chosen, its settings kept, fitted on train and valid together.
- `_loose`: the system chosen under random ten-fold cross-validation of all clips, the same artists on both sides:
  flattering, and only there to be compared with figures of others.
- `style.ece_gtzan`: expected calibration error on test, ten bins; at the temperature at which the system is as sure of
  valid as it is right. `_floor`: what would be found, in the mean, if each probability were exact: so few clips are
  never spread over the bins as they should be.

Test was told three times: when `_lda` was chosen, with `_subspaces`, and with `_spreads`. Tried on valid alone and no
better than these: Gaussian processes, networks with mixed examples, ranks for values, kernels on whitened features, and
means of several systems.

Networks that heard the audio tell .735 to .779 of the same test clips (MARBLE, 2023); no audio of GTZAN was to be had.

- `_shipped`: the head that Segue ships, `_lda_lean` fitted on train and valid, its shrinkage and temperature by valid.

`--valid` prints figures on valid alone; `--ship` makes the head that is shipped.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.style_score_sets import exact_error
from segue.recognize.answering import SHIPPED
from segue.recognize.calibration import consistent_temperature, softmax, temperature_of
from segue.recognize.gtzan import FEATURES, GENRES, SHRINKAGES, fit_discriminant, fit_shrunk, logged
from segue.recognize.gtzan_features import NAMES
from segue.recognize.gtzan_front import shipped_head
from segue.tune.metrics import calibration_error, macro_f1

Doubles = NDArray[np.float64]
SEEDS = (0, 1, 2)
FOLDS, SUBSPACES = 10, 100
BAR, ECE_BAR = 0.576, 0.05
FAR = ("harmony", "perceptr", "tempo")  # features that take more than a spectrum
COMMAND = "python -m benchmarks.style_gtzan"
Fit = Callable[["Clips", int], Callable[[Doubles], Doubles]]  # to clips, by a seed; gives logits (n, genres)


@dataclass(frozen=True, eq=False)
class Clips:
    """Features (n, 57) and genres (n), numbers of GENRES."""

    features: Doubles
    genres: NDArray[np.int64]

    def of(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> Clips:
        """Some of the clips."""
        return Clips(self.features[places], self.genres[places])

    def __add__(self, other: Clips) -> Clips:
        return Clips(np.vstack([self.features, other.features]), np.append(self.genres, other.genres))


@dataclass(frozen=True, eq=False)
class Chosen:
    """A system with its settings, by nats on valid: its temperature for each seed, and what it told of valid."""

    name: str
    setting: str
    fit: Fit
    seeds: tuple[int, ...]
    temperatures: tuple[float, ...]
    nats: float
    accuracy: float

    def shares(self, clips: Clips, shown: Clips) -> list[Doubles]:
        """Probabilities (n, genres) of clips shown after fitting, for each seed."""
        pairs = zip(self.seeds, self.temperatures, strict=True)
        return [softmax(self.fit(clips, seed)(shown.features), temperature) for seed, temperature in pairs]


# ---- data


def folder() -> Path:
    """Where the table and the lists lie."""
    return data_dir() / "gtzan"


def load() -> dict[str, Clips]:
    """The clips of each part of the split."""
    with (folder() / "features_30_sec.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["filename"].rsplit(".", 1)[0]: row for row in csv.DictReader(stream)}
    parts = {}
    for part in ("train", "valid", "test"):
        lines = (folder() / f"{part}_filtered.txt").read_text(encoding="utf-8").split()
        held = [rows[Path(line).stem] for line in lines if Path(line).stem in rows]
        features = np.array([[float(row[name]) for name in FEATURES] for row in held])
        parts[part] = Clips(features, np.array([GENRES.index(row["label"]) for row in held]))
    return parts


# ---- systems


def _discriminant(shrinkage: float, *, is_logged: bool, without: Sequence[str] = ()) -> Fit:
    kept = [place for place, name in enumerate(FEATURES) if not name.startswith(tuple(without) or "-")]

    def seen(features: Doubles) -> NDArray[np.float32]:
        rows = logged(features) if is_logged else features.astype(np.float32)
        return rows[:, kept]

    def fit(clips: Clips, _: int) -> Callable[[Doubles], Doubles]:
        head = fit_discriminant(seen(clips.features), [GENRES[one] for one in clips.genres], shrinkage)
        return lambda features: head.logits(seen(features))

    return fit


def _subspaces(share: float, shrinkage: float) -> Fit:
    """Discriminants, each on a share of the features that is drawn by the seed; their logits are averaged."""

    def fit(clips: Clips, seed: int) -> Callable[[Doubles], Doubles]:
        rng, styles, seen = np.random.default_rng(seed), [GENRES[one] for one in clips.genres], logged(clips.features)
        drawn = [rng.choice(len(FEATURES), round(share * len(FEATURES)), replace=False) for _ in range(SUBSPACES)]
        heads = [fit_discriminant(seen[:, kept], styles, shrinkage) for kept in drawn]

        def logits(features: Doubles) -> Doubles:
            rows = logged(features)
            return np.asarray(np.mean([head.logits(rows[:, kept]) for kept, head in zip(drawn, heads, strict=True)], 0))

        return logits

    return fit


def _spreads(own: float, ridge: float) -> Fit:
    """Gaussians on shares of the features drawn by the seed, each genre's spread by `own` its own, else all genres';
    `ridge` of it is round. Their log densities are averaged."""

    def fit(clips: Clips, seed: int) -> Callable[[Doubles], Doubles]:
        rng, seen = np.random.default_rng(seed), logged(clips.features).astype(np.float64)
        middle, scale = seen.mean(0), seen.std(0)
        groups = [((seen - middle) / scale)[clips.genres == genre] for genre in range(len(GENRES))]
        priors = np.log([len(group) / len(seen) for group in groups])
        spreads = [np.cov(group.T, bias=True) for group in groups]
        common = sum(spread * len(group) for spread, group in zip(spreads, groups, strict=True)) / len(seen)
        drawn = [rng.choice(len(FEATURES), round(0.7 * len(FEATURES)), replace=False) for _ in range(SUBSPACES)]

        def density(rows: Doubles, genre: int, kept: NDArray[np.int64]) -> Doubles:
            spread = ((1 - own) * common + own * spreads[genre])[np.ix_(kept, kept)]
            spread = (1 - ridge) * spread + ridge * np.eye(len(kept))
            off = rows[:, kept] - groups[genre][:, kept].mean(0)
            far = np.einsum("ni,ni->n", off @ np.linalg.inv(spread), off)
            return np.asarray(-(far + np.linalg.slogdet(spread)[1]) / 2)

        def logits(features: Doubles) -> Doubles:
            rows = (logged(features) - middle) / scale
            every = [[density(rows, genre, kept) for genre in range(len(GENRES))] for kept in drawn]
            return np.asarray(np.mean(every, 0).T + priors)

        return logits

    return fit


def _learner(make: Callable[[int], object], *, is_logged: bool = True) -> Fit:
    """A learner of scikit-learn over standardised features, made by a seed."""

    def seen(features: Doubles) -> Doubles:
        return logged(features).astype(np.float64) if is_logged else features

    def fit(clips: Clips, seed: int) -> Callable[[Doubles], Doubles]:
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        model = make_pipeline(StandardScaler(), make(seed)).fit(seen(clips.features), clips.genres)

        def logits(features: Doubles) -> Doubles:
            if hasattr(model, "decision_function"):
                return np.asarray(model.decision_function(seen(features)))
            return np.log(np.maximum(model.predict_proba(seen(features)), 1e-3))

        return logits

    return fit


def _logistic(_: int, c: float) -> object:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c, max_iter=5000)


def _svm(_: int, c: float, gamma: float) -> object:
    from sklearn.svm import SVC

    return SVC(C=c, gamma=gamma)


def _trees(seed: int, leaf: int) -> object:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(500, min_samples_leaf=leaf, random_state=seed)


def _boosting(seed: int, rate: float) -> object:
    """Each tree sees a third of the features, drawn by the seed."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=rate, max_iter=100, max_leaf_nodes=6, max_features=0.3, random_state=seed
    )


def systems() -> dict[str, tuple[tuple[int, ...], dict[str, Fit]]]:
    """By name: the seeds it is run with, and its settings."""
    return {
        "logistic": (
            (0,),
            {f"C {c}": _learner(partial(_logistic, c=c), is_logged=False) for c in (0.01, 0.03, 0.1, 1.0)},
        ),
        "lda_plain": ((0,), {f"shrinkage {one}": _discriminant(one, is_logged=False) for one in SHRINKAGES}),
        "lda": ((0,), {f"shrinkage {one}": _discriminant(one, is_logged=True) for one in SHRINKAGES}),
        "lda_lean": (
            (0,),
            {f"shrinkage {one}": _discriminant(one, is_logged=True, without=FAR) for one in SHRINKAGES},
        ),
        "subspaces": (
            SEEDS,
            {
                f"{share} of the features, shrinkage {one}": _subspaces(share, one)
                for share in (0.5, 0.7)
                for one in SHRINKAGES[:3]
            },
        ),
        "spreads": (
            SEEDS,
            {
                f"own {own}, ridge {ridge}": _spreads(own, ridge)
                for own in (0.05, 0.1, 0.2)
                for ridge in (0.01, 0.03, 0.1)
            },
        ),
        "svm": (
            (0,),
            {
                f"C {c}, gamma {gamma}": _learner(partial(_svm, c=c, gamma=gamma))
                for c in (1, 3, 10)
                for gamma in (0.003, 0.006, 0.01, 0.02)
            },
        ),
        "trees": (
            SEEDS,
            {f"{leaf} a leaf": _learner(partial(_trees, leaf=leaf)) for leaf in (1, 2, 4)},
        ),
        "boosting": (SEEDS, {f"rate {rate}": _learner(partial(_boosting, rate=rate)) for rate in (0.05, 0.1)}),
    }


def chosen(name: str, seeds: tuple[int, ...], settings: dict[str, Fit], parts: dict[str, Clips]) -> Chosen:
    """The setting of a system with the fewest nats on valid, the mean over seeds."""
    found = []
    truth = parts["valid"].genres
    for setting, fit in settings.items():
        told = [fit(parts["train"], seed)(parts["valid"].features) for seed in seeds]
        temperatures = tuple(consistent_temperature(logits, truth) for logits in told)
        shares = [softmax(logits, temperature_of(logits, truth)) for logits in told]
        nats = float(np.mean([-np.log(one[np.arange(len(truth)), truth]).mean() for one in shares]))
        right = float(np.mean([(one.argmax(1) == truth).mean() for one in shares]))
        found.append(Chosen(name, setting, fit, seeds, temperatures, nats, right))
    return min(found, key=lambda one: one.nats)


# ---- figures


def right(shares: Sequence[Doubles], truth: NDArray[np.int64]) -> Doubles:
    """For each clip the share of seeds that tell it right."""
    return np.mean([one.argmax(1) == truth for one in shares], 0)


def loosely(system: Chosen, clips: Clips) -> Doubles:
    """For each clip whether it is told right by random ten-fold cross-validation, the mean over SEEDS."""
    found = []
    for seed in SEEDS:
        fold = np.random.default_rng(seed).permutation(len(clips.genres)) % FOLDS
        told = np.zeros(len(fold), np.int64)
        for number in range(FOLDS):
            fitted = system.fit(clips.of(fold != number), seed)
            told[fold == number] = fitted(clips.features[fold == number]).argmax(1)
        found.append(told == clips.genres)
    return np.asarray(np.mean(found, 0))


def ship(parts: dict[str, Clips], place: Path) -> None:
    """Make the head of `segue.recognize.gtzan_front`: what valid chooses, fitted on train and valid."""
    kept = [FEATURES.index(name) for name in NAMES]
    train, valid, both = (
        (logged(clips.features[:, kept], NAMES), [GENRES[one] for one in clips.genres])
        for clips in (parts["train"], parts["valid"], parts["train"] + parts["valid"])
    )
    held, shrinkage, _ = fit_shrunk(*train, valid)
    head = fit_discriminant(*both, shrinkage)
    replace(head, temperature=held.temperature, threshold=held.threshold).save(place)


def shipped(clips: Clips) -> Doubles:
    """Probabilities (n, genres) of clips by the head that is shipped."""
    return shipped_head().probabilities(logged(clips.features[:, [FEATURES.index(name) for name in NAMES]], NAMES))


def _error(values: Doubles) -> float:
    return float(values.std() / np.sqrt(len(values)))


def run() -> list[Result]:
    """Choose on valid, and tell test once."""
    parts = load()
    found = [chosen(name, *each, parts) for name, each in systems().items()]
    best = min(found, key=lambda one: one.nats)
    truth = parts["test"].genres
    told = {one.name: one.shares(parts["train"], parts["test"]) for one in found}
    hits = {f"_{name}": right(shares, truth) for name, shares in told.items()}
    hits = {"": hits[f"_{best.name}"], **hits}
    hits["_with_valid"] = right(best.shares(parts["train"] + parts["valid"], parts["test"]), truth)
    hits["_shipped"] = right([shipped(parts["test"])], truth)
    hits["_loose"] = loosely(best, parts["train"] + parts["valid"] + parts["test"])
    settings = {one.name: f"{one.setting}; valid {one.accuracy:.3f}, {one.nats:.3f} nats" for one in found}
    facts = {"chosen": best.name, "systems": settings, "parts": {name: len(one.genres) for name, one in parts.items()}}
    digest = sha256_of([folder() / "features_30_sec.csv", *sorted(folder().glob("*_filtered.txt"))])

    def result(name: str, value: float, seeds: tuple[int, ...], bar: float | None, error: float | None) -> Result:
        return Result(
            id=name,
            value=value,
            error=error,
            unit="",
            better="lower" if name.startswith("style.ece") else "higher",
            bar=bar,
            seeds=seeds,
            n=sum(len(one.genres) for one in parts.values()) if name.endswith("_loose") else len(truth),
            command=COMMAND,
            recipe=facts,
            data_sha256=digest,
        )

    seeds = {f"_{one.name}": one.seeds for one in found} | {"_loose": SEEDS}
    results = [
        result(f"style.gtzan_features_acc{name}", float(one.mean()), seeds.get(name, best.seeds), bar, _error(one))
        for name, one in hits.items()
        for bar in (None if name else BAR,)
    ]
    shares = told[best.name]
    f1 = float(np.mean([macro_f1(truth, one.argmax(1)) for one in shares]))
    results.append(result("style.gtzan_features_f1", f1, best.seeds, None, None))
    gaps = [calibration_error(one.argmax(1) == truth, np.clip(one.max(1), 0, 1)) for one in shares]
    results.append(result("style.ece_gtzan", float(np.mean(gaps)), best.seeds, ECE_BAR, None))
    floor = float(np.mean([exact_error(one.max(1)) for one in shares]))
    results.append(result("style.ece_gtzan_floor", floor, best.seeds, None, None))
    return results


def main(words: list[str]) -> None:
    """Write the results, print those on valid, or make the head that is shipped."""
    if words == ["--ship"]:
        ship(load(), SHIPPED / "gtzan")
    elif words == ["--valid"]:
        parts = load()
        for name, each in systems().items():
            one = chosen(name, *each, parts)
            print(f"{name:10} {one.setting:22} valid {one.accuracy:.3f}, {one.nats:.4f} nats", flush=True)
    else:
        write("style_gtzan", run())


if __name__ == "__main__":
    main(sys.argv[1:])
