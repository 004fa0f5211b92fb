"""Styles of one's own from five files each, and asking which to label. `python -m benchmarks style_few_shot`

Five of each label are learned by `segue.recognize.learning`, all others told; the mean over DRAWS draws, with the error
over these. `_macro`: the mean of the labels' recalls, which `_estimate`, the accuracy that the user is told (examples
left out one by one), should come near to; `_descriptors`: without the hidden units of the shipped networks.

- `style.few_shot_nottingham`: the book of a tune (9), a set that the networks did not learn from, though some of its
  tunes and kinds of dance they did.
- `style.few_shot_mutopia`: nine styles; told are files by composers that neither the networks nor the five examples
  are by. The networks were taught these very styles from other composers: `_descriptors` is what a new style would get.
- `style.few_shot_chords`: jazz or pop, told are songs with no author or title in common with the examples.
- `style.few_shot_composers`: eight composers of Mutopia that the networks did not learn from, as labels of a kind that
  they never saw. On these it was chosen that the hidden units stand beside the descriptors.
- `style.few_shot_ask_*`: the curve of accuracy over 20, 40 ... 200 labels on Nottingham, a quarter of it held out, the
  first 20 labels drawn and the same for both: `ask` against drawing the others too, over ASKING_SEEDS; `area` is the
  mean of the curve, `gain` the area less that of drawing, paired by seed, `_macro` the same of the labels' recalls,
  `at_200` the end of it. `cold`: 20 labels that were asked for before any was known, `cold_random`: drawn.
  The rule was chosen on O'Neill, Ryan and Mutopia by the descriptors alone, among margin, entropy, margin with
  distance to what was chosen, uncertainty herding and diverse mini-batches.

docs/images/few-shot.png shows the curve. `python -m benchmarks.style_few_shot PART ...` measures some of PARTS.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import RESULTS, ROOT, Result, data_dir, read, sha256_of, write
from benchmarks.style_chords import HOME as CHORDS_HOME
from benchmarks.style_chords import SETS, Song, load
from benchmarks.style_groups import Kept, joined
from benchmarks.style_score_sets import Labelled, mutopia, nottingham
from segue.recognize.asking import ask
from segue.recognize.head import Floats, Head
from segue.recognize.learning import PENALTIES, StyleScores, fit_few, learn_head
from segue.recognize.making import part_of
from segue.recognize.scores import BROUGHT
from segue.tune.stats import figure

EACH, DRAWS = 5, 20
ASKING_SEEDS = tuple(range(10))
STEP, LAST, HELD_OUT = 20, 200, 4  # labels of a round and at the end; one file of so many is told
PICTURE = ROOT / "docs" / "images" / "few-shot.png"
PLACES = {
    "nottingham": ("nottingham/ABC_cleaned",),
    "mutopia": ("mutopia_midi/index.csv",),
    "composers": ("mutopia_midi/index.csv",),
    "chords": tuple(SETS),
}
Places = NDArray[np.int64]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class World:
    """Items as vectors (n, d) with labels, and groups of which none is both learned from and told ("" is no group).

    `plain` are other vectors of the same items, `can_be_told` (n) which items may be told.
    """

    vectors: Floats
    labels: Sequence[str]
    groups: Sequence[str]
    can_be_told: NDArray[np.bool_]
    plain: Floats | None = None


def _kept(name: str, read: Callable[[], Labelled]) -> tuple[Floats, list[str], list[str], list[bool]]:
    """Descriptors, styles, groups, and whether the shipped networks learned from the piece."""

    def make() -> tuple[Floats, list[str], list[str], list[bool]]:
        labelled = read()
        learned = [part_of(piece) == "train" for piece in labelled.pieces]
        plain = BROUGHT.vectors([piece.score for piece in labelled.pieces])
        return plain, list(labelled.styles), [piece.group for piece in labelled.pieces], learned

    families = "-".join(("few_shot", name, *BROUGHT.more))
    return Kept(families, [data_dir() / place for place in PLACES[name]], make).load()


def of_nottingham() -> World:
    """Tunes and their books."""
    plain, styles, _, _ = _kept("nottingham", nottingham)
    every = np.ones(len(styles), np.bool_)
    return World(StyleScores().lifted(plain), styles, [""] * len(styles), every, _scaled(plain))


def of_mutopia() -> World:
    """Files and their styles; those are told by whose composers the networks did not learn."""
    plain, styles, composers, learned = _kept("mutopia", mutopia)
    return World(StyleScores().lifted(plain), styles, composers, ~np.array(learned), _scaled(plain))


def of_composers(fewest: int = 14) -> World:
    """Files and their composers, of those that the networks did not learn from."""
    plain, _, composers, learned = _kept("mutopia", mutopia)
    often = Counter(one for one, is_learned in zip(composers, learned, strict=True) if not is_learned)
    rows = [place for place, one in enumerate(composers) if not learned[place] and often[one] >= fewest]
    told = [composers[row] for row in rows]
    return World(
        StyleScores().lifted(plain[rows]), told, [""] * len(rows), np.ones(len(rows), np.bool_), _scaled(plain[rows])
    )


def of_chords() -> World:
    """Songs as progressions: jazz or pop."""
    songs, vectors, _ = load()
    rows = [place for place, song in enumerate(songs) if song.corpus in CHORDS_HOME]
    kept: list[Song] = [songs[row] for row in rows]
    groups = joined([song.title for song in kept], [song.who for song in kept])
    return World(vectors[rows], [song.style for song in kept], groups, np.ones(len(rows), np.bool_))


def _scaled(descriptors: Floats) -> Floats:
    """Descriptors as `StyleScores` scales them, without the hidden units."""
    return StyleScores().lifted(descriptors)[:, : descriptors.shape[1]]


WORLDS: Mapping[str, Callable[[], World]] = {
    "nottingham": of_nottingham,
    "mutopia": of_mutopia,
    "chords": of_chords,
    "composers": of_composers,
}
PARTS = (*WORLDS, "asking")


# ---- five of each


def few(name: str, world: World) -> dict[str, list[float]]:
    """Accuracies of each draw."""
    found: dict[str, list[float]] = {}
    for draw in range(DRAWS):
        chosen, told = drawn(world, draw)
        labels = [world.labels[place] for place in chosen]
        learned = learn_head(world.vectors[chosen], labels, draw)
        right, recall = told_right(learned.head, world.vectors[told], [world.labels[place] for place in told])
        values = {"": right, "_macro": recall, "_estimate": learned.accuracy}
        if world.plain is not None:
            head = learn_head(world.plain[chosen], labels, draw).head
            values["_descriptors"], values["_descriptors_macro"] = told_right(
                head, world.plain[told], [world.labels[place] for place in told]
            )
        for end, value in values.items():
            found.setdefault(end, []).append(value)
        print(f"{name}, draw {draw + 1}: {right:.3f} of {len(told)} right", file=sys.stderr)
    return found


def drawn(world: World, seed: int) -> tuple[Places, Places]:
    """EACH of each label, and the items that may then be told."""
    rng, labels = np.random.default_rng(seed), np.asarray(world.labels)
    chosen = np.concatenate(
        [rng.choice(np.flatnonzero(labels == label), EACH, replace=False) for label in sorted(set(world.labels))]
    )
    groups = np.asarray(world.groups)
    known = {str(group) for group in groups[chosen]} - {""}
    is_free = world.can_be_told & ~np.isin(groups, list(known))
    is_free[chosen] = False
    return chosen, np.flatnonzero(is_free)


def told_right(head: Head, vectors: Floats, labels: Sequence[str]) -> tuple[float, float]:
    """Accuracy, and the mean recall of labels that there are; a label that the head does not know is never right."""
    truth = np.asarray(labels)
    right = np.asarray(head.styles)[head.logits(vectors).argmax(1)] == truth
    return float(right.mean()), float(np.mean([right[truth == label].mean() for label in np.unique(truth)]))


# ---- asking


def curve(world: World, seed: int, *, is_asked: bool, is_cold: bool = False) -> tuple[list[float], list[float]]:
    """Accuracy and mean recall on the quarter held out after each round of labels."""
    order = np.random.default_rng(seed).permutation(len(world.labels))
    told, pool = np.split(order, [len(order) // HELD_OUT])
    rows, labels = world.vectors, np.asarray(world.labels)
    first = ask(rows[pool], STEP, seed=seed) if is_asked and is_cold else []
    known = [int(pool[one.place]) for one in first] or pool[:STEP].tolist()
    found: tuple[list[float], list[float]] = [], []
    while True:
        head = fit_few(rows[known], labels[known].tolist())
        for values, value in zip(found, told_right(head, rows[told], labels[told].tolist()), strict=True):
            values.append(value)
        if len(known) >= LAST or is_cold:
            return found
        left = pool[~np.isin(pool, known)]
        if is_asked:
            known += [int(left[one.place]) for one in ask(rows[left], STEP, head, rows[known], seed)]
        else:
            known += left[:STEP].tolist()


def asking(world: World) -> dict[str, list[float]]:
    """Figures by seed of asking and drawing; draws the picture."""
    curves: dict[str, list[tuple[list[float], list[float]]]] = {"ask": [], "random": []}
    found: dict[str, list[float]] = {}
    for seed in ASKING_SEEDS:
        for rule, told in curves.items():
            told.append(curve(world, seed, is_asked=rule == "ask"))
        asked, random = (np.array(curves[rule][-1]) for rule in ("ask", "random"))
        values = {
            "ask_area": asked[0].mean(),
            "ask_area_random": random[0].mean(),
            "ask_gain": asked[0].mean() - random[0].mean(),
            "ask_gain_macro": asked[1].mean() - random[1].mean(),
            "ask_at_200": asked[0][-1],
            "ask_at_200_random": random[0][-1],
            "ask_at_200_macro": asked[1][-1],
            "ask_at_200_random_macro": random[1][-1],
        }
        for rule in ("ask", "random"):
            cold = curve(world, seed, is_asked=rule == "ask", is_cold=True)
            end = "" if rule == "ask" else "_random"
            values |= {f"ask_cold{end}": cold[0][0], f"ask_cold{end}_macro": cold[1][0]}
        for name, value in values.items():
            found.setdefault(name, []).append(float(value))
        print(f"asking, seed {seed}: {values['ask_area']:.3f}, {values['ask_area_random']:.3f} drawn", file=sys.stderr)
    draw({rule: np.array(told) for rule, told in curves.items()}, PICTURE)
    return found


def draw(curves: Mapping[str, Doubles], path: Path) -> None:
    """Draw curves (seeds, accuracy or recall, rounds) with a standard error on either side."""
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(9, 3.6), layout="constrained")
    axes = canvas.subplots(1, 2)
    labels = np.arange(1, LAST // STEP + 1) * STEP
    looks = {"ask": ("#2b6cb0", "asked for"), "random": ("#a0aec0", "drawn at random")}
    for number, what in enumerate(("right", "mean recall of the 9 labels")):
        for rule, each in curves.items():
            colour, name = looks[rule]
            mean = each[:, number].mean(0)
            error = each[:, number].std(0, ddof=1) / np.sqrt(len(each))
            axes[number].plot(labels, mean, color=colour, marker="o", markersize=3, label=name)
            axes[number].fill_between(labels, mean - error, mean + error, color=colour, alpha=0.25, linewidth=0)
        axes[number].set_xlabel("labelled tunes of Nottingham")
        axes[number].set_ylabel(what)
        axes[number].set_xticks(labels[1::2])
    axes[0].legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.savefig(path, dpi=120)


# ---- the results


def measure(part: str) -> list[Result]:
    """Measure one of PARTS."""
    if part == "asking":
        world = of_nottingham()
        facts = {"first": STEP, "step": STEP, "last": LAST, "penalty": PENALTIES[1], "rule": "diverse mini-batches"}
        n = len(world.labels) // HELD_OUT
        return [_result(f"few_shot_{name}", "nottingham", values, n, facts) for name, values in asking(world).items()]
    world = WORLDS[part]()
    labels, width = len(set(world.labels)), world.vectors.shape[1]
    facts = {"each": EACH, "labels": labels, "penalties": PENALTIES, "width": width}
    return [
        _result(f"few_shot_{part}{end}", part, values, len(world.labels), facts)
        for end, values in few(part, world).items()
    ]


def run() -> list[Result]:
    """Measure all."""
    return [result for part in PARTS for result in measure(part)]


def _result(name: str, world: str, values: Sequence[float], n: int, facts: Mapping[str, object]) -> Result:
    told = figure(values)
    return Result(
        id=f"style.{name}",
        value=told.mean,
        error=told.error,
        unit="",
        better="higher",
        bar=0.0 if name == "few_shot_ask_gain" else None,
        seeds=tuple(range(len(values))),
        n=n,
        command="python -m benchmarks style_few_shot",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / place for place in PLACES[world]]),
    )


if __name__ == "__main__":
    # the parts that are named are measured anew, and stand in the file in place of what they were
    for asked in sys.argv[1:] or PARTS:
        measured = measure(asked)
        file = RESULTS / "style_few_shot.json"
        known = {result.id: result for result in (read(file) if file.is_file() else [])}
        write("style_few_shot", list((known | {result.id: result for result in measured}).values()))
