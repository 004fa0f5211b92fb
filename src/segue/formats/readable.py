"""What was played, as one would write it down: for pictures, which need not say every tick."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import lcm

from segue.music.note import Notes
from segue.music.quantize import quantize
from segue.music.score import Part, Score

_PLAYED = 0.2  # the share of notes beside every written time that makes a performance
_GRIDS = (8, 12, 10, 14)  # parts of a quarter note: 32nds, and triplets, quintuplets and septuplets of 16ths or 32nds
_MIDDLE = 60  # the hands of a piano part share the keys here
_WIDE = 24  # semitones; what spans more is written for two hands
_KEYBOARDS = frozenset((*range(24), 46, 108))


def readable(score: Score) -> Score:
    """Return a score that can be read: drums in one voice, a performance quantized and simplified, hands apart.

    A score that was written stays as it is, but for the lengths of drums, which mean nothing.
    """
    if not is_performance(score.parts):
        return score.replace(parts=tuple(_in_one_voice(part) if part.is_drums else part for part in score.parts))
    quantized = quantize(score).score
    return quantized.replace(parts=tuple(_in_one_voice(hand) for part in quantized.parts for hand in _hands(part)))


def is_performance(parts: Iterable[Part]) -> bool:
    """Whether more than a fifth of the notes begin or end where one does not write; drums count by beginnings."""
    count = beside = 0
    for part in parts:
        notes, resolution = part.notes, part.notes.resolution
        count += len(notes)
        if any(not grid % resolution for grid in _GRIDS):
            continue
        for start, length in zip(notes.starts, notes.lengths, strict=True):
            end = start if part.is_drums else start + length
            beside += not any(not start * grid % resolution and not end * grid % resolution for grid in _GRIDS)
    return beside > _PLAYED * count


def _hands(part: Part) -> list[Part]:
    """A wide keyboard part as right and left hand."""
    pitches = part.notes.pitches
    is_wide = len(pitches) > 0 and max(pitches) - min(pitches) > _WIDE
    if part.is_drums or part.program not in _KEYBOARDS or not is_wide:
        return [part]
    name = part.name or "Piano"
    high = [place for place, pitch in enumerate(pitches) if pitch >= _MIDDLE]
    low = [place for place, pitch in enumerate(pitches) if pitch < _MIDDLE]
    if not high or not low:
        return [part]
    right = replace(part, notes=_of(part.notes, high), name=f"{name} RH")
    return [right, replace(part, notes=_of(part.notes, low), name=f"{name} LH", words=())]


def _of(notes: Notes, places: list[int]) -> Notes:
    columns = (notes.starts, notes.lengths, notes.pitches, notes.velocities)
    return Notes(notes.resolution, *([column[place] for place in places] for column in columns))


def _in_one_voice(part: Part) -> Part:
    """Notes that begin together end together, where the next begin at the latest; small gaps before those are closed.

    Drums last until the next stroke, but not over a beat.
    """
    notes = part.notes
    if not len(notes):
        return part
    resolution = lcm(notes.resolution, 4)
    scale = resolution // notes.resolution
    longest: dict[int, int] = {}
    for start, length in zip(notes.starts, notes.lengths, strict=True):
        longest[start * scale] = max(length * scale, longest.get(start * scale, 0))
    starts = sorted(longest)
    lengths: dict[int, int] = {}
    for start, after in zip(starts, [*starts[1:], starts[-1] + longest[starts[-1]]], strict=True):
        room = after - start
        if part.is_drums:
            lengths[start] = min(room, resolution - start % resolution)
        else:
            lengths[start] = room if room - longest[start] <= resolution * 3 // 4 else longest[start]
    begun = [start * scale for start in notes.starts]
    return replace(
        part,
        notes=Notes(resolution, begun, [lengths[start] for start in begun], notes.pitches, notes.velocities),
    )
