"""Finding the key of music that does not name it: how long each pitch class sounds, held against profiles of keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from math import sqrt
from types import MappingProxyType

from segue.errors import InputError
from segue.music.key import Key
from segue.music.pitch import Tone, spell
from segue.music.score import ChordAt, Part, Score, sum_lengths

Profile = tuple[tuple[float, ...], tuple[float, ...]]  # twelve weights from the tonic up: of major, of minor

# Krumhansl and Kessler, "Tracing the dynamic changes in perceived tonal organization in a spatial representation of
# musical keys", Psychological Review 89 (1982), 334-368: ratings of probe tones.
KRUMHANSL_KESSLER: Profile = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
# Temperley, "The Cognition of Basic Musical Structures", MIT Press 2001, chapter 7: the revised profiles.
TEMPERLEY: Profile = (
    (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
)
# Albrecht and Shanahan, "The use of large corpora to train a new type of key-finding algorithm", Music Perception 31
# (2013), 59-67: shares of the pitch classes at beginnings and ends of 490 pieces.
ALBRECHT_SHANAHAN: Profile = (
    (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
    (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
)
PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "krumhansl-kessler": KRUMHANSL_KESSLER,
        "temperley": TEMPERLEY,
        "albrecht-shanahan": ALBRECHT_SHANAHAN,
    }
)
_MODES = ("major", "minor")


def find_key(weights: Sequence[float], profile: Profile = ALBRECHT_SHANAHAN) -> Key:
    """Return the major or minor key whose profile correlates best with twelve weights, C first.

    The measure is Pearson's correlation (Krumhansl, "Cognitive Foundations of Musical Pitch", Oxford 1990, chapter 4);
    of equals the first from C major on wins, so that silence is C major. The tonic is spelled with at most six sharps
    or flats in the signature.
    """
    return max(_ratings(weights, profile).items(), key=lambda item: item[1])[0]


def find_mode(weights: Sequence[float], tonic: Tone, profile: Profile = ALBRECHT_SHANAHAN) -> Key:
    """Return the key on a tonic that is known: major or minor, whichever profile correlates better."""
    _check(weights)
    rated = [_correlation(_turned(weights, tonic.pc), shape) for shape in profile]
    return Key(tonic, _MODES[rated[1] > rated[0]])


def find_key_in_signature(weights: Sequence[float], fifths: int, profile: Profile = ALBRECHT_SHANAHAN) -> Key:
    """Return the major or minor key of a known signature (sharps; flats negative), whichever correlates better."""
    _check(weights)
    keys = [Key.of_signature(fifths, mode) for mode in _MODES]
    rated = [_correlation(_turned(weights, key.tonic.pc), profile[at]) for at, key in enumerate(keys)]
    return keys[rated[1] > rated[0]]


def weights_of_parts(parts: Iterable[Part]) -> list[float]:
    """Return how long each pitch class sounds, C first, in quarter notes; drums do not count."""
    weights = [0.0] * 12
    for part in parts:
        if not part.is_drums:
            notes = part.notes
            for length, pitch in zip(notes.lengths, notes.pitches, strict=True):
                weights[pitch % 12] += length / notes.resolution
    return weights


def weights_of_chords(chords: Sequence[ChordAt], end: float) -> list[float]:
    """Return how long each pitch class sounds in chords, C first, in quarter notes; the last chord ends at `end`."""
    weights = [0.0] * 12
    ends = [*(float(one.start) for one in chords[1:]), end]
    for one, stop in zip(chords, ends, strict=True):
        for pc in one.chord.pitch_classes:
            weights[pc] += max(0.0, stop - float(one.start))
    return weights


def key_of(score: Score, profile: Profile = ALBRECHT_SHANAHAN) -> Key:
    """Return the key that the notes of a score are in, or its chords where it has no notes, whatever its bars say."""
    weights = weights_of_parts(score.parts)
    return find_key(weights if any(weights) else weights_of_chords(score.chords, float(score.end)), profile)


def with_modes(score: Score) -> Score:
    """Return a score whose keys are minor where its notes say so, for files that name signatures but no modes.

    Each stretch of bars under one major key becomes its relative minor where that profile correlates better with the
    notes that begin there; stretches in other modes stay as they are.
    """
    bars, start = [], Fraction(0)
    for key, run in groupby(score.bars, key=lambda bar: bar.key):
        stretch = list(run)
        end = start + sum_lengths(stretch)
        if key.mode == "major":
            weights = _weights_between(score, start, end)
            key = find_key_in_signature(weights, key.signature) if any(weights) else key
        bars += [replace(bar, key=key) for bar in stretch]
        start = end
    return score.replace(bars=tuple(bars))


def _weights_between(score: Score, start: Fraction, end: Fraction) -> list[float]:
    weights = [0.0] * 12
    for notes in (part.notes for part in score.parts if not part.is_drums):
        first = bisect_left(notes.starts, start * notes.resolution)
        last = bisect_left(notes.starts, end * notes.resolution)
        for at in range(first, last):
            weights[notes.pitches[at] % 12] += notes.lengths[at] / notes.resolution
    return weights


def _ratings(weights: Sequence[float], profile: Profile) -> dict[Key, float]:
    """The correlation with each of the 24 keys, C major, C minor, C# major ... in this order."""
    _check(weights)
    rated = {}
    for tonic in range(12):
        for mode, shape in zip(_MODES, profile, strict=True):
            rated[_spelled(tonic, mode)] = _correlation(_turned(weights, tonic), shape)
    return rated


def _spelled(tonic: int, mode: str) -> Key:
    """The key with the smallest signature, of six flats and six sharps the flats."""
    near = spell(tonic, 0)
    keys = [Key(Tone.of_fifths(near.fifths + turn), mode) for turn in (-12, 0, 12)]
    return min(keys, key=lambda key: (abs(key.signature), key.signature))


def _check(weights: Sequence[float]) -> None:
    if len(weights) != 12 or min(weights) < 0:
        raise InputError(f"{len(weights)} weights of pitch classes, the least {min(weights, default=0)}: 12 from 0 on")


def _turned(weights: Sequence[float], tonic: int) -> Sequence[float]:
    return [*weights[tonic:], *weights[:tonic]]


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's correlation; 0 where one of the two is flat."""
    mean, mean_other = sum(one) / len(one), sum(other) / len(other)
    left, right = [x - mean for x in one], [y - mean_other for y in other]
    spread = sqrt(sum(x * x for x in left) * sum(y * y for y in right))
    return sum(x * y for x, y in zip(left, right, strict=True)) / spread if spread > 1e-12 else 0.0
