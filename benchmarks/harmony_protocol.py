"""How harmonizing is measured: frames of half a beat in major and minor triads, and how chords lie under the melody.

- A *frame* is half a beat of its bar's metre long. In it counts the chord that sounds at its start, as the major or
  minor triad that its third gives; frames before the first chord, without chord or without such a third are left out.
- *Accuracy* is the share of frames with the same triad, *root* that with the same root, over all frames of all tunes.
- CTnCTR, PCS and MCTD are those of Yeh et al., "Automatic melody harmonization with triad chords: a comparative study"
  (Journal of New Music Research 50, 2021), with triads. A chord under every note does not make a good harmony, so that
  what counts is how far a system's value is from that of the people's chords.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.note import Note
from segue.music.score import Score

Triad = tuple[int, bool]  # pitch class of the root, whether it is minor
_CONSONANT, _FOURTH = (0, 3, 4, 7, 8, 9), 5
_WINDOW = Fraction(1, 4)  # of PCS, in quarter notes
_RADII = (1.0, 1.0, 0.5)  # of the circles of fifths, minor thirds and major thirds (Harte et al. 2006)
_TURNS = (7 / 6, 3 / 2, 2 / 3)  # of pi, for each semitone


@dataclass(frozen=True)
class Frame:
    """Where a frame begins and ends, in quarter notes, and its bar."""

    start: Fraction
    end: Fraction
    bar: int


def frames_of(score: Score) -> list[Frame]:
    """The frames of a score, bar after bar; the last of a bar may be shorter."""
    found = []
    for number, (bar, start) in enumerate(zip(score.bars, score.bar_starts, strict=False)):
        step, end, at = bar.metre.beat / 2, start + bar.length, start
        while at < end:
            found.append(Frame(at, min(at + step, end), number))
            at += step
    return found


@dataclass(frozen=True, eq=False)
class Melody:
    """What a system is given: a score without chords. Two are the same where they are one object."""

    score: Score

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """Its frames."""
        return tuple(frames_of(self.score))

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """The notes of the first part."""
        return tuple(self.score.parts[0].notes)


def triad(chord: Chord) -> Triad | None:
    """The major or minor triad of a chord by its third, or None."""
    plain = chord.majmin()
    return None if plain is None or plain.root is None else (plain.root.pc, plain.quality == "m")


def triads_of(score: Score, frames: Sequence[Frame]) -> list[Triad | None]:
    """The triad in each frame."""
    starts = [one.start for one in score.chords]
    places = [bisect_right(starts, frame.start) for frame in frames]
    return [triad(score.chords[place - 1].chord) if place else None for place in places]


def tones(chord: Triad) -> tuple[int, int, int]:
    """The pitch classes of a triad."""
    root, is_minor = chord
    return root, (root + (3 if is_minor else 4)) % 12, (root + 7) % 12


def relative(chord: Triad, key: Key) -> Triad:
    """A triad as seen from a tonic."""
    return (chord[0] - key.tonic.pc) % 12, chord[1]


def absolute(chord: Triad, key: Key) -> Triad:
    """A triad as it is called, from how it is seen from a tonic."""
    return (chord[0] + key.tonic.pc) % 12, chord[1]


# ---- against the people's chords


@dataclass(frozen=True)
class Hits:
    """Of one tune: frames, and how many have the same triad and the same root."""

    frames: int
    same: int
    root: int


def hits(truth: Sequence[Triad | None], found: Sequence[Triad | None]) -> Hits:
    """Count the frames of a tune in which a chord is known."""
    pairs = [(one, other) for one, other in zip(truth, found, strict=True) if one is not None]
    roots = sum(other is not None and one[0] == other[0] for one, other in pairs)
    return Hits(len(pairs), sum(one == other for one, other in pairs), roots)


# ---- under the melody


def chord_tone_ratio(melody: Sequence[Note], chords: Sequence[tuple[Fraction, Triad]]) -> float:
    """CTnCTR: (chord tones + proper others) / notes; proper is what the next note is at most two semitones from."""
    good = whole = 0
    for place, note in enumerate(melody):
        chord = _at(chords, note.start)
        if chord is None:
            continue
        whole += 1
        after = melody[place + 1] if place + 1 < len(melody) else None
        good += note.pitch % 12 in tones(chord) or (after is not None and abs(after.pitch - note.pitch) <= 2)
    return good / whole if whole else math.nan


def consonance(melody: Sequence[Note], chords: Sequence[tuple[Fraction, Triad]]) -> float:
    """PCS: over sixteenths in which the melody sounds, the mean of 1, 0 or -1 for each tone of the chord under it."""
    scores = []
    for note in melody:
        at = note.start
        while at < note.end:
            chord = _at(chords, at)
            if chord is not None:
                steps = [(note.pitch - tone) % 12 for tone in tones(chord)]
                scores.append(sum(1 if s in _CONSONANT else 0 if s == _FOURTH else -1 for s in steps) / 3)
            at += _WINDOW
    return sum(scores) / len(scores) if scores else math.nan


def tonal_distance(melody: Sequence[Note], chords: Sequence[tuple[Fraction, Triad]]) -> float:
    """MCTD: the distance of melody and chord in Harte's six dimensions, weighted by how long both sound."""
    total = weight = 0.0
    edges = [start for start, _ in chords]
    for note in melody:
        cuts = [note.start, *(edge for edge in edges if note.start < edge < note.end), note.end]
        for start, end in pairwise(cuts):
            chord = _at(chords, start)
            if chord is not None:
                away = math.dist(_centroid((note.pitch % 12,)), _centroid(tones(chord)))
                total += away * float(end - start)
                weight += float(end - start)
    return total / weight if weight else math.nan


def _centroid(pcs: Sequence[int]) -> tuple[float, ...]:
    """The mean place of pitch classes on three circles (Harte, Sandler and Gasser, AMCMM 2006)."""
    return tuple(
        sum(radius * wave(pc * turn * math.pi) for pc in pcs) / len(pcs)
        for radius, turn in zip(_RADII, _TURNS, strict=True)
        for wave in (math.sin, math.cos)
    )


def _at(chords: Sequence[tuple[Fraction, Triad]], time: Fraction) -> Triad | None:
    place = bisect_right(chords, time, key=lambda one: one[0])
    return chords[place - 1][1] if place else None


def changes(frames: Sequence[Frame], found: Sequence[Triad | None]) -> Iterator[tuple[Fraction, Triad]]:
    """Triads of frames as chords: where each begins."""
    last: Triad | None = None
    for frame, chord in zip(frames, found, strict=True):
        if chord is not None and chord != last:
            yield frame.start, chord
            last = chord
