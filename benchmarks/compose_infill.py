"""Two bars in eight of a melody, rewritten, against those that were hidden: `python -m benchmarks.compose_infill`

The tunes and their split are those of `benchmarks.score_nottingham`. Of each tune with at least eight whole bars the
first eight are taken; bars 4 and 5, or 7 and 8, are hidden by turns, their chords kept. *Agreement* is the F-measure of
notes: twice the notes that two melodies share (pitch, and the sixteenth of the bar in which they begin), divided by all
notes of both, over all tunes.

- `compose.infill_agreement`: what `segue compose infill` offers first, of DRAWINGS the one that agrees most with the
  others (minimum Bayes risk); the mean over SEEDS, its error that over tunes.
- `_one`: a single drawing, the same seeds.
- `_copy`: two bars of the same eight in their place, so many bars before the hidden ones (behind them where there are
  none) as is best on valid.

`--valid [COUNT]` prints figures on the first COUNT tunes of valid.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from benchmarks import score_nottingham
from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_protocol import Rate, model_facts
from segue.compose.drawing import SAMPLING, Draws, Rewriting, draw
from segue.compose.infill import DRAWINGS, infill
from segue.models.engine import load_engine
from segue.models.engine.protocol import Engine
from segue.music.note import Notes
from segue.music.score import Part, Score

NAME = "compose.infill_agreement"
SEEDS = (0, 100, 200)  # of the first drawing
GAIN = 1.2  # times the agreement of the copying rule
BARS, HIDDEN = 8, ((3, 4), (6, 7))
Slots = Counter[tuple[int, int, int]]  # bar, sixteenth, pitch
System = Callable[["Gap"], Slots]


@dataclass(frozen=True)
class Gap:
    """Eight bars of a tune, and which two of them are hidden (from 0)."""

    score: Score
    bars: tuple[int, int]

    @property
    def truth(self) -> Slots:
        """The notes that are hidden."""
        return slots(self.score, self.bars)


def slots(score: Score, bars: Sequence[int], moved: int = 0) -> Slots:
    """The notes of the first part that begin in these bars, told in bars so many further on."""
    starts = score.bar_starts
    found: Slots = Counter()
    for note in score.parts[0].notes:
        bar = next(place for place, end in enumerate(starts[1:]) if note.start < end)
        if bar in bars:
            found[bar + moved, int((note.start - starts[bar]) * 4), note.pitch] += 1
    return found


def gap_of(score: Score, place: int) -> Gap | None:
    """The first eight whole bars of a tune without its pick-up, or None where it has fewer or no melody there."""
    first = int(bool(score.bars) and score.bars[0].is_irregular)
    bars = score.bars[first : first + BARS]
    if not score.parts or len(bars) < BARS or any(bar.is_irregular for bar in bars):
        return None
    low, high = score.bar_starts[first], score.bar_starts[first + BARS]
    notes = [note for note in score.parts[0].notes if low <= note.start and note.end <= high]
    part = Part(Notes.of(replace(note, start=note.start - low) for note in notes), program=score.parts[0].program)
    chords = tuple(replace(one, start=one.start - low) for one in score.chords if low <= one.start < high)
    cut = Score((part,), bars, chords, score.tempos, style=score.style)
    return Gap(cut, HIDDEN[place % 2]) if slots(cut, HIDDEN[place % 2]) else None


def gaps_of(scores: Sequence[Score]) -> list[Gap]:
    """One gap of each tune that is long enough."""
    found = (gap_of(score, place) for place, score in enumerate(scores))
    return [gap for gap in found if gap is not None]


# ---- what is put in


def copied(gap: Gap, back: int) -> Slots:
    """The two bars that lie so many bars before the gap, or behind it where there are none."""
    by = back if gap.bars[0] >= back else -back
    return slots(gap.score, [bar - by for bar in gap.bars], by)


def offered(engine: Engine, gap: Gap, seed: int) -> Slots:
    """The first offer of the studio's infill."""
    draws = Draws(1, replace(SAMPLING, seed=seed))
    (offer,) = infill(engine, gap.score, gap.bars, [1], draws=draws)
    return slots(offer.value, gap.bars)


def drawn(engine: Engine, gap: Gap, seed: int) -> Slots:
    """A single drawing."""
    asked = Rewriting(gap.score, frozenset((bar, 1) for bar in gap.bars))
    (offer,) = draw(engine, asked, 1, replace(SAMPLING, seed=seed))
    return slots(offer.value, gap.bars)


# ---- figures


def measured(gaps: Sequence[Gap], *runs: System) -> Rate:
    """The agreement of a system over all gaps, the mean over its runs."""
    made = [[run(gap) for run in runs] for gap in gaps]
    shared = [sum(2.0 * (gap.truth & one).total() for one in each) for gap, each in zip(gaps, made, strict=True)]
    whole = [sum(float(gap.truth.total() + one.total()) for one in each) for gap, each in zip(gaps, made, strict=True)]
    return Rate.of(shared, whole)


def copying(valid: Sequence[Gap]) -> tuple[System, int]:
    """The copying rule, and the distance that is best on valid."""
    back = max((2, 3, 4), key=lambda bars: measured(valid, partial(copied, back=bars)).value)
    return partial(copied, back=back), back


def model_systems(engine: Engine) -> dict[str, list[System]]:
    """The score model, as it is offered and by one drawing, with each seed."""
    return {
        "": [partial(offered, engine, seed=seed) for seed in SEEDS],
        "_one": [partial(drawn, engine, seed=seed) for seed in SEEDS],
    }


def load() -> dict[str, list[Gap]]:
    """The gaps by split."""
    return {split: gaps_of([one.score for one in held]) for split, held in score_nottingham.load().pieces.items()}


def run() -> list[Result]:
    """Measure the score model and the copying rule on test."""
    gaps = load()
    rule, back = copying(gaps["valid"])
    rates = {name: measured(gaps["test"], *runs) for name, runs in model_systems(load_engine()).items()}
    rates["_copy"] = measured(gaps["test"], rule)
    bar = GAIN * rates["_copy"].value
    facts = {**model_facts(), "drawings": DRAWINGS, "bars_back": back}
    return [
        Result(
            id=NAME + name,
            value=rate.value,
            error=rate.error,
            unit="",
            better="higher",
            bar=None if name else bar,
            seeds=() if name == "_copy" else SEEDS,
            n=len(gaps["test"]),
            command="python -m benchmarks.compose_infill",
            recipe=facts,
            data_sha256=sha256_of([data_dir() / "nottingham" / "ABC_cleaned"]),
        )
        for name, rate in rates.items()
    ]


def show_valid(count: int) -> None:
    """Print what is reached on valid."""
    gaps = load()["valid"][:count]
    rule, back = copying(gaps)
    print(len(gaps), "gaps; copy", back, measured(gaps, rule), flush=True)
    for name, runs in model_systems(load_engine()).items():
        print("model" + name, measured(gaps, runs[0]), flush=True)


def main(words: list[str]) -> None:
    """Write the results, or print those on valid."""
    if words[:1] == ["--valid"]:
        show_valid(int(words[1]) if len(words) > 1 else 1000)
    else:
        write("compose_infill", run())


if __name__ == "__main__":
    main(sys.argv[1:])
