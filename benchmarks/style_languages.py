"""The language of words, by script and trigrams. `python -m benchmarks.style_languages [--write]`

Songs of the OpenScore Lieder Corpus, split by `segue.corpora.corpus.split_of` of the composer's folder. Their language
is not written down: it is told by the share of words that are among the 15 commonest of English, German, French,
Italian and Latin (at least .12, and twice the next), texts without a clear one are left out. Profiles are those of the
train part's English, German and French songs; Italian and Latin ones are strangers to be left unnamed.

- `style.language_acc`: of test songs in the three languages, how many are named rightly.
- `style.language_line_acc`: of their lines of six words, how many; `style.language_line_wrong`: how many are named
  wrongly (the others are left unnamed).
- `style.language_strangers`: of songs in Italian and Latin in any part, how many are named as one of the three.

`--write` writes the profiles to the package before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_protocol import Rate
from segue.corpora.corpus import split_of
from segue.recognize.language import AHEAD, COVERED, PROFILE, TABLE, language_of, profile_of

KNOWN, STRANGERS = ("en", "de", "fr"), ("it", "la")
COMMON = {
    "en": "the and of to my thy that is with i in a for you thou",
    "de": "der die das und ich ist nicht mein dich du es ein in den mit",
    "fr": "le la les et je est pas mon que des de un dans qui ma",
    "it": "il che di la mio non per e mi ti un amor cor si del",
    "la": "et in est cum qui deus te non ad nobis domine tu dei ex sanctus",
}
LEAST, AHEAD_OF = 0.12, 2.0
WORDS = 6  # of a line that is judged alone


def songs(root: Path) -> Iterator[tuple[str, str, str]]:
    """The composer, language and words of each song whose commonest words tell a language."""
    for file in sorted((root / "lieder" / "scores").glob("**/*.txt")):
        text = file.read_text(encoding="utf-8")
        words = text.lower().split()
        shares = {one: sum(word in told.split() for word in words) / max(len(words), 1) for one, told in COMMON.items()}
        best, following = sorted(shares, key=lambda one: -shares[one])[:2]
        if shares[best] >= LEAST and shares[best] >= AHEAD_OF * shares[following]:
            yield file.relative_to(root / "lieder" / "scores").parts[0], best, text


def lines(text: str) -> list[str]:
    """The words of a song, so many at a time."""
    words = text.split()
    return [" ".join(words[at : at + WORDS]) for at in range(0, len(words) - WORDS + 1, WORDS)]


def run() -> list[Result]:
    """Measure on test."""
    found = list(songs(data_dir()))
    test = [(language, text) for who, language, text in found if split_of(who) == "test" and language in KNOWN]
    strange = [text for _, language, text in found if language in STRANGERS]
    told = [[language_of(line) == language for line in lines(text)] for language, text in test]
    wrong = [[language_of(line) not in (language, "") for line in lines(text)] for language, text in test]
    counts = [len(each) for each in told]
    rates = {
        "acc": Rate.of([float(language_of(text) == language) for language, text in test], [1.0] * len(test)),
        "line_acc": Rate.of([float(sum(each)) for each in told], counts),
        "line_wrong": Rate.of([float(sum(each)) for each in wrong], counts),
        "strangers": Rate.of([float(language_of(text) in KNOWN) for text in strange], [1.0] * len(strange)),
    }
    return [
        Result(
            id=f"style.language_{name}",
            value=rate.value,
            error=rate.error,
            unit="",
            better="higher" if name.endswith("acc") else "lower",
            bar=None,
            seeds=(),
            n=len(strange) if name == "strangers" else len(test) if name == "acc" else sum(counts),
            command="python -m benchmarks style_languages",
            recipe={"profile": PROFILE, "covered": COVERED, "ahead": AHEAD, "table": sha256_of([TABLE])},
            data_sha256=sha256_of([data_dir() / "lieder"]),
        )
        for name, rate in rates.items()
    ]


def learn() -> None:
    """Write the profiles of the train part."""
    held = [(language, text) for who, language, text in songs(data_dir()) if split_of(who) == "train"]
    found = {one: profile_of(text for language, text in held if language == one) for one in KNOWN}
    TABLE.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        learn()
    write("style_languages", run())
