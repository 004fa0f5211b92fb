"""The genre of English words, which nothing tells well enough to be shipped. `python -m benchmarks style_lyrics`

Songs of OpenEWLD with English words under the genres (as Discogs has them) of which there are FEWEST or more. Split as
`benchmarks.style_groups` says, fifths in turn: all songs of one first-named author lie on one side (by all
authors most songs would be one group). Accuracy and macro-F1, the mean over SEEDS:

- `style.lyrics_genre_acc`, `_f1`: by words, pairs of them and letters in a row (`segue.recognize.lyrics`); `_form`: by
  the shape of the lines; `_text`: by vectors of the frozen text encoder (all-MiniLM-L6-v2).
- `style.lyrics_genre_majority`, `_f1`: of guessing the commonest genre, which any of them must clearly beat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.result import Result, data_dir, sha256_of
from benchmarks.style_groups import SEEDS, TURNS, Kept, Told, learned, mean, split, told
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.verse import sung_lines, verses_of
from segue.music.lyric import Line, Lyric
from segue.music.styles import UNKNOWN
from segue.recognize.head import Floats
from segue.recognize.language import language_of
from segue.recognize.lyrics import LyricsFront

FEWEST = 20  # songs of a genre
PENALTIES = (0.0003, 0.003, 0.03)
ENCODER = "minilm"


@dataclass(frozen=True)
class Song:
    """A song: its genre, its authors, its words."""

    genre: str
    authors: tuple[str, ...]
    words: Lyric


def songs() -> list[Song]:
    """Read the songs with English words."""
    corpus, found = BY_NAME["openewld"], []
    for piece in corpus.read(corpus.place(data_dir())):
        if not isinstance(piece, Piece) or piece.style == UNKNOWN:
            continue
        lines = [
            line.text for part in piece.score.parts for verse in verses_of(part) for line in sung_lines(part, verse)
        ]
        if language_of("\n".join(lines)) == "en":
            found.append(Song(piece.style, tuple(piece.group.split("-")), Lyric((("", tuple(map(Line, lines))),))))
    return found


def encoded(held: Sequence[Song]) -> Floats:
    """Return the vectors of the frozen text encoder (n, 384) of words, line by line."""
    from segue.models.text import TextEncoder  # loads PyTorch

    texts = ["\n".join(line.text for line in song.words.lines) for song in held]
    return TextEncoder.load(ENCODER).encode(texts)


def figures(vectors: Floats, genres: Sequence[str], groups: Sequence[str], seed: int) -> tuple[float, float]:
    """Return accuracy and macro-F1, all fifths in turn."""
    found = []
    for turn in range(TURNS):
        parts = split(groups, seed, turn)
        head = learned(vectors, genres, parts, PENALTIES)
        found.append(told(head, vectors[parts.test], [genres[place] for place in parts.test]))
    pooled = Told.pooled(found)
    return pooled.accuracy, pooled.f1


def run() -> list[Result]:
    """Measure all seeds."""
    every: list[Song] = Kept("english", [data_dir() / "openewld"], songs).load()
    often = Counter(song.genre for song in every)
    held = [song for song in every if often[song.genre] >= FEWEST]
    genres, groups = [song.genre for song in held], [song.authors[0] for song in held]
    counts = Counter(genres)
    lyrics = [song.words for song in held]
    fronts = {
        "": LyricsFront(shape=0).vectors(lyrics),
        "_form": LyricsFront(words=0).vectors(lyrics),
        "_text": encoded(held),
    }
    rates = {}
    for name, vectors in fronts.items():
        runs = [figures(vectors, genres, groups, seed) for seed in SEEDS]
        rates[f"{name}_acc"], rates[f"{name}_f1"] = (mean(column) for column in zip(*runs, strict=True))
    most = max(counts.values()) / len(held)
    rates["_majority"], rates["_majority_f1"] = mean([most]), mean([2 * most / (1 + most) / len(counts)])
    return [
        Result(
            id=f"style.lyrics_genre{name}",
            value=rate.value,
            error=rate.error,
            unit="",
            better="higher",
            bar=None,
            seeds=SEEDS,
            n=len(held),
            command="python -m benchmarks style_lyrics",
            recipe={"songs": dict(counts), "groups": len(set(groups)), "encoder": ENCODER, "penalties": PENALTIES},
            data_sha256=sha256_of([data_dir() / "openewld"]),
        )
        for name, rate in rates.items()
    ]
