"""Bach's chorales on a grid of sixteenths: nats for each cell of the grid. `python -m benchmarks.score_jsb`

JSB Chorales, Jsb16thSeparated.json, canonical split (229 train, 76 valid, 77 test). A chorale is said as four voices
that never sound two notes at once, equal pitches that follow each other joined to one note, in bars of 4/4 from the
first step on, its key found from its notes. The grid comes back from the tokens exactly (`grid_of`; a test proves it),
so their nats are those of the grid, and are divided by its cells: 4 voices times the steps. Counted are all tokens of
the body and `end`; `with_header` counts the header too (which tells the key). The bar, .716, is of an n-gram over cells
with what stands around them, and was measured elsewhere; the n-grams here read the tokens of the score language.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_protocol import (
    Costs,
    Rate,
    Said,
    costs,
    load_model,
    model_facts,
    model_scorer,
    ngram_scorers,
    said,
)
from segue.corpora.corpus import SPLITS, Split
from segue.corpora.jsb import chorale
from segue.errors import InputError
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.layout import lay_out
from segue.music.score import Score

BAR = 0.716
STEP = v.TICKS // 4  # ticks of a sixteenth
FILE = "Jsb16thSeparated.json"
Grid = tuple[tuple[int, ...], ...]  # per step the pitches of soprano, alto, tenor, bass; -1 is a rest


@dataclass(frozen=True)
class Chorale:
    """A chorale in tokens, and how many cells its grid has."""

    piece: Said
    cells: int


def grids() -> dict[Split, list[Grid]]:
    """Read the grids by split."""
    held = json.loads((data_dir() / "jsb" / FILE).read_text(encoding="utf-8"))
    return {split: [tuple(tuple(step) for step in steps) for steps in held[split]] for split in SPLITS}


def grid_of(score: Score) -> Grid:
    """Return the grid of a score of four voices, up to the end of its last note; InputError where it has others."""
    if len(score.parts) != 4:
        raise InputError(f"a grid of {len(score.parts)} voices; soprano, alto, tenor and bass make one")
    columns = []
    steps = max(int(part.notes.end * 4) for part in score.parts)
    for part in score.parts:
        column = [-1] * steps
        for start, length, pitch, _ in part.notes.in_ticks(v.TICKS):
            if start % STEP or length % STEP:
                raise InputError(f"a note from tick {start}, {length} long, lies between sixteenths")
            column[start // STEP : (start + length) // STEP] = [pitch] * (length // STEP)
        columns.append(column)
    return tuple(zip(*columns, strict=True))


def load() -> dict[Split, list[Chorale]]:
    """Say the chorales by split; InputError where a grid would not come back."""
    found: dict[Split, list[Chorale]] = {}
    for split, held in grids().items():
        found[split] = []
        for at, grid in enumerate(held):
            piece = said(f"{split}/{at}", lay_out(chorale(grid)))
            if grid_of(decode(piece.tokens)) != grid:
                raise InputError(f"{piece.key}: the tokens do not give the grid back")
            found[split].append(Chorale(piece, 4 * len(grid)))
    return found


def per_cell(chorales: Sequence[Chorale], found: Costs) -> tuple[Rate, Rate]:
    """Nats for each cell of the bodies, and of bodies and headers."""
    cells = [one.cells for one in chorales]
    return Rate.of(found.body, cells), Rate.of(found.whole, cells)


def run() -> list[Result]:
    """Measure the score model and n-grams trained on the train part."""
    chorales = load()
    pieces = {split: [one.piece for one in held] for split, held in chorales.items()}
    sha = sha256_of([data_dir() / "jsb" / FILE])
    found: list[Result] = []

    def add(name: str, rates: tuple[Rate, Rate], facts: Mapping[str, object], bar: float | None = None) -> None:
        for suffix, rate in zip(("", "_with_header"), rates, strict=True):
            found.append(
                Result(
                    id=f"score.jsb_{name}{suffix}",
                    value=rate.value,
                    error=rate.error,
                    unit="nats/cell",
                    better="lower",
                    bar=None if suffix else bar,
                    seeds=(),
                    n=len(pieces["test"]),
                    command="python -m benchmarks.score_jsb",
                    recipe={"task": "lead", "cells": sum(one.cells for one in chorales["test"]), **facts},
                    data_sha256=sha,
                )
            )

    test = costs(pieces["test"], model_scorer(load_model()))
    add("nats", per_cell(chorales["test"], test), model_facts(), BAR)
    for name, (scorer, facts) in ngram_scorers(pieces["train"], pieces["valid"]).items():
        add(f"{name}_nats", per_cell(chorales["test"], costs(pieces["test"], scorer)), facts)
    return found


def main(words: list[str]) -> None:
    """Write the results; `--valid` prints what valid costs the model and the n-grams instead."""
    if "--valid" not in words:
        write("score_jsb", run())
        return
    chorales = load()
    train, valid = ([one.piece for one in chorales[split]] for split in ("train", "valid"))
    for name, (scorer, facts) in ngram_scorers(train, valid).items():
        print(name, facts, *per_cell(chorales["valid"], costs(valid, scorer)))
    print("model", *per_cell(chorales["valid"], costs(valid, model_scorer(load_model()))))


if __name__ == "__main__":
    main(sys.argv[1:])
