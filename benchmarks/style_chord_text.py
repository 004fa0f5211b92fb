"""Chords as language: jazz or pop by a text encoder that reads them. `python -m benchmarks style_chord_text`

ASKED songs of the two sets of `benchmarks.style_chords`, drawn with seed 0, their groups and split (fifths in turn) as
there. `segue.recognize.chord_words.describe_progression` puts each into words: "in A minor, 4/4: i | VI | III | VII,
twice"; the frozen all-MiniLM-L6-v2 makes a vector of the first LONGEST tokens. Means over SEEDS:

- `style.jazz_pop_text_acc`, `_f1`: by a straight head on those vectors.
- `style.jazz_pop_text_shares_acc`, `_f1`: by the shares of `segue.recognize.chords`, of the same songs.
- `style.jazz_pop_text_lora_acc`, `_f1`: the encoder tuned on the songs with LoRA, its best epoch by valid; of the first
  fifth of each seed alone. `_first`: by a straight head on the frozen vectors, on the same fifths.
- `style.jazz_pop_text_majority`: of guessing pop or jazz, whichever is commoner.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.result import ROOT, Result, data_dir, sha256_of
from benchmarks.style_chords import HOME, PENALTIES, SETS, Song, songs
from benchmarks.style_groups import SEEDS, TURNS, Kept, Told, joined, learned, mean, split, told
from segue.recognize.chord_words import describe_progression
from segue.recognize.chords import ChordsFront
from segue.recognize.head import Floats
from segue.tune.callbacks import ProgressBar
from segue.tune.loop import fit
from segue.tune.methods import build_model
from segue.tune.metrics import accuracy, macro_f1
from segue.tune.recipe import Recipe
from segue.tune.task import Task
from segue.tune.text_task import TextBatch, predict, text_task

ASKED = 1_000
LONGEST = 128  # tokens
ENCODER = "minilm"
KEPT = ROOT / ".scratch" / "benchmarks" / "style_chord_text"
STRENGTHS = (0.003, 0.03, 0.3)
RECIPE = Recipe(method="lora", lr=3e-4, epochs=3, batch_size=16, max_length=LONGEST, patience=0)


def encoded(held: Sequence[Song]) -> Floats:
    """Return the vectors of the frozen text encoder (n, 384) of songs put into words."""
    from segue.models.text import TextEncoder  # loads PyTorch

    texts = [describe_progression(song.chords) for song in held]
    return TextEncoder.load(ENCODER).encode(texts, max_length=LONGEST)


def figures(
    vectors: Floats, held: Sequence[Song], seed: int, penalties: Sequence[float], turns: int = TURNS
) -> tuple[float, float]:
    """Return accuracy and macro-F1, the fifths in turn."""
    styles = [song.style for song in held]
    groups = joined([song.title for song in held], [song.who for song in held])
    found = []
    for turn in range(turns):
        parts = split(groups, seed, turn)
        head = learned(vectors, styles, parts, penalties)
        found.append(told(head, vectors[parts.test], [styles[place] for place in parts.test]))
    pooled = Told.pooled(found)
    return pooled.accuracy, pooled.f1


def tuned(held: Sequence[Song], seed: int) -> tuple[float, float]:
    """Return accuracy and macro-F1 of the tuned encoder on the first fifth."""
    parts = split(joined([song.title for song in held], [song.who for song in held]), seed)
    told = [(describe_progression(song.chords), int(song.style == "jazz")) for song in held]
    train, valid, test = ([told[place] for place in each] for each in (parts.train, parts.valid, parts.test))
    recipe = RECIPE.replace(seed=seed)
    task: Task[tuple[str, int], TextBatch] = text_task(
        "jazz or pop", lambda one: one[0], lambda one: one[1], "binary", max_length=LONGEST
    )
    model, _ = build_model(task, recipe)
    fit(model, task, train, valid, recipe, KEPT / str(seed), [ProgressBar()])
    shares = predict(model, [text for text, _ in test], "binary", LONGEST)
    truth = np.array([target for _, target in test])
    both = np.stack([1 - shares, shares], 1)
    return accuracy(truth, both), macro_f1(truth, both)


def run() -> list[Result]:
    """Measure all seeds."""
    every: list[Song] = Kept("songs", [data_dir() / name for name in SETS], songs).load()
    near = [song for song in every if song.corpus in HOME]
    held = [near[place] for place in np.sort(np.random.default_rng(0).permutation(len(near))[:ASKED])]
    styles = [song.style for song in held]
    seen = {
        "": (encoded(held), STRENGTHS),
        "_shares": (ChordsFront().vectors([song.chords for song in held]), PENALTIES),
    }
    rates = {}
    for name, (vectors, penalties) in seen.items():
        runs = [figures(vectors, held, seed, penalties) for seed in SEEDS]
        rates[f"{name}_acc"], rates[f"{name}_f1"] = (mean(column) for column in zip(*runs, strict=True))
    vectors, penalties = seen[""]
    first = [figures(vectors, held, seed, penalties, turns=1) for seed in SEEDS]
    for name, runs in (("_lora", [tuned(held, seed) for seed in SEEDS]), ("_first", first)):
        rates[f"{name}_acc"], rates[f"{name}_f1"] = (mean(column) for column in zip(*runs, strict=True))
    rates["_majority"] = mean([max(map(styles.count, set(styles))) / len(styles)])
    return [
        Result(
            id=f"style.jazz_pop_text{name}",
            value=rate.value,
            error=rate.error,
            unit="",
            better="higher",
            bar=None,
            seeds=SEEDS,
            n=len(held),
            command="python -m benchmarks style_chord_text",
            recipe={
                "encoder": ENCODER,
                "tokens": LONGEST,
                "penalties": {"text": STRENGTHS, "shares": PENALTIES},
                "lora": RECIPE.as_dict(),
            },
            data_sha256=sha256_of([data_dir() / name for name in HOME]),
        )
        for name, rate in rates.items()
    ]
