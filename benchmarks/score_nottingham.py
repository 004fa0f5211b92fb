"""Nottingham: bits for each note of tunes that the score model never saw. `python -m benchmarks.score_nottingham`

1,034 tunes of ABC_cleaned, each with melody, chords and bars, said in the order lead, source notated, with its dance as
style. Key of a tune: "<file>:<X>", so 812 train, 120 valid and 102 test. (The bar's own split, 842 train and 92 test,
could not be found again: of about 1,200 forms of a key that were tried four give these counts, which is what chance
gives.) Counted are all tokens of the body and `end`, divided by the notes; the rows `with_header` count the header too.

- `zero`: the model as it is. No tune of the collection, nor what the gathering of corpora finds to be one in another
  set, is in its training.
- `tuned`: after LoRA on train by the one loop (`segue.pretrain.own.adapt`, that of `segue tune score`); valid chooses
  the weights; three seeds. Trainings lie in .scratch/benchmarks and are taken up again where they were cut off.
- `ngram`, `3gram`: trained on train; order and smoothing chosen on valid. `adaptive`: the n-gram with what the tune
  itself said before laid over it.
- Rows `no_variant`: of the test tunes that have no variant in train (`segue.corpora.duplicates`).
- Rows `new_title`: of the test tunes whose title, dances and articles apart, is in none of the tune books that the
  model learned from. Where the gathering did not see one tune in two distant settings, an equal title would tell.

`--valid` prints the figures on valid instead, without tuning; `--train SEED` tunes that seed only.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.result import ROOT, Result, data_dir, sha256_of, write
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
from segue.corpora import BY_NAME
from segue.corpora.corpus import SPLITS, Piece, Split, split_of
from segue.corpora.duplicates import Shelf, fingerprint
from segue.corpora.gathering import plain_title
from segue.errors import InputError
from segue.models.score.network import ScoreModel
from segue.music.language.layout import lay_out
from segue.pretrain.own import adapt
from segue.pretrain.sizes import own_recipe
from segue.tune.callbacks import ProgressBar
from segue.tune.stats import figure

NAME = "score.nottingham_bits_per_note"
BAR = 5.57  # the best n-gram in BARS' key-relative joined code
SEEDS = (0, 1, 2)
BOOKS = ("oneill", "ryan", "aird", "ceol_rince", "openewld")
_PLAIN = frozenset(["a", "an", "and", "of", "the", "air", "hornpipe", "jig", "march", "polka", "reel", "waltz"])
RECIPE = own_recipe("small")  # as `segue tune score` has it
PROTOCOL = {
    "task": "lead",
    "source": "notated",
    "key": "<file>:<X>",
    "counted": "body and end; in rows with_header all tokens but the task",
}


@dataclass(frozen=True)
class Task:
    """The tunes by split, as pieces and in tokens."""

    pieces: Mapping[Split, Sequence[Piece]]
    tunes: Mapping[Split, Sequence[Said]]


def load() -> Task:
    """Read the tunes and say them."""
    corpus = BY_NAME["nottingham"]
    folder = corpus.place(data_dir())
    keys = [
        f"{file.name}:{number.decode()}"
        for file in sorted(folder.glob("*.abc"))
        for number in re.findall(rb"(?m)^X:\s*(\d+)", file.read_bytes())
    ]
    read = list(corpus.read(folder))
    tunes = [piece for piece in read if isinstance(piece, Piece)]
    if not len(read) == len(tunes) == len(keys):
        raise InputError(f"{len(keys)} tunes are numbered, {len(tunes)} of {len(read)} could be read")
    pieces: dict[Split, list[Piece]] = {split: [] for split in SPLITS}
    for key, tune in zip(keys, tunes, strict=True):
        pieces[split_of(key)].append(replace(tune, key=key, split=split_of(key)))
    says = {split: [said(one.key, lay_out(one.score)) for one in held] for split, held in pieces.items()}
    return Task(pieces, says)


def without_variants(test: Sequence[Piece], train: Sequence[Piece]) -> tuple[int, ...]:
    """The places of test tunes that no train tune is a variant of."""
    shelf = Shelf()
    for piece in train:
        shelf.add(piece.name, fingerprint(piece.score), piece.score.title)
    return tuple(
        place for place, piece in enumerate(test) if shelf.find(fingerprint(piece.score), piece.score.title) is None
    )


def with_new_titles(test: Sequence[Piece]) -> tuple[int, ...]:
    """The places of test tunes whose title is in none of `BOOKS`."""
    known = set()
    for name in BOOKS:
        corpus = BY_NAME[name]
        pieces = corpus.read(corpus.place(data_dir()))
        known |= {bare_title(piece.score.title) for piece in pieces if isinstance(piece, Piece)}
    return tuple(place for place, piece in enumerate(test) if bare_title(piece.score.title) not in known)


def bare_title(title: str) -> frozenset[str]:
    """The words of a title but articles and dances."""
    return frozenset(plain_title(title).split()) - _PLAIN


def groups(task: Task, split: Split = "test") -> dict[str, tuple[int, ...]]:
    """The tunes of a split that rows are of, by the ending of their names."""
    pieces = task.pieces[split]
    return {
        "": tuple(range(len(pieces))),
        "_no_variant": without_variants(pieces, task.pieces["train"]),
        "_new_title": with_new_titles(pieces),
    }


def tuned(task: Task, seed: int) -> ScoreModel:
    """The model after LoRA on train; a training on disk is gone on with."""
    recipe = RECIPE.replace(seed=seed)
    model = load_model()
    held = str(model_facts()["model_sha256"])[:8]
    directory = ROOT / ".scratch" / "benchmarks" / "score_nottingham" / f"{held}-{recipe.method}-{seed}"
    adapt(model, task.pieces["train"], task.pieces["valid"], recipe, Path(directory), lambda _: [ProgressBar()])
    return model.eval()


def figures(name: str, found: Costs, parts: Mapping[str, Sequence[int]]) -> dict[str, Rate]:
    """The rows of a system, over the tunes of each group."""
    rows = {f"{name}_with_header": found.bits_per_note_with_header}
    for part, places in parts.items():
        body, notes = ([each[place] for place in places] for each in (found.body, found.notes))
        rows[name + part] = Rate.of(body, notes).times(1 / math.log(2))
    return rows


def run() -> list[Result]:
    """Measure the model as it is and tuned, and n-grams trained on the train part."""
    task = load()
    test, parts = task.tunes["test"], groups(task)
    rows = figures("zero", costs(test, model_scorer(load_model())), parts)
    found = [_result(name, rate, model_facts(), parts) for name, rate in rows.items()]
    runs = [figures("tuned", costs(test, model_scorer(tuned(task, seed))), parts) for seed in SEEDS]
    for name in runs[0]:
        over = figure([one[name].value for one in runs])
        rate = Rate(over.mean, over.error or 0.0)
        found.append(_result(name, rate, {**model_facts(), **RECIPE.as_dict()}, parts, SEEDS))
    for system, (scorer, facts) in ngram_scorers(task.tunes["train"], task.tunes["valid"]).items():
        rows = figures(system, costs(test, scorer), parts)
        found += [_result(name, rate, facts, parts) for name, rate in rows.items()]
    return found


def _result(
    name: str,
    rate: Rate,
    facts: Mapping[str, object],
    parts: Mapping[str, Sequence[int]],
    seeds: tuple[int, ...] = (),
) -> Result:
    part = next((part for part in parts if part and name.endswith(part)), "")
    return Result(
        id=f"{NAME}_{name}",
        value=rate.value,
        error=rate.error,
        unit="bits/note",
        better="lower",
        bar=BAR if name in ("zero", "tuned") else None,
        seeds=seeds,
        n=len(parts[part]),
        command="python -m benchmarks.score_nottingham",
        recipe={**PROTOCOL, **facts},
        data_sha256=sha256_of([data_dir() / "nottingham" / "ABC_cleaned"]),
    )


def show_valid(task: Task) -> None:
    """Print what valid costs the n-grams and the model as it is."""
    valid, parts = task.tunes["valid"], groups(task, "valid")
    for name, (scorer, facts) in ngram_scorers(task.tunes["train"], valid).items():
        print(facts, figures(name, costs(valid, scorer), parts))
    print(figures("model", costs(valid, model_scorer(load_model())), parts))


def main(words: list[str]) -> None:
    """Write the results, or do what a flag asks for."""
    if "--valid" in words:
        show_valid(load())
    elif "--train" in words:
        tuned(load(), int(words[words.index("--train") + 1]))
    else:
        write("score_nottingham", run())


if __name__ == "__main__":
    main(sys.argv[1:])
