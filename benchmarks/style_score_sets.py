"""Scores with styles and how they are parted, for `benchmarks.style_scores`: what is labelled, folds, held-out rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import data_dir
from segue.corpora import BY_NAME
from segue.corpora.corpus import Piece
from segue.corpora.files import rows
from segue.recognize.drums import PATTERNS, WIDTH
from segue.recognize.head import Floats
from segue.recognize.scores import Scores
from segue.tune.metrics import calibration_error

FOLDS = 5
CROSSED = 3  # folds that give a forest its temperature
FEWEST_DRUMMED, COMMONEST = 10, 9
Split = tuple[NDArray[np.int64], NDArray[np.int64]]  # rows to learn from, rows to tell


@dataclass(frozen=True, eq=False)
class Labelled:
    """Scores of a corpus with their styles, groups and canonical splits, and their vectors (n, d) by a front end."""

    front: Scores
    pieces: tuple[Piece, ...]
    styles: tuple[str, ...]
    vectors: Floats

    @classmethod
    def of(cls, front: Scores, pieces: Sequence[Piece], styles: Sequence[str]) -> Labelled:
        """Describe scores."""
        return cls(front, tuple(pieces), tuple(styles), front.vectors([piece.score for piece in pieces]))

    @property
    def names(self) -> list[str]:
        """The styles there are."""
        return sorted(set(self.styles))


def _pieces(corpus: str) -> list[Piece]:
    found = BY_NAME[corpus].read(BY_NAME[corpus].place(data_dir()))
    return [piece for piece in found if isinstance(piece, Piece)]


@lru_cache(maxsize=1)
def nottingham() -> Labelled:
    """Tunes by the books they are in; the books of reels are one."""
    pieces = _pieces("nottingham")
    return Labelled.of(
        Scores(), pieces, [re.sub(r"^reels.*", "reels", piece.key.partition("/")[0]) for piece in pieces]
    )


@lru_cache(maxsize=1)
def groove() -> Labelled:
    """Performances by the first word of their style."""
    table = {
        row["midi_filename"]: row["style"].partition("/")[0] for row in rows(data_dir() / "groove/groove/info.csv")
    }
    pieces = _pieces("groove")
    often = Counter(table[piece.file] for piece in pieces)
    kept = [piece for piece in pieces if often[table[piece.file]] >= FEWEST_DRUMMED]
    return Labelled.of(Scores(("drums",)), kept, [table[piece.file] for piece in kept])


@lru_cache(maxsize=1)
def groove_untimed() -> Labelled:
    """Performances that do not say how fast they are."""
    timed = groove()
    pieces = [replace(piece, score=piece.score.replace(tempos=())) for piece in timed.pieces]
    return Labelled.of(timed.front, pieces, timed.styles)


@lru_cache(maxsize=1)
def groove_patterns() -> Labelled:
    """Performances by where hits stand and with what alone."""
    played = groove()
    return replace(played, vectors=played.vectors[:, -WIDTH:][:, PATTERNS])


@lru_cache(maxsize=1)
def mutopia() -> Labelled:
    """Files by the style that Mutopia gives."""
    table = {row["midi"]: row["style"] for row in rows(data_dir() / "mutopia_midi" / "index.csv")}
    pieces = _pieces("mutopia_midi")
    common = {style for style, _ in Counter(table[piece.file] for piece in pieces).most_common(COMMONEST)}
    kept = [piece for piece in pieces if table[piece.file] in common]
    return Labelled.of(Scores(("voices",)), kept, [table[piece.file] for piece in kept])


# ---- splits


def stratified(labelled: Labelled, seed: int) -> Iterator[Split]:
    """Five folds with the same share of each style."""
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    yield from folds.split(labelled.vectors, labelled.styles)


def by_group(labelled: Labelled, seed: int) -> Iterator[Split]:
    """Five folds, each group in one."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups = [piece.group for piece in labelled.pieces]
    yield from StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(
        labelled.vectors, labelled.styles, groups
    )


def by_drummer(labelled: Labelled, _seed: int) -> Iterator[Split]:
    """Each group told by the others."""
    groups = np.array([piece.group for piece in labelled.pieces])
    for group in sorted(set(groups)):
        yield np.flatnonzero(groups != group), np.flatnonzero(groups == group)


def official(labelled: Labelled, _seed: int) -> Iterator[Split]:
    """The canonical test part told by all else."""
    is_test = np.array([piece.part == "test" for piece in labelled.pieces])
    yield np.flatnonzero(~is_test), np.flatnonzero(is_test)


def exact_error(best: NDArray[np.float64], rounds: int = 200) -> float:
    """The calibration error, in the mean over rounds, of answers right exactly as often as their probabilities (n) say:
    what so few answers would show of a teller that is calibrated perfectly."""
    rng, told = np.random.default_rng(0), np.clip(best, 0, 1)
    return float(np.mean([calibration_error(rng.random(len(told)) < told, told) for _ in range(rounds)]))


# ---- what a temperature is found on: rows to learn from and rows like those to be told, all of a train part


def _parted(labelled: Labelled, train: NDArray[np.int64], groups: Sequence[str], seed: int) -> list[Split]:
    """Each third of the groups, told by the others."""
    from sklearn.model_selection import StratifiedGroupKFold

    styles, mine = (np.array(each)[train] for each in (labelled.styles, groups))
    folds = StratifiedGroupKFold(CROSSED, shuffle=True, random_state=seed)
    return [(train[learned], train[held]) for learned, held in folds.split(train, styles, mine)]


def held_rows(labelled: Labelled, split: Split, seed: int) -> list[Split]:
    """A third of the rows, told by the others."""
    return _parted(labelled, split[0], [str(place) for place in range(len(labelled.styles))], seed)[:1]


def held_groups(labelled: Labelled, split: Split, seed: int) -> list[Split]:
    """Each third of the groups, told by the others."""
    return _parted(labelled, split[0], [piece.group for piece in labelled.pieces], seed)


def held_each(labelled: Labelled, split: Split, _seed: int) -> list[Split]:
    """Each group of the train part, told by the others."""
    train, groups = split[0], np.array([piece.group for piece in labelled.pieces])
    return [(train[groups[train] != group], train[groups[train] == group]) for group in sorted(set(groups[train]))]


def held_sessions(labelled: Labelled, split: Split, seed: int) -> list[Split]:
    """The valid part, of whose sessions there is more to learn from, and grooves of sessions told by the others: as
    many of each as in the test part, where all that is of sessions unheard are grooves, no fills."""
    train, test = split
    sessions = [piece.key.rpartition("/")[0] for piece in labelled.pieces]
    share = float(np.mean(~np.isin([sessions[row] for row in test], [sessions[row] for row in train])))
    is_valid = np.array([labelled.pieces[row].part == "valid" for row in train])
    learned, held = _parted(labelled, train, sessions, seed)[0]
    held = held[["_beat_" in labelled.pieces[row].file for row in held]]
    count = round(int(is_valid.sum()) * share / (1 - share))
    return [(train[~is_valid], train[is_valid]), (learned, np.random.default_rng(seed).permutation(held)[:count])]
