"""S3-Rec LastFM: which artist will a listener tag next? `python -m benchmarks.s3rec_lastfm`

The whole system is made of the parts of `segue.recommend`: neighbours, EASE with sessions, tags and playlists as
further rows, a low-pass filter, tags, friends, and the language model tuned by the one loop on what is known before
valid. The additive head, with weights of 0 or more, is fitted on valid; then all is fitted anew with the artist of
valid in the history (the language model only reads anew), and test is asked once.

Within a month the published order follows the artists' numbers (see `s3rec_protocol`). A Markov chain, or any model of
the sequence, learns that and gains by it; here nothing does: time is told as the age in months, equal within a month,
and no part asks what followed what. Trainings lie in .scratch/benchmarks and are taken up again where they were cut
off.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from torch import nn

from benchmarks.result import ROOT, Result, data_dir, sha256_of, write
from benchmarks.s3rec_protocol import Stage, load, stage
from segue.recommend.audience import Audience, training_songs
from segue.recommend.catalogue import Indexes
from segue.recommend.fusion import Fusion
from segue.recommend.held_out import Pair
from segue.recommend.history import History, weights_by_age
from segue.recommend.language import parts_of, taste_task
from segue.recommend.parts import Ease, Floats, Language, LowRank, Neighbours, Part, Popularity, Tags
from segue.recommend.parts.language import unit
from segue.recommend.parts.tags import unit_rows
from segue.recommend.ranking import fit_ranking, stand_out
from segue.tune.callbacks import ProgressBar
from segue.tune.loop import fit
from segue.tune.methods import build_model
from segue.tune.metrics import hit_rate, mrr, ndcg
from segue.tune.recipe import Recipe
from segue.tune.stats import figure

SEEDS = (0, 1, 2)
SCRATCH = ROOT / ".scratch" / "benchmarks" / "s3rec_lastfm"
RECIPE = Recipe(
    method="full",
    lr=5e-5,
    head_lr=1e-2,
    max_length=48,
    batch_size=384,
    epochs=1,
    max_steps=130,
    schedule="cosine",
    warmup=0.08,
    evaluate_every=65,
    checkpoint_every=25,
    patience=0,
)
FROZEN = RECIPE.replace(method="head-only", max_steps=30, evaluate_every=30)
LISTENERS = 270  # of 1,090 in one step; their tags are in no text of the step
COMMAND = "python -m benchmarks.s3rec_lastfm"
BARS: Mapping[str, float] = {
    "full.hr10": 0.115,
    "full.ndcg10": 0.063,
    "sampled.hr10": 0.650,
    "sampled.ndcg10": 0.406,
    "sampled.mrr": 0.346,
}
FOLDS = 5
LISTENING = ("listening ease", "listening neighbours")  # by what others listen to: no part of the whole system
LANGUAGE = ("attention", "mean")
WHOLE = ("rich ease", "even ease", "playlist neighbours", "recent neighbours", "lowrank", "tags", "friends")
SYSTEMS: Mapping[str, tuple[str, ...]] = {
    "popularity": ("popularity",),
    "item_knn": ("neighbours",),
    "ease": ("ease",),
    "ids_blend": ("recent neighbours", "session neighbours", "ease", "lowrank", "popularity"),
    "without_language": WHOLE,
}
# how strongly the history pulls by its age in months: keep, floor (see `weights_by_age`); not named: all alike
AGED: Mapping[str, tuple[float, float]] = {
    "recent neighbours": (0.3, 0.1),
    "session neighbours": (0.3, 0.1),
    "playlist neighbours": (0.3, 0.1),
    "rich ease": (0.5, 0.2),
    "listening ease": (0.5, 0.2),
    "attention": (0.5, 0.2),
    "mean": (0.5, 0.2),
}


def rows_of(lists: Sequence[Sequence[int] | Indexes], songs: int, power: float) -> sparse.csr_matrix:
    """A row for each list, (m, n), its songs at (length of the list)^-power."""
    lengths = np.array([len(own) for own in lists])
    data = np.repeat(lengths.astype(np.float32) ** -power, lengths)
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_matrix((data, np.concatenate(lists), pointers), shape=(len(lists), songs), dtype=np.float32)


def stacked(*weighed: tuple[float, sparse.csr_matrix]) -> sparse.csr_matrix:
    """Rows of several kinds below each other; a weight multiplies what its rows count in X^T X."""
    return sparse.csr_matrix(sparse.vstack([np.float32(weight**0.5) * rows for weight, rows in weighed]))


def tag_rows(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """A row for each tag, (T, n): log(1 + count) times the root of the tag's rarity, songs scaled to norm 1."""
    amounts = sparse.csr_matrix(counts, copy=True)
    amounts.data = np.log1p(amounts.data)
    rarity = np.log(counts.shape[0] / np.bincount(counts.indices, minlength=counts.shape[1]))
    return sparse.csr_matrix(unit_rows(sparse.csr_matrix(amounts @ sparse.diags(np.sqrt(rarity)))).T)


def rich_rows(known: Stage) -> sparse.csr_matrix:
    """Listeners, tags, sessions (one month of one listener) and playlists (one tag of one listener) as rows."""
    songs = len(known.task.artists)
    sessions, playlists = rows_of(known.sessions(), songs, 0.25), rows_of(known.playlists(), songs, 0.5)
    by_tag = tag_rows(known.tag_counts()[0])
    return stacked((0.5, known.heard.matrix), (60, by_tag), (3, sessions), (0.5, playlists))


def plain_parts(known: Stage) -> dict[str, Part]:
    """The parts without language or friends, fitted on what is known at a stage."""
    heard, songs, catalogue = known.heard, len(known.task.artists), known.catalogue
    counts, words = known.tag_counts()
    tags = Tags.fit(catalogue, counts=counts, words=words)
    sessions = rows_of(known.sessions(), songs, 0.25)
    playlists = rows_of(known.playlists(), songs, 0.5)
    by_tag = tag_rows(counts)
    even = rows_of(known.histories, songs, 0.25)
    neighbours = Neighbours.fit(catalogue, heard)
    return {
        "popularity": Popularity.fit(catalogue, heard),
        "neighbours": neighbours,
        "recent neighbours": neighbours,
        "session neighbours": Neighbours.of_rows(sessions),
        "playlist neighbours": Neighbours.of_rows(playlists),
        "ease": Ease.fit(catalogue, heard, penalty=200, support=0),
        "rich ease": Ease.of_rows(rich_rows(known), penalty=400, support=0),
        "even ease": Ease.of_rows(stacked((1, even), (20, by_tag), (2, sessions)), penalty=150, support=0),
        "lowrank": LowRank.fit(catalogue, heard, rank=32),
        "tags": tags,
    }


def scores_of(part: Part, name: str, known: Stage) -> Floats:
    """Raw scores (U, n), the history weighing by age as `AGED` has it for that name."""
    keep, floor = AGED.get(name, (1.0, 1.0))
    found = []
    for songs, ages in zip(known.histories, known.ages, strict=True):
        history = History(songs, weights_by_age(ages, keep, floor))
        found.append(part.scores(history.songs, history.weights))
    return np.stack(found)


def of_friends(known: Stage) -> Floats:
    """How often friends have each artist, each friend's artists counting 1 / sqrt(how many)."""
    rows = rows_of(known.histories, len(known.task.artists), 0.5)
    return np.asarray((known.task.friends @ rows).toarray(), np.float32)


def of_others(known: Stage) -> dict[str, Floats]:
    """Raw scores (U, n) by what others listen to (user_artists.dat): five folds, and nobody of the asked fold in it."""
    listened, asked = known.task.listening, set(known.task.listeners)
    outside = [songs for listener, songs in listened.items() if listener not in asked]
    rich, songs = rich_rows(known), len(known.task.artists)
    fold = np.arange(len(known.histories)) % FOLDS
    found = {name: np.zeros((len(fold), songs), np.float32) for name in LISTENING}
    for number in range(FOLDS):
        own = (known.task.listeners[row] for row in np.flatnonzero(fold != number))
        rows = rows_of(outside + [listened[listener] for listener in own if listener in listened], songs, 0.0)
        parts: dict[str, Part] = {
            "listening ease": Ease.of_rows(stacked((1, rich), (1, rows)), penalty=400, support=0),
            "listening neighbours": Neighbours.of_rows(rows),
        }
        for name, part in parts.items():
            found[name][fold == number] = scores_of(part, name, known)[fold == number]
    return found


@dataclass(frozen=True)
class Scores:
    """The figures by name, and their standard errors over listeners."""

    values: Mapping[str, float]
    errors: Mapping[str, float]

    @staticmethod
    def of(full: NDArray[np.float64], sampled: NDArray[np.float64]) -> Scores:
        """The figures of the ranks of the targets, 0 the first."""
        found = {
            "full.hr10": [hit_rate([rank], 10) for rank in full],
            "full.ndcg10": [ndcg([rank], 10) for rank in full],
            "sampled.hr10": [hit_rate([rank], 10) for rank in sampled],
            "sampled.ndcg10": [ndcg([rank], 10) for rank in sampled],
            "sampled.mrr": [mrr([rank]) for rank in sampled],
        }
        figures = {name: figure(values) for name, values in found.items()}
        errors = {name: one.error or 0.0 for name, one in figures.items()}
        return Scores({name: one.mean for name, one in figures.items()}, errors)


class Asked:
    """A stage with the scores of its parts, scaled for the head; artists of the history are not ranked."""

    def __init__(self, known: Stage) -> None:
        self.known = known
        self.heard = known.heard.matrix.toarray() > 0
        parts = plain_parts(known)
        self.z = {name: self._scaled(scores_of(part, name, known)) for name, part in parts.items()}
        apart = {"friends": of_friends(known), **of_others(known)}
        self.z |= {name: self._scaled(raw) for name, raw in apart.items()}

    def _scaled(self, raw: Floats) -> Floats:
        return stand_out(raw, self.heard)

    def spoken(self, vectors: Floats, tau: float) -> dict[str, Floats]:
        """Scaled scores of a language model: attention by its learned tau, and the mean over centred vectors."""
        near = unit(vectors)
        parts = {
            "attention": Language(near, tau, scale=1.0, mean_scale=0.0),
            "mean": Language(near - near.mean(0), 0.0, scale=0.0, mean_scale=1.0),
        }
        return {name: self._scaled(scores_of(part, name, self.known)) for name, part in parts.items()}

    def scores(self, head: Fusion, z: Floats) -> Scores:
        """How well a head ranks: z (K, U, n)."""
        total = np.tensordot(np.array(head.linear, np.float32), z, 1)
        own = total[np.arange(len(total)), self.known.targets][:, None]
        rivals = np.where(self.heard, -np.inf, total)
        full = (rivals > own).sum(1) + ((rivals == own).sum(1) - 1) / 2
        others = np.take_along_axis(total, self.known.task.negatives, 1)
        return Scores.of(full, (others > own).sum(1) + (others == own).sum(1) / 2)


@dataclass(frozen=True)
class Measured:
    """A system's head, fitted on valid, and its figures there and on test."""

    head: Fusion
    valid: Scores
    test: Scores


class Bench:
    """Both stages, read and fitted once."""

    def __init__(self) -> None:
        task = load()
        self.valid, self.test = Asked(stage(task, "valid")), Asked(stage(task, "test"))

    def measure(self, names: tuple[str, ...], spoken: Spoken | None = None) -> Measured:
        """Fit the head over the named parts on valid, then ask test."""
        more = spoken or Spoken({}, {})
        valid, test = {**self.valid.z, **more.valid}, {**self.test.z, **more.test}
        z = np.stack([valid[name] for name in names])
        head = fit_ranking(names, z, self.valid.known.targets, self.valid.heard)
        asked = self.test.scores(head, np.stack([test[name] for name in names]))
        return Measured(head, self.valid.scores(head, z), asked)

    def spoken(self, recipe: Recipe) -> Spoken:
        """What a language model says at both stages: one training, and at each the texts of that stage."""
        model = language(self.valid.known, recipe)
        encoder, taste = parts_of(model)
        tau = taste.values()["tau"]
        said = []
        for asked in (self.valid, self.test):
            texts = asked.known.texts()(range(len(asked.known.task.artists)), None)
            said.append(asked.spoken(encoder.encode(texts, max_length=recipe.max_length), tau))
        return Spoken(*said)


@dataclass(frozen=True)
class Spoken:
    """Scaled scores of the two parts of language, by name, at valid and at test."""

    valid: Mapping[str, Floats]
    test: Mapping[str, Floats]


def language(known: Stage, recipe: Recipe) -> nn.Module:
    """The language model, trained by the recipe on what is known at valid; a training on disk is gone on with."""
    audience = Audience(known.heard, known.texts())
    learned = taste_task(audience, max_length=recipe.max_length, listeners=LISTENERS, objective="ranking")
    model, _ = build_model(learned, recipe)
    songs = training_songs(known.heard.popularity, recipe.max_steps * recipe.batch_size, recipe.seed)
    strangers = known.task.negatives[:, 0].tolist()
    pairs = [Pair(row, int(song), True) for row, song in enumerate(known.targets)]
    pairs += [Pair(row, song, False) for row, song in enumerate(strangers)]
    fit(model, learned, songs, pairs, recipe, SCRATCH / f"{recipe.method}-{recipe.seed}", [ProgressBar()])
    return model


def systems(bench: Bench, seeds: Sequence[int], recipe: Recipe) -> dict[str, list[Measured]]:
    """All systems measured, by name; "" is the whole one, and the tuned ones have an entry for each seed."""
    found = {name: [bench.measure(parts)] for name, parts in SYSTEMS.items()}
    plain = bench.spoken(FROZEN)
    found["frozen_language_alone"] = [bench.measure(LANGUAGE, plain)]
    found["frozen"] = [bench.measure(WHOLE + LANGUAGE, plain)]
    for seed in seeds:
        spoken = bench.spoken(recipe.replace(seed=seed))
        found.setdefault("", []).append(bench.measure(WHOLE + LANGUAGE, spoken))
        found.setdefault("language_alone", []).append(bench.measure(LANGUAGE, spoken))
        more = bench.measure(WHOLE + LANGUAGE + LISTENING, spoken)
        found.setdefault("with_others_listening", []).append(more)
        sys.stderr.write(f"seed {seed}: valid {dict(found[''][-1].valid.values)}\n")
    return found


def run(seeds: Sequence[int] = SEEDS, recipe: Recipe = RECIPE) -> list[Result]:
    """Measure all systems, the tuned ones over the seeds."""
    bench = Bench()
    sha = sha256_of([data_dir() / "s3rec-lastfm", data_dir() / "hetrec2011-lastfm-2k"])
    results: list[Result] = []
    for system, made in systems(bench, seeds, recipe).items():
        if system in SYSTEMS:
            trained: Mapping[str, object] = {}
        else:
            trained = (FROZEN if system.startswith("frozen") else recipe).as_dict()
        for name in BARS:
            value = figure([one.test.values[name] for one in made])
            told = {
                "valid": figure([one.valid.values[name] for one in made]).mean,
                "error_over_listeners": figure([one.test.errors[name] for one in made]).mean,
                "head": [dict(zip(one.head.parts, one.head.linear, strict=True)) for one in made],
            }
            result = Result(
                id=f"s3rec_lastfm.{system + '.' if system else ''}{name}",
                value=value.mean,
                error=value.error,
                unit="1",
                better="higher",
                bar=None if system else BARS[name],
                seeds=tuple(seeds) if len(made) > 1 else (),
                n=len(bench.test.known.targets),
                command=COMMAND,
                recipe={**trained, **told},
                data_sha256=sha,
            )
            results.append(result)
    return sorted(results, key=lambda one: one.bar is None)


if __name__ == "__main__":
    if "--anew" in sys.argv:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    if "--train" in sys.argv:  # one seed only
        language(stage(load(), "valid"), RECIPE.replace(seed=int(sys.argv[sys.argv.index("--train") + 1])))
    else:
        write("s3rec_lastfm", run())
