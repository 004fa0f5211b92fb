"""The tune name (词牌) of a ci by its text. `python -m benchmarks style_ci`

Poems of chinese_poetry/ci under the TUNES commonest names. "望江南・忆江南" is the tune behind the dot. Poems whose
tune is lost (失调名), without text or with the text of an earlier one are left out. Split by author, as
`benchmarks.style_groups` says; those without a name (无名氏) are one author.

- `style.ci_tune_acc`: accuracy on test, poems as the set signs them, the mean over SEEDS; `_f1` macro-F1. The head is
  learned as the shipped one is, from texts with the set's signs, fewer and none, whole and with clauses lacking.
- `_edited`, `_merged`, `_sentences`, `_periods`, `_lines`, `_bare`: the same poems written otherwise
  (`segue.recognize.ci_signs`): without the set's light signs, some full stops made commas; also without a third of the
  commas; without signs within sentences; the same, half of the sentences joined to the next; each clause on a line and
  no signs; in one line without signs.
- `_whole`, `_whole_merged`, `_whole_bare` ...: by the shape of clauses alone, learned from whole poems as signed by the
  set.
- `_ngrams`, `_ngrams_f1`: the simple baseline, logistic regression on TF-IDF of one and two characters in a row, signs
  and ends of lines among them, learned from each poem as signed by the set or written in one of those ways, drawn
  alike; `_ngrams_edited` ...: the same, test written otherwise. The bar of `style.ci_tune_acc` is this and .05.
- `_lengths`: another, the commonest tune of train with the same lengths of clauses, else the commonest tune of all;
  `_majority`: the latter alone.
- `style.ece_ci`, `style.ci_tune_given`, `_given_wrong`: as in `benchmarks.style_chords`.
- `style.deletion_ratio_ci`: over ASKED test poems of each seed, how far the probability falls without the three named
  clauses, which are searched together (`segue.recognize.evidence.jointly`), over that without three drawn that have
  about as many characters; `style.deletion_drop_ci`: the former, `_random`: the latter;
  `style.deletion_ratio_ci_alone`: of the three that matter most alone; `_whole`: as that, of the head that learned from
  whole poems, to which any that lacks clauses is strange.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of
from benchmarks.score_protocol import Rate
from benchmarks.style_groups import (
    ASKED,
    Parts,
    learned,
    mean,
    ratio,
    split,
    told,
)
from segue.music.lyric import Lyric
from segue.recognize.ci_signs import WAYS, anyhow, written
from segue.recognize.ci_tunes import FRONT, LOSES, PENALTIES, TUNES, Poem, commonest, copies, read_ci
from segue.recognize.evidence import NAMED, Deletion, deleted, heat_of, jointly
from segue.recognize.head import Floats, Head, fit_head
from segue.recognize.lyrics import LyricsFront, lines_of

STRENGTH = 30.0  # of the n-grams' penalty, inverse; chosen of 3 and 30 by valid, of poems as the set signs them
NGRAMS = 20_000
GAIN = 0.05
SEEDS = (0, 1)
SHAPE = LyricsFront(words=0)


def poems() -> list[Poem]:
    """The poems under the commonest tunes."""
    found = read_ci(data_dir() / "chinese_poetry")
    common = set(commonest(found, TUNES))
    return [poem for poem in found if poem.tune in common]


# ---- simple baselines


def by_lengths(held: Sequence[Poem], parts: Parts) -> tuple[float, float]:
    """The accuracies of guessing by the lengths of clauses, and of the commonest tune."""
    lengths = [tuple(map(len, lines_of(poem.lyric))) for poem in held]
    counts: dict[tuple[int, ...], Counter[str]] = {}
    for place in parts.train:
        counts.setdefault(lengths[place], Counter())[held[place].tune] += 1
    common = Counter(held[place].tune for place in parts.train).most_common(1)[0][0]
    guessed = [
        counts[lengths[place]].most_common(1)[0][0] if lengths[place] in counts else common for place in parts.test
    ]
    truth = [held[place].tune for place in parts.test]
    right = [one == other for one, other in zip(guessed, truth, strict=True)]
    return float(np.mean(right)), truth.count(common) / len(truth)


@dataclass(frozen=True)
class Texts:
    """Lyrics and their tunes, by part."""

    train: tuple[Sequence[Lyric], Sequence[str]]
    valid: tuple[Sequence[Lyric], Sequence[str]]
    test: tuple[Sequence[Lyric], Sequence[str]]

    @classmethod
    def of(cls, held: Sequence[Poem], parts: Parts) -> Texts:
        """Part poems."""
        several = [[held[place] for place in part] for part in (parts.train, parts.valid, parts.test)]
        return cls(*(([poem.lyric for poem in each], [poem.tune for poem in each]) for each in several))

    def tested(self, way: str) -> list[Lyric]:
        """Test, written in a way."""
        rng = np.random.default_rng(0)
        return [written(lyric, WAYS[way], rng) for lyric in self.test[0]]


def by_ngrams(texts: Texts, seed: int) -> dict[str, float]:
    """What n-grams of characters tell of test, in all ways to write it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    drawn = np.random.default_rng(seed).random(len(texts.train[0])) < 1 / (1 + len(WAYS))
    pairs = zip(texts.train[0], anyhow(texts.train[0], seed), drawn, strict=True)
    counted = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, max_features=NGRAMS)
    rows = counted.fit_transform([_text(one if is_whole else other) for one, other, is_whole in pairs])
    model = LogisticRegression(C=STRENGTH, max_iter=100, tol=1e-3).fit(rows, texts.train[1])
    tunes = np.array(texts.test[1])

    def told_of(lyrics: Sequence[Lyric]) -> Any:
        return model.predict(counted.transform(map(_text, lyrics)))

    guessed = told_of(texts.test[0])
    found = {
        "ci_tune_ngrams": float((guessed == tunes).mean()),
        "ci_tune_ngrams_f1": float(f1_score(tunes, guessed, average="macro")),
    }
    return found | {f"ci_tune_ngrams_{way}": float((told_of(texts.tested(way)) == tunes).mean()) for way in WAYS}


def _text(lyric: Lyric) -> str:
    return "\n".join(line.text for line in lyric.lines)


# ---- the results


def as_shipped(texts: Texts, seed: int) -> Head:
    """The head, learned as `segue.recognize.ci_tunes` does."""
    shown = [FRONT.vectors(copy) for copy in copies(texts.train[0], seed)]
    held = np.vstack([FRONT.vectors(texts.valid[0]), FRONT.vectors(anyhow(texts.valid[0], seed))])
    tunes = list(texts.train[1]) * len(shown), list(texts.valid[1]) * 2
    return fit_head(np.vstack(shown), tunes[0], (held, tunes[1]), balanced=False, penalties=PENALTIES)


def of_shapes(shapes: Floats, held: Sequence[Poem], seed: int) -> tuple[Head, dict[str, float]]:
    """What the shape of clauses tells, learned from poems as the set signs them."""
    texts = Texts.of(held, parts := split([poem.author for poem in held], seed))
    whole = learned(shapes, [poem.tune for poem in held], parts, PENALTIES)
    figures = {"ci_tune_whole": told(whole, shapes[parts.test], texts.test[1]).accuracy}
    for way in WAYS:
        figures[f"ci_tune_whole_{way}"] = told(whole, SHAPE.vectors(texts.tested(way)), texts.test[1]).accuracy
    return whole, figures


def dropped(front: LyricsFront, head: Head, texts: Texts, seed: int, *, is_joint: bool) -> list[Deletion]:
    """Take away what is named of test poems, and as much at random."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(texts.test[0]))[:ASKED]
    found = []
    for lyric in (texts.test[0][place] for place in chosen):
        heat = heat_of(front, head, lyric)
        style = int(heat.shares.argmax())
        named = jointly(front, head, lyric, heat, style) if is_joint else heat.because(style)
        if len(heat.groups) > NAMED:
            found.append(deleted(front, head, lyric, named, rng, sizes=[len(clause) for clause in lines_of(lyric)]))
    return [one for one in found if one is not None]


def of_deletions(head: Head, whole: Head, texts: Texts, seed: int) -> dict[str, float]:
    """Is what is named true, of clauses named together and alone?"""
    joint = dropped(FRONT, head, texts, seed, is_joint=True)
    return {
        "deletion_ratio_ci": ratio(joint).value,
        "deletion_drop_ci": float(np.mean([one.named for one in joint])),
        "deletion_drop_ci_random": float(np.mean([one.random for one in joint])),
        "deletion_ratio_ci_alone": ratio(dropped(FRONT, head, texts, seed, is_joint=False)).value,
        "deletion_ratio_ci_whole": ratio(dropped(SHAPE, whole, texts, seed, is_joint=False)).value,
    }


def measure(held: Sequence[Poem], shapes: Floats, seed: int) -> tuple[dict[str, float], int]:
    """One seed: figures by name, the size of test."""
    parts = split([poem.author for poem in held], seed)
    texts = Texts.of(held, parts)
    whole, figures = of_shapes(shapes, held, seed)
    head = as_shipped(texts, seed)
    figures |= told(head, FRONT.vectors(texts.test[0]), texts.test[1]).figures("ci_tune", "ece_ci")
    for way in WAYS:
        figures[f"ci_tune_{way}"] = told(head, FRONT.vectors(texts.tested(way)), texts.test[1]).accuracy
    figures["ci_tune_lengths"], figures["ci_tune_majority"] = by_lengths(held, parts)
    return figures | by_ngrams(texts, seed) | of_deletions(head, whole, texts, seed), len(parts.test)


def run() -> list[Result]:
    """Measure all seeds."""
    held = poems()
    shapes = SHAPE.vectors([poem.lyric for poem in held])
    runs = []
    for seed in SEEDS:
        figures, count = measure(held, shapes, seed)
        runs.append((figures, count))
        print(seed, {name: round(value, 4) for name, value in figures.items()}, flush=True)
    rates = {name: mean([figures[name] for figures, _ in runs]) for name in runs[0][0]}
    bars = {"ci_tune_acc": rates["ci_tune_ngrams"].value + GAIN, "ece_ci": 0.05, "deletion_ratio_ci": 3.0}
    facts = {
        "front": f"shape {FRONT.shape}, places {FRONT.places}, words {FRONT.words}",
        "clauses lacking": LOSES,
        "penalties": PENALTIES,
        "tunes": TUNES,
        "poems": len(held),
        "authors": len({poem.author for poem in held}),
        "ngrams": {"most": NGRAMS, "inverse penalty": STRENGTH},
    }
    count = sum(each for _, each in runs)
    return [_result(name, rate, bars.get(name), count, facts) for name, rate in rates.items()]


def _result(name: str, rate: Rate, bar: float | None, n: int, facts: Mapping[str, object]) -> Result:
    return Result(
        id=f"style.{name}",
        value=rate.value,
        error=rate.error,
        unit="",
        better="lower" if name in ("ece_ci", "ci_tune_given_wrong", "deletion_drop_ci_random") else "higher",
        bar=bar,
        seeds=SEEDS,
        n=ASKED * len(SEEDS) if name.startswith("deletion") else n,
        command="python -m benchmarks style_ci",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / "chinese_poetry"]),
    )
