"""Nottingham: bits for each note of tunes that the score model never saw. `python -m benchmarks.score_nottingham`

1,034 tunes of ABC_cleaned, each with melody, chords and bars, said in the order lead, source notated, with its dance as
style. Key of a tune: "<file>:<X>", so 812 train, 120 valid and 102 test. (The bar's own split, 842 train and 92 test,
could not be found again: of about 1,200 forms of a key that were tried four give these counts, which is what chance
gives.) Counted are all tokens of the body and `end`, divided by the notes; the rows `with_header` count the header too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from benchmarks.ngram import NGram
from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_protocol import (
    Costs,
    Rate,
    Said,
    best_ngrams,
    by_split,
    costs,
    load_model,
    model_facts,
    model_scorer,
    ngram_scorer,
    said,
)
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece, Split, split_of
from segue.errors import InputError
from segue.music.language.layout import lay_out

NAME = "score.nottingham_bits_per_note"
BAR = 5.57  # the best n-gram in BARS' key-relative joined code
PROTOCOL = {
    "task": "lead",
    "source": "notated",
    "key": "<file>:<X>",
    "counted": "body and end; in rows with_header all tokens but the task",
}


def load() -> dict[Split, list[Said]]:
    """Say the tunes by split."""
    corpus = BY_NAME["nottingham"]
    folder = corpus.place(data_dir())
    keys = [
        f"{file.name}:{number.decode()}"
        for file in sorted(folder.glob("*.abc"))
        for number in re.findall(rb"(?m)^X:\s*(\d+)", file.read_bytes())
    ]
    pieces = list(corpus.read(folder))
    tunes = [piece for piece in pieces if isinstance(piece, Piece)]
    if not len(pieces) == len(tunes) == len(keys):
        raise InputError(f"{len(keys)} tunes are numbered, {len(tunes)} of {len(pieces)} could be read")
    return by_split([(split_of(key), said(key, lay_out(tune.score))) for key, tune in zip(keys, tunes, strict=True)])


def ngram_rows(tunes: Mapping[Split, list[Said]]) -> dict[str, tuple[NGram, Costs]]:
    """The 3-gram and the best n-gram, chosen on valid, with what test costs them."""
    models = best_ngrams(tunes["train"], tunes["valid"])
    return {name: (model, costs(tunes["test"], ngram_scorer(model))) for name, model in models.items()}


def run() -> list[Result]:
    """Measure the model as it is, and n-grams trained on the train part."""
    tunes = load()
    sha = sha256_of([data_dir() / "nottingham" / "ABC_cleaned"])
    found: list[Result] = []

    def add(name: str, rate: Rate, recipe: Mapping[str, object], bar: float | None = None) -> None:
        found.append(
            Result(
                id=f"{NAME}_{name}",
                value=rate.value,
                error=rate.error,
                unit="bits/note",
                better="lower",
                bar=bar,
                seeds=(),
                n=len(tunes["test"]),
                command="python -m benchmarks.score_nottingham",
                recipe={**PROTOCOL, **recipe},
                data_sha256=sha,
            )
        )

    rows = ngram_rows(tunes)
    zero = costs(tunes["test"], model_scorer(load_model()))
    add("zero", zero.bits_per_note, model_facts(), BAR)
    add("zero_with_header", zero.bits_per_note_with_header, model_facts())
    for name, (model, test) in rows.items():
        facts = {"order": model.order, "smoothing": model.smoothing}
        add(name, test.bits_per_note, facts)
        add(f"{name}_with_header", test.bits_per_note_with_header, facts)
    return found


def main(words: list[str]) -> None:
    """Write the results; `--valid` prints what valid costs the model, and the n-grams, instead."""
    if "--valid" not in words:
        write("score_nottingham", run())
        return
    tunes = load()
    for name, model in best_ngrams(tunes["train"], tunes["valid"]).items():
        print(name, model.order, model.smoothing, costs(tunes["valid"], ngram_scorer(model)).bits_per_note)
    shown = costs(tunes["valid"], model_scorer(load_model()))
    print("model", shown.bits_per_note, "with header", shown.bits_per_note_with_header)


if __name__ == "__main__":
    main(sys.argv[1:])
