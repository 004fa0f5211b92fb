"""How soon music comes: eight bars of a lead sheet, four alternatives: `python -m benchmarks.compose_speed`

Each seed asks for a new lead sheet (melody and chords, `Studio.piece` of one section of eight bars) in one of `WISHES`.
The model is loaded before; reading the prefix, the grammar, the rules and making scores of tokens are all in the times.

- `compose.first_bar_s`: from the call until the first bar of the first alternative is drawn, is a score and is set as
  SVG, as a page shows it; median of seeds.
- `compose.four_alternatives_s`: until all four are there and set as SVG; median of seeds.
- `compose.four_alternatives_in_turn_s`: the same four asked for one by one, which is what drawing them together saves.
- `compose.first_bar_cold_s`: the first bar of the first call after loading, which still has the grammar's sets to make.
- `compose.first_bar_kept`: the share of first bars shown that are those of a piece offered: a section that is found
  dull, and a piece too near to a tune that the model learned from, are drawn once more.
- `compose.sheet_tokens`: tokens that the engine reads and draws for four alternatives, median of seeds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean, median, stdev

from benchmarks.result import Result, sha256_of, write
from segue.compose.drawing import Glimpse
from segue.compose.piece import PieceWish
from segue.compose.studio import Studio
from segue.formats import svg
from segue.models.engine import SHIPPED, load_engine
from segue.models.engine.protocol import Engine, Logits, Session
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Score

SEEDS = tuple(range(24))
BARS, ALTERNATIVES = 8, 4
COMMAND = "python -m benchmarks.compose_speed"


def _wish(style: str, key: str, beats: int, unit: int) -> PieceWish:
    return PieceWish("A", BARS, style=style, key=Key.parse(key), metre=Metre(beats, unit))


WISHES = (
    _wish("pop", "C", 4, 4),
    _wish("jazz", "F", 4, 4),
    _wish("folk", "D", 3, 4),
    _wish("jig", "G", 6, 8),
    _wish("rock", "A minor", 4, 4),
    _wish("waltz", "Bb", 3, 4),
)


@dataclass
class Watched:
    """One call: what was shown and when, and what was offered; times in seconds from the call on."""

    began: float = field(default_factory=time.perf_counter)
    first: float = 0.0
    done: float = 0.0
    openings: dict[int, Score] = field(default_factory=dict)  # by seed, the first one shown
    offers: dict[int, Score] = field(default_factory=dict)

    def seen(self, glimpse: Glimpse) -> None:
        """Look at a bar as a page would: the first one that comes is set at once."""
        if not self.first:
            svg.write(glimpse.score)
            self.first = time.perf_counter() - self.began
        if glimpse.bar == 0 and glimpse.seed not in self.openings:
            self.openings[glimpse.seed] = glimpse.score

    @property
    def kept(self) -> list[bool]:
        """For each first bar shown whether it is that of a piece offered."""
        return [
            seed in self.offers and _opening(shown) == _opening(self.offers[seed])
            for seed, shown in self.openings.items()
        ]


def _opening(score: Score) -> object:
    """What begins in the first bar."""
    end = score.bar_starts[1]
    notes = [(note.start, note.pitch) for note in score.parts[0].notes if note.start < end]
    return notes, [one for one in score.chords if one.start < end]


def watched(engine: Engine, seed: int, count: int = ALTERNATIVES) -> Watched:
    """Ask for alternatives, the first with a seed of its own in each call."""
    one = Watched()
    studio = Studio(engine, count, seed, seen=one.seen)
    for offer in studio.piece(WISHES[seed // ALTERNATIVES % len(WISHES)]):
        svg.write(offer.value)
        one.offers[offer.seed] = offer.value
    one.done = time.perf_counter() - one.began
    return one


class Counting:
    """An engine that counts the tokens read by all its sessions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.vocabulary, self.longest = engine.name, engine.vocabulary, engine.longest
        self.read = 0

    def open(self, rows: int = 1) -> Session:
        """Begin so many empty rows."""
        return _Counted(self, self._engine.open(rows))


class _Counted:
    def __init__(self, engine: Counting, session: Session) -> None:
        self._engine, self._session = engine, session
        self.cut, self.copy = session.cut, session.copy

    @property
    def lengths(self) -> tuple[int, ...]:
        return self._session.lengths

    def feed(self, tokens: Mapping[int, Sequence[int]]) -> Logits:
        self._engine.read += sum(map(len, tokens.values()))
        return self._session.feed(tokens)

    def feed_each(self, row: int, tokens: Sequence[int]) -> Logits:
        self._engine.read += len(tokens)
        return self._session.feed_each(row, tokens)


def tokens_of(engine: Engine, seed: int) -> int:
    """How many tokens the engine reads for one call."""
    counting = Counting(engine)
    watched(counting, seed)
    return counting.read


def run() -> list[Result]:
    """Time the calls of all seeds, one after the other."""
    engine = load_engine()
    cold = watched(engine, 1000).first
    calls = [watched(engine, ALTERNATIVES * seed) for seed in SEEDS]
    turns = [
        sum(watched(engine, ALTERNATIVES * seed + other, 1).done for other in range(ALTERNATIVES)) for seed in SEEDS
    ]
    kept = [is_kept for call in calls for is_kept in call.kept]
    share = mean(kept)
    tokens = [tokens_of(engine, ALTERNATIVES * seed) for seed in SEEDS]
    result = _results(WISHES)
    return [
        result("first_bar_s", "s", 1.0, [call.first for call in calls]),
        result("four_alternatives_s", "s", 4.0, [call.done for call in calls]),
        result("four_alternatives_in_turn_s", "s", None, turns),
        result("first_bar_cold_s", "s", None, [cold]),
        replace(
            result("first_bar_kept", "1", None, [share]),
            error=(share * (1 - share) / len(kept)) ** 0.5,
            n=len(kept),
            better="higher",
        ),
        result("sheet_tokens", "tokens", None, tokens),
    ]


def _results(wishes: Sequence[PieceWish]) -> Callable[[str, str, float | None, Sequence[float]], Result]:
    recipe = {
        "bars": BARS,
        "alternatives": ALTERNATIVES,
        "wishes": [f"{wish.style}, {wish.key}, {wish.metre}" for wish in wishes],
        "threads": 1,
        "load": round(os.getloadavg()[0], 1),
    }

    def result(name: str, unit: str, bar: float | None, values: Sequence[float]) -> Result:
        error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
        return Result(
            id=f"compose.{name}", value=median(values), error=error, unit=unit, better="lower", bar=bar,
            seeds=SEEDS, n=len(values), command=COMMAND, recipe=recipe,
            data_sha256=sha256_of([SHIPPED / "model.safetensors"]),
        )  # fmt: skip

    return result


if __name__ == "__main__":
    write("compose_speed", run())
