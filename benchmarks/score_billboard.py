"""McGill Billboard: which chord comes next in a song's changes? `python -m benchmarks.score_billboard`

Songs: of each (title, artist) as its file's header has it the first file, 739 of 890; key `repr((title, artist))` in
lower case; those with at least eight changes as published: 565 train, 78 valid, 85 test, the counts of the bar.

- `mm`: 24 triads, the task `triads`: above the first tonic, reduced by their third (what has none is left out).
- `full`: root and quality, the task `changes` with basses stripped; N.C. is a class.
- `published`: the sequences of the bar, as they were found again: above the tonic that holds, each chord major or minor
  (minor where its third is; without a third it is major). `python -m benchmarks.score_billboard --valid` shows how near
  the n-grams of this run come to the bar's (order 3: 5.33, .476; order 6: 4.52, .569; full 15.7, .423).

Perplexity and accuracy are for each chord, see `benchmarks.score_chords`. The n-grams are trained on train: `ngram` has
the order and smoothing that are best on valid, `adaptive` lays over it what the song itself said before, `3gram` and
`6gram` have the discount .75 of the bar's.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.ngram import ORDERS, Counts, NGram, choose
from benchmarks.result import Result, data_dir, sha256_of, write
from benchmarks.score_chords import FULL, TRIADS, Alphabet, Changes, Told, told_by_model, told_by_ngram
from benchmarks.score_protocol import Rate, load_engine, model_facts
from segue.corpora import BY_NAME
from segue.corpora.corpus import SPLITS, Piece, Split
from segue.models.engine.protocol import Engine
from segue.music.chord import Chord
from segue.music.language.encode import encode
from segue.music.score import ChordAt, Score

FEWEST = 8  # changes, as published
HEADER = 7
BARS = {"mm_ppl": 4.52, "mm_acc": 0.569, "full_ppl": 15.7, "full_acc": 0.423}
ALPHABETS: Mapping[str, Alphabet] = {"mm": TRIADS, "full": FULL, "published": TRIADS}


@dataclass(frozen=True)
class Song:
    """A song's changes in the sets of classes."""

    key: str
    mm: Changes
    full: Changes
    published: Changes


def load() -> dict[Split, list[Song]]:
    """Read the songs by split."""
    corpus = BY_NAME["mcgill_billboard"]
    first: dict[str, Piece] = {}
    for piece in corpus.read(corpus.place(data_dir())):
        if isinstance(piece, Piece):
            first.setdefault(repr((piece.score.title, piece.score.composer)).lower(), piece)
    found: dict[Split, list[Song]] = {split: [] for split in SPLITS}
    for key, piece in first.items():
        song = song_of(key, piece.score)
        if len(song.published.chords) >= FEWEST:
            found[piece.part].append(song)
    return found


def song_of(key: str, score: Score) -> Song:
    """Take a song's changes from its score."""
    triads = encode(score, "triads", source="chart").tokens
    full = encode(without_basses(score), "changes", source="chart").tokens
    return Song(
        key,
        Changes(triads[:HEADER], TRIADS.classes(triads[HEADER:])),
        Changes(full[:HEADER], FULL.classes(full[HEADER:])),
        Changes(triads[:HEADER], published(score)),
    )


def without_basses(score: Score) -> Score:
    """A score whose chords have their roots as basses."""
    chords = tuple(ChordAt(one.start, replace(one.chord, bass=None)) for one in score.chords)
    return score.replace(chords=chords)


def published(score: Score) -> tuple[int, ...]:
    """Changes as the bar has them: classes above the tonic that holds; what sounds no chord is passed over."""
    starts, said = score.bar_starts, list[int]()
    for one in score.chords:
        bar = score.bars[bisect_right(starts, one.start, hi=len(score.bars)) - 1]
        if one.chord.root is not None:
            number = 2 * ((one.chord.root.pc - bar.key.tonic.pc) % 12) + _is_minor(one.chord)
            said += [number] if said[-1:] != [number] else []
    return tuple(said)


def _is_minor(chord: Chord) -> bool:
    triad = chord.majmin()
    return triad is not None and triad.quality == "m"


def changes(songs: Sequence[Song], name: str) -> list[Changes]:
    """The changes of songs in one set of classes, of those that have any there."""
    found: list[Changes] = [getattr(song, name) for song in songs]
    return [one for one in found if one.chords]


def ngrams(songs: Mapping[Split, Sequence[Song]], name: str) -> dict[str, NGram]:
    """The n-grams of a set of classes, over the classes that occur in any song."""
    chords = {split: [one.chords for one in changes(songs[split], name)] for split in SPLITS}
    counts = Counts.of(chords["train"], ALPHABETS[name].size, ORDERS[-1])
    fixed = {f"{order}gram": NGram(counts, order, "kneser-ney .75") for order in (3, 6)}
    return {"ngram": choose(counts, chords["valid"]), **fixed}


def measure(
    songs: Mapping[Split, Sequence[Song]], split: Split, engine: Engine | None
) -> dict[str, tuple[Told, Mapping[str, object]]]:
    """How well each system tells the chords of a split, with its facts; the model only where an engine is given."""
    found: dict[str, tuple[Told, Mapping[str, object]]] = {}
    for name, alphabet in ALPHABETS.items():
        asked = changes(songs[split], name)
        if engine is not None:
            found[name] = (told_by_model(engine, alphabet, asked), model_facts())
        for system, model in ngrams(songs, name).items():
            facts = {"order": model.order, "smoothing": model.smoothing}
            chords = [one.chords for one in asked]
            found[f"{name}_{system}"] = (told_by_ngram(model, chords), facts)
            if system == "ngram":
                found[f"{name}_adaptive"] = (told_by_ngram(model, chords, is_adaptive=True), facts)
    return found


def run() -> list[Result]:
    """Measure the score model and the n-grams on test."""
    songs = load()
    sha = sha256_of([data_dir() / "mcgill_billboard"])
    found: list[Result] = []

    def add(name: str, rate: Rate, facts: Mapping[str, object], count: int) -> None:
        is_perplexity = name.endswith("ppl")
        found.append(
            Result(
                id=f"score.billboard_{name}",
                value=rate.value,
                error=rate.error,
                unit="ppl" if is_perplexity else "1",
                better="lower" if is_perplexity else "higher",
                bar=BARS.get(name),
                seeds=(),
                n=count,
                command="python -m benchmarks.score_billboard",
                recipe={"songs": len(songs["test"]), "key": "repr((title, artist)).lower()", **facts},
                data_sha256=sha,
            )
        )

    for name, (told, facts) in measure(songs, "test", load_engine()).items():
        count = sum(told.counts)
        add(f"{name}_ppl", told.perplexity, facts, count)
        add(f"{name}_acc", told.accuracy, facts, count)
        add(f"{name}_raw_ppl", told.raw_perplexity, facts, count)
    return found


def main(words: list[str]) -> None:
    """Write the results; `--valid` prints those on valid instead, `--ngrams` those of the n-grams on test."""
    if not {"--valid", "--ngrams"} & set(words):
        write("score_billboard", run())
        return
    engine = None if "--ngrams" in words else load_engine()
    split: Split = "test" if "--ngrams" in words else "valid"
    for name, (told, facts) in measure(load(), split, engine).items():
        print(f"{name}: {told.perplexity} raw {told.raw_perplexity.value:.3f} accuracy {told.accuracy} {facts}")


if __name__ == "__main__":
    main(sys.argv[1:])
