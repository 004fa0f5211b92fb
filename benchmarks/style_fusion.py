"""Do witnesses tell more together? `python -m benchmarks.style_fusion [--ship]`

OpenEWLD's lead sheets carry a melody, chords and words, and a genre by the votes of Discogs: each is told by three
witnesses, a head on the descriptors of the score (melody and chords), one on its chords, one on its words. Families
with at least twelve songs. Songs by one composer, and of one title, lie on one side; fifths are told in turn, three
shuffles. Within what is learned from, grouped thirds are told by heads of the others, and on these tellings the gate
(`segue.recognize.fusion.fit_gate`) is learned, so that it sees no answer of a head on its own songs.

- `style.fusion_acc`, `_nats`, `_ece`: the pool with the learned gate: accuracy, nats of the right family, calibration.
- `style.fusion_even_acc`, `_nats`: every witness counts 1.
- `style.fusion_score_acc`, `_chords_acc`, `_lyrics_acc`, `_nats`: a witness alone, over the songs that it can tell; a
  song without words counts as wrong, and as told evenly.
- `style.fusion_gain`: `fusion_acc` less `fusion_best_acc`.
- `style.fusion_best_acc`: the witness that was best on the songs that the gate was learned from, in each turn.
- `style.fusion_majority`: the commonest family.
- `style.fusion_sure`, `_sure_right`: how many lie over the learned threshold, and how many of those are right.

A witness is heard as a listener hears it: by its three likeliest families. `--ship` writes the gate that the package
brings along: the weights of score and chords are means over all turns. Those of sound, tags, notes and what a file
calls itself, the threshold, and what the unsure count, are chosen by us: these songs cannot teach them.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.style_groups import SEEDS, TURNS, Kept, Places, joined, mean, plain, split
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.verse import sung_lines, verses_of
from segue.errors import InputError
from segue.music.lyric import Line, Lyric
from segue.music.score import Score
from segue.recognize.answering import SHIPPED
from segue.recognize.card import Card, Source
from segue.recognize.chords import ChordsFront
from segue.recognize.families import family_of
from segue.recognize.fusion import Gate, Witness, fit_gate, pooled, witness_of
from segue.recognize.guess import TOP, Answer, Guess
from segue.recognize.head import Floats, Head, fit_head, indices
from segue.recognize.lyrics import LyricsFront
from segue.recognize.scores import BROUGHT
from segue.tune.metrics import calibration_error

CORPUS, FEWEST, INNER = "openewld", 12, 3
KINDS = ("score", "chords", "lyrics")
WORDS = LyricsFront(shape=256, words=1024)
PENALTIES, PENALTY = (0.0001, 0.0003), 0.0003  # tried by valid; of the heads that the gate is learned by
EVEN = Gate()
CHOSEN = {"audio": 1.0, "tags": 0.5, "notes": 0.5, "named": 0.5}  # weights that nothing at hand can teach
# of the gate that is shipped, chosen: what these songs teach is never to be sure, and to hear nobody who is not
SURE, UNSURE = 0.7, 0.5
BARS = {"fusion_gain": 0.0}
LOWER = ("nats", "ece")
Row = tuple[list[Witness], str]


@dataclass(frozen=True, eq=False)
class Songs:
    """Families and groups of songs, and for each kind of witness vectors (n, d) and which songs it can tell (n)."""

    families: tuple[str, ...]
    groups: tuple[str, ...]
    vectors: Mapping[str, Floats]
    has: Mapping[str, NDArray[np.bool_]]


def read_songs() -> Songs:
    """Read and describe the lead sheets."""
    corpus = BY_NAME[CORPUS]
    found = [one for one in corpus.read(corpus.place(data_dir())) if isinstance(one, Piece) and family_of(one.style)]
    often = Counter(family_of(piece.style) for piece in found)
    kept = [piece for piece in found if often[family_of(piece.style)] >= FEWEST]
    sung = [words_of(piece.score) for piece in kept]
    words = np.zeros((len(kept), WORDS.shape + WORDS.words), np.float32)
    has_words = np.array([one is not None for one in sung])
    words[has_words] = WORDS.vectors([one for one in sung if one is not None])
    vectors = {
        "score": BROUGHT.vectors([piece.score for piece in kept]),
        "chords": ChordsFront().vectors([piece.score.progression for piece in kept]),
        "lyrics": words,
    }
    every = np.ones(len(kept), bool)
    has = {"score": every, "chords": np.array([bool(piece.score.chords) for piece in kept]), "lyrics": has_words}
    groups = joined([plain(piece.score.title) for piece in kept], [piece.group for piece in kept])
    return Songs(tuple(family_of(piece.style) for piece in kept), tuple(groups), vectors, has)


def words_of(score: Score) -> Lyric | None:
    """The first verse of a score; None where nothing is sung."""
    parts = [part for part in score.parts if 1 in verses_of(part)]
    lines = [Line(line.text) for part in parts for line in sung_lines(part, 1)]
    return Lyric((("", tuple(lines)),)) if lines else None


def songs() -> Songs:
    """The lead sheets, kept below .scratch/ once they are described."""
    return Kept("-".join(("fusion-songs", *BROUGHT.more)), [data_dir() / CORPUS / "OpenEWLD.db"], read_songs).load()


# ---- telling


def taught(held: Songs, kind: str, train: Places, valid: Places, penalties: Sequence[float] = PENALTIES) -> Head:
    """A head of a kind; its penalty is the one that tells valid with the fewest nats, it is calibrated there too."""
    styles, vectors, has = np.array(held.families), held.vectors[kind], held.has[kind]
    train, valid = train[has[train]], valid[has[valid]]
    valid = valid[np.isin(styles[valid], styles[train])]
    best: tuple[float, Head] | None = None
    for penalty in penalties:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            head = fit_head(vectors[train], list(styles[train]), balanced=False, penalties=(penalty, penalty))
        head = head.calibrated(vectors[valid], list(styles[valid]))
        shares = head.probabilities(vectors[valid])
        truth = indices(head.styles, list(styles[valid]))
        nats = float(-np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-12)).mean())
        if best is None or nats < best[0]:
            best = nats, head
    if best is None:
        raise InputError("no penalty is given")
    return best[1]


def heard(held: Songs, heads: Mapping[str, Head], places: Places, learned: Places) -> list[Row]:
    """What witnesses tell of songs; families are as common as where they were learned."""
    counts = Counter(held.families[place] for place in learned)
    base = {family: share / len(learned) for family, share in counts.items()}
    rows: list[Row] = [([], held.families[place]) for place in places]
    for kind, head in heads.items():
        shares = head.probabilities(held.vectors[kind][places])
        for (witnesses, _), place, told in zip(rows, places, shares, strict=True):
            if held.has[kind][place]:
                order = np.argsort(-told, kind="stable")[:TOP]
                guesses = tuple(Guess(head.styles[at], float(told[at])) for at in order)
                answer = Answer(kind, guesses, bool(told.max() >= head.threshold))
                witness = witness_of(answer, head.styles, base)
                witnesses += [witness] if witness is not None else []
    return rows


def inner_rows(held: Songs, places: Places, seed: int) -> list[Row]:
    """What songs are told by heads of other songs among `places`."""
    rng = np.random.default_rng(seed)
    names = sorted({held.groups[place] for place in places})
    part = dict(zip(names, rng.integers(0, INNER, len(names)).tolist(), strict=True))
    turn = np.array([part[held.groups[place]] for place in places])
    rows: list[Row] = []
    for number in range(INNER):
        told, calibrated = turn == number, turn == (number + 1) % INNER
        train = places[~told & ~calibrated]
        heads = {kind: taught(held, kind, train, places[calibrated], (PENALTY,)) for kind in KINDS}
        rows += heard(held, heads, places[told], train)
    return rows


def shares_of(
    rows: Sequence[Row], gate: Gate, names: Sequence[str], kinds: Sequence[str] = KINDS
) -> NDArray[np.float64]:
    """Probabilities (n, families) by the pool of some kinds; even where none of them is there."""
    found = np.full((len(rows), len(names)), 1 / len(names))
    for number, (witnesses, _) in enumerate(rows):
        some = [one for one in witnesses if one.answer.kind in kinds]
        if some:
            told = pooled(some, gate)
            found[number] = [told.get(name, 0.0) for name in names]
    return found


@dataclass
class Tally:
    """Probabilities of the right family, whether the likeliest was right, and its probability, by what told it."""

    own: dict[str, list[float]]
    right: dict[str, list[bool]]
    most: dict[str, list[float]]

    def add(self, name: str, shares: NDArray[np.float64], truth: NDArray[np.int64]) -> None:
        """Add what was told of some songs."""
        self.own.setdefault(name, []).extend(shares[np.arange(len(truth)), truth].tolist())
        is_even = shares.max(1) <= shares.min(1) + 1e-12
        self.right.setdefault(name, []).extend(((shares.argmax(1) == truth) & ~is_even).tolist())
        self.most.setdefault(name, []).extend(shares.max(1).tolist())

    def figures(self) -> dict[str, float]:
        """Accuracy and nats of each."""
        found = {f"{name}_acc": float(np.mean(each)) for name, each in self.right.items()}
        for name, each in self.own.items():
            found[f"{name}_nats"] = float(-np.log(np.maximum(each, 1e-12)).mean())
        return found


def measure(held: Songs, seed: int) -> tuple[dict[str, float], list[Gate]]:
    """Tell every song once; the figures, and the gates of the turns."""
    names = sorted(set(held.families))
    tally, gates, sure, sure_right = Tally({}, {}, {}), list[Gate](), [], []
    common = Counter(held.families).most_common(1)[0][0]
    for turn in range(TURNS):
        parts = split(held.groups, seed, turn)
        learned = np.sort(np.concatenate([parts.train, parts.valid]))
        rows = inner_rows(held, learned, seed)
        gate = fit_gate(rows)
        heads = {kind: taught(held, kind, parts.train, parts.valid) for kind in KINDS}
        told = heard(held, heads, parts.test, parts.train)
        even = Gate(base=gate.base)
        truth = np.array([names.index(family) for _, family in told])
        before = np.array([names.index(family) for _, family in rows])
        alone = {kind: shares_of(told, even, names, (kind,)) for kind in KINDS}
        best = max(KINDS, key=lambda kind: float((shares_of(rows, even, names, (kind,)).argmax(1) == before).mean()))
        fused = shares_of(told, gate, names)
        for name, shares in {"": fused, "_even": shares_of(told, even, names), "_best": alone[best]}.items():
            tally.add(f"fusion{name}", shares, truth)
        for kind, shares in alone.items():
            tally.add(f"fusion_{kind}", shares, truth)
        is_sure = fused.max(1) >= gate.threshold
        sure += is_sure.tolist()
        sure_right += (fused.argmax(1) == truth)[is_sure].tolist()
        gates.append(gate)
        print(f"seed {seed}, turn {turn + 1}: {gate}", file=sys.stderr, flush=True)
    figures = tally.figures()
    figures["fusion_ece"] = calibration_error(np.array(tally.right["fusion"]), np.array(tally.most["fusion"]))
    figures["fusion_majority"] = float(np.mean([family == common for family in held.families]))
    figures["fusion_sure"] = float(np.mean(sure))
    figures["fusion_sure_right"] = float(np.mean(sure_right)) if sure_right else 0.0
    figures["fusion_gain"] = figures["fusion_acc"] - figures["fusion_best_acc"]
    return figures, gates


def shipped_gate(gates: Sequence[Gate]) -> Gate:
    """The mean of gates of several turns, with what was chosen beside them; families are alike."""
    learned = {kind: round(float(np.mean([gate.weights[kind] for gate in gates])), 3) for kind in KINDS[:2]}
    return Gate(learned | CHOSEN, UNSURE, EVEN.even, SURE)


def ship_gate(gate: Gate, metrics: Mapping[str, float], held: Songs) -> None:
    """Write the gate and its card."""
    folder = SHIPPED / "fusion"
    gate.save(folder)
    Card(
        "Segue's gate for witnesses that vote together",
        "What the vote of each kind counts, see `segue.recognize.fusion`: "
        + ", ".join(f"{kind} {weight:g}" for kind, weight in gate.weights.items())
        + f"; of one that is not sure {gate.unsure:g} of that. `python -m benchmarks.style_fusion --ship` makes it.",
        metrics,
        "On songs by composers of none of whom anything was learned (`benchmarks/style_fusion.py` says what is what):",
        (Source(CORPUS, BY_NAME[CORPUS].licence, {"all, in turn": len(held.families)}),),
        f"The weights of {', '.join(CHOSEN)} , the threshold and the unsure's share were chosen.",
        columns=("all, in turn",),
    ).save(folder)


def run(*, is_shipped: bool = False) -> list[Result]:
    """Measure all seeds."""
    held = songs()
    runs = [measure(held, seed) for seed in SEEDS]
    gate = shipped_gate([gate for _, gates in runs for gate in gates])
    if is_shipped:
        ship_gate(gate, {name: mean([figures[name] for figures, _ in runs]).value for name in runs[0][0]}, held)
    facts = {
        "families": dict(Counter(held.families)),
        "penalties": PENALTIES,
        "inner": INNER,
        "weights": dict(gate.weights),
        "unsure": dict(Counter(str(each.unsure) for _, gates in runs for each in gates)),
        "told": {kind: int(has.sum()) for kind, has in held.has.items()},
    }
    digest = sha256_of([data_dir() / CORPUS])
    results = []
    for name in runs[0][0]:
        rate = mean([figures[name] for figures, _ in runs])
        results.append(
            Result(
                id=f"style.{name}",
                value=rate.value,
                error=rate.error,
                unit="nats" if name.endswith("nats") else "",
                better="lower" if name.endswith(LOWER) else "higher",
                bar=BARS.get(name),
                seeds=SEEDS,
                n=len(held.families),
                command="python -m benchmarks.style_fusion",
                recipe=facts,
                data_sha256=digest,
            )
        )
    return results


if __name__ == "__main__":
    write("style_fusion", run(is_shipped="--ship" in sys.argv[1:]))
