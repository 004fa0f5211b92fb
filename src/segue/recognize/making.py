"""Making the networks that Segue brings along: scores of public sets with their styles, grouped by who wrote them."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segue.corpora import BY_NAME
from segue.corpora.corpus import SPLITS, Piece, Split
from segue.corpora.gathering import gather
from segue.errors import InputError
from segue.music.styles import UNKNOWN
from segue.recognize.head import Floats, indices
from segue.recognize.net import RECIPE, fit_nets
from segue.recognize.nets import Nets
from segue.recognize.scores import BROUGHT
from segue.tune.callbacks import Callback
from segue.tune.metrics import accuracy, calibration_error, macro_f1
from segue.tune.recipe import Recipe
from segue.tune.run import hash_of, versions

FEWEST = 20  # scores of a style that is told
_PARTS: tuple[Split, ...] = ("train",) * 8 + ("valid", "test")  # of ten groups


@dataclass(frozen=True, eq=False)
class Labelled:
    """Scores with a style, in their order: vectors (n, d), styles, and where each score came from."""

    vectors: Floats
    styles: tuple[str, ...]
    corpora: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """The networks, and what was measured on scores by people that they did not learn from."""

    nets: Nets
    folder: Path
    recipe: Recipe
    metrics: dict[str, float]
    counts: dict[Split, dict[str, int]]
    data_hash: str


def part_of(piece: Piece) -> Split:
    """Return where a labelled piece belongs: all of one composer, drummer or book to one part, else by its key."""
    group = f"{piece.corpus}/{piece.group}" if piece.group else piece.key
    return _PARTS[zlib.crc32(group.encode()) % len(_PARTS)]


def label(pieces: Sequence[Piece]) -> dict[Split, Labelled]:
    """Describe the pieces that have a style of which there are enough to learn from; InputError for fewer than two."""
    told = [piece for piece in pieces if piece.style and piece.style != UNKNOWN and piece.score.parts]
    often = Counter(piece.style for piece in told if part_of(piece) == "train")
    kept = [piece for piece in told if often[piece.style] >= FEWEST]
    if len({piece.style for piece in kept}) < 2:
        raise InputError(f"{len(told)} scores have a style; two styles of {FEWEST} scores each are needed")
    vectors = BROUGHT.vectors([piece.score for piece in kept])
    found: dict[Split, Labelled] = {}
    for part in SPLITS:
        places = [place for place, piece in enumerate(kept) if part_of(piece) == part]
        mine = [kept[place] for place in places]
        found[part] = Labelled(
            vectors[places], tuple(piece.style for piece in mine), tuple(piece.corpus for piece in mine)
        )
    return found


def make_styles(
    root: Path,
    out: Path,
    recipe: Recipe = RECIPE,
    callbacks: Sequence[Callback] = (),
    told: Callable[[str], None] = lambda _: None,
) -> Made:
    """Teach networks the styles of all scores below `root` that shipped weights may learn from; write their folder.

    Groups (composers, drummers, books) lie on one side; the temperature and the threshold are from valid, the figures
    of test. Called again with the same arguments it goes on where it was cut off.
    """
    gathered = gather(root, tell=told)
    labelled = label([*gathered.train, *gathered.valid, *gathered.test])
    train, valid, test = (labelled[part] for part in SPLITS)
    told(f"{len(train.styles)} scores of {len(set(train.styles))} styles to learn from")
    nets = fit_nets(train.vectors, train.styles, out / "training", recipe, callbacks=callbacks)
    known = [place for place, style in enumerate(valid.styles) if style in nets.styles]
    nets = nets.calibrated(valid.vectors[known], [valid.styles[place] for place in known])
    nets.save(out)
    counts: dict[Split, dict[str, int]] = {part: dict(Counter(labelled[part].corpora)) for part in SPLITS}
    made = Made(nets, out, recipe, measure(nets, test), counts, hash_of(zip(train.styles, train.corpora, strict=True)))
    _write_card(made, Counter(train.styles))
    return made


def measure(nets: Nets, test: Labelled) -> dict[str, float]:
    """Return accuracy, macro-F1, expected calibration error, how many are sure, and how many of those are right."""
    truth, shares = indices(nets.styles, test.styles), nets.probabilities(test.vectors)
    right, best = shares.argmax(1) == truth, shares.max(1)
    sure = best >= nets.threshold
    top = np.sort(np.argsort(-shares, 1)[:, :3], 1)
    return {
        "accuracy": accuracy(truth, shares),
        "f1": macro_f1(truth, shares),
        "top3": float((top == truth[:, None]).any(1).mean()),
        "ece": calibration_error(right, np.clip(best, 0, 1)),
        "sure": float(sure.mean()),
        "right_where_sure": float(right[sure].mean()) if sure.any() else float("nan"),
    }


def _write_card(made: Made, styles: Counter[str]) -> None:
    """Write README.md, recipe.toml and metrics.json beside the networks."""
    folder = made.folder
    facts = {"test": made.metrics, "scores": made.counts, "data_hash": made.data_hash, "versions": versions()}
    (folder / "metrics.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    (folder / "recipe.toml").write_text(made.recipe.to_toml(), encoding="utf-8")
    names = dict.fromkeys(name for part in SPLITS for name in made.counts[part])
    text = _CARD.format(
        nets=len(made.nets.nets),
        hidden=len(made.nets.nets[0].enter),
        width=made.nets.nets[0].enter.shape[1],
        styles=", ".join(f"{style} ({count:,})" for style, count in styles.most_common()),
        figures="\n".join(f"| {name} | {value:.3f} |" for name, value in made.metrics.items()),
        rows="\n".join(
            f"| {name} | {BY_NAME[name].licence} | "
            + " | ".join(f"{made.counts[part].get(name, 0):,}" for part in SPLITS)
            + " |"
            for name in names
        ),
        hash=made.data_hash,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


_CARD = """---
library_name: segue
license: apache-2.0
tags: [music, symbolic-music, music-classification]
---

# Segue's networks for the style of a score

{nets} networks with {hidden} hidden units on {width} descriptors of a score (`segue.recognize.descriptors` and \
`segue.recognize.voices`), their probabilities averaged, in 16 bits. `segue recognize` uses them; \
`segue pretrain-styles` makes them anew.

Styles, and scores to learn from: {styles}.

On scores by composers, drummers and books of which none was learned from (`ece`: expected calibration error; `sure`: \
share that is answered; `top3`: the style is among the three that are told):

| | test |
|---|---:|
{figures}

| corpus | licence | train | valid | test |
|---|---|---:|---:|---:|
{rows}

Hash of the data: `{hash}`. A style is what the set calls it: what a reel is for one book is a hornpipe for \
another, and "classical" is a period.
"""
