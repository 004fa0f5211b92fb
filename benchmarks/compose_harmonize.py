"""Harmonizing tunes that no model of ours was shipped with: `python -m benchmarks.compose_harmonize`

The tunes and their split are those of `benchmarks.score_nottingham`; tunes without chords are left out. Systems get the
melody, its bars and its style, and no chord; `benchmarks.harmony_protocol` says what is counted.

- `compose.harmonize_acc`, `_root`: what `segue compose harmony --complexity triads` offers first once the harmony model
  was tuned to the train part (`segue tune harmony`), as the bar's HMM learned from it: means over SEEDS trainings,
  chosen by valid; the score model was not tuned.
- `_zero`: the same with the harmony model as it is shipped, which never saw these tunes.
- `_heard`: the tuned harmony model's likeliest triads alone, without score model and rules.
- `_hmm`, `_template`, `_tonic`: the simple systems of `benchmarks.harmonizers`; the stretch of a bar and the smoothing
  are chosen on valid.
- `_ctnctr_distance`, `_pcs_distance`, `_mctd_distance`: how far the mean over tunes is from that of people's chords.

Errors are those over tunes; `error_over_seeds` is in the recipe. Tuned trainings lie in `.scratch` and are gone on
with. `--valid [COUNT]` prints figures on the first COUNT tunes of valid, of one seed.

A system before this one was measured on 75 of the test tunes (accuracy .565), before the harmony model was thought of;
that model was designed and chosen on valid alone.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from benchmarks import score_nottingham
from benchmarks.harmonizers import HiddenMarkov, template, tonic_only
from benchmarks.harmony_protocol import (
    Melody,
    Triad,
    changes,
    chord_tone_ratio,
    consonance,
    hits,
    tonal_distance,
    triads_of,
)
from benchmarks.result import ROOT, Result, data_dir, sha256_of, write
from benchmarks.score_protocol import Rate, model_facts
from segue.compose.chords import ChordWish
from segue.compose.drawing import SAMPLING, Draws
from segue.compose.harmonize import harmonize
from segue.compose.hearing import Hearing
from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine
from segue.models.harmony.model import HarmonyModel, shipped_harmony
from segue.music.score import Score
from segue.pretrain.harmony import in_use, learn_harmony, new_net, songs_of
from segue.pretrain.sizes import own_harmony_recipe
from segue.tune.callbacks import ProgressBar
from segue.tune.stats import figure

NAME = "compose.harmonize"
BARS = {"acc": 0.578, "root": 0.594}  # BARS' HMM over bars
WISH = ChordWish(complexity="triads")
SEEDS = (0, 1, 2)
MEASURES = {"ctnctr": chord_tone_ratio, "pcs": consonance, "mctd": tonal_distance}
System = Callable[[Melody], "list[Triad | None]"]


@dataclass(frozen=True)
class Tune:
    """A melody, and the people's triads, frame by frame."""

    melody: Melody
    truth: tuple[Triad | None, ...]


def tunes_of(scores: Sequence[Score]) -> list[Tune]:
    """The tunes that have a melody and chords."""
    found = []
    for score in scores:
        if score.parts and len(score.parts[0].notes) and score.chords:
            melody = Melody(score.replace(chords=()))
            found.append(Tune(melody, tuple(triads_of(score, melody.frames))))
    return found


def offered(engine: Engine, model: HarmonyModel, seed: int = 0) -> System:
    """What users are offered first."""
    draws = Draws(1, replace(SAMPLING, seed=seed))

    def system(melody: Melody) -> list[Triad | None]:
        (offer,) = harmonize(engine, model, melody.score, wish=WISH, draws=draws)
        return triads_of(offer.value, melody.frames)

    return system


def heard(model: HarmonyModel) -> System:
    """The likeliest triads, one to each beat."""

    def system(melody: Melody) -> list[Triad | None]:
        hearing = Hearing(model, melody.score, range(len(melody.score.bars)), WISH)
        said = dict(hearing.triads(hearing.chain.best()))
        edges = hearing.beats.edges
        found = [(edges[beat], triad) for beat, triad in said.items()]
        starts = [start for start, _ in found]
        return [found[bisect_right(starts, frame.start) - 1][1] for frame in melody.frames]

    return system


@dataclass(frozen=True)
class Found:
    """What a system reaches: accuracy and root over frames, the mean of each measure over tunes, and how far apart
    the accuracies of its seeds lie (their standard error)."""

    acc: Rate
    root: Rate
    measures: Mapping[str, float]
    over_seeds: float = 0.0


def measured(tunes: Sequence[Tune], runs: Sequence[System]) -> Found:
    """Let a system harmonize tunes, once for each of its seeds."""
    made = [[system(tune.melody) for tune in tunes] for system in runs]
    counts = [[hits(tune.truth, one) for tune, one in zip(tunes, each, strict=True)] for each in made]
    frames = [float(one.frames) for one in counts[0]]
    same = [[float(one.same) for one in each] for each in counts]
    root = [[float(one.root) for one in each] for each in counts]
    measures = [_measures(tunes, each) for each in made]
    return Found(
        Rate.of([sum(each) / len(runs) for each in zip(*same, strict=True)], frames),
        Rate.of([sum(each) / len(runs) for each in zip(*root, strict=True)], frames),
        {name: sum(each[name] for each in measures) / len(runs) for name in MEASURES},
        figure([sum(each) / sum(frames) for each in same]).error or 0.0,
    )


def _measures(tunes: Sequence[Tune], made: Sequence[Sequence[Triad | None]]) -> dict[str, float]:
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    for tune, one in zip(tunes, made, strict=True):
        chords = list(changes(tune.melody.frames, one))
        for name, measure in MEASURES.items():
            value = measure(tune.melody.notes, chords)
            if not math.isnan(value):
                values[name].append(value)
    return {name: sum(each) / len(each) for name, each in values.items()}


def _accuracy(tunes: Sequence[Tune], system: System) -> float:
    counts = [hits(tune.truth, system(tune.melody)) for tune in tunes]
    return sum(one.same for one in counts) / sum(one.frames for one in counts)


def simple_systems(train: Sequence[Tune], valid: Sequence[Tune]) -> dict[str, tuple[System, dict[str, object]]]:
    """The baselines, with what was chosen on valid."""
    seen = [(tune.melody, tune.truth) for tune in train]
    models = [
        HiddenMarkov.of(seen, parts, smoothing, trust)
        for parts, smoothing, trust in product((1, 2), (0.1, 1.0), (0.5, 1.0, 2.0))
    ]
    best = max(models, key=lambda model: _accuracy(valid, model.harmonize))
    parts = max((1, 2, 4), key=lambda count: _accuracy(valid, partial(template, parts=count)))
    chosen: dict[str, object] = {"parts": best.parts, "smoothing": best.smoothing, "trust": best.trust}
    return {
        "hmm": (best.harmonize, chosen),
        "template": (partial(template, parts=parts), {"parts": parts}),
        "tonic": (tonic_only, {}),
    }


def tuned_model(task: score_nottingham.Task, seed: int) -> HarmonyModel:
    """The shipped harmony model after learning from train; a training on disk is gone on with."""
    recipe = own_harmony_recipe().replace(seed=seed)
    folder = ROOT / ".scratch" / "benchmarks" / "compose_harmonize" / str(seed)
    train, valid = (songs_of(task.pieces[split]) for split in ("train", "valid"))
    net = new_net(recipe)
    learn_harmony(net, train, valid, recipe, folder, [ProgressBar()])
    return in_use(net)


def load() -> tuple[score_nottingham.Task, dict[str, list[Tune]]]:
    """The tunes by split."""
    task = score_nottingham.load()
    return task, {split: tunes_of([one.score for one in held]) for split, held in task.pieces.items()}


def run() -> list[Result]:
    """Measure the model tuned and as it is, and the simple systems."""
    task, tunes = load()
    simple = simple_systems(tunes["train"], tunes["valid"])
    systems = {name: ([system], told) for name, (system, told) in simple.items()}
    engine, facts = load_engine(), model_facts()
    tuned = [tuned_model(task, seed) for seed in SEEDS]
    recipe = {**facts, **own_harmony_recipe().as_dict()}
    systems[""] = [offered(engine, model, seed) for seed, model in zip(SEEDS, tuned, strict=True)], recipe
    systems["heard"] = [heard(model) for model in tuned], recipe
    systems["zero"] = [offered(engine, shipped_harmony(), seed) for seed in SEEDS[:1]], facts
    human = _measures(tunes["test"], [tune.truth for tune in tunes["test"]])
    found: list[Result] = []
    reached = {name: measured(tunes["test"], runs) for name, (runs, _) in systems.items()}
    for name, (runs, told) in systems.items():
        told = {**told, "error_over_seeds": reached[name].over_seeds} if len(runs) > 1 else told
        rows = _results(name, reached[name], told, human, reached["hmm"].measures, len(tunes["test"]))
        found += [replace(row, seeds=SEEDS[: len(runs)]) for row in rows]
    found += [
        _result(f"human_{measure}", Rate(value, 0.0), {}, None, len(tunes["test"])) for measure, value in human.items()
    ]
    return found


def _results(
    name: str,
    found: Found,
    told: Mapping[str, object],
    human: Mapping[str, float],
    simple: Mapping[str, float],
    count: int,
) -> list[Result]:
    is_ours = name in ("", "zero")
    end = f"_{name}" if name else ""
    rows = [
        _result(f"{what}{end}", rate, told, BARS[what] if is_ours else None, count)
        for what, rate in (("acc", found.acc), ("root", found.root))
    ]
    for measure, value in found.measures.items():
        bar = abs(simple[measure] - human[measure]) if is_ours else None
        away = Rate(abs(value - human[measure]), 0.0)
        rows.append(replace(_result(f"{measure}_distance{end}", away, told, bar, count), better="lower", error=None))
    return rows


def _result(name: str, rate: Rate, told: Mapping[str, object], bar: float | None, count: int) -> Result:
    return Result(
        id=f"{NAME}_{name}",
        value=rate.value,
        error=rate.error or None,
        unit="",
        better="higher",
        bar=bar,
        seeds=(0,),
        n=count,
        command="python -m benchmarks.compose_harmonize",
        recipe=told,
        data_sha256=sha256_of([data_dir() / "nottingham" / "ABC_cleaned"]),
    )


def show_valid(count: int) -> None:
    """Print what is reached on tunes of valid."""
    task, tunes = load()
    valid = tunes["valid"][:count]
    print({split: len(held) for split, held in tunes.items()})
    print("human", _measures(valid, [tune.truth for tune in valid]))
    for name, (system, told) in simple_systems(tunes["train"], tunes["valid"]).items():
        print(name, told, measured(valid, [system]), flush=True)
    engine = load_engine()
    for name, model in (("zero", shipped_harmony()), ("tuned", tuned_model(task, 0))):
        print(name, "heard", measured(valid, [heard(model)]), flush=True)
        print(name, "offered", measured(valid, [offered(engine, model)]), flush=True)


def main(words: list[str]) -> None:
    """Write the results, or print those on valid."""
    if words[:1] == ["--valid"]:
        show_valid(int(words[1]) if len(words) > 1 else 1000)
    else:
        write("compose_harmonize", run())


if __name__ == "__main__":
    main(sys.argv[1:])
