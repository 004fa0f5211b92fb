"""Styles of chord progressions: jazz or pop, and the year of a hit. `python -m benchmarks style_chords`

Jazz are the charts of jazz_bunks, pop the songs of mcgill_billboard (of several transcriptions of a song the first).
The split is that of `benchmarks.style_groups`, fifths in turn: songs by the same first-named composer or artist, and
songs of the same title whoever wrote them down, lie on one side. (Of single fifths, three shuffles gave .939 in the
mean and three others .968.) Errors are those over SEEDS of the shuffle.

- `style.jazz_pop_acc`: accuracy, the mean over SEEDS; `_f1` macro-F1, `_majority`, `_loose` (split by song); `_triads`:
  by triads alone, so that it cannot be how richly chords are written down in one set.
- `style.jazz_pop_elsewhere`: the heads of the first turn on sets they never saw: jazz_standards_ireal (its titles that
  are not in jazz_bunks) against pop909_cl and rock_corpus; mean of the two styles' recalls, since the sets' sizes mean
  nothing.
- `style.ece_jazz_pop`: expected calibration error after calibration on valid, ten bins.
- `style.jazz_pop_given`, `_given_wrong`: the share of test that is answered at a risk of .1, and how much is wrong.
- `style.decade_within_10`: Billboard songs by artist and title; how many lie within ten years of the chart date by
  `segue.recognize.years`; `_mean`: by the mean year of train; `_loose`; `style.decade_error`: mean years off, `_mean`;
  `style.decade_coverage`: how many lie in their interval, which asks for .8; `style.decade_margin`: its half.
- `style.deletion_ratio_chords`: over ASKED test songs of each seed's first turn, how far the probability falls without
  the named bars (at most three, or three groups of neighbours in songs of more than 64 bars), over that without as many
  drawn; `style.deletion_drop_chords`: the former.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.result import Result, data_dir, sha256_of
from benchmarks.score_protocol import Rate
from benchmarks.style_groups import (
    ASKED,
    SEEDS,
    TURNS,
    Kept,
    Parts,
    Told,
    deletions,
    joined,
    learned,
    loosely,
    mean,
    plain,
    ratio,
    split,
    told,
)
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.music.score import Progression
from segue.recognize.chart_years import chart_years
from segue.recognize.chords import ChordsFront
from segue.recognize.evidence import Deletion
from segue.recognize.head import Floats, Head
from segue.recognize.years import SHARE, Years, fit_years

PENALTIES = (0.03, 0.1, 0.3)
SETS: Mapping[str, str] = {
    "jazz_bunks": "jazz",
    "mcgill_billboard": "pop",
    "jazz_standards_ireal": "jazz",
    "pop909_cl": "pop",
    "rock_corpus": "pop",
}
HOME = ("jazz_bunks", "mcgill_billboard")
NEAR = 10  # years
_NOBODY = ("", "traditional", "unknown")


@dataclass(frozen=True)
class Song:
    """A song of a set, its style, a title by letters, its first-named author, its chart year (0: none), its chords."""

    corpus: str
    style: str
    title: str
    who: str
    year: int
    chords: Progression


def songs() -> list[Song]:
    """Read all sets; of several transcriptions of a Billboard song the first."""
    root, found, seen = data_dir(), [], set()
    years = chart_years(root / "mcgill_billboard")
    for name, style in SETS.items():
        corpus = BY_NAME[name]
        for piece in corpus.read(corpus.place(root)):
            if not isinstance(piece, Piece) or (name, piece.key) in seen:
                continue
            seen.add((name, piece.key))
            first = re.split(r" and |,|/|&| featuring ", piece.group)[0].strip().lower()
            year = years[str(int(piece.file))] if name == "mcgill_billboard" else 0
            who = "" if first in _NOBODY else f"{style} {first}"
            found.append(Song(name, style, plain(piece.score.title), who, year, piece.score.progression))
    return found


def load() -> tuple[list[Song], Floats, Floats]:
    """All songs, their vectors, and those by triads alone."""
    files = [data_dir() / name for name in SETS]
    held: list[Song] = Kept("songs", files, songs).load()
    chords = [song.chords for song in held]
    return held, ChordsFront().vectors(chords), ChordsFront(plain=True).vectors(chords)


# ---- jazz or pop


@dataclass(frozen=True)
class Home:
    """The songs of the two sets that are learned from, with their vectors in full and by triads."""

    songs: Sequence[Song]
    full: Floats
    triads: Floats

    @property
    def groups(self) -> list[str]:
        """Who or what a song may not be told by."""
        return joined([song.title for song in self.songs], [song.who for song in self.songs])

    @property
    def styles(self) -> list[str]:
        """Jazz or pop."""
        return [song.style for song in self.songs]


def jazz_pop(home: Home, away: Sequence[Song], far: Floats, seed: int) -> tuple[dict[str, float], list[Deletion]]:
    """One seed of jazz against pop, all fifths in turn; `away` are songs of other sets, `far` their vectors."""
    styles = home.styles
    turns = [split(home.groups, seed, turn) for turn in range(TURNS)]
    heads = [learned(home.full, styles, parts, PENALTIES) for parts in turns]
    found = Told.pooled([_told(head, home.full, styles, parts) for head, parts in zip(heads, turns, strict=True)])
    loose = [loosely(len(styles), seed, turn) for turn in range(TURNS)]
    by_triads = Told.pooled([_learned_and_told(home.triads, styles, parts) for parts in turns])
    recalls = [
        told(heads[0], far[chosen], [style] * len(chosen)).accuracy
        for style in ("jazz", "pop")
        if (chosen := [place for place, song in enumerate(away) if song.style == style])
    ]
    asked = np.random.default_rng(seed).permutation(turns[0].test)[:ASKED]
    figures = {
        **found.figures("jazz_pop", "ece_jazz_pop"),
        "jazz_pop_majority": max(map(styles.count, set(styles))) / len(styles),
        "jazz_pop_loose": Told.pooled([_learned_and_told(home.full, styles, parts) for parts in loose]).accuracy,
        "jazz_pop_triads": by_triads.accuracy,
        "jazz_pop_elsewhere": float(np.mean(recalls)),
    }
    return figures, deletions(ChordsFront(), heads[0], [home.songs[place].chords for place in asked], seed)


def _told(head: Head, rows: Floats, styles: Sequence[str], parts: Parts) -> Told:
    return told(head, rows[parts.test], [styles[place] for place in parts.test])


def _learned_and_told(rows: Floats, styles: Sequence[str], parts: Parts) -> Told:
    return _told(learned(rows, styles, parts, PENALTIES), rows, styles, parts)


# ---- years


def dated(held: Sequence[Song], vectors: Floats, seed: int) -> dict[str, float]:
    """One seed of the years of Billboard songs, all fifths in turn."""
    years = np.array([song.year for song in held], np.float64)
    groups = joined([song.title for song in held], [song.who for song in held])
    off, blunt, loosened, margins, inside = [], [], [], [], []
    for turn in range(TURNS):
        parts, loose = split(groups, seed, turn), loosely(len(held), seed, turn)
        model = _years(vectors, years, parts)
        off.append(np.abs(model.years(vectors[parts.test]) - years[parts.test]))
        inside.append(off[-1] <= model.margin)
        margins.append(model.margin)
        blunt.append(np.abs(years[parts.train].mean() - years[parts.test]))
        loosened.append(np.abs(_years(vectors, years, loose).years(vectors[loose.test]) - years[loose.test]))
    return {
        "decade_within_10": float((np.concatenate(off) <= NEAR).mean()),
        "decade_within_10_mean": float((np.concatenate(blunt) <= NEAR).mean()),
        "decade_within_10_loose": float((np.concatenate(loosened) <= NEAR).mean()),
        "decade_error": float(np.concatenate(off).mean()),
        "decade_error_mean": float(np.concatenate(blunt).mean()),
        "decade_coverage": float(np.concatenate(inside).mean()),
        "decade_margin": float(np.mean(margins)),
    }


def _years(rows: Floats, years: np.ndarray[tuple[int], np.dtype[np.float64]], parts: Parts) -> Years:
    held = (rows[parts.valid], list(years[parts.valid]))
    return fit_years(rows[parts.train], list(years[parts.train]), held)


# ---- the results

BARS = {"jazz_pop_acc": 0.94, "ece_jazz_pop": 0.05, "deletion_ratio_chords": 3.0}
LOWER = ("ece_jazz_pop", "decade_error", "decade_error_mean", "decade_margin", "jazz_pop_given_wrong")


def run() -> list[Result]:
    """Measure all seeds."""
    held, full, triads = load()
    near = [place for place, song in enumerate(held) if song.corpus in HOME]
    home = Home([held[place] for place in near], full[near], triads[near])
    known = {song.title for song in home.songs}
    far = [place for place, song in enumerate(held) if song.corpus not in HOME and song.title not in known]
    dates = [place for place, song in enumerate(held) if song.year]
    runs = [jazz_pop(home, [held[place] for place in far], full[far], seed) for seed in SEEDS]
    years = [dated([held[place] for place in dates], full[dates], seed) for seed in SEEDS]
    rates = {name: mean([figures[name] for figures, _ in runs]) for name in runs[0][0]}
    rates |= {name: mean([figures[name] for figures in years]) for name in years[0]}
    rates["deletion_ratio_chords"] = mean([ratio(drops).value for _, drops in runs])
    rates["deletion_drop_chords"] = mean([float(np.mean([one.named for one in drops])) for _, drops in runs])
    sizes = {"jazz": len(near), "ece": len(near), "decade": len(dates), "deletion": ASKED * len(SEEDS)}
    facts = {
        "vector": full.shape[1],
        "penalties": PENALTIES,
        "interval": SHARE,
        "songs": {name: sum(song.corpus == name for song in held) for name in SETS},
        "elsewhere": len(far),
    }
    return [_result(name, rate, sizes[name.partition("_")[0]], facts) for name, rate in rates.items()]


def _result(name: str, rate: Rate, n: int, facts: Mapping[str, object]) -> Result:
    return Result(
        id=f"style.{name}",
        value=rate.value,
        error=rate.error,
        unit="years" if name in LOWER and name.startswith("decade") else "",
        better="lower" if name in LOWER else "higher",
        bar=BARS.get(name),
        seeds=SEEDS,
        n=n,
        command="python -m benchmarks style_chords",
        recipe=facts,
        data_sha256=sha256_of([data_dir() / folder for folder in SETS]),
    )
