"""Harmonizing tunes that the score model never saw: `python -m benchmarks.compose_harmonize`

The tunes and their split are those of `benchmarks.score_nottingham`; tunes without chords are left out. Systems get the
melody, its bars and its style, and no chord; `benchmarks.harmony_protocol` says what is counted.

- `compose.harmonize_acc`, `_root`: what `segue compose harmony --complexity triads` offers first: what
  READINGS readings agree on (`segue.compose.consensus`), where one would be judged by its luck. They are drawn by the
  score model with its adapter for harmonizing, under the hard rules of `segue.compose.theory`.
- `_votes`: the same by votes alone, without weighing the melody; `_likeliest`: one reading, that with the highest fit.
- `_tuned`: the same after LoRA on the chords of the train part, by `segue.pretrain.harmony` (seed 0), from the adapter
  on; the bar's HMM learned from that part too.
- `_hmm`, `_template`, `_tonic`: the simple systems of `benchmarks.harmonizers`; the stretch of a bar and the smoothing
  are chosen on valid.
- `_ctnctr_distance`, `_pcs_distance`, `_mctd_distance`: how far the mean over tunes is from that of people's chords.

Where readings are drawn, figures are means over SEEDS; errors are those over tunes. `--valid [COUNT [plain|tuned]]`
prints figures on the first COUNT tunes of valid, with the adapter, without it or tuned.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
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
from segue.compose.consensus import MELODY, SPAN, consensus
from segue.compose.drawing import SAMPLING, Draws
from segue.compose.harmonize import READINGS, readings
from segue.models.engine import HARMONY, load_engine
from segue.models.engine.protocol import Engine
from segue.music.score import Score
from segue.pretrain.sizes import harmony_recipe
from segue.tune.callbacks import ProgressBar
from segue.tune.stats import figure

NAME = "compose.harmonize"
BARS = {"acc": 0.578, "root": 0.594}  # BARS' HMM over bars
WISH = ChordWish(complexity="triads")
SEEDS = (0,)  # of the first reading; further ones by hundreds
TUNED = harmony_recipe().replace(max_steps=80)
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


def harmonizers(engine: Engine, seed: int = 0) -> dict[str, System]:
    """What users get of a score model, and two other ways of deciding on the same readings."""

    @lru_cache(maxsize=512)
    def drawn(melody: Melody) -> tuple[Score, ...]:
        draws = Draws(READINGS, replace(SAMPLING, seed=seed))
        bars = range(len(melody.score.bars))
        return tuple(offer.value for offer in readings(engine, melody.score, bars, WISH, draws))

    def agreed(melody: Melody, trust: float) -> list[Triad | None]:
        score = consensus(melody.score, drawn(melody), range(len(melody.score.bars)), WISH.span, trust)
        return triads_of(score, melody.frames)

    return {
        "": lambda melody: agreed(melody, MELODY),
        "votes": lambda melody: agreed(melody, 0.0),
        "likeliest": lambda melody: triads_of(drawn(melody)[0], melody.frames),
    }


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


def tuned_engine(task: score_nottingham.Task) -> Engine:
    """The model with its adapter after LoRA on the chords of train; a training on disk is gone on with."""
    from segue.models.score.adapter import load_adapted
    from segue.models.score.folder import SHIPPED, save_score_model
    from segue.pretrain.harmony import harmonic, learn_harmony
    from segue.tune.methods import merge_lora

    folder = ROOT / ".scratch" / "benchmarks" / "compose_harmonize"
    model = load_adapted(SHIPPED, HARMONY)
    train, valid = harmonic(task.pieces["train"]), harmonic(task.pieces["valid"])
    learn_harmony(model, train, valid, TUNED, folder / "training", callbacks=lambda _: [ProgressBar()])
    merge_lora(model)
    save_score_model(model, folder)
    return load_engine(folder)


def load() -> tuple[score_nottingham.Task, dict[str, list[Tune]]]:
    """The tunes by split."""
    task = score_nottingham.load()
    return task, {split: tunes_of([one.score for one in held]) for split, held in task.pieces.items()}


def run() -> list[Result]:
    """Measure the model as it is and tuned, and the simple systems."""
    task, tunes = load()
    simple = simple_systems(tunes["train"], tunes["valid"])
    systems = {name: ([system], told) for name, (system, told) in simple.items()}
    facts: dict[str, object] = {**model_facts(), "readings": READINGS, "melody": MELODY, "span": str(SPAN)}
    own = [harmonizers(load_engine(adapter=HARMONY), seed) for seed in SEEDS]
    systems |= {name: ([one[name] for one in own], {**facts, "adapter": HARMONY}) for name in own[0]}
    engine = tuned_engine(task)
    systems["tuned"] = [harmonizers(engine, seed)[""] for seed in SEEDS], {**facts, **TUNED.as_dict()}
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
    is_ours = name in ("", "tuned")
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


def show_valid(count: int, what: str) -> None:
    """Print what is reached on tunes of valid, by the model with its adapter, "plain" or "tuned"."""
    task, tunes = load()
    valid = tunes["valid"][:count]
    print({split: len(held) for split, held in tunes.items()})
    print("human", _measures(valid, [tune.truth for tune in valid]))
    for name, (system, told) in simple_systems(tunes["train"], tunes["valid"]).items():
        print(name, told, measured(valid, [system]), flush=True)
    engine = tuned_engine(task) if what == "tuned" else load_engine(adapter="" if what == "plain" else HARMONY)
    for name, system in harmonizers(engine).items():
        print("model", name, measured(valid, [system]), flush=True)


def main(words: list[str]) -> None:
    """Write the results, or print those on valid."""
    if words[:1] == ["--valid"]:
        show_valid(int(words[1]) if len(words) > 1 else 1000, words[2] if len(words) > 2 else "")
    else:
        write("compose_harmonize", run())


if __name__ == "__main__":
    main(sys.argv[1:])
