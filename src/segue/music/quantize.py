"""Quantizing: a performance moved to the times that one would write, sixteenths or triplets, beat by beat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import atan2, cos, hypot, lcm, pi, sin

from segue.music.lyric import Sung
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Score

RESOLUTION = 24  # ticks to a quarter note of what is returned
STRAIGHT, TRIPLET = 6, 8  # ticks: a sixteenth, and an eighth of a triplet
_ADVANTAGE = 0.5  # how much smaller the squared error must be: of triplets, whose grid is coarser, and of a shift
_TOGETHER = 0.6  # how closely beginnings must lie around one place of a sixteenth, 0 to 1, to shift them as one
_FAR = 0.03  # quarter notes; what is off by less is left to the grid


@dataclass(frozen=True)
class Quantized:
    """A score on a grid, and what that took.

    `shift` says by how much everything was moved first (later: positive), `mean` and `most` how far the beginnings of
    notes were moved after that, all in quarter notes; `triplets` how many of the `beats` that hold beginnings went to
    triplets; `merged` how many notes fell on another of their pitch.
    """

    score: Score
    shift: Fraction
    mean: float
    most: float
    triplets: int
    beats: int
    merged: int


def quantize(score: Score) -> Quantized:
    """Move notes, words, chords to sixteenths, or to triplets of eighths in the beats (quarters) that fit them better.

    The score must lie along its beats, as a performance to a click does; where all of it lies beside them by the same
    part of a sixteenth, it is shifted first. A length becomes at least one step. All parts share the grid of a beat.
    """
    grid, shift = _Grid(score.parts), _shift(score.parts)
    if shift:
        shifted = _shifted(score, shift)
        there = _Grid(shifted.parts)
        if there.error < _ADVANTAGE * grid.error:  # a few notes, or triplets, can look like sixteenths that are late
            score, grid = shifted, there
        else:
            shift = Fraction(0)
    rows = [_snapped(part, grid) for part in score.parts]
    end = score.end
    bars = list(score.bars)
    last = max((start for part in rows for start, *_ in part), default=0)
    while bars and last >= end * RESOLUTION:
        bars.append(Bar(bars[-1].metre, bars[-1].key))
        end += bars[-1].length
    parts, merged = [], 0
    for part, moved in zip(score.parts, rows, strict=True):
        kept = _without_doubles(moved, int(end * RESOLUTION))
        merged += len(moved) - len(kept)
        parts.append(replace(part, notes=_columns(kept), words=_words(part.words, grid)))
    changes = {"parts": tuple(parts), "bars": tuple(bars), "chords": _chords(score.chords, grid, end)}
    return Quantized(
        score=score.replace(**changes),
        shift=shift,
        mean=grid.moved_sum / max(1, grid.moved_count) / RESOLUTION,
        most=grid.moved_most / RESOLUTION,
        triplets=len(grid.triplets),
        beats=len(grid.beats),
        merged=merged,
    )


def _shift(parts: Iterable[Part]) -> Fraction:
    """How far to move everything so that it lies on the grid: minus the circular mean of places within a sixteenth."""
    sines = cosines = count = 0.0
    for part in parts:
        turn = 8 * pi / part.notes.resolution
        for start in part.notes.starts:
            sines += sin(turn * start)
            cosines += cos(turn * start)
        count += len(part.notes)
    off = atan2(sines, cosines) / (8 * pi)
    if not count or hypot(sines, cosines) < _TOGETHER * count or abs(off) < _FAR:
        return Fraction(0)
    first = min(Fraction(part.notes.starts[0], part.notes.resolution) for part in parts if len(part.notes))
    shift = Fraction(round(-off * 480), 480)
    return shift if first + shift >= 0 else shift + Fraction(1, 4)


def _shifted(score: Score, shift: Fraction) -> Score:
    """Move notes, words and chords; bars stay, and one more is there where the end needs it."""
    bars = list(score.bars)
    if max(part.notes.end for part in score.parts) + shift > score.end:
        bars.append(Bar(bars[-1].metre, bars[-1].key))
    parts = []
    for part in score.parts:
        notes, scale = part.notes, lcm(part.notes.resolution, shift.denominator) // part.notes.resolution
        moved = int(shift * notes.resolution * scale)
        starts = [start * scale + moved for start in notes.starts]
        lengths = [length * scale for length in notes.lengths]
        words = tuple(replace(sung, start=max(Fraction(0), sung.start + shift)) for sung in part.words)
        columns = Notes(notes.resolution * scale, starts, lengths, notes.pitches, notes.velocities)
        parts.append(replace(part, notes=columns, words=words))
    chords = {max(Fraction(0), one.start + shift): one.chord for one in score.chords}
    return score.replace(
        parts=tuple(parts), bars=tuple(bars), chords=tuple(ChordAt(start, chord) for start, chord in chords.items())
    )


class _Grid:
    """Which beats are triplets, and how far what was snapped has moved."""

    def __init__(self, parts: Iterable[Part]) -> None:
        errors: dict[int, list[float]] = {}
        for part in parts:
            resolution = part.notes.resolution
            for start in part.notes.starts:
                beat, within = divmod(start, resolution)
                place = within * RESOLUTION / resolution
                error = errors.setdefault(beat, [0.0, 0.0])
                error[0] += (place - _nearest(place, STRAIGHT)) ** 2
                error[1] += (place - _nearest(place, TRIPLET)) ** 2
        self.beats = set(errors)
        self.triplets = {beat for beat, (straight, triplet) in errors.items() if triplet < _ADVANTAGE * straight}
        self.error = sum(errors[beat][beat in self.triplets] for beat in self.beats)  # of beginnings, ticks squared
        self.moved_sum, self.moved_count, self.moved_most = 0.0, 0, 0.0

    def snap(self, ticks: int, resolution: int) -> int:
        """Return a time in ticks of `RESOLUTION`, on the grid of its beat."""
        beat, within = divmod(ticks, resolution)
        return beat * RESOLUTION + _nearest(within * RESOLUTION / resolution, self.step(beat))

    def step(self, beat: int) -> int:
        """The step of a beat's grid in ticks."""
        return TRIPLET if beat in self.triplets else STRAIGHT

    def begin(self, ticks: int, resolution: int) -> int:
        """Snap the beginning of a note, and count how far it moves."""
        snapped = self.snap(ticks, resolution)
        moved = abs(snapped - ticks * RESOLUTION / resolution)
        self.moved_sum += moved
        self.moved_count += 1
        self.moved_most = max(self.moved_most, moved)
        return snapped


def _nearest(place: float, step: int) -> int:
    return int(place / step + 0.5) * step


_Row = tuple[int, int, int, int]  # start, length, pitch, velocity


def _snapped(part: Part, grid: _Grid) -> list[_Row]:
    notes = part.notes
    rows = []
    for start, length, pitch, velocity in zip(
        notes.starts, notes.lengths, notes.pitches, notes.velocities, strict=True
    ):
        begin = grid.begin(start, notes.resolution)
        until = grid.snap(start + length, notes.resolution)
        rows.append((begin, max(grid.step(begin // RESOLUTION), until - begin), pitch, velocity))
    return rows


def _without_doubles(rows: list[_Row], end: int) -> list[_Row]:
    """Keep the longest of notes of one pitch that begin together; none lasts beyond the end."""
    found: dict[tuple[int, int], _Row] = {}
    for start, length, pitch, velocity in rows:
        row = start, min(length, end - start), pitch, velocity
        other = found.get((start, pitch))
        if other is None or other[1] < row[1]:
            found[start, pitch] = row
    return sorted(found.values(), key=lambda row: (row[0], row[2], row[1]))


def _columns(rows: list[_Row]) -> Notes:
    starts, lengths, pitches, velocities = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Notes(RESOLUTION, starts, lengths, pitches, velocities)


def _moved(time: Fraction, grid: _Grid) -> Fraction:
    return Fraction(grid.snap(time.numerator, time.denominator), RESOLUTION)


def _words(words: tuple[Sung, ...], grid: _Grid) -> tuple[Sung, ...]:
    return tuple(replace(sung, start=_moved(sung.start, grid)) for sung in words)


def _chords(chords: tuple[ChordAt, ...], grid: _Grid, end: Fraction) -> tuple[ChordAt, ...]:
    """Move chords; of several at one time the last is kept."""
    found = {_moved(one.start, grid): one.chord for one in chords}
    return tuple(
        ChordAt(start, chord) for start, chord in sorted(found.items(), key=lambda pair: pair[0]) if start < end
    )
