"""The tune name (词牌) of a ci by its text. `python -m benchmarks style_ci`

Poems of chinese_poetry/ci under the TUNES commonest names. "望江南・忆江南" is the tune behind the dot. Poems whose
tune is lost (失调名), without text or with the text of an earlier one are left out. Split by author, as
`benchmarks.style_groups` says; those without a name (无名氏) are one author.

- `style.ci_tune_acc`: accuracy on test by the shape of the lines, the mean over SEEDS; `_f1` macro-F1; `_loose`: split
  by poem; `_whole`: learned from whole poems alone; `_words`: by words, `_both`: by words and shape; `_unsigned`: by
  the shape of texts without signs, clauses as lines.
- `_ngrams`, `_ngrams_f1`: the simple baseline, logistic regression on TF-IDF of one and two characters in a row, signs
  and ends of lines among them; its penalty by valid of the first seed. The bar of `style.ci_tune_acc` is this and .05.
- `_lengths`: another, the commonest tune of train with the same lengths of clauses, else the commonest tune of all;
  `_majority`: the latter alone.
- `style.ece_ci`, `style.ci_tune_given`, `_given_wrong`: as in `benchmarks.style_chords`.
- `style.deletion_ratio_ci`: over ASKED test poems of each seed, how far the probability falls without the three named
  clauses, over that without three drawn; `style.deletion_drop_ci`: the former; `_whole`: of the head that learned from
  whole poems alone, to which any poem that lacks clauses is strange.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of
from benchmarks.score_protocol import Rate
from benchmarks.style_groups import (
    ASKED,
    SEEDS,
    Parts,
    Told,
    deletions,
    learned,
    loosely,
    mean,
    ratio,
    split,
    told,
)
from segue.recognize.ci_tunes import FRONT, LOSES, PENALTIES, TUNES, Poem, commonest, read_ci
from segue.recognize.evidence import Deletion
from segue.recognize.head import Floats, Head, fit_head
from segue.recognize.lyrics import LyricsFront, lines_of
from segue.recognize.thinning import thinned

STRENGTHS = (3.0, 30.0)  # of the n-grams' penalty, inverse
NGRAMS = 20_000
GAIN = 0.05


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


def by_ngrams(held: Sequence[Poem], parts: Parts, strengths: Sequence[float]) -> tuple[float, float, float]:
    """The accuracy and macro-F1 of n-grams of characters on test, and the strength that valid chose."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    texts = [[held[place].text for place in part] for part in (parts.train, parts.valid, parts.test)]
    tunes = [[held[place].tune for place in part] for part in (parts.train, parts.valid, parts.test)]
    counted = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, max_features=NGRAMS)
    rows = [counted.fit_transform(texts[0]), *(counted.transform(each) for each in texts[1:])]
    best: tuple[float, float, LogisticRegression] | None = None
    for strength in strengths:
        model = LogisticRegression(C=strength, max_iter=100, tol=1e-3).fit(rows[0], tunes[0])
        score = float(model.score(rows[1], tunes[1]))
        if best is None or score > best[0]:
            best = score, strength, model
    if best is None:
        raise ValueError("no strength is given")
    guessed = best[2].predict(rows[2])
    return float((guessed == np.array(tunes[2])).mean()), float(f1_score(tunes[2], guessed, average="macro")), best[1]


# ---- the results


@dataclass(frozen=True)
class Shown:
    """Poems, and their vectors: shapes as they stand, shapes without signs, words."""

    poems: Sequence[Poem]
    shapes: Floats
    unsigned: Floats
    words: Floats

    @classmethod
    def of(cls, held: Sequence[Poem]) -> Shown:
        """Look at poems in all ways."""
        lyrics = [poem.lyric for poem in held]
        words = LyricsFront(shape=0).vectors(lyrics)
        return cls(held, FRONT.vectors(lyrics), FRONT.vectors([poem.unsigned for poem in held]), words)


def learned_thinned(shown: Shown, parts: Parts, seed: int) -> Head:
    """The head of shapes, learned as `segue.recognize.ci_tunes` does: from poems whole, and with clauses lacking."""
    of = [shown.poems[place] for place in parts.train]
    less = FRONT.vectors(thinned(FRONT, [poem.lyric for poem in of], LOSES, seed))
    rows, tunes = np.vstack([shown.shapes[parts.train], less]), [poem.tune for poem in of] * 2
    held = (shown.shapes[parts.valid], [shown.poems[place].tune for place in parts.valid])
    return fit_head(rows, tunes, held, balanced=False, penalties=PENALTIES)


def measure(shown: Shown, seed: int) -> tuple[dict[str, float], int]:
    """One seed: figures by name, the size of test."""
    tunes = [poem.tune for poem in shown.poems]
    parts, loose = split([poem.author for poem in shown.poems], seed), loosely(len(tunes), seed)

    def asked(head: Head, rows: Floats, by: Parts) -> Told:
        return told(head, rows[by.test], [tunes[place] for place in by.test])

    def accuracy(rows: Floats) -> float:
        return asked(learned(rows, tunes, parts, PENALTIES), rows, parts).accuracy

    def dropped(head: Head) -> Sequence[Deletion]:
        chosen = np.random.default_rng(seed).permutation(parts.test)[:ASKED]
        return deletions(FRONT, head, [shown.poems[place].lyric for place in chosen], seed)

    head, whole = learned_thinned(shown, parts, seed), learned(shown.shapes, tunes, parts, PENALTIES)
    drops = dropped(head)
    lengths, majority = by_lengths(shown.poems, parts)
    figures = {
        **asked(head, shown.shapes, parts).figures("ci_tune", "ece_ci"),
        "ci_tune_loose": asked(learned_thinned(shown, loose, seed), shown.shapes, loose).accuracy,
        "ci_tune_whole": asked(whole, shown.shapes, parts).accuracy,
        "ci_tune_both": accuracy(np.hstack([shown.shapes, shown.words])),
        "ci_tune_words": accuracy(shown.words),
        "ci_tune_unsigned": accuracy(shown.unsigned),
        "ci_tune_lengths": lengths,
        "ci_tune_majority": majority,
        "deletion_ratio_ci": ratio(drops).value,
        "deletion_drop_ci": float(np.mean([one.named for one in drops])),
        "deletion_ratio_ci_whole": ratio(dropped(whole)).value,
    }
    return figures, len(parts.test)


def run() -> list[Result]:
    """Measure all seeds."""
    held = poems()
    shown = Shown.of(held)
    strengths: Sequence[float] = STRENGTHS
    runs = []
    for seed in SEEDS:
        figures, count = measure(shown, seed)
        parts = split([poem.author for poem in held], seed)
        figures["ci_tune_ngrams"], figures["ci_tune_ngrams_f1"], chosen = by_ngrams(held, parts, strengths)
        strengths = (chosen,)
        runs.append((figures, count))
        print(seed, {name: round(value, 4) for name, value in figures.items()}, flush=True)
    rates = {name: mean([figures[name] for figures, _ in runs]) for name in runs[0][0]}
    bars = {"ci_tune_acc": rates["ci_tune_ngrams"].value + GAIN, "ece_ci": 0.05, "deletion_ratio_ci": 3.0}
    facts = {
        "front": f"shape {FRONT.shape}, words {FRONT.words}",
        "clauses lacking": LOSES,
        "penalties": PENALTIES,
        "tunes": TUNES,
        "poems": len(held),
        "authors": len({poem.author for poem in held}),
        "ngrams": {"most": NGRAMS, "inverse penalty": strengths[0]},
    }
    count = sum(each for _, each in runs)
    return [_result(name, rate, bars.get(name), count, facts) for name, rate in rates.items()]


def _result(name: str, rate: Rate, bar: float | None, n: int, facts: Mapping[str, object]) -> Result:
    return Result(
        id=f"style.{name}",
        value=rate.value,
        error=rate.error,
        unit="",
        better="lower" if name in ("ece_ci", "ci_tune_given_wrong") else "higher",
        bar=bar,
        seeds=SEEDS,
        n=ASKED * len(SEEDS) if name.startswith("deletion") else n,
        command="python -m benchmarks style_ci",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / "chinese_poetry"]),
    )
