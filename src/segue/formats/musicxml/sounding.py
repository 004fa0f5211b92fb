"""From written notes to those that sound: laid on the line of bars, tied notes joined, loudness filled in."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from segue.formats.musicxml.walk import Row
from segue.music.note import Notes

SLACK = 16  # what is off by less than a 16th of a quarter note was rounded by the program that wrote it
_VELOCITY = 80
_MOST_OPEN = 16  # notes of one pitch that wait for the note they are tied to


@dataclass(slots=True)
class Sounded:
    """A note that sounds; times in ticks from the start of the score."""

    start: int
    end: int
    pitch: int
    velocity: int
    staff: str
    voice: str


def sounded(
    rows: Sequence[Row], starts: Sequence[int], loud: list[tuple[int, int]], slack: int, lost: Counter[str]
) -> list[Sounded]:
    """Return the notes of a player: ties joined across bars, voices and staves; cut where the score ends.

    `starts` are where bars begin and the score ends, `loud` times with velocities, `slack` the ticks that a note may
    reach over its bar by rounding. What is cut is counted in `lost`.
    """
    last = starts[-1]
    whole: list[Sounded] = []
    tied: list[tuple[Sounded, int]] = []
    for row in rows:
        start = starts[row.measure] + row.at
        end = start + row.length
        limit = starts[row.measure + 1]
        if limit < end < limit + slack:
            end = limit
        if end > last:
            lost["notes beyond the last bar cut"] += 1
            end = last
        if end <= start:
            continue
        velocity = row.velocity or (_loudness(loud, start) if loud else _VELOCITY)
        note = Sounded(start, end, row.pitch, velocity, row.staff, row.voice)
        if row.tie:
            tied.append((note, row.tie))
        else:
            whole.append(note)
    return whole + _joined(tied, whole)


def _loudness(loud: list[tuple[int, int]], start: int) -> int:
    place = bisect_right(loud, (start, 128))
    return loud[place - 1][1] if place else _VELOCITY


def _joined(tied: list[tuple[Sounded, int]], plain: list[Sounded]) -> list[Sounded]:
    """Join notes that are tied: one begins where the one before it ends, at the same pitch, in its voice or another.

    A tie that no note sends out is that of a plain note which ends there: two voices share a head, one has the tie.
    """
    whole: list[Sounded] = []
    waiting: dict[int, list[Sounded]] = {}
    ends = {(note.end, note.pitch): note for note in plain} if tied else {}
    tied.sort(key=lambda each: each[0].start)
    for note, tie in tied:
        before = None
        if tie & 2:
            before = _before(note, waiting.get(note.pitch, [])) or ends.pop((note.start, note.pitch), None)
        if before is not None:
            before.end = note.end
        else:
            whole.append(note)
        if tie & 1:
            still = [each for each in waiting.get(note.pitch, []) if each.end >= note.start][-_MOST_OPEN:]
            joined = before or note
            joined.voice = note.voice
            waiting[note.pitch] = [*still, joined]
    return whole


def _before(note: Sounded, waiting: list[Sounded]) -> Sounded | None:
    """The note that another is tied to; taken from those that wait."""
    fit = [each for each in waiting if each.end == note.start]
    if not fit:
        return None
    chosen = next((each for each in fit if each.voice == note.voice), fit[0])
    waiting[:] = [each for each in waiting if each is not chosen]
    return chosen


def columns(notes: list[Sounded], resolution: int) -> Notes:
    """Return notes in columns, at the smallest resolution that says their times."""
    notes = sorted(notes, key=lambda note: (note.start, note.pitch, note.end))
    step = gcd(resolution, *(note.start for note in notes), *(note.end for note in notes))
    return Notes(
        resolution // step,
        [note.start // step for note in notes],
        [(note.end - note.start) // step for note in notes],
        [note.pitch for note in notes],
        [note.velocity for note in notes],
    )
