"""What each rule of theory gives: the same requests with it and without it. `python -m benchmarks.compose_rules`

Tunes of Nottingham's valid part, held out from all training, their first bars. For each rule of `segue.compose.theory`
one kind of request, with all rules and with all but that one; the first of four offers counts, with the same seeds:

| request | rules | what is counted as broken |
|---|---|---|
| harmonize a melody | `melody-tones` | notes of a beat or more that are avoided tones of their chord |
| | `on-beats` | new chords that begin beside a beat |
| reharmonize, sevenths, a cadence at the end | `cadences` | the cadences planned that do not come |
| | `voice-leading` | roughness: the least motion of voices over the most, two semitones each |
| | `sevenths` | sevenths of dominants that neither stay nor fall by a step |
| rewrite bars of a flute's melody | `chord-scale` | the time of new notes outside chord and scale, or avoided |
| | `range` | new notes outside the instrument's range |

- `compose.rules.NAME` and `_off`: the mean share broken, with the rule and without it.
- `compose.rules.NAME_fit` and `_fit_off`: nats a token of the whole result by the model alone, no rule narrowing what
  is legal; what is kept counts too, and is the same on both sides.
- `compose.rules.NAME_acc` and `_acc_off`: where a melody is harmonized, with triads alone, the share of frames in
  which the harmony offered first has the people's triad (`benchmarks.harmony_protocol`).

The table of docs/compose.md is made from the results. `--tunes COUNT` takes so many tunes and only tells the figures;
`--table` makes the table anew from the results as they lie there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean, stdev

from benchmarks.harmony_protocol import frames_of, hits, triads_of
from benchmarks.result import RESULTS, ROOT, Result, data_dir, read, sha256_of, write
from segue.compose.chords import ChordWish, reharmonize
from segue.compose.drawing import SAMPLING, Draws
from segue.compose.excerpt import laid_out
from segue.compose.harmonize import harmonize
from segue.compose.holes import CHORDS, holes_in
from segue.compose.infill import infill
from segue.compose.stretches import opening
from segue.compose.theory import RULES, Rule, Setting
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.errors import InputError
from segue.models.engine import SHIPPED, load_engine
from segue.models.engine.language import score_language
from segue.models.engine.protocol import Engine
from segue.models.engine.scoring import score as score_tokens
from segue.models.harmony.model import shipped_harmony
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.language.encode import Lane, say
from segue.music.score import Score

TUNES, BARS, OFFERS, SEED = 24, 8, 4, 0
FLUTE = 73
COMMAND = "python -m benchmarks.compose_rules"
PAGE = ROOT / "docs" / "compose.md"
OPEN, CLOSE = "<!-- rules -->", "<!-- /rules -->"


@dataclass(frozen=True)
class Made:
    """The first offer for a request, and what it was to fill."""

    score: Score
    holes: frozenset[Lane]
    cadences: Mapping[int, str]

    @property
    def setting(self) -> Setting:
        """As rules ask for it."""
        return Setting(self.score, self.holes, self.cadences)


Ask = Callable[[Engine, Score, tuple[str, ...], Draws], Made]


# ---- requests, each with rules that are left out


def _harmonized(engine: Engine, tune: Score, without: tuple[str, ...], draws: Draws) -> Made:
    bare = tune.replace(chords=())
    wish = ChordWish(complexity="triads", without=without)
    offer = harmonize(engine, shipped_harmony(), bare, None, wish, draws=draws)[0]
    return Made(offer.value, holes_in(bare, range(len(bare.bars)), [CHORDS]), {})


def _reharmonized(engine: Engine, tune: Score, without: tuple[str, ...], draws: Draws) -> Made:
    cadences = {len(tune.bars) - 1: "authentic"}
    wish = ChordWish(complexity="sevenths", cadences=cadences, without=without)
    offer = reharmonize(engine, tune, None, wish, draws=draws)[0]
    return Made(offer.value, holes_in(tune, range(len(tune.bars)), [CHORDS]), cadences)


def _rewritten(engine: Engine, tune: Score, without: tuple[str, ...], draws: Draws) -> Made:
    bars = range(2, min(6, len(tune.bars)))
    (part, *others) = tune.parts
    played = tune.replace(parts=(replace(part, program=FLUTE), *others))
    offer = infill(engine, played, bars, [1], without=without, draws=draws)[0]
    return Made(offer.value, holes_in(played, bars, [1]), {})


# ---- how often what a rule forbids happens


def _beside_beats(setting: Setting) -> float:
    """The share of new chords that begin beside a beat."""
    beside = []
    for one in setting.score.chords:
        bar = setting.bar_at(one.start)
        if (bar, CHORDS) in setting.holes:
            beat = setting.score.bars[bar].metre.beat
            beside.append((one.start - setting.starts[bar]) % beat != 0)
    return mean(beside) if beside else 0.0


def _out_of_range(setting: Setting) -> float:
    """The share of new notes outside the range of their instrument."""
    outside = []
    for number, part in enumerate(setting.score.parts):
        player = INSTRUMENTS[OF_PROGRAM[part.program]]
        for note in () if part.is_drums else part.notes:
            if (setting.bar_at(note.start), number + 1) in setting.holes:
                outside.append(not player.low <= note.pitch <= player.high)
    return mean(outside) if outside else 0.0


@dataclass(frozen=True)
class Trial:
    """How a rule is tried."""

    ask: Ask
    is_compared: bool = False  # with the people's harmony; what only ranks offers does not bear on it
    broken: Callable[[Setting], float] | None = None  # what its soft form counts, where it has one


TRIALS: Mapping[str, Trial] = {
    "chord-scale": Trial(_rewritten),
    "melody-tones": Trial(_harmonized, is_compared=True),
    "cadences": Trial(_reharmonized),
    "voice-leading": Trial(_reharmonized),
    "sevenths": Trial(_reharmonized),
    "on-beats": Trial(_harmonized, is_compared=True, broken=_beside_beats),
    "range": Trial(_rewritten, broken=_out_of_range),
}


def share_broken(rule: Rule, made: Made) -> float:
    """How often what a rule forbids happens, from 0 to 1."""
    counted = TRIALS[rule.name].broken or rule.soft
    if counted is None:
        raise InputError(f"rule {rule.name!r} has nothing that is counted")
    return counted(made.setting)


def fit(engine: Engine, score: Score) -> float:
    """Nats a token of a score by the model alone, chords first."""
    tokens = say(laid_out(score, range(len(score.parts)), {})).tokens[: engine.longest]
    return float(score_tokens(engine, tokens, 1, score_language()).mean())


def accuracy(tune: Score, made: Made) -> tuple[int, int]:
    """Frames, and in how many of them the triad is the people's."""
    frames = frames_of(tune)
    found = hits(triads_of(tune, frames), triads_of(made.score, frames))
    return found.same, found.frames


# ---- the table


@dataclass(frozen=True)
class Side:
    """What requests reach with a rule, or without it."""

    broken: Sequence[float]
    fits: Sequence[float]
    frames: Sequence[tuple[int, int]]  # same, all; of the harmony requests

    @property
    def acc(self) -> float:
        """The share of frames with the people's triad."""
        return sum(same for same, _ in self.frames) / max(1, sum(whole for _, whole in self.frames))


class Table:
    """Requests of all tunes, each asked once for each set of rules left out."""

    def __init__(self, engine: Engine, tunes: Sequence[Score]) -> None:
        self._engine, self._tunes = engine, tunes
        self._made: dict[tuple[Ask, tuple[str, ...]], list[Made]] = {}
        self._fits: dict[tuple[Ask, tuple[str, ...]], list[float]] = {}

    def made(self, ask: Ask, without: tuple[str, ...]) -> list[Made]:
        """The first offers for all tunes."""
        key = (ask, without)
        if key not in self._made:
            draws = Draws(OFFERS, replace(SAMPLING, seed=SEED))
            self._made[key] = [ask(self._engine, tune, without, draws) for tune in self._tunes]
            self._fits[key] = [fit(self._engine, one.score) for one in self._made[key]]
        return self._made[key]

    def side(self, rule: Rule, *, is_on: bool) -> Side:
        """What is reached with a rule or without it."""
        trial, without = TRIALS[rule.name], () if is_on else (rule.name,)
        made = self.made(trial.ask, without)
        harmonies = made if trial.is_compared else []
        return Side(
            [share_broken(rule, one) for one in made],
            self._fits[trial.ask, without],
            [accuracy(tune, one) for tune, one in zip(self._tunes, harmonies, strict=False)],
        )


def tunes(count: int) -> Iterator[Score]:
    """The first bars of tunes of valid that have chords and that a flute can play."""
    corpus, player = BY_NAME["nottingham"], INSTRUMENTS[OF_PROGRAM[FLUTE]]
    for piece in corpus.read(corpus.place(data_dir())):
        if not count:
            return
        if isinstance(piece, Piece) and piece.part == "valid" and len(piece.score.bars) > BARS and piece.score.chords:
            score = opening(piece.score, BARS)
            pitches = score.parts[0].notes.pitches if score.parts else ()
            if len(pitches) and score.chords and player.low <= min(pitches) <= max(pitches) <= player.high:
                count -= 1
                yield score


def run(count: int = TUNES) -> list[Result]:
    """Try every rule."""
    engine, found = load_engine(), list[Result]()
    table = Table(engine, list(tunes(count)))
    for rule in RULES.values():
        on, off = (table.side(rule, is_on=is_on) for is_on in (True, False))
        result = partial(_result, rule, count)
        for end, side in (("", on), ("_off", off)):
            found.append(result(end, mean(side.broken), _error(side.broken)))
            found.append(result(f"_fit{end}", mean(side.fits), _error(side.fits)))
            if side.frames:
                found.append(result(f"_acc{end}", side.acc, None))
        print(rows(found)[-1], flush=True)
    return found


def rows(found: Sequence[Result]) -> list[str]:
    """The table of docs/compose.md: a row for each rule that there are results of."""
    values = {result.id.removeprefix("compose.rules."): f"{result.value:.3f}" for result in found}
    made = [
        "| rule | broken | without it | fit | without it | accuracy | without it |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in (name for name in RULES if name in values):
        cells = [values.get(f"{name}{what}{off}", "") for what in ("", "_fit", "_acc") for off in ("", "_off")]
        made.append(f"| `{name}` | {' | '.join(cells)} |")
    return made


def write_table(found: Sequence[Result]) -> None:
    """Put the table into the page, between its two comments."""
    before, rest = PAGE.read_text(encoding="utf-8").split(OPEN)
    after = rest.split(CLOSE)[1]
    table = "\n".join(rows(found))
    PAGE.write_text(f"{before}{OPEN}\n{table}\n{CLOSE}{after}", encoding="utf-8")


def _error(values: Sequence[float]) -> float | None:
    return stdev(values) / len(values) ** 0.5 if len(values) > 1 else None


def _result(rule: Rule, count: int, end: str, value: float, error: float | None) -> Result:
    is_fit, is_acc = end.startswith("_fit"), end.startswith("_acc")
    ask = TRIALS[rule.name].ask.__name__.strip("_")
    return Result(
        id=f"compose.rules.{rule.name}{end}", value=value, error=error, unit="nats/token" if is_fit else "1",
        better="higher" if is_fit or is_acc else "lower", bar=None, seeds=(SEED,), n=count, command=COMMAND,
        recipe={"request": ask, "bars": BARS, "offers": OFFERS, "tunes": "Nottingham, valid", "says": rule.says},
        data_sha256=sha256_of([SHIPPED / "model.safetensors", data_dir() / "nottingham" / "ABC_cleaned"]),
    )  # fmt: skip


def main(words: Sequence[str]) -> None:
    """Write the results and the table, or tell those of fewer tunes."""
    if list(words) == ["--table"]:
        write_table(read(RESULTS / "compose_rules.json"))
        return
    began = time.process_time()
    is_part = list(words[:1]) == ["--tunes"]
    found = run(int(words[1])) if is_part else run()
    print(f"{time.process_time() - began:.0f} s of a processor")
    if not is_part:
        write("compose_rules", found)
        write_table(found)


if __name__ == "__main__":
    main(sys.argv[1:])
