"""KGCN-music: does the tuned language model foretell whom a listener listens to? `python -m benchmarks.kgcn_music`

`python -m benchmarks.kgcn_pairs_only` is the same with nothing but the labelled pairs of train in the histories.

The whole system is the one that is served: the parts of `segue.recommend`, fitted on train, the language model tuned on
train by the one loop, and the additive head fitted on valid. Test is asked once. Trainings lie in
.scratch/benchmarks and are taken up again where they were cut off.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.kgcn_protocol import KgcnMusic, load
from benchmarks.result import ROOT, Result, data_dir, sha256_of, write
from segue.recommend.audience import Audience, reading, training_songs
from segue.recommend.baselines import fit_parts
from segue.recommend.fusion import Fusion, fit_logistic, standardise
from segue.recommend.held_out import Pair
from segue.recommend.language import parts_of, taste_task
from segue.recommend.parts import Language, Part, Tags
from segue.tune.callbacks import ProgressBar
from segue.tune.loop import fit
from segue.tune.methods import build_model
from segue.tune.metrics import auc, f1
from segue.tune.recipe import Recipe
from segue.tune.stats import figure

SEEDS = (0, 1, 2)
RECIPE = Recipe(
    method="full",
    lr=5e-5,
    head_lr=1e-2,
    max_length=40,
    batch_size=384,
    epochs=1,
    max_steps=240,
    evaluate_every=120,
    checkpoint_every=25,
    patience=0,
)
FROZEN = {"method": "head-only", "max_steps": 46}
Doubles = NDArray[np.float64]

BARS = {"auc": 0.92, "f1": 0.84, "auc_items_ge2": 0.925, "gain_over_frozen": 0.01, "gain_over_tags_ease": 0.01}


@dataclass(frozen=True)
class Setting:
    """One way to put the task: what a history holds, the recipe, and the bars that its figures are held against."""

    name: str
    other_listening: bool
    recipe: Recipe
    bars: Mapping[str, float]

    @property
    def scratch(self) -> Path:
        """Where its trainings lie."""
        return ROOT / ".scratch" / "benchmarks" / self.name

    @property
    def history(self) -> str:
        """What a history holds, in words."""
        return "train positives, other artists heard" if self.other_listening else "train positives"


WHOLE = Setting("kgcn_music", True, RECIPE, BARS)
PRINTED = {"auc": 0.880, "f1": 0.781}  # the highest printed elsewhere
PAIRS_ONLY = Setting("kgcn_pairs_only", False, RECIPE.replace(max_steps=120, evaluate_every=60), PRINTED)

# system -> parts, None standing for all; every system's head is fitted on valid
SYSTEMS: Mapping[str, tuple[str, ...] | None] = {
    "popularity": ("popularity",),
    "item_knn": ("neighbours",),
    "ease": ("ease",),
    "tags": ("tags",),
    "tags_ease": ("tags", "ease"),
    "without_language": None,
}


@dataclass(frozen=True)
class Scores:
    """AUC, F1 at .5, and AUC over the pairs whose artist has at least two train positives."""

    auc: float
    f1: float
    auc_items_ge2: float


def standardised(parts: Sequence[Part], task: KgcnMusic, pairs: NDArray[np.int64]) -> Doubles:
    """z (P, K) of pairs, each part standardised per listener over the items."""
    items = np.arange(task.items)
    out = np.zeros((len(pairs), len(parts)))
    order = np.argsort(pairs[:, 0], kind="stable")
    starts = np.flatnonzero(np.diff(pairs[order, 0], prepend=-1))
    for places in np.split(order, starts[1:]):
        songs = task.heard.sequences[int(pairs[places[0], 0])]
        weights = np.full(len(songs), 1 / max(len(songs), 1), np.float32)
        raw = np.stack([part.scores(songs, weights, items).astype(np.float64) for part in parts], 1)
        out[places] = standardise(raw, raw.mean(0), raw.std(0))[pairs[places, 1]]
    return out


def scores(head: Fusion, z: Doubles, pairs: NDArray[np.int64], known: NDArray[np.bool_]) -> Scores:
    """Measure a fitted head on pairs; `known` marks those whose artist has at least two train positives."""
    given, labels = head.probabilities(z), pairs[:, 2]
    return Scores(auc(labels, given), f1(labels, given), auc(labels[known], given[known]))


class Bench:
    """The task with all that does not depend on the seed: the parts fitted, and their scores of valid and test."""

    def __init__(self, setting: Setting = WHOLE) -> None:
        self.task = load(other_listening=setting.other_listening)
        tags = Tags.fit(self.task.catalogue, counts=self.task.tags, words=self.task.words)
        counted = {"tags": tags, "sharp tags": tags.sharpened()}
        fitted = fit_parts(self.task.catalogue, self.task.heard, is_timed=False)
        self.parts: list[Part] = [counted.get(part.name, part) for part in fitted]
        self.names = tuple(part.name for part in self.parts)
        self.valid_z = standardised(self.parts, self.task, self.task.valid)
        self.test_z = standardised(self.parts, self.task, self.task.test)
        positives = self.task.train_positives
        self.known = {name: positives[rows[:, 1]] >= 2 for name, rows in self._pairs().items()}

    def _pairs(self) -> dict[str, NDArray[np.int64]]:
        return {"valid": self.task.valid, "test": self.task.test}

    def measure(self, names: tuple[str, ...] | None, languages: Sequence[Language] = ()) -> tuple[Scores, Scores]:
        """Valid and test of the named parts (all where None) with language models beside them."""
        columns = [self.names.index(name) for name in names or self.names] if names != () else []
        kept = tuple(self.names[column] for column in columns) + tuple(part.name for part in languages)
        valid, test = self.valid_z[:, columns], self.test_z[:, columns]
        if languages:
            valid = np.concatenate([valid, standardised(languages, self.task, self.task.valid)], 1)
            test = np.concatenate([test, standardised(languages, self.task, self.task.test)], 1)
        head = fit_logistic(kept, valid, self.task.valid[:, 2].astype(np.float64))
        return (
            scores(head, valid, self.task.valid, self.known["valid"]),
            scores(head, test, self.task.test, self.known["test"]),
        )

    def measure_unrestrained(self) -> Scores:
        """Test of all parts without language under a head free to weigh against a part: what the artefact would give.

        Each part stands twice, once with its sign turned, so that weights of 0 or more are weights of any sign.
        """
        names = self.names + tuple(f"not {name}" for name in self.names)
        valid, test = (np.concatenate([z, -z], 1) for z in (self.valid_z, self.test_z))
        head = fit_logistic(names, valid, self.task.valid[:, 2].astype(np.float64))
        return scores(head, test, self.task.test, self.known["test"])


def language(task: KgcnMusic, recipe: Recipe, scratch: Path) -> Language:
    """The language part, trained by the recipe on train; a training on disk is gone on with."""
    audience = Audience(task.heard, reading(task.catalogue))
    learned = taste_task(audience, max_length=recipe.max_length)
    model, _ = build_model(learned, recipe)
    wanted = task.heard.popularity.copy()
    wanted[: task.items] *= 4  # the items asked about are read twice as often as other artists
    songs = training_songs(wanted, recipe.max_steps * recipe.batch_size, recipe.seed)
    valid = [Pair(int(listener), int(item), bool(label)) for listener, item, label in task.valid]
    fit(model, learned, songs, valid, recipe, scratch / f"{recipe.method}-{recipe.seed}", [ProgressBar()])
    taste = parts_of(model)[1]
    found = taste.values()
    return Language(taste.table.numpy().copy(), found["tau"], found["scale"], found["mean_scale"])


def run(setting: Setting = WHOLE, seeds: Sequence[int] = SEEDS) -> list[Result]:
    """Measure all systems of a setting, the tuned ones over the seeds."""
    bench, recipe = Bench(setting), setting.recipe
    systems = {name: [bench.measure(parts)[1]] for name, parts in SYSTEMS.items()}
    plain = language(bench.task, recipe.replace(**FROZEN), setting.scratch)
    systems["unrestrained"] = [bench.measure_unrestrained()]
    systems["frozen_language_alone"] = [bench.measure((), [plain])[1]]
    systems["frozen"] = [bench.measure(None, [plain])[1]]
    systems["language_alone"] = []
    whole = []
    for seed in seeds:
        spoken = language(bench.task, recipe.replace(seed=seed), setting.scratch)
        systems["language_alone"].append(bench.measure((), [spoken])[1])
        valid, test = bench.measure(None, [spoken])
        sys.stderr.write(f"{setting.name}, seed {seed}, valid: {valid}\n")
        whole.append(test)
    figures = {
        "auc": [one.auc for one in whole],
        "f1": [one.f1 for one in whole],
        "auc_items_ge2": [one.auc_items_ge2 for one in whole],
        "gain_over_frozen": [one.auc - systems["frozen"][0].auc for one in whole],
        "gain_over_tags_ease": [one.auc - systems["tags_ease"][0].auc for one in whole],
    }
    for name, tests in systems.items():
        figures[f"{name}.auc"] = [one.auc for one in tests]
        figures[f"{name}.f1"] = [one.f1 for one in tests]
        figures[f"{name}.auc_items_ge2"] = [one.auc_items_ge2 for one in tests]
    return results(setting, bench, figures, seeds)


def results(
    setting: Setting, bench: Bench, figures: Mapping[str, Sequence[float]], seeds: Sequence[int]
) -> list[Result]:
    """The figures as results; those of several seeds with their standard error."""
    sha = sha256_of([data_dir() / "kgcn-music", data_dir() / "hetrec2011-lastfm-2k"])
    recipe = setting.recipe.as_dict() | {"parts": ", ".join(bench.names), "history": setting.history}
    found: list[Result] = []
    for name, values in figures.items():
        value = figure(values)
        found.append(
            Result(
                id=f"{setting.name}.{name}",
                value=value.mean,
                error=value.error,
                unit="1",
                better="higher",
                bar=setting.bars.get(name),
                seeds=tuple(seeds) if len(values) > 1 else (),
                n=len(bench.task.test),
                command=f"python -m benchmarks.{setting.name}",
                recipe=recipe,
                data_sha256=sha,
            )
        )
    return found


def main(setting: Setting, words: Sequence[str]) -> None:
    """Run a setting; `--train SEED` trains that seed only (to train several side by side), `--anew` begins anew."""
    if "--anew" in words:
        shutil.rmtree(setting.scratch, ignore_errors=True)
    if "--train" in words:
        seed = int(words[words.index("--train") + 1])
        task = load(other_listening=setting.other_listening)
        language(task, setting.recipe.replace(seed=seed), setting.scratch)
    else:
        write(setting.name, run(setting))


if __name__ == "__main__":
    main(WHOLE, sys.argv[1:])
