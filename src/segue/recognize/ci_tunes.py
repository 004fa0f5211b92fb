"""The tune names (词牌) of ci: poems to learn them from, and a head that names the commonest or none of them.

A poem that is under no common tune is "another form": rarer tunes, qu, poems of the Tang and older ones are shown to
the head as that, so that it does not call each Chinese text a ci.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from segue.corpora.corpus import SPLITS, Split, split_of
from segue.corpora.files import json_of
from segue.corpora.verse import VERSE_SETS
from segue.errors import InputError
from segue.music.lyric import Line, Lyric
from segue.recognize.card import Card, Source
from segue.recognize.ci_signs import WAYS, anyhow, written
from segue.recognize.head import Head, fit_head, indices
from segue.recognize.lyrics import LyricsFront, lines_of
from segue.recognize.thinning import thinned
from segue.tune.metrics import accuracy, calibration_error, macro_f1

TUNES = 50
LOST = "失调名"
OTHER = "another form"
FRONT = LyricsFront(words=0, places=1024)  # words tell tunes no better on held-out authors
LOSES = (6, 6)  # clauses, at most, that copies of a poem in train lack
PENALTIES = (0.001,)
LEAST = 0.5  # probability of a tune that is sure: poems alone would ask for less, but not all Chinese is verse
_MIXED, _LONGEST = 8, 25  # poems of train to one text that has no form, its clauses at most
_OTHERS = {"qu": 3, "old": 1}  # sets of other forms: one poem of so many


@dataclass(frozen=True)
class Poem:
    """A ci: its tune, author and text."""

    tune: str
    author: str
    lyric: Lyric

    @property
    def text(self) -> str:
        """Its lines, signs included."""
        return "\n".join(line.text for line in self.lyric.lines)

    @property
    def unsigned(self) -> Lyric:
        """Its clauses as lines, without signs."""
        return replace(self.lyric, sections=(("", tuple(map(Line, lines_of(self.lyric)))),))


def read_ci(folder: Path) -> list[Poem]:
    """Read ci of the chinese-poetry set, each text once, those whose tune is lost left out.

    "望江南・忆江南" is the tune behind the dot. InputError where the folder holds none, FormatError for a damaged file.
    """
    found, seen = [], set()
    for file in sorted((folder / "ci").glob("ci.song.*.json"), key=lambda file: int(file.name.split(".")[2])):
        for row in json_of(file.read_bytes(), str(file)):
            tune = re.split(r"[・·]", row["rhythmic"])[-1].strip()
            letters = re.sub(r"\W", "", "".join(row["paragraphs"]))
            if tune != LOST and letters and letters not in seen:
                seen.add(letters)
                found.append(Poem(tune, row["author"], Lyric((("", tuple(map(Line, row["paragraphs"]))),))))
    if not found:
        raise InputError(f"{folder} holds no ci: files such as ci/ci.song.0.json are read")
    return found


def commonest(poems: Sequence[Poem], count: int = TUNES) -> list[str]:
    """Return the names of the tunes that most poems have, the commonest first."""
    return [tune for tune, _ in Counter(poem.tune for poem in poems).most_common(count)]


def part_of(poem: Poem) -> Split:
    """Return where a poem belongs: all of one author to one part."""
    return split_of(poem.author)


@dataclass(frozen=True)
class Made:
    """The head, what was measured on authors that it did not learn from, and how many poems there were."""

    head: Head
    metrics: dict[str, float]
    counts: dict[str, int]


def make_tunes(root: Path, out: Path, told: Callable[[str], None] = lambda _: None) -> Made:
    """Learn the commonest tunes from chinese_poetry below `root`; write the head and what was measured into `out`.

    Each poem is learned from in `copies`. Authors lie on one side; temperature and threshold are from valid, its poems
    as the set signs them and written anyhow, the figures from test (`accuracy_bare`: of texts without signs).
    """
    items = _items(root)
    told(", ".join(f"{len(held):,} poems in {part}" for part, held in items.items()))
    texts = {part: [lyric for lyric, _ in held] for part, held in items.items()}
    styles = {part: [style for _, style in held] for part, held in items.items()}
    none = mixed(texts["train"], len(texts["train"]) // _MIXED)
    texts["train"], styles["train"] = texts["train"] + none, styles["train"] + [OTHER] * len(none)
    shown = [FRONT.vectors(copy) for copy in copies(texts["train"])]
    told("told in numbers")
    held = np.vstack([FRONT.vectors(texts["valid"]), FRONT.vectors(anyhow(texts["valid"]))])
    head = fit_head(
        np.vstack(shown),
        styles["train"] * len(shown),
        (held, styles["valid"] * 2),
        balanced=False,
        penalties=PENALTIES,
    )
    head = replace(head, threshold=max(head.threshold, LEAST))
    shares, truth = head.probabilities(FRONT.vectors(texts["test"])), indices(head.styles, styles["test"])
    best = shares.max(1)
    right, sure = shares.argmax(1) == truth, best >= head.threshold
    metrics = {
        "accuracy": accuracy(truth, shares),
        "f1": macro_f1(truth, shares),
        "ece": calibration_error(right, best),
        "sure": float(sure.mean()),
        "right_where_sure": float(right[sure].mean()) if sure.any() else float("nan"),
    }
    for name, way in WAYS.items():
        rng = np.random.default_rng(0)
        rows = FRONT.vectors([written(lyric, way, rng) for lyric in texts["test"]])
        metrics[f"accuracy_{name}"] = accuracy(truth, head.probabilities(rows))
    made = Made(head, metrics, {part: len(held) for part, held in items.items()})
    head.save(out)
    _card(made).save(out)
    return made


def copies(poems: Sequence[Lyric], seed: int = 0) -> Iterator[list[Lyric]]:
    """Yield all poems as they are learned from: whole and written anyhow, and each of these with clauses lacking."""
    yield list(poems)
    yield anyhow(poems, seed)
    for number, most in enumerate(LOSES, 1):
        yield thinned(FRONT, poems, most, seed + number)
        yield thinned(FRONT, anyhow(poems, seed + number), most, seed + number)


def mixed(poems: Sequence[Lyric], count: int, seed: int = 0) -> list[Lyric]:
    """Return texts of clauses from many poems: as Chinese as they are, and of no form."""
    rng = np.random.default_rng(seed)
    clauses = [clause for poem in poems for clause in lines_of(poem, with_signs=True)]
    drawn = [rng.integers(len(clauses), size=int(rng.integers(2, _LONGEST))) for _ in range(count)]
    return [Lyric((("", tuple(Line(clauses[place]) for place in one)),)) for one in drawn]


def _items(root: Path) -> dict[Split, list[tuple[Lyric, str]]]:
    """Texts and their tunes, or `OTHER`, by part."""
    poems = read_ci(root / "chinese_poetry")
    known = set(commonest(poems))
    items: dict[Split, list[tuple[Lyric, str]]] = {part: [] for part in SPLITS}
    for poem in poems:
        items[part_of(poem)].append((poem.lyric, poem.tune if poem.tune in known else OTHER))
    for group in VERSE_SETS:
        if group.name in _OTHERS:
            for number, verse in enumerate(group.verses(root)):
                if number % _OTHERS[group.name] == 0 and verse.corpus != "nalan":  # Nalan's are ci
                    lines = tuple(Line(line.text + line.sign) for line in verse.lines)
                    items[verse.part].append((Lyric((("", lines),)), OTHER))
    return items


def _card(made: Made) -> Card:
    about = (
        f"A straight head (logistic regression) on {FRONT.shape + FRONT.places:,} hashed numbers"
        " (`segue.recognize.lyrics`): the shape of the clauses, how long they are, where they stand, which rhyme, their"
        " closing tones and signs; and tone and rhyme of each character by its place in the text, the same whichever"
        " signs part it. It learned from texts with the set's signs, with fewer, and with none."
        f" It names the {len(made.head.styles) - 1} commonest tunes (词牌) of ci, or `{OTHER}`, which it learned from"
        " rarer tunes, qu, and older poems. `segue recognize` uses it; `segue pretrain-styles ci` makes it anew."
        f"\n\nTunes: {'、'.join(style for style in made.head.styles if style != OTHER)}."
    )
    return Card(
        title="Segue's head for the tune of a ci",
        about=about,
        metrics=made.metrics,
        figures="On poems by authors of whom none was learned from (`ece`: expected calibration error; `sure`:"
        " share that is answered; `accuracy_...`: of the same poems written otherwise, `edited` without light signs,"
        " `merged` also without a third of the commas, `sentences` without any sign within a sentence, `periods` with"
        " longer sentences, `lines` a clause to a line without signs, `bare` in one line without signs; see"
        " `segue.recognize.ci_signs`):",
        sources=[
            Source("chinese_poetry (ci, qu, older poems)", "MIT; the texts are in the public domain", made.counts)
        ],
        limits="It hears the form alone: not whether the words are verse, nor whether they are old. Rhymes and tones"
        " are those of today's readings, not of the Song.",
        tags=("text-classification", "poetry", "zh"),
    )
