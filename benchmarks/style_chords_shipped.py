"""What the shipped head for chords tells of sets it never saw. `python -m benchmarks style_chords_shipped`

It tells jazz, pop and classical. Jazz that it never saw are the charts of jazz_bunks and jazz_standards_ireal, every
STEPth of each; of styles that it does not know there are the dances of nottingham, every STEPth with chords. Titles
that lie in openewld, from which it learned jazz, are left out.

- `style.chords_unseen_jazz`: recall of jazz, whole charts; `_stretch`: of a stretch of 4, 8 or 16 bars of each;
  `_sure`: how many are answered, `_wrong`: how many of the answers are wrong; `_stretch_sure`, `_stretch_wrong`.
- `style.chords_strangers_sure`: how many dances are called one of the three with confidence, which is wrong.

What it tells of pop and classical music that it did not learn from is in its card (`weights/chords/README.md`).
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.result import Result, data_dir, sha256_of
from benchmarks.score_protocol import Rate
from benchmarks.style_chords import SETS, Song, songs
from benchmarks.style_groups import Kept, plain
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.music.score import Progression
from segue.recognize.answering import SHIPPED
from segue.recognize.chord_styles import FRONT, stretches
from segue.recognize.head import Head, load_head

STEP = 5
JAZZ = ("jazz_bunks", "jazz_standards_ireal")


def dances() -> list[Progression]:
    """Read every STEPth dance with chords."""
    corpus = BY_NAME["nottingham"]
    pieces = [each for each in corpus.read(corpus.place(data_dir())) if isinstance(each, Piece) and each.score.chords]
    return [piece.score.progression for piece in pieces[::STEP]]


def unseen() -> list[Progression]:
    """Charts of jazz whose titles the head did not learn from."""
    every: list[Song] = Kept("songs", [data_dir() / name for name in SETS], songs).load()
    known = {plain(file.stem.replace("_", " ")) for file in (data_dir() / "openewld").glob("dataset/*/*/*.mxl")}
    charts = [[song for song in every if song.corpus == name][::STEP] for name in JAZZ]
    return [song.chords for each in charts for song in each if song.title not in known]


def figures(head: Head, items: Sequence[Progression], name: str) -> dict[str, Rate]:
    """Return what of jazz is told right, how much is answered, and how much of that is wrong."""
    shares = head.probabilities(FRONT.vectors(items))
    right = shares.argmax(1) == head.styles.index("jazz")
    sure = shares.max(1) >= head.threshold
    one = [1.0] * len(items)
    return {
        name: Rate.of(right.astype(float).tolist(), one),
        f"{name}_sure": Rate.of(sure.astype(float).tolist(), one),
        f"{name}_wrong": Rate.of((sure & ~right).astype(float).tolist(), sure.astype(float).tolist()),
    }


def run() -> list[Result]:
    """Measure the shipped head."""
    head, jazz, strangers = load_head(SHIPPED / "chords"), unseen(), dances()
    rates = figures(head, jazz, "unseen_jazz") | figures(head, stretches(jazz, 0), "unseen_jazz_stretch")
    sure = head.probabilities(FRONT.vectors(strangers)).max(1) >= head.threshold
    rates["strangers_sure"] = Rate.of(sure.astype(float).tolist(), [1.0] * len(sure))
    return [
        Result(
            id=f"style.chords_{name}",
            value=rate.value,
            error=rate.error,
            unit="",
            better="lower" if name.endswith(("wrong", "strangers_sure")) else "higher",
            bar=None,
            seeds=(),
            n=len(strangers) if name.startswith("strangers") else len(jazz),
            command="python -m benchmarks style_chords_shipped",
            recipe={"step": STEP, "styles": head.styles, "threshold": head.threshold},
            data_sha256=sha256_of([data_dir() / folder for folder in (*JAZZ, "nottingham")]),
        )
        for name, rate in rates.items()
    ]
