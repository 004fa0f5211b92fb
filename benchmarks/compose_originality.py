"""Originality: how fast it is looked up, and how much pieces borrow: `python -m benchmarks.compose_originality`

- `compose.originality_ms`: a report on a piece, the 95th percentile over the drawn pieces and over excerpts of people's
  music of 16 bars; `compose.originality_load_s`: loading the index and its first report, once in a process.
- `compose.originality_over`: the share of pieces drawn from the score model (8 to 24 bars, 20 styles) over the limit,
  which would be drawn again; `compose.originality_human_over`: the same of 16-bar excerpts of people's pieces of the
  test part, which neither the index nor its limits have seen; the limits leave out one of twenty by design.
- `compose.originality_found`: of train tunes said in another key and in other note values with every sixteenth note
  changed, the share that is over the limit: a disguised copy must be found. `compose.originality_found_eighth`: with
  every eighth note changed, which no run of eight steps outlives: what the limits do not see.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_drawing import draw
from benchmarks.score_pieces import LIMITS, SAMPLING, wishes
from benchmarks.score_protocol import load_engine, model_facts
from segue.compose.borrowing import FEWEST
from segue.compose.originality import LIMITS as LIMITS_FILE
from segue.compose.originality import TUNES, Originality, load_originality
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.gathering import gather
from segue.errors import InputError
from segue.music.language.decode import decode
from segue.music.note import Note, Notes
from segue.music.quantize import quantize
from segue.music.score import Part, Score, bars_until

COMMAND = "python -m benchmarks.compose_originality"
DRAWN, BARS, COPIES = 200, 16, 200


def drawn(count: int) -> Iterator[tuple[str, Score]]:
    """Pieces drawn from the score model, each with its style."""
    for made in draw(load_engine(), wishes(count), SAMPLING, LIMITS):
        yield made.wish.style, decode(made.tokens)


def excerpts(pieces: Iterable[Piece], seed: int = 0) -> Iterator[tuple[str, Score]]:
    """Of each piece by people at most 16 bars, from a random one on."""
    rng = np.random.default_rng(seed)
    for piece in pieces:
        is_played = BY_NAME[piece.corpus].kind == "performed"
        score = quantize(piece.score).score if is_played else piece.score
        if any(len(part.notes) for part in score.parts):
            first = int(rng.integers(0, max(len(score.bars) - BARS, 0) + 1))
            yield piece.style or score.style, cut(score, first, min(first + BARS, len(score.bars)))


def cut(score: Score, first: int, last: int) -> Score:
    """The notes that begin in bars `first` to before `last`, from 0, as a score of its own."""
    bounds = score.bar_starts
    begin, end = bounds[first], bounds[last]
    parts = []
    for part in score.parts:
        inside = [note for note in part.notes if begin <= note.start < end]
        moved = [replace(one, start=one.start - begin, length=min(one.length, end - one.start)) for one in inside]
        parts.append(replace(part, notes=Notes.of(moved), words=()))
    return Score(tuple(parts), score.bars[first:last])


def disguised(pieces: Sequence[Piece], count: int, every: int, seed: int = 0) -> Iterator[tuple[str, Score]]:
    """The first lines of train tunes in another key, twice as slow, one note of so many a whole tone off."""
    rng = np.random.default_rng(seed)
    for place in rng.permutation(len(pieces))[:count]:
        piece = pieces[int(place)]
        part = next((part for part in piece.score.parts if not part.is_drums and 64 <= len(part.notes) <= 2000), None)
        if part is None or max(part.notes.pitches) > 115:
            continue
        notes = [
            Note(note.start * 2, note.length * 2, note.pitch + 5 + 2 * (number % every == every - 1))
            for number, note in enumerate(part.notes)
        ]
        yield piece.style, Score((Part(Notes.of(notes)),), bars_until(max(n.end for n in notes), piece.score.bars[0]))


def over(judge: Originality, pieces: Iterable[tuple[str, Score]]) -> tuple[list[bool], list[float]]:
    """Whether each piece that is long enough is over the limit, and the milliseconds that each report took."""
    found, took = [], []
    for style, score in pieces:
        began = time.perf_counter()
        report = judge.report(score, style=style)
        took.append(1e3 * (time.perf_counter() - began))
        if report.ngrams >= FEWEST:
            found.append(not judge.is_original(report))
    return found, took


def run() -> list[Result]:
    """Draw, gather, report."""
    root = data_dir()
    began = time.perf_counter()
    judge = load_originality()
    judge.report(Score())
    loading = time.perf_counter() - began
    gathered = gather(root)
    model, model_took = over(judge, drawn(DRAWN))
    human, human_took = over(judge, excerpts(gathered.test))
    copies, hidden = (over(judge, disguised(gathered.train, COPIES, every))[0] for every in (16, 8))
    if not (model and human and copies and hidden):
        raise InputError("no piece is long enough to be compared")
    recipe = model_facts() | {"pieces": len(judge.index.pieces), "excerpts": judge.limits.excerpts, "bars": BARS}
    sha = sha256_of([TUNES, LIMITS_FILE])

    def result(name: str, value: float, unit: str, bar: float | None, n: int, *, lower: bool = True) -> Result:
        error = float(np.sqrt(value * (1 - value) / n)) if unit == "1" else None
        return Result(
            id=f"compose.originality_{name}", value=value, error=error, unit=unit,
            better="lower" if lower else "higher",
            bar=bar, seeds=(0,), n=n, command=COMMAND, recipe=recipe, data_sha256=sha,
        )  # fmt: skip

    took = model_took + human_took
    return [
        result("ms", float(np.percentile(took, 95)), "ms", 50, len(took)),
        result("load_s", loading, "s", None, 1),
        result("over", float(np.mean(model)), "1", None, len(model)),
        result("human_over", float(np.mean(human)), "1", None, len(human)),
        result("found", float(np.mean(copies)), "1", 0.95, len(copies), lower=False),
        result("found_eighth", float(np.mean(hidden)), "1", None, len(hidden), lower=False),
    ]


if __name__ == "__main__":
    write("compose_originality", run())
