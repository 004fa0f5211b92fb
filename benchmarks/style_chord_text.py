"""Chords as language: jazz or pop by a text encoder that reads them. `python -m benchmarks style_chord_text`

ASKED songs of the two sets of `benchmarks.style_chords`, drawn with seed 0, their groups and split (fifths in turn) as
there. `segue.recognize.chord_words.describe_progression` puts each into words: "in A minor, 4/4: i | VI | III | VII,
twice"; the frozen all-MiniLM-L6-v2 makes a vector of the first LONGEST tokens. Means over SEEDS:

- `style.jazz_pop_text_acc`, `_f1`: by a straight head on those vectors.
- `style.jazz_pop_text_shares_acc`, `_f1`: by the shares of `segue.recognize.chords`, of the same songs.
- `style.jazz_pop_text_majority`: of guessing pop or jazz, whichever is commoner.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of
from benchmarks.style_chords import HOME, PENALTIES, SETS, Song, songs
from benchmarks.style_groups import SEEDS, TURNS, Kept, Told, joined, learned, mean, split, told
from segue.recognize.chord_words import describe_progression
from segue.recognize.chords import ChordsFront
from segue.recognize.head import Floats

ASKED = 1_000
LONGEST = 128  # tokens
ENCODER = "minilm"
STRENGTHS = (0.003, 0.03, 0.3)


def encoded(held: Sequence[Song]) -> Floats:
    """Return the vectors of the frozen text encoder (n, 384) of songs put into words."""
    from segue.models.text import TextEncoder  # loads PyTorch

    texts = [describe_progression(song.chords) for song in held]
    return TextEncoder.load(ENCODER).encode(texts, max_length=LONGEST)


def figures(vectors: Floats, held: Sequence[Song], seed: int, penalties: Sequence[float]) -> tuple[float, float]:
    """Return accuracy and macro-F1, all fifths in turn."""
    styles = [song.style for song in held]
    groups = joined([song.title for song in held], [song.who for song in held])
    found = []
    for turn in range(TURNS):
        parts = split(groups, seed, turn)
        head = learned(vectors, styles, parts, penalties)
        found.append(told(head, vectors[parts.test], [styles[place] for place in parts.test]))
    pooled = Told.pooled(found)
    return pooled.accuracy, pooled.f1


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
            recipe={"encoder": ENCODER, "tokens": LONGEST, "penalties": {"text": STRENGTHS, "shares": PENALTIES}},
            data_sha256=sha256_of([data_dir() / name for name in HOME]),
        )
        for name, rate in rates.items()
    ]
