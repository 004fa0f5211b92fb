"""How lyric models are measured: what text costs them, beside n-grams, and what is written is held to.

- Verses are split by the CRC-32 of their key before anything else (`segue.corpora.corpus.split_of`): 0 of 10 is test, 1
  valid. The vocabulary is that of the model, which is of the train part.
- A model reads each verse in windows of at most 512 tokens; nats are those of all tokens but the first of a window and
  the title, which is given: lengths of lines, signs, sections, items, letters of items that are none. They are divided
  by syllables (English) or characters (Chinese) of the verses, and the perplexity is e to that. The model is measured
  as it writes: the network and its n-gram mixed, by shares chosen on valid, and in each line only what fits into the
  syllables that are left (`segue.models.lyrics.room`), whose number it says at the line's beginning.
- An n-gram of up to five tokens reads the same windows, and, since lengths are of no use to it, also the verses in
  reading order with their signs (or a mark) at the end of each line, so that both say where lines end and how; which of
  both, its order and its smoothing are chosen on valid. It has the same vocabulary and spells what the model spells.
- The model is the one that is shipped, or the folder named in SEGUE_LYRICS_EN or SEGUE_LYRICS_ZH.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ngram import Counts, NGram, choose
from benchmarks.result import Better, Result, data_dir, sha256_of
from benchmarks.score_protocol import Rate
from segue.compose.lyrics.coding import code_line
from segue.compose.lyrics.own import SHIPPED, OwnWriter, load_writer
from segue.corpora.corpus import Split
from segue.corpora.verse import VERSE_SETS, Language, VerseLine
from segue.errors import UnavailableError
from segue.models.lyrics.ngrams import NGrams
from segue.models.lyrics.room import Room
from segue.models.lyrics.vocabulary import BEGIN, END, SECTION, SIGNS, CodedLine, LyricVocabulary
from segue.models.lyrics.vocabulary import windows as cut
from segue.models.score.folder import load_score_model
from segue.pretrain.lyric_mixture import told
from segue.pretrain.lyrics import LONGEST, LyricData, gather_lyrics

ORDERS = range(2, 6)
RUN = 8  # items in a row that must not be those of a training text
_LEAST = 1e-30


def model_folder(language: Language) -> Path:
    """The folder of the lyric model that is measured; UnavailableError where there is none."""
    named = os.environ.get(f"SEGUE_LYRICS_{language.upper()}", "")
    folder = Path(named) if named else SHIPPED / language
    if not (folder / "model.safetensors").is_file():
        raise UnavailableError(
            f"no lyric model in {folder}; name a folder of `segue pretrain-lyrics` in SEGUE_LYRICS_{language.upper()}"
        )
    return folder


def load_own(language: Language) -> OwnWriter:
    """The writer that is measured."""
    return load_writer(language, model_folder(language))


def load_data(language: Language) -> LyricData:
    """Read and code the verses of a language, with the vocabulary of the model that is measured."""

    def coder(line: VerseLine) -> CodedLine:
        return code_line(line.text, language, line.sign, begins=line.begins)

    found = gather_lyrics(data_dir(), language, coder)
    return LyricData(LyricVocabulary.load(model_folder(language)), found.verses, found.coded)


@dataclass(frozen=True)
class Texts:
    """What is measured of one split: verses in tokens, two ways, with how many of them are given, and the syllables of
    each verse."""

    model: tuple[tuple[int, ...], ...]  # windows as the model reads them
    owner: tuple[int, ...]  # of each window, the number of its verse
    given: tuple[int, ...]  # of each window
    plain: tuple[tuple[int, ...], ...]  # verses in reading order, their first token given
    syllables: tuple[int, ...]

    @classmethod
    def of(cls, data: LyricData, split: Split) -> Texts:
        """Take a split of verses."""
        windows, owner, given, plain, syllables = [], [], [], [], []
        for number, (tokens, count) in enumerate(data.tokens(split)):
            held = [tuple(map(int, window)) for window, _ in cut([(tokens, count)], LONGEST)]
            windows += held
            owner += [number] * len(held)
            given += [len(data.vocabulary.opening(data.verses[split][number].title)), *[1] * (len(held) - 1)]
            plain.append(_plain(data.vocabulary, data.coded[split][number]))
            syllables.append(count)
        return cls(tuple(windows), tuple(owner), tuple(given), tuple(plain), tuple(syllables))

    def by_verse(self, nats: Iterable[float]) -> list[float]:
        """Sum what windows cost over their verses."""
        found = [0.0] * len(self.syllables)
        for number, cost in zip(self.owner, nats, strict=True):
            found[number] += cost
        return found


def _plain(vocabulary: LyricVocabulary, lines: Sequence[CodedLine]) -> tuple[int, ...]:
    """A verse in reading order, behind each line its sign or a mark."""
    tokens = [BEGIN]
    for line in lines:
        mark = vocabulary.line_start(line.length, line.sign)[-1] if line.sign in SIGNS else SECTION
        tokens += [token for item in line.items for token in vocabulary.line_body([item])] + [mark]
    return (*tokens, END)


def model_costs(folder: Path, texts: Texts, language: Language) -> list[float]:
    """Nats of each verse under a lyric model, its n-gram mixed in, with the room of each line known as in writing."""
    model, ngrams, vocabulary = load_score_model(folder).eval(), NGrams.load(folder), LyricVocabulary.load(folder)
    room = Room(vocabulary, lambda item: code_line(item, language).length)
    nats = []
    for tokens, given in zip(texts.model, texts.given, strict=True):
        said = ngrams.mix(told(ngrams, model, room, tokens))
        nats.append(float(-np.log(np.maximum(said[given - 1 :], _LEAST)).sum()))
    return texts.by_verse(nats)


def ngram_costs(train: Texts, valid: Texts, test: Texts, vocabulary: int) -> tuple[list[float], dict[str, object]]:
    """Nats of each test verse under the best 5-gram, and what that is."""

    def rows(texts: Texts, *, is_plain: bool) -> tuple[Sequence[Sequence[int]], Sequence[int]]:
        return (texts.plain, [1] * len(texts.plain)) if is_plain else (texts.model, texts.given)

    found: list[tuple[float, bool, NGram]] = []
    for is_plain in (False, True):
        asked, given = rows(valid, is_plain=is_plain)
        counts = Counts.of(rows(train, is_plain=is_plain)[0], vocabulary, longest=ORDERS[-1])
        best = choose(counts, asked, given, ORDERS)
        found.append((sum(_but_given(best, asked, given)), is_plain, best))
    _, is_plain, best = min(found, key=lambda row: row[0])
    costs = _but_given(best, *rows(test, is_plain=is_plain))
    reads = "in reading order" if is_plain else "as the model reads"
    facts: dict[str, object] = {"order": best.order, "smoothing": best.smoothing, "reads": reads}
    return costs if is_plain else test.by_verse(costs), facts


def _but_given(model: NGram, rows: Sequence[Sequence[int]], given: Sequence[int]) -> list[float]:
    return [float(nats[skip:].sum()) for nats, skip in zip(model.nats(rows), given, strict=True)]


def perplexities(language: Language, data: LyricData) -> tuple[Rate, Rate, dict[str, object]]:
    """Return the perplexities of the model and of the 5-gram on test, by syllable or character, and the 5-gram."""
    train, valid, test = (Texts.of(data, split) for split in ("train", "valid", "test"))
    own = Rate.of(model_costs(model_folder(language), test, language), test.syllables).exponential()
    costs, facts = ngram_costs(train, valid, test, data.vocabulary.size)
    return own, Rate.of(costs, test.syllables).exponential(), facts


def copied_runs(data: LyricData, written: Iterable[Sequence[str]]) -> int:
    """Count texts (items in reading order) with eight items in a row of a training verse; exactly, not by hashes."""
    known = {
        tuple(run) for lines in data.coded["train"] for run in runs_of([item for line in lines for item in line.items])
    }
    return sum(any(run in known for run in runs_of(items)) for items in written)


def runs_of(items: Sequence[str]) -> list[tuple[str, ...]]:
    """Return all runs of eight items."""
    return [tuple(items[start : start + RUN]) for start in range(len(items) - RUN + 1)]


def result(
    name: str, rate: Rate | float, unit: str, better: Better, n: int, *, bar: float | None, **recipe: Any
) -> Result:
    """A result of a lyric benchmark."""
    language: Language = "zh" if name.startswith("zh") else "en"
    folder = model_folder(language)
    files = [folder / "config.json", folder / "model.safetensors"]
    facts: Mapping[str, object] = {"model": folder.name, "model_sha256": sha256_of(files), **recipe}
    folders = {group.folder for group in VERSE_SETS if group.language == language}
    return Result(
        id=f"lyrics.{name}",
        value=rate.value if isinstance(rate, Rate) else rate,
        error=rate.error if isinstance(rate, Rate) else None,
        unit=unit,
        better=better,
        bar=bar,
        seeds=(0,),
        n=n,
        command=f"python -m benchmarks lyrics_{language}",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / each for each in sorted(folders)]),
    )


def ratio_results(language: Language, data: LyricData) -> list[Result]:
    """The perplexities and their ratio."""
    own, simple, facts = perplexities(language, data)
    unit = "character" if language == "zh" else "syllable"
    count = len(data.verses["test"])
    return [
        result(f"{language}_ppl", own, f"perplexity/{unit}", "lower", count, bar=None),
        result(f"{language}_5gram_ppl", simple, f"perplexity/{unit}", "lower", count, bar=None, **facts),
        result(f"{language}_ppl_ratio", own.value / simple.value, "ratio", "lower", count, bar=0.75, **facts),
    ]


def spread(rows: Sequence[tuple[int, int]]) -> Rate:
    """A share from rows of (hits, counts); those of no count are left out."""
    kept = [row for row in rows if row[1]]
    return Rate.of([hits for hits, _ in kept], [count for _, count in kept])


def pairs_in(group: Sequence[str], rhymes: Callable[[str, str], bool]) -> tuple[int, int]:
    """How many lines of a rhyme group rhyme with one before it, of those that could."""
    hits = sum(any(rhymes(line, before) for before in group[:place]) for place, line in enumerate(group) if place)
    return hits, max(len(group) - 1, 0)
