"""Pieces drawn from the score model: are they valid, and how far from human ones? `python -m benchmarks.score_pieces`

- `score.valid_share`: of 1,000 pieces in 20 styles (8 to 24 bars, each instrument in its range), the share that decodes
  and whose ABC is read by abcjs, MusicXML by music21, MIDI by symusic with the bars and notes of the score (see
  `benchmarks.score_oracles`); by program `score.valid_share_<program>`. Needs node, abcjs and music21.
- `score.human_distance_<statistic>_<style>`: 500 free pieces of a style against the held-out human pieces of its
  corpora: |difference of means| in standard deviations of the human pieces (`segue.music.statistics`); without a style
  the largest of the five. Both kinds are at most 1,024 tokens long, in whole bars. Human pieces are of test; `--valid`
  prints the distances of 100 pieces a style to valid instead, by which the sampling was chosen.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_drawing import Wish, cut_alike, draw
from benchmarks.score_oracles import faults
from benchmarks.score_protocol import Rate, load_engine, model_facts
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece, Split
from segue.errors import InputError
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.language.decode import decode
from segue.music.language.grammar import Limits
from segue.music.score import Score
from segue.music.statistics import STATISTICS

SAMPLING = Sampling()  # on valid no worse than top_p .99 or .98 in four of five styles: the model as it is
LIMITS = Limits(in_range=True, in_sixteenths=True, least_bars=8, most_bars=24)
VALID, FREE = 1000, 500
AIM = 0.5
PROGRAMS = frozenset(("abcjs", "music21", "symusic"))
TOLD = ("abcjs_bars", "abcjs_played")  # beside validity: abcjs without its warnings, and what it plays
_PERFORMED = ("pop", "funk", "rock")
_ASKED = (
    "reel", "jig", "hornpipe", "waltz", "march", "strathspey", "air", "folk", "chorale", "renaissance",
    "baroque", "classical", "romantic", "lied", "study", "ragtime", "jazz", "pop", "funk", "rock",
)  # fmt: skip


@dataclass(frozen=True)
class Style:
    """A style of which human pieces are at hand: its source, and its corpora."""

    name: str
    source: str
    corpora: tuple[str, ...]


STYLES = (
    Style("reel", "notated", ("ceol_rince", "oneill", "ryan", "aird")),
    Style("chorale", "notated", ("jsb", "bach")),
    Style("pop", "performed", ("pop909_cl",)),
    Style("classical", "notated", ("mutopia_midi",)),
    Style("lied", "notated", ("lieder",)),
)


# ---- validity


def wishes(count: int) -> list[Wish]:
    """What is asked for: all styles in turn, chords before the voices in four of five."""
    return [
        Wish(
            style := _ASKED[seed % len(_ASKED)],
            "performed" if style in _PERFORMED else "notated",
            "harmonize" if seed // len(_ASKED) % 5 == 4 else "lead",
            seed,
        )
        for seed in range(count)
    ]


def valid_shares(engine: Engine, count: int) -> tuple[dict[str, float], Counter[str]]:
    """The share of drawn pieces that is valid ("" for all programs), and how often what was amiss."""
    scores: dict[int, Score] = {}  # by their seeds
    amiss: Counter[str] = Counter()
    for drawn in draw(engine, wishes(count), SAMPLING, LIMITS):
        try:
            scores[drawn.wish.seed] = decode(drawn.tokens)
        except InputError as error:
            amiss[f"decode, seed {drawn.wish.seed}: {error}"] += 1
    found = faults(list(scores.values()))
    for seed, each in zip(scores, found, strict=True):
        amiss.update(f"{name}: {what}" for name, what in each.items() if name in TOLD)
        amiss.update(f"{name}, seed {seed}: {what}" for name, what in each.items() if name in PROGRAMS)
    bad = Counter(name for each in found for name in each)
    shares = {name: (len(scores) - bad[name]) / count for name in (*sorted(PROGRAMS), *TOLD)}
    return {"": sum(PROGRAMS.isdisjoint(each) for each in found) / count, **shares}, amiss


# ---- distance to human music


@dataclass(frozen=True)
class Spread:
    """A statistic over pieces: mean, standard deviation, how many have it and how many do not."""

    mean: float
    deviation: float
    count: int
    without: int


def spreads(scores: Iterable[Score]) -> dict[str, Spread]:
    """The statistics over pieces; a piece that has one not (it has no notes) is counted apart."""
    values: dict[str, list[float]] = {name: [] for name in STATISTICS}
    total = 0
    for score in scores:
        total += 1
        for name, statistic in STATISTICS.items():
            try:
                values[name].append(statistic(score))
            except InputError:
                continue
    return {name: Spread(fmean(held), stdev(held), len(held), total - len(held)) for name, held in values.items()}


def distance(drawn: Spread, human: Spread) -> Rate:
    """How far two means lie apart, in human standard deviations; the error is that of the difference of means."""
    error = math.hypot(drawn.deviation / math.sqrt(drawn.count), human.deviation / math.sqrt(human.count))
    return Rate(abs(drawn.mean - human.mean) / human.deviation, error / human.deviation)


def human(style: Style, split: Split) -> list[Score]:
    """The human pieces of a style in a split, cut as the drawn ones are."""
    found = []
    for name in style.corpora:
        corpus = BY_NAME[name]
        pieces = corpus.read(corpus.place(data_dir()))
        found += [
            cut_alike(piece.score, style.source)
            for piece in pieces
            if isinstance(piece, Piece) and piece.part == split and piece.score.style == style.name
        ]
    return found


def distances(engine: Engine, split: Split, count: int, sampling: Sampling) -> dict[tuple[str, str], tuple[Rate, int]]:
    """(statistic, style) -> how far drawn pieces are from the human ones, and how many of those there are."""
    found: dict[tuple[str, str], tuple[Rate, int]] = {}
    for style in STYLES:
        asked = [Wish(style.name, style.source, seed=seed) for seed in range(count)]
        drawn = spreads(decode(piece.tokens) for piece in draw(engine, asked, sampling))
        held = spreads(human(style, split))
        for name in STATISTICS:
            found[name, style.name] = (distance(drawn[name], held[name]), held[name].count)
            print(f"{style.name}, {name}: drawn {drawn[name]}, human {held[name]}", file=sys.stderr)
    return found


# ---- results


def run() -> list[Result]:
    """Draw and measure."""
    engine = load_engine()
    shares, amiss = valid_shares(engine, VALID)
    for what, often in sorted(amiss.items(), key=lambda one: (one[0].startswith(TOLD), -one[1]))[:20]:
        print(f"{often} {what}", file=sys.stderr)
    found = [
        _result("valid_share" + (name and f"_{name}"), Rate(share, math.sqrt(share * (1 - share) / VALID)), VALID)
        for name, share in shares.items()
    ]
    held = distances(engine, "test", FREE, SAMPLING)
    for name in STATISTICS:
        of_style = {style: rate for (statistic, style), (rate, _) in held.items() if statistic == name}
        worst = max(of_style, key=lambda style: of_style[style].value)
        found.append(_result(f"human_distance_{name}", of_style[worst], FREE, {"largest": worst}, AIM))
    found += [
        _result(f"human_distance_{name}_{style}", rate, FREE, {"human": count})
        for (name, style), (rate, count) in held.items()
    ]
    return found


def _result(
    name: str, rate: Rate, count: int, facts: Mapping[str, object] | None = None, bar: float | None = None
) -> Result:
    is_share = name.startswith("valid")
    corpora = [] if is_share else [data_dir() / name for name in ("ceol_rince", "jsb", "pop909_cl")]
    sampling = {"temperature": SAMPLING.temperature, "top_p": SAMPLING.top_p, "min_p": SAMPLING.min_p}
    return Result(
        id=f"score.{name}",
        value=rate.value,
        error=rate.error,
        unit="1" if is_share else "s.d.",
        better="higher" if is_share else "lower",
        bar=1.0 if name == "valid_share" else bar,
        seeds=(),
        n=count,
        command="python -m benchmarks.score_pieces",
        recipe={**model_facts(), **sampling, "seeds": f"0 to {count - 1}", **(facts or {})},
        data_sha256=sha256_of(corpora) if corpora else "",
    )


def main(words: Sequence[str]) -> None:
    """Write the results; `--valid` prints those on valid, and of 100 pieces what is amiss."""
    if "--valid" not in words:
        write("score_pieces", run())
        return
    engine = load_engine()
    shares, amiss = valid_shares(engine, 100)
    print(shares, amiss.most_common(10))
    for key, (rate, count) in distances(engine, "valid", 100, SAMPLING).items():
        print(*key, rate, count)


if __name__ == "__main__":
    main(sys.argv[1:])
