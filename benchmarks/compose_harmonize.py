"""Harmonizing tunes that the score model never saw: `python -m benchmarks.compose_harmonize`

The tunes and their split are those of `benchmarks.score_nottingham`; tunes without chords are left out. Systems get the
melody, its bars and its style, and no chord; `benchmarks.harmony_protocol` says what is counted.

- `compose.harmonize_acc`, `_root`: the score model as it is, under the hard rules of `segue.compose.theory` and asked
  for major and minor triads. READINGS readings are drawn; in each frame every triad has their votes, times e to the
  power of MELODY times the share of its half of the bar for which the melody sounds in it, and the highest is taken:
  the choice with the least expected error of a frame (minimum Bayes risk; Kumar and Byrne, NAACL 2004), where one
  reading would be judged by its luck.
- `_votes`: the same by votes alone; `_likeliest`: one reading, that with the highest fit; `_free`: votes of readings
  drawn without rules and wishes.
- `_tuned`: the same after LoRA on the train part, by `benchmarks.score_nottingham` (seed 0).
- `_hmm`, `_template`, `_tonic`: the simple systems of `benchmarks.harmonizers`; the stretch of a bar and the smoothing
  are chosen on valid.
- `_ctnctr_distance`, `_pcs_distance`, `_mctd_distance`: how far the mean over tunes is from that of people's chords.

`--valid [COUNT]` prints figures on the first COUNT tunes of valid, for each way of deciding.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import product
from pathlib import Path

from benchmarks import score_nottingham
from benchmarks.harmonizers import HiddenMarkov, slots_of, template, tonic_only
from benchmarks.harmony_protocol import (
    Melody,
    Triad,
    changes,
    chord_tone_ratio,
    consonance,
    hits,
    tonal_distance,
    tones,
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
MELODY = 3.0  # chosen on valid
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


def consensus(melody: Melody, found: Sequence[Sequence[Triad | None]], trust: float = 0.0) -> list[Triad | None]:
    """In each frame the triad with most votes, weighted by the melody; of equals that of the likeliest reading.

    Votes times exp(trust x share of the half bar's sounding time that lies in the triad).
    """
    chosen: list[Triad | None] = [None] * len(melody.frames)
    for slot in slots_of(melody, 2):
        whole = sum(slot.weights) or 1.0
        for place in slot.frames:
            named = [one[place] for one in found]
            votes = Counter(one for one in named if one is not None)
            ranks = {
                chord: count * math.exp(trust * sum(slot.weights[pc] for pc in tones(chord)) / whole)
                for chord, count in votes.items()  # in the order of the readings
            }
            chosen[place] = max(ranks, key=lambda chord: ranks[chord], default=None)
    return chosen


def model_systems(engine: Engine) -> dict[str, System]:
    """The score model, in several ways of deciding on the same readings."""

    @lru_cache(maxsize=512)
    def drawn(melody: Melody, ruled: bool) -> tuple[tuple[Triad | None, ...], ...]:
        found = readings(engine, melody.score, READINGS, ruled=ruled)
        return tuple(tuple(triads_of(one, melody.frames)) for one in found)

    return {
        "": lambda melody: consensus(melody, drawn(melody, True), MELODY),
        "votes": lambda melody: consensus(melody, drawn(melody, True)),
        "likeliest": lambda melody: list(drawn(melody, True)[0]),
        "free": lambda melody: consensus(melody, drawn(melody, False)),
    }


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
    facts: dict[str, object] = {
        **model_facts(),
        "readings": READINGS,
        "temperature": TEMPERATURE,
        "span": str(SPAN),
        "melody": MELODY,
    }
    systems |= {name: (system, facts) for name, system in model_systems(load_engine()).items()}
    by_tuned = model_systems(tuned_engine(task))[""]
    systems["tuned"] = (by_tuned, {**facts, "tuned": "LoRA on train, seed 0"})
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
    for name, system in model_systems(load_engine()).items():
        print("model", name, measured(valid, system), flush=True)


def main(words: list[str]) -> None:
    """Write the results, or print those on valid."""
    if words[:1] == ["--valid"]:
        show_valid(int(words[1]) if len(words) > 1 else 1000)
    else:
        write("compose_harmonize", run())


if __name__ == "__main__":
    main(sys.argv[1:])
