"""How long an answer takes: `recommend.p99_ms_4k`, `recommend.p50_ms_1m`, `recommend.feedback_p95_ms`.

- 4k: the 4,000 artists of HetRec Last.FM with the most listeners, every part weighted, the language part's vectors 384
  wide; `recommend` of 20 for each listener's own 50 or so artists, one process, one thread, nothing kept between calls.
- 1m: a million songs x 64 made from a seed, with popularity and the language part; `recommend` of 20 for histories of
  50 songs.
- feedback: on the 4,000 artists, a thumb written to an SQLite store through to the changed list returned.

Beside the first stands the plain way in the same run: every part scored and standardised by itself, all songs sorted.
The vectors are made from the tags by a seeded projection: what they say does not change the time, and no model need be
tuned for it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of, write
from segue.listens.importing import import_file
from segue.listens.listen import Feedback, Tally, Verdict
from segue.listens.song import Song
from segue.listens.sql import open_store
from segue.recommend.baselines import fit_parts
from segue.recommend.catalogue import Catalogue
from segue.recommend.fusion import Fusion, standardise
from segue.recommend.history import History
from segue.recommend.interactions import Interactions
from segue.recommend.live import LiveHistories
from segue.recommend.parts import Language, Part, Popularity, Tags
from segue.recommend.population import Population, read_population
from segue.recommend.recommender import Recommender

SMALL, LARGE, ASKED, WARMING = 4_000, 1_000_000, 20, 50
CALLS, LARGE_CALLS, THUMBS = 3_000, 200, 300
# on a busy machine, real time scheduling leaves out what other programs do; the result says which it was
SCHEDULING = "real time" if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_FIFO else "normal"
COMMAND = "OMP_NUM_THREADS=1 " + ("chrt -f 10 " if SCHEDULING == "real time" else "") + "python -m benchmarks.recommend"


def milliseconds(act: Callable[[int], object], calls: int) -> list[float]:
    """The time of each of so many calls, after some to warm."""
    return timed(act, calls, time.perf_counter)


def timed(act: Callable[[int], object], calls: int, clock: Callable[[], float]) -> list[float]:
    """The same by another clock: `time.thread_time` leaves out what other programs took of the processor."""
    taken = []
    for call in range(-WARMING, calls):
        began = clock()
        act(call)
        taken.append(1000 * (clock() - began))
    return taken[WARMING:]


def population() -> Population:
    """HetRec's listeners and artists, through the reader and the store."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "segue.db") as store:
        import_file(store, data_dir() / "hetrec2011-lastfm-2k")
        return read_population(store)


def best_known(whole: Population, count: int) -> tuple[Catalogue, Interactions]:
    """The part of a population that concerns its best known songs."""
    chosen = np.sort(np.argsort(-whole.heard.popularity, kind="stable")[:count])
    number = np.full(len(whole.catalogue), -1)
    number[chosen] = np.arange(count)
    heard = [number[sequence] for sequence in whole.heard.sequences]
    kept = tuple(own[own >= 0] for own in heard)
    return Catalogue([whole.catalogue.songs[song] for song in chosen]), Interactions(kept, count)


def fitted(catalogue: Catalogue, interactions: Interactions) -> list[Part]:
    """The parts that `segue tune recommend` fits, and a language part as wide as MiniLM."""
    parts = fit_parts(catalogue, interactions, is_timed=False)
    tags = next(part for part in parts if isinstance(part, Tags))
    rng = np.random.default_rng(0)
    vectors = np.asarray(tags.matrix @ rng.standard_normal((len(tags.words), 384), np.float32))
    vectors += 0.05 * rng.standard_normal(vectors.shape, np.float32)
    return [*parts, Language(vectors, tau=12.0, scale=5.0, mean_scale=5.0)]


def head(parts: Sequence[Part]) -> Fusion:
    """A head that weighs every part."""
    share = (0.5,) * len(parts)
    return Fusion(tuple(part.name for part in parts), share, share, -2.0)


def plain_answer(parts: Sequence[Part], fusion: Fusion, history: History) -> list[int]:
    """The same answer the plain way."""
    raw = np.stack([part.scores(history.songs, history.weights) for part in parts]).astype(np.float64)
    z = standardise(raw, raw.mean(axis=1, keepdims=True), raw.std(axis=1, keepdims=True))
    heard = set(history.songs.tolist())
    order = np.argsort(-fusion.logits(z.T)).tolist()
    return [song for song in order if song not in heard][:ASKED]


def result(name: str, value: float, bar: float | None, calls: int, recipe: dict[str, object], data: str) -> Result:
    """One figure in the shape of all."""
    unit = "x" if name.endswith("over_plain") else "ms"
    return Result(
        id=f"recommend.{name}",
        value=value,
        error=None,
        unit=unit,
        better="higher" if unit == "x" else "lower",
        bar=bar,
        seeds=(0,),
        n=calls,
        command=COMMAND,
        recipe={**recipe, "scheduling": SCHEDULING},
        data_sha256=data,
    )


def small(data: str) -> list[Result]:
    """4,000 songs: the answer, beside the plain way; and a thumb through the store."""
    catalogue, interactions = best_known(population(), SMALL)
    parts = fitted(catalogue, interactions)
    model = Recommender(catalogue, parts, head(parts)).warm()
    histories = [History.of(own) for own in interactions.sequences if len(own)]

    def answer(call: int) -> None:
        model.recommend(histories[call % len(histories)], ASKED)

    taken, own = milliseconds(answer, CALLS), timed(answer, CALLS, time.thread_time)
    plain = milliseconds(lambda call: plain_answer(parts, model.fusion, histories[call % len(histories)]), 100)
    for history in histories[:20]:
        same = [suggestion.number for suggestion in model.recommend(history, ASKED)]
        if len(set(same) & set(plain_answer(parts, model.fusion, history))) < ASKED - 1:
            raise RuntimeError("the fast answer and the plain answer differ")
    recipe: dict[str, object] = {
        "songs": SMALL,
        "parts": [part.name for part in parts],
        "songs_of_a_history": float(np.mean([len(history) for history in histories])),
        "p50_ms": float(np.percentile(taken, 50)),
        "p99_ms_of_processor_time": float(np.percentile(own, 99)),
        "plain_p50_ms": float(np.percentile(plain, 50)),
    }
    ratio = float(np.percentile(plain, 50) / np.percentile(taken, 50))
    return [
        result("p99_ms_4k", float(np.percentile(taken, 99)), 2, CALLS, recipe, data),
        result("speedup_over_plain", ratio, None, CALLS, recipe, data),
        feedback(model, interactions, data),
    ]


def feedback(model: Recommender, interactions: Interactions, data: str) -> Result:
    """From a thumb to the changed list: every like and dislike must change it."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "segue.db") as store:
        songs = model.catalogue.songs
        for listener, own in enumerate(interactions.sequences[:200]):
            store.add([Tally(f"listener {listener}", songs[song], 5) for song in own.tolist()])
        live = model.with_histories(LiveHistories(store, model.catalogue))
        shown = {name: live.recommend(name, ASKED) for name in store.listeners()}
        names = list(shown)

        def thumb(call: int) -> None:
            name = names[call % len(names)]
            before = shown[name]
            verdict: Verdict = "like" if call % 2 else "dislike"
            store.add([Feedback(name, before[call % 5].song, verdict, datetime.now(UTC), "bench")])
            shown[name] = live.recommend(name, ASKED)
            if [one.number for one in before] == [one.number for one in shown[name]]:
                raise RuntimeError(f"a {verdict} of {before[0].song} changed nothing for {name}")

        taken = milliseconds(thumb, THUMBS)
    recipe: dict[str, object] = {"songs": SMALL, "listeners": len(names), "p50_ms": float(np.percentile(taken, 50))}
    return result("feedback_p95_ms", float(np.percentile(taken, 95)), 1000, THUMBS, recipe, data)


def large() -> Result:
    """A million songs x 64: candidates by exact search, then all parts."""
    rng = np.random.default_rng(0)
    catalogue = Catalogue([Song(f"Artist {number // 10}", f"Song {number}") for number in range(LARGE)])
    vectors = rng.standard_normal((LARGE, 64), np.float32)
    popularity = np.log1p(rng.zipf(1.5, LARGE).clip(max=100_000)).astype(np.float32)
    parts: list[Part] = [Popularity(popularity), Language(vectors, tau=12.0, scale=5.0, mean_scale=5.0)]
    model = Recommender(catalogue, parts, head(parts)).warm()
    histories = [History.of(rng.choice(LARGE, 50, replace=False)) for _ in range(LARGE_CALLS)]
    taken = milliseconds(lambda call: model.recommend(histories[call % LARGE_CALLS], ASKED), LARGE_CALLS)
    recipe: dict[str, object] = {
        "songs": LARGE,
        "width": 64,
        "parts": [part.name for part in parts],
        "songs_of_a_history": 50,
        "p99_ms": float(np.percentile(taken, 99)),
    }
    return result("p50_ms_1m", float(np.percentile(taken, 50)), 60, LARGE_CALLS, recipe, "")


def run() -> list[Result]:
    """All figures; a few minutes."""
    data = sha256_of([data_dir() / "hetrec2011-lastfm-2k"])
    return [*small(data), large()]


if __name__ == "__main__":
    results = run()
    for one in results:
        print(f"{one.id}: {one.value:,.3f} {one.unit} (bar {one.bar})", dict(one.recipe))
    print(write("recommend", results))
