"""Harmonizing tunes that the score model never saw: `python -m benchmarks.compose_harmonize`

The tunes and their split are those of `benchmarks.score_nottingham`; tunes without chords are left out. Systems get the
melody, its bars and its style, and no chord; `benchmarks.harmony_protocol` says what is counted.

- `compose.harmonize_acc`, `_root`: the score model as it is, under the hard rules of `segue.compose.theory` and asked
  for major and minor triads. READINGS readings are drawn, and in each frame the triad that most of them have is
  taken: the choice with the least expected error of a frame (minimum Bayes risk; Kumar and Byrne, NAACL 2004), where
  one reading would be judged by its luck.
- `_free`: the same without rules and wishes; `_one`: with them, but one reading.
- `_tuned`: the same after LoRA on the train part, by `benchmarks.score_nottingham` (seed 0).
- `_hmm`, `_template`, `_tonic`: the simple systems of `benchmarks.harmonizers`; the stretch of a bar and the smoothing
  are chosen on valid.
- `_ctnctr_distance`, `_pcs_distance`, `_mctd_distance`: how far the mean over tunes is from that of people's chords.

`--valid [COUNT]` prints figures on the first COUNT tunes of valid, for each way that is chosen there.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path

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
from segue.compose.chords import ChordWish, of_qualities
from segue.compose.drawing import Rewriting, draw
from segue.compose.holes import CHORDS, holes_in
from segue.compose.theory import Setting, checked_rules, narrowing
from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.score import Score

NAME = "compose.harmonize"
BARS = {"acc": 0.578, "root": 0.594}  # BARS' HMM over bars
READINGS, TEMPERATURE = 16, 1.0  # chosen on valid
SPAN: Fraction | None = Fraction(1, 2)  # bars that a chord lasts at most before it is said again; chosen on valid
TRIADS = ("", "m")
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


def readings(engine: Engine, score: Score, count: int, *, ruled: bool = True) -> list[Score]:
    """Harmonize a melody several times, the likeliest reading first."""
    bars = range(len(score.bars))
    asked = Rewriting(score, holes_in(score, bars, [CHORDS]))
    if ruled:
        rules = narrowing(checked_rules(None), Setting(score, asked.holes, qualities=TRIADS))
        asked = replace(asked, narrow=(*ChordWish(span=SPAN).narrowing(score, bars), of_qualities(TRIADS), *rules))
    return [offer.value for offer in draw(engine, asked, count, Sampling(TEMPERATURE, seed=0))]


def consensus(found: Sequence[Sequence[Triad | None]]) -> list[Triad | None]:
    """In each frame the triad that most readings have; of equals that of the likeliest reading."""
    chosen: list[Triad | None] = []
    for column in zip(*found, strict=True):
        counts = Counter(one for one in column if one is not None)
        most = max(counts.values(), default=0)
        chosen.append(next((one for one in column if one is not None and counts[one] == most), None))
    return chosen


def model_system(engine: Engine, count: int = READINGS, *, ruled: bool = True) -> System:
    """The score model as a system."""

    def harmonize(melody: Melody) -> list[Triad | None]:
        drawn = readings(engine, melody.score, count, ruled=ruled)
        return consensus([triads_of(one, melody.frames) for one in drawn])

    return harmonize


@dataclass(frozen=True)
class Found:
    """What a system reaches: accuracy and root over frames, and the mean of each measure over tunes."""

    acc: Rate
    root: Rate
    measures: Mapping[str, float]


def measured(tunes: Sequence[Tune], system: System) -> Found:
    """Let a system harmonize tunes."""
    made = [system(tune.melody) for tune in tunes]
    counts = [hits(tune.truth, one) for tune, one in zip(tunes, made, strict=True)]
    frames = [one.frames for one in counts]
    return Found(
        Rate.of([one.same for one in counts], frames),
        Rate.of([one.root for one in counts], frames),
        _measures(tunes, made),
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
    """The model after LoRA on train, in the fast engine."""
    from segue.models.score.folder import save_score_model

    folder = ROOT / ".scratch" / "benchmarks" / "compose_harmonize"
    save_score_model(score_nottingham.tuned(task, 0), folder)
    return load_engine(Path(folder))


def load() -> tuple[score_nottingham.Task, dict[str, list[Tune]]]:
    """The tunes by split."""
    task = score_nottingham.load()
    return task, {split: tunes_of([one.score for one in held]) for split, held in task.pieces.items()}


def run() -> list[Result]:
    """Measure the model as it is and tuned, and the simple systems."""
    task, tunes = load()
    systems = simple_systems(tunes["train"], tunes["valid"])
    facts: dict[str, object] = {**model_facts(), "readings": READINGS, "temperature": TEMPERATURE, "span": str(SPAN)}
    engine = load_engine()
    systems = {
        "": (model_system(engine), facts),
        "free": (model_system(engine, ruled=False), {**facts, "rules": "none"}),
        "one": (model_system(engine, 1), {**facts, "readings": 1}),
        "tuned": (model_system(tuned_engine(task)), {**facts, "tuned": "LoRA on train, seed 0"}),
        **systems,
    }
    human = _measures(tunes["test"], [tune.truth for tune in tunes["test"]])
    found: list[Result] = []
    reached = {name: measured(tunes["test"], system) for name, (system, _) in systems.items()}
    for name, (_, told) in systems.items():
        found += _results(name, reached[name], told, human, reached["hmm"].measures, len(tunes["test"]))
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


def show_valid(count: int) -> None:
    """Print what is reached on tunes of valid."""
    _, tunes = load()
    valid = tunes["valid"][:count]
    print({split: len(held) for split, held in tunes.items()})
    print("human", _measures(valid, [tune.truth for tune in valid]))
    for name, (system, told) in simple_systems(tunes["train"], tunes["valid"]).items():
        print(name, told, measured(valid, system), flush=True)
    engine = load_engine()
    for ruled, number in ((True, READINGS), (True, 1), (False, READINGS)):
        print("model", "ruled" if ruled else "free", number, flush=True)
        print(measured(valid, model_system(engine, number, ruled=ruled)), flush=True)


def main(words: list[str]) -> None:
    """Write the results, or print those on valid."""
    if words[:1] == ["--valid"]:
        show_valid(int(words[1]) if len(words) > 1 else 1000)
    else:
        write("compose_harmonize", run())


if __name__ == "__main__":
    main(sys.argv[1:])
