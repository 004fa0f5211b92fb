"""KGCN-music: does the tuned language model foretell whom a listener listens to? `python -m benchmarks.kgcn_music`

The whole system is the one that is served: the parts of `segue.recommend`, fitted on train, the language model tuned on
train by the one loop, and the additive head fitted on valid. Test is asked once. Trainings lie in
.scratch/benchmarks and are taken up again where they were cut off.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
SCRATCH = ROOT / ".scratch" / "benchmarks" / "kgcn_music"
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
FROZEN = RECIPE.replace(method="head-only", max_steps=46)
COMMAND = "python -m benchmarks.kgcn_music"
Doubles = NDArray[np.float64]

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

    def __init__(self) -> None:
        self.task = load()
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


def language(task: KgcnMusic, recipe: Recipe) -> Language:
    """The language part, trained by the recipe on train; a training on disk is gone on with."""
    audience = Audience(task.heard, reading(task.catalogue))
    learned = taste_task(audience, max_length=recipe.max_length)
    model, _ = build_model(learned, recipe)
    wanted = task.heard.popularity.copy()
    wanted[: task.items] *= 4  # the items asked about are read twice as often as other artists
    songs = training_songs(wanted, recipe.max_steps * recipe.batch_size, recipe.seed)
    valid = [Pair(int(listener), int(item), bool(label)) for listener, item, label in task.valid]
    fit(model, learned, songs, valid, recipe, SCRATCH / f"{recipe.method}-{recipe.seed}", [ProgressBar()])
    taste = parts_of(model)[1]
    found = taste.values()
    return Language(taste.table.numpy().copy(), found["tau"], found["scale"], found["mean_scale"])


def run(seeds: Sequence[int] = SEEDS, recipe: Recipe = RECIPE) -> list[Result]:
    """Measure all systems, the tuned ones over the seeds."""
    bench = Bench()
    simple = {name: bench.measure(parts) for name, parts in SYSTEMS.items()}
    plain = language(bench.task, FROZEN)
    frozen_alone, frozen = bench.measure((), [plain]), bench.measure(None, [plain])
    tuned_alone, tuned = [], []
    for seed in seeds:
        spoken = language(bench.task, recipe.replace(seed=seed))
        tuned_alone.append(bench.measure((), [spoken]))
        tuned.append(bench.measure(None, [spoken]))
        sys.stderr.write(f"seed {seed}: valid {tuned[-1][0]}, alone {tuned_alone[-1][0]}\n")
    sha = sha256_of([data_dir() / "kgcn-music", data_dir() / "hetrec2011-lastfm-2k"])
    recipe_of = recipe.as_dict() | {"parts": ", ".join(bench.names), "history": "train positives, other artists heard"}

    def result(name: str, values: Sequence[float], bar: float | None = None, unit: str = "1") -> Result:
        value = figure(values)
        used = tuple(seeds) if len(values) > 1 else ()
        return Result(
            id=f"kgcn_music.{name}", value=value.mean, error=value.error, unit=unit, better="higher", bar=bar,
            seeds=used, n=len(bench.task.test), command=COMMAND, recipe=recipe_of, data_sha256=sha,
        )  # fmt: skip

    best = [test for _, test in tuned]
    found = [
        result("auc", [one.auc for one in best], 0.92),
        result("f1", [one.f1 for one in best], 0.84),
        result("auc_items_ge2", [one.auc_items_ge2 for one in best], 0.925),
        result("gain_over_frozen", [one.auc - frozen[1].auc for one in best], 0.01),
        result("gain_over_tags_ease", [one.auc - simple["tags_ease"][1].auc for one in best], 0.01),
    ]
    rows = {name: [test] for name, (_, test) in simple.items()}
    rows |= {"frozen_language_alone": [frozen_alone[1]], "frozen": [frozen[1]]}
    rows["language_alone"] = [test for _, test in tuned_alone]
    for name, tests in rows.items():
        found += [
            result(f"{name}.auc", [one.auc for one in tests]),
            result(f"{name}.f1", [one.f1 for one in tests]),
            result(f"{name}.auc_items_ge2", [one.auc_items_ge2 for one in tests]),
        ]
    return found


if __name__ == "__main__":
    if "--anew" in sys.argv:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    if "--train" in sys.argv:  # one seed only, so that several can be trained side by side
        language(load(), RECIPE.replace(seed=int(sys.argv[sys.argv.index("--train") + 1])))
    else:
        write("kgcn_music", run())
