"""Making a lyric model: the words of public sets in tokens, split by song, trained on by the one loop, with a card."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from segue.corpora.corpus import SPLITS, Split
from segue.corpora.verse import VERSE_SETS, Language, Verse, VerseLine, all_verses, read_text
from segue.errors import ConflictError, InputError
from segue.models.lyrics.room import Room
from segue.models.lyrics.runs import Runs
from segue.models.lyrics.vocabulary import CodedLine, LyricVocabulary, windows
from segue.models.score.config import ScoreConfig
from segue.models.score.folder import load_score_model
from segue.pretrain.excerpts import Excerpt
from segue.pretrain.lyric_mixture import choose_shares, count_ngrams
from segue.pretrain.pretraining import TRAINING, Budget, Pretrained, pretrain, write_json
from segue.pretrain.windows import Windows, collect
from segue.tune.callbacks import Callback
from segue.tune.pictures import draw_curves
from segue.tune.recipe import Recipe
from segue.tune.run import versions

LONGEST = 512  # tokens of a window
Coder = Callable[[VerseLine], CodedLine]
# width, layers, heads, feed-forward width; fewest occurrences and most items of the vocabulary
SHAPES: Mapping[Language, tuple[int, int, int, int]] = {"en": (192, 3, 3, 512), "zh": (256, 4, 4, 704)}
LEAST: Mapping[Language, int] = {"en": 2, "zh": 3}
MOST_ITEMS: Mapping[Language, int] = {"en": 8000, "zh": 6000}
_RECORD = "data.json"
_COUNTED: tuple[Split, Split] = ("train", "valid")


@dataclass(frozen=True)
class LyricOrder:
    """What to make: the language, the shape (width, layers, heads, feed-forward; of `SHAPES` without), the budget, and
    texts of one's own to learn from as well (public domain, a line to a line; all of them go to train)."""

    language: Language
    shape: tuple[int, int, int, int] | None = None
    budget: Budget = field(default_factory=Budget)
    texts: tuple[Path, ...] = ()


@dataclass(frozen=True)
class LyricData:
    """Verses by split, coded, with the vocabulary of the train part."""

    vocabulary: LyricVocabulary
    verses: Mapping[Split, Sequence[Verse]]
    coded: Mapping[Split, Sequence[Sequence[CodedLine]]]

    def tokens(self, split: Split) -> list[tuple[list[int], int]]:
        """Return the tokens of each verse of a split and how many syllables it has."""
        return [
            (self.vocabulary.encode(lines, verse.title), sum(line.length for line in lines))
            for verse, lines in zip(self.verses[split], self.coded[split], strict=True)
        ]

    def windows(self, split: Split, longest: int = LONGEST) -> Windows:
        """Return the windows of a split, each with its syllables as `notes`."""
        rows = [(0, Excerpt(tokens, syllables, 1)) for tokens, syllables in windows(self.tokens(split), longest)]
        return collect(rows, [self.vocabulary.language])

    def runs(self) -> Runs:
        """Return the runs of eight items of the train part."""
        return Runs.of([item for line in lines for item in line.items] for lines in self.coded["train"])

    def sha256(self) -> str:
        """A hash of every token of the train part."""
        digest = hashlib.sha256()
        for tokens, _ in self.tokens("train"):
            digest.update(np.asarray(tokens, dtype=np.uint16).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class MadeLyrics:
    """A trained lyric model, and what it learned from."""

    pretrained: Pretrained
    data: LyricData


def gather_lyrics(root: Path, language: Language, coder: Coder, texts: Sequence[Path] = ()) -> LyricData:
    """Read the sets of a language below `root`, split them by song, code their lines and take the vocabulary.

    `coder` turns a line into items and its length. InputError where a split is empty.
    """
    verses: dict[Split, list[Verse]] = {split: [] for split in SPLITS}
    for verse in all_verses(root, language):
        verses[verse.part].append(verse)
    for file in texts:
        verses["train"] += read_text(file, language)
    kept: dict[Split, list[Verse]] = {split: [] for split in SPLITS}
    coded: dict[Split, list[Sequence[CodedLine]]] = {split: [] for split in SPLITS}
    for split, held in verses.items():
        for verse in held:
            lines = [line for line in map(coder, verse.lines) if line.items and line.length]
            if lines:
                kept[split].append(verse)
                coded[split].append(lines)
    empty = [split for split in SPLITS if not kept[split]]
    if empty:
        raise InputError(f"the sets below {root} hold no {language!r} verse for {', '.join(empty)}")
    every = (line for lines in coded["train"] for line in lines)
    return LyricData(LyricVocabulary.of(language, every, LEAST[language], MOST_ITEMS[language]), kept, coded)


def make_lyrics(
    root: Path,
    out: Path,
    recipe: Recipe,
    order: LyricOrder,
    coder: Coder,
    callbacks: Callable[[float], Sequence[Callback]] = lambda _tokens: (),
    spellings: Iterable[str] = (),
) -> MadeLyrics:
    """Train a lyric model on the sets below `root` and write its folder: config, weights, vocabulary, runs, n-grams,
    card. `spellings` are words of a dictionary, from which the n-gram learns how words that are no items are spelled.

    Called again with the same arguments it goes on where it was cut off; ConflictError where `out` holds a training on
    other data.
    """
    data = gather_lyrics(root, order.language, coder, order.texts)
    _check_same(data, out)
    width, layers, heads, inner = order.shape or SHAPES[order.language]
    config = ScoreConfig(data.vocabulary.size, width, layers, heads, inner, longest=LONGEST)
    data.vocabulary.save(out)
    data.runs().save(out)
    made = pretrain(data.windows("train"), data.windows("valid"), config, recipe, out, order.budget, callbacks)
    add_ngrams(data, out, coder, spellings)
    found = MadeLyrics(made, data)
    _write_card(found)
    return found


def add_ngrams(data: LyricData, folder: Path, coder: Coder, spellings: Iterable[str] = ()) -> None:
    """Count the n-gram that stands beside the model of a folder, choose their shares on valid, write `ngrams.npz`."""
    train, valid = ([window.tolist() for window, _ in windows(data.tokens(split), LONGEST)] for split in _COUNTED)
    room = Room(data.vocabulary, lambda item: coder(VerseLine(item)).length)
    counted = count_ngrams(data.vocabulary, train, spellings)
    choose_shares(counted, load_score_model(folder).eval(), room, valid).save(folder)


def _check_same(data: LyricData, out: Path) -> None:
    """ConflictError where `out` holds a training on other tokens; else note which they are."""
    out.mkdir(parents=True, exist_ok=True)
    file, sha256 = out / _RECORD, data.sha256()
    if file.exists() and (out / TRAINING).exists() and json.loads(file.read_text("utf-8")).get("sha256") != sha256:
        raise ConflictError(f"{out} holds a training on other words; give another directory, or delete this one")
    counts = {split: Counter(verse.corpus for verse in data.verses[split]) for split in SPLITS}
    write_json({"sha256": sha256, "verses": counts}, file)


# ---- the card

_TITLE = """---
library_name: segue
license: apache-2.0
tags: [lyrics, llama]
---

# Segue's lyric model"""
_LIMITS: Mapping[Language, str] = {
    "en": """It knows the words of popular songs up to the 1920s and of art songs of the nineteenth century, some 90,000
of them: it keeps metre and rhyme and strings song-like phrases together, but a line seldom means much, and it knows no
present-day speech. Take its lines as sketches, or name a larger model as the writer.""",
    "zh": """It knows Song ci, Yuan qu and older verse, 1.7 million characters: lines are in their diction and grammar,
the sense seldom carries over more than two of them, and modern Chinese it knows none.""",
}


def _write_card(made: MadeLyrics) -> None:
    """Write README.md, curve.png, recipe.toml and metrics.json into the model's folder."""
    trained, data = made.pretrained, made.data
    folder, result = trained.folder, trained.fit
    draw_curves([result.history], "nats", [folder / "curve.png"])
    (folder / "recipe.toml").write_text(trained.recipe.to_toml(), encoding="utf-8")
    figures = {
        "before": dict(result.before),
        "after": dict(result.best),
        "steps": result.steps,
        "tokens": trained.tokens,
        "seconds": round(result.seconds, 1),
        "data_sha256": data.sha256(),
        "versions": versions(),
        "history": [{"step": one.step, "loss": one.loss, **one.metrics} for one in result.history],
    }
    (folder / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_card(made), encoding="utf-8")


def _card(made: MadeLyrics) -> str:
    trained, data = made.pretrained, made.data
    config, result, language = trained.config, trained.fit, data.vocabulary.language
    unit = "characters" if language == "zh" else "words"
    figures = "\n".join(
        f"| {name} | {result.before.get(name, float('nan')):.4f} | {value:.4f} |" for name, value in result.best.items()
    )
    recipe = "\n".join(f"| {name} | {value} |" for name, value in trained.recipe.as_dict().items())
    return f"""{_TITLE} ({language})

A decoder in the shape of Llama over {len(data.vocabulary.items):,} {unit} (`vocabulary.json`): \
{config.parameters / 1e6:.2f} M parameters ({config.layers} layers, width {config.width}, {config.heads} heads, \
feed-forward {config.feed_forward}, at most {config.longest} tokens), written in bf16. Each line is said from its \
end, after its length: see `segue.models.lyrics.vocabulary`. `runs.npz` tells whether eight {unit} in a row are from \
the texts it learned from; `ngrams.npz` counts which {unit} follow each other, and is mixed with what the network \
says. No text can be read out of either.

## Training

{result.steps:,} steps, {trained.tokens / 1e6:.1f} M tokens in {result.seconds / 60:.0f} minutes, seed \
{trained.recipe.seed}. The weights kept are those after step {result.best_step}, the best on held-out songs.\
{_began(made)}

![learning curve](curve.png)

On held-out songs (nats per token; `bits_per_note` is bits per syllable):

| | before | after |
|---|---:|---:|
{figures}

## Data

Split by song or poem before anything else (`segue.corpora.corpus.split_of`). sha256 of the training tokens: \
`{data.sha256()}`.

{_sets(data)}

## Limits

{_LIMITS[language]}

## Recipe

| field | value |
|---|---|
{recipe}

Versions: {", ".join(f"{name} {version}" for name, version in versions().items())}.
"""


def _began(made: MadeLyrics) -> str:
    blend = made.pretrained.blend
    if blend is None:
        return ""
    return f" It began with the weights of an earlier training; of the change since, {blend.share:.0%} is kept."


def _sets(data: LyricData) -> str:
    licences = {group.name: group.licence for group in VERSE_SETS}
    lines = ["| set | licence | train | valid | test |", "|---|---|---:|---:|---:|"]
    names = dict.fromkeys(verse.corpus for split in SPLITS for verse in data.verses[split])
    for name in names:
        counts = " | ".join(f"{sum(verse.corpus == name for verse in data.verses[split]):,}" for split in SPLITS)
        licence = licences.get(name, licences["ci"] if data.vocabulary.language == "zh" else "given by the user")
        lines.append(f"| {name} | {licence} | {counts} |")
    return "\n".join(lines)
