"""Quantization: played times are moved to the grid that a musician would write, beat by beat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from segue.music.note import Notes
from segue.music.score import Part, Score

TICKS = 24  # to a quarter note
STRAIGHT, TRIPLET = 6, 8  # ticks: sixteenths, and eighths of a triplet
_PREFERENCE = 0.7  # triplets are taken where they leave less than this share of what sixteenths leave


@dataclass(frozen=True, slots=True)
class Quantized:
    """A score on the grid, and how far its onsets were moved on average and at most, in quarter notes."""

    score: Score
    mean_moved: float
    most_moved: Fraction


def quantize(score: Score) -> Quantized:
    """Move every note of a score to sixteenths or, where a beat fits them clearly better, to triplet eighths.

    Each quarter-note beat of each part chooses for itself, by the sum of the distances of its onsets; a note keeps at
    least one step of its grid, and none ends behind the last bar. Velocities, bars, chords and words stay; words move
    with their notes.
    """
    end = int(score.end * TICKS)
    moved: list[Fraction] = []
    parts = tuple(_part(part, end, moved) for part in score.parts)
    mean = float(sum(moved, Fraction(0)) / len(moved)) if moved else 0.0
    return Quantized(score.replace(parts=parts), mean, max(moved, default=Fraction(0)))


def _part(part: Part, end: int, moved: list[Fraction]) -> Part:
    notes = part.notes
    scale = notes.resolution
    steps = _grids(notes)
    rows: dict[tuple[int, int], tuple[int, int]] = {}
    place_of: dict[Fraction, Fraction] = {}
    for start, length, pitch, velocity in zip(
        notes.starts, notes.lengths, notes.pitches, notes.velocities, strict=True
    ):
        step = steps[start // scale]
        begins = min(_snap(start, scale, step), end - step)
        stops = min(max(_snap(start + length, scale, step), begins + step), end)
        moved.append(abs(Fraction(begins, TICKS) - Fraction(start, scale)))
        place_of[Fraction(start, scale)] = Fraction(begins, TICKS)
        if begins >= 0 and stops - begins > rows.get((begins, pitch), (0, 0))[0]:
            rows[begins, pitch] = (stops - begins, velocity)
    ordered = sorted(rows.items())
    columns = (
        [start for (start, _), _ in ordered],
        [length for _, (length, _) in ordered],
        [pitch for (_, pitch), _ in ordered],
        [velocity for _, (_, velocity) in ordered],
    )
    words = tuple(replace(one, start=place_of.get(one.start, one.start)) for one in part.words)
    return replace(part, notes=Notes(TICKS, *columns), words=words)


def _snap(time: int, scale: int, step: int) -> int:
    """The nearest multiple of `step` ticks to a time in `scale` to a quarter note; half goes up."""
    return (2 * time * TICKS + step * scale) // (2 * step * scale) * step


def _grids(notes: Notes) -> dict[int, int]:
    """The step of each beat in which a note begins, in ticks."""
    scale = notes.resolution
    left: dict[int, list[int]] = {}
    for start in notes.starts:
        costs = left.setdefault(start // scale, [0, 0])
        for place, step in enumerate((STRAIGHT, TRIPLET)):
            costs[place] += abs(start * TICKS - _snap(start, scale, step) * scale)
    return {
        beat: TRIPLET if triplet < _PREFERENCE * straight else STRAIGHT for beat, (straight, triplet) in left.items()
    }
