"""Statistics by which generated music is held against human music: pitch classes, scales, rhythm from bar to bar.

The definitions are those of MusPy (Dong et al., "MusPy: A toolkit for symbolic music generation", ISMIR 2020), so that
figures compare with other people's. Repeats are not played out; each statistic is of the score as written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from math import log2
from types import MappingProxyType

from segue.errors import InputError
from segue.music.key import SCALES
from segue.music.note import Notes
from segue.music.score import Score

SIXTEENTHS = 4  # to a quarter note


def pitch_class_entropy(score: Score) -> float:
    """Return the entropy of the pitch classes of the notes that begin, in bits: 0 to log2 12 = 3.585.

    H = - sum_i P(i) log2 P(i), P(i) being the share of notes of pitch class i (Wu & Yang, "The Jazz Transformer on the
    front line", ISMIR 2020, section 4.1; over a whole piece, as in MusPy). Drums do not count. InputError where there
    are no notes.
    """
    counts = _counts(score)
    total = sum(counts)
    return -sum(count / total * log2(count / total) for count in counts if count)


def scale_consistency(score: Score) -> float:
    """Return the largest share of notes that lie in one major or natural minor scale: 7 / 12 to 1.

    max over roots r of sum_(i in scale r) P(i), P(i) as in `pitch_class_entropy` (Mogren, "C-RNN-GAN", 2016; MusPy). A
    natural minor scale has the tones of a major one, so twelve scales are all. InputError without notes.
    """
    counts = _counts(score)
    return max(sum(counts[(root + step) % 12] for step in SCALES["major"]) for root in range(12)) / sum(counts)


def groove_consistency(score: Score) -> float:
    """Return how alike the rhythms of neighbouring bars are: 0 to 1.

    1 - mean_t d(G_t, G_(t+1)), where G_t tells for each sixteenth of bar t whether a note of any part, drums included,
    begins in it, and d is the share of sixteenths in which two bars differ (Wu & Yang, ISMIR 2020, section 4.3, for
    neighbours as in MusPy). Only pairs of bars that are equally long are compared, up to the last bar in which a note
    begins. InputError where there is no such pair.
    """
    patterns = list(_patterns(score))
    distances = [len(one ^ other) / count for (one, count), (other, same) in pairwise(patterns) if count == same]
    if not distances:
        raise InputError(f"groove of {score.title!r}: no two neighbouring bars with notes that are equally long")
    return 1 - sum(distances) / len(distances)


STATISTICS: Mapping[str, Callable[[Score], float]] = MappingProxyType(
    {
        "pitch_class_entropy": pitch_class_entropy,
        "scale_consistency": scale_consistency,
        "groove_consistency": groove_consistency,
    }
)


def _counts(score: Score) -> list[int]:
    """The notes of each pitch class, C first: at least one."""
    counts = [0] * 12
    for part in score.parts:
        if not part.is_drums:
            for pitch in part.notes.pitches:
                counts[pitch % 12] += 1
    if not any(counts):
        raise InputError(f"pitch classes of {score.title!r}: it has no notes but drums")
    return counts


def _patterns(score: Score) -> Iterator[tuple[frozenset[int], int]]:
    """For each bar up to the last with notes the sixteenths in which a note begins, and how many sixteenths it has."""
    starts = sorted({start for part in score.parts for start in _starts(part.notes)})
    at, bar_start = 0, Fraction(0)
    for bar in score.bars:
        if at == len(starts):
            return
        end, inside = bar_start + bar.length, set()
        while at < len(starts) and starts[at] < end:
            inside.add(int((starts[at] - bar_start) * SIXTEENTHS))
            at += 1
        yield frozenset(inside), -int(-bar.length * SIXTEENTHS // 1)
        bar_start = end


def _starts(notes: Notes) -> set[Fraction]:
    return {Fraction(start, notes.resolution) for start in set(notes.starts)}
