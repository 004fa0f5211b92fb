"""Does the score model hear what style a tune is? `python -m benchmarks.style_encoder [CASE or METHOD ...]`

The book a tune of Nottingham is from (9), told from the score model's pooled vectors; no weights of it have seen
Nottingham, its titles or its tunes, and the header tells it no style. Folds, networks and calibration are those of
`benchmarks.style_scores`.

- `style.nottingham_encoder_acc`, `_f1`: a straight head (logistic regression) on the frozen model's vectors alone
  (768), five folds, three seeds; `_fused`: with the 822 descriptors behind them; `_described`: on the descriptors
  alone. Networks on the descriptors are `style.nottingham_acc`, `_f1`. The head's penalty, its weights for rare styles,
  the pooling and the joining of the two were chosen on fifths of the train folds of seed 0.
- `_nets`: networks on vectors and descriptors, as in `benchmarks.style_scores`, all folds of seed 0.
- `_tuned_head`, `_tuned_lora`, `_tuned_lora_slow`, `_tuned_full`: the first fold of seed 0 alone, vectors and
  descriptors: networks on the frozen model, then taught on together with low-rank updates of the model (slow: at a
  tenth of the rates, two passes, longer windows) or with all of it. A tenth of the train part chooses the weights:
  where tuning makes it worse, they are those it began with. The standard error of their accuracy is that of a share of
  the fold's tunes.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import RESULTS, ROOT, Result, data_dir, read, sha256_of, write
from benchmarks.style_score_sets import Labelled, nottingham, stratified
from benchmarks.style_scores import BARS, HELD, PLACES, SEEDS
from segue.models.score.folder import SHIPPED, WEIGHTS, load_score_model
from segue.recognize.encoder import LONGEST, MOST, Encoded
from segue.recognize.encoder_task import RECIPE, say_all, tune_encoder
from segue.recognize.front import Teller
from segue.recognize.head import Floats, fit_head
from segue.recognize.net import RECIPE as NET_RECIPE
from segue.recognize.net import fit_nets
from segue.recognize.nets import Nets
from segue.tune.callbacks import ProgressBar
from segue.tune.metrics import accuracy, macro_f1
from segue.tune.stats import figure

KEPT = ROOT / ".scratch" / "benchmarks" / "style_encoder"
PENALTY, IS_BALANCED = 0.01, True
LEARNED = 128  # tokens of the windows that are learned from; whole tunes are told
_TUNED = RECIPE.replace(epochs=1, max_length=LEARNED)
METHODS = {
    "lora": _TUNED,
    "lora_slow": _TUNED.replace(epochs=2, max_length=256, lr=5e-5, head_lr=1e-4),
    "full": _TUNED.replace(method="full", lr=1e-4),
}
Shares = NDArray[np.float64]


@lru_cache(maxsize=1)
def encoded() -> Floats:
    """The frozen model's vectors of all tunes (n, 768), kept on disk by what they are made of."""
    labelled = nottingham()
    made_of = f"{sha256_of([SHIPPED / WEIGHTS, data_dir() / PLACES['nottingham']])} {LONGEST} {MOST}"
    file = KEPT / f"vectors-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}.npy"
    if not file.is_file():
        KEPT.mkdir(parents=True, exist_ok=True)
        found = Encoded(is_described=False).vectors([piece.score for piece in labelled.pieces])
        partial = file.with_suffix(".partial")
        with partial.open("wb") as stream:
            np.save(stream, found)
        partial.replace(file)
    held: Floats = np.load(file)
    return held


def fused() -> Floats:
    """The frozen model's vectors with the descriptors behind them (n, 768 + 822)."""
    return np.concatenate([encoded(), nottingham().vectors], 1)


def heads() -> list[Result]:
    """A straight head on the frozen model's vectors, alone and with the descriptors, over all folds and seeds."""
    labelled = nottingham()
    classes = np.array([labelled.names.index(style) for style in labelled.styles])
    found: dict[str, list[float]] = {}
    for name, vectors in (("", encoded()), ("_fused", fused()), ("_described", labelled.vectors)):
        for seed in SEEDS:
            shares = _told(labelled, vectors, seed)
            found.setdefault(f"acc{name}", []).append(accuracy(classes, shares))
            found.setdefault(f"f1{name}", []).append(macro_f1(classes, shares))
    facts = {"penalty": PENALTY, "is_balanced": IS_BALANCED, "pooled": "mean and deviation", "longest": LONGEST}
    return [
        _result(
            f"style.nottingham_encoder_{metric}{name}",
            found[metric + name],
            (len(classes), SEEDS),
            facts,
            BARS[f"nottingham_{metric}"] if name == "_fused" else None,
        )
        for name in ("", "_fused", "_described")
        for metric in ("acc", "f1")
    ]


def _told(labelled: Labelled, vectors: Floats, seed: int) -> Shares:
    """Probabilities (n, styles) of all tunes, each told by heads of the folds that it is not in."""
    shares = np.zeros((len(vectors), len(labelled.names)))
    for train, test in stratified(labelled, seed):
        styles = [labelled.styles[row] for row in train]
        penalties = (PENALTY, PENALTY)  # the last but one is taken where nothing is held out
        head = fit_head(vectors[train], styles, balanced=IS_BALANCED, penalties=penalties)
        shares[test] = _spread(head, vectors[test], labelled.names)
    return shares


def _spread(teller: Teller, vectors: Floats, names: Sequence[str]) -> Shares:
    """Probabilities (n, styles) in the order of `names`, 0 for styles that the teller does not know."""
    shares = np.zeros((len(vectors), len(names)))
    shares[:, [names.index(style) for style in teller.styles]] = teller.probabilities(vectors)
    return shares


def nets() -> list[Result]:
    """Networks on the frozen model's vectors and descriptors, over the folds of the first seed."""
    labelled, vectors, seed = nottingham(), fused(), SEEDS[0]
    shares, classes = np.zeros((len(vectors), len(labelled.names))), np.zeros(len(vectors), np.int64)
    for number, (train, test) in enumerate(stratified(labelled, seed)):
        learned, held = parted(train, seed)
        one = _nets(labelled, vectors, learned, f"{seed}-{number}")
        one = one.calibrated(vectors[held], [labelled.styles[row] for row in held])
        classes[test] = [labelled.names.index(labelled.styles[row]) for row in test]
        shares[test] = _spread(one, vectors[test], labelled.names)
        print(f"networks: fold {number + 1}", file=sys.stderr, flush=True)
    size, facts = (len(classes), SEEDS[:1]), NET_RECIPE.as_dict()
    return [
        _result("style.nottingham_encoder_acc_nets", [accuracy(classes, shares)], size, facts),
        _result("style.nottingham_encoder_f1_nets", [macro_f1(classes, shares)], size, facts),
    ]


def _nets(labelled: Labelled, vectors: Floats, learned: NDArray[np.int64], fold: str) -> Nets:
    recipe = NET_RECIPE.replace(seed=10 * int(fold.partition("-")[0]))
    folder = KEPT / f"heads-{_digest(vectors)}" / fold
    return fit_nets(vectors[learned], [labelled.styles[row] for row in learned], folder, recipe)


def parted(train: NDArray[np.int64], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of a train part to learn from, and the tenth that is held out."""
    held = train[np.random.default_rng(seed).permutation(len(train)) % HELD == 0]
    return np.setdiff1d(train, held), held


def _digest(vectors: Floats) -> str:
    """What trainings are kept by, so that none is taken for one on other vectors."""
    return hashlib.sha256(vectors.tobytes()).hexdigest()[:12]


def tuned(methods: Sequence[str] = tuple(METHODS)) -> list[Result]:
    """The first fold of seed 0: networks on the frozen model's vectors and descriptors, then taught on with it."""
    labelled, names = nottingham(), nottingham().names
    classes = np.array([names.index(style) for style in labelled.styles])
    train, test = next(stratified(labelled, SEEDS[0]))
    learned, held = parted(train, SEEDS[0])
    vectors = fused()
    digest = _digest(vectors)
    begun = _nets(labelled, vectors, learned, f"{SEEDS[0]}-0")
    results = _of_fold("head", begun, vectors[test], classes[test], NET_RECIPE.as_dict())
    scores = [labelled.pieces[row].score for row in range(len(classes))]
    numbers = [begun.styles.index(style) for style in labelled.styles]
    whole = say_all(scores, numbers)
    for method in methods:
        short = say_all(scores, numbers, METHODS[method].max_length)
        made = tune_encoder(
            load_score_model(),
            begun,
            [short[row] for row in learned],
            [whole[row] for row in held],
            METHODS[method],
            KEPT / f"{method}-{digest}",
            [ProgressBar()],
        )
        made.save(KEPT / f"{method}-{digest}" / "tuned")
        front = Encoded(KEPT / f"{method}-{digest}" / "tuned" / "encoder")
        results += _of_fold(
            method,
            made.nets,
            front.vectors([scores[row] for row in test]),
            classes[test],
            {
                **METHODS[method].as_dict(),
                "trained": made.trainable.trainable,
                "best_step": made.fit.best_step,
                "steps": made.fit.steps,
                "seconds": round(made.fit.seconds),
                "valid_before": dict(made.fit.before),
                "valid_after": dict(made.fit.best),
            },
        )
    return results


def _of_fold(
    method: str, nets: Nets, vectors: Floats, classes: NDArray[np.int64], facts: Mapping[str, object]
) -> list[Result]:
    shares = _spread(nets, vectors, nottingham().names)
    right = accuracy(classes, shares)
    error = float(np.sqrt(right * (1 - right) / len(classes)))
    name, size = "style.nottingham_encoder_{}_tuned_" + method, (len(classes), SEEDS[:1])
    return [
        replace(_result(name.format("acc"), [right], size, facts), error=error),
        _result(name.format("f1"), [macro_f1(classes, shares)], size, facts),
    ]


def _result(
    name: str,
    values: Sequence[float],
    size: tuple[int, tuple[int, ...]],
    facts: Mapping[str, object],
    bar: float | None = None,
) -> Result:
    told = figure(values)
    return Result(
        id=name,
        value=told.mean,
        error=told.error,
        unit="",
        better="higher",
        bar=bar,
        seeds=size[1],
        n=size[0],
        command="python -m benchmarks.style_encoder",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / PLACES["nottingham"]]),
    )


CASES = {"heads": heads, "nets": nets, "tuned": tuned}


def run() -> list[Result]:
    """Measure all."""
    return [result for case in CASES.values() for result in case()]


def main(names: Sequence[str]) -> None:
    """Measure the cases or the methods of tuning named, or all; other figures stay as they are written."""
    asked = [case for name, case in CASES.items() if not names or name in names]
    methods = [name for name in METHODS if name in names]
    fresh = [result for case in asked for result in case()] + (tuned(methods) if methods else [])
    told = {result.id for result in fresh}
    held = read(RESULTS / "style_encoder.json") if (RESULTS / "style_encoder.json").exists() else []
    write("style_encoder", [*(one for one in held if one.id not in told), *fresh])


if __name__ == "__main__":
    main(sys.argv[1:])
