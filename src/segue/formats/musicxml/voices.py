"""Notes of a part as written music: chords in voices, cut at bar lines into values that are tied."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from segue.formats.musicxml.values import Grid, Value, values
from segue.music.lyric import Sung
from segue.music.note import Notes


@dataclass(slots=True)
class Group:
    """Notes that begin and end together: times in ticks, pitches with velocities from the lowest up."""

    start: int
    end: int
    notes: list[tuple[int, int]] = field(default_factory=list)
    voice: int = 0
    after: tuple[int, ...] = ()  # the pitches that follow in its voice

    def lean(self, pitch: int) -> int:
        """Return 1 where a pitch goes on a semitone up, -1 where down, 0 else."""
        return (pitch + 1 in self.after) - (pitch - 1 in self.after)


@dataclass(slots=True)
class Event:
    """A written note, chord or rest: `at` in ticks from the bar's start; `group` None is a rest.

    Hidden rests fill the tuplets of further voices, whose other gaps are left empty.
    """

    at: int
    ticks: int
    value: Value
    group: Group | None
    tied_from: bool = False
    tied_to: bool = False
    words: list[Sung] = field(default_factory=list)
    beams: list[str] = field(default_factory=list)
    tuplet: str = ""  # "start", "stop" or both
    is_hidden: bool = False


def groups_of(notes: Notes, divisions: int) -> list[Group]:
    """Gather notes into chords, and give each a voice (from 1 on) in which nothing else sounds meanwhile."""
    scale = divisions // notes.resolution
    found: dict[tuple[int, int], list[Group]] = {}
    columns = zip(notes.starts, notes.lengths, notes.pitches, notes.velocities, strict=True)
    for start, length, pitch, velocity in columns:
        same = found.setdefault((start * scale, (start + length) * scale), [])
        group = next((each for each in same if all(pitch != other for other, _ in each.notes)), None)
        if group is None:
            group = Group(start * scale, (start + length) * scale)
            same.append(group)
        group.notes.append((pitch, velocity))
    groups = [group for same in found.values() for group in same]
    for group in groups:
        group.notes.sort()
    groups.sort(key=lambda group: (group.start, -group.notes[-1][0], -group.end))
    _give_voices(groups)
    return groups


def _give_voices(groups: list[Group]) -> None:
    free: list[int] = []  # from when on each voice is free
    last: dict[int, Group] = {}
    for group in groups:
        place = next((place for place, end in enumerate(free) if end <= group.start), len(free))
        if place == len(free):
            free.append(0)
        free[place] = group.end
        group.voice = place + 1
        if place in last:
            last[place].after = tuple(pitch for pitch, _ in group.notes)
        last[place] = group


class Lane:
    """A part laid out in bars; `starts` are ticks where the bars begin and the score ends."""

    def __init__(self, groups: list[Group], words: Iterable[Sung], starts: list[int], divisions: int) -> None:
        self._starts, self._divisions = starts, divisions
        self._pieces: dict[int, dict[int, list[tuple[int, int, Group]]]] = {}
        for group in groups:
            self._place(group)
        self._words: dict[int, list[Sung]] = {}
        for sung in words:
            self._words.setdefault(int(sung.start * divisions), []).append(sung)
        begun: dict[int, int] = {}  # the first voice in which something begins then
        for group in reversed(groups):
            begun[group.start] = min(group.voice, begun.get(group.start, group.voice))
        self._singer = {at: begun.get(at, 1) for at in self._words}
        self._loose = sorted(at for at in self._words if at not in begun)  # sung while a note lasts, or on a rest

    def _place(self, group: Group) -> None:
        bar = bisect_right(self._starts, group.start) - 1
        at = group.start
        while at < group.end:
            end = min(group.end, self._starts[bar + 1])
            self._pieces.setdefault(bar, {}).setdefault(group.voice, []).append((at, end, group))
            at, bar = end, bar + 1

    def voices(self, bar: int, grid: Grid) -> list[tuple[int, list[Event]]]:
        """Return the voices of a bar with their events; the first fills the bar, with rests where it is silent."""
        pieces = self._pieces.get(bar, {})
        numbers = sorted({1, *pieces})
        return [(number, self._events(bar, number, pieces.get(number, []), grid)) for number in numbers]

    def _events(self, bar: int, voice: int, pieces: list[tuple[int, int, Group]], grid: Grid) -> list[Event]:
        start, end = self._starts[bar], self._starts[bar + 1]
        events: list[Event] = []
        at = start
        for begin, stop, group in sorted(pieces, key=lambda piece: piece[0]):
            if begin > at:
                events += self._rests(at, begin, voice, start, grid)
            events += self._written(begin, stop, group, voice, start, grid)
            at = stop
        if at < end:
            events += self._rests(at, end, voice, start, grid)
        return events

    def _rests(self, begin: int, end: int, voice: int, bar: int, grid: Grid) -> list[Event]:
        """The rests of a gap: all of the first voice; of the others those that fill a tuplet, hidden."""
        rests = self._written(begin, end, None, voice, bar, grid)
        if voice == 1:
            return rests
        hidden = [rest for rest in rests if rest.value.actual > 1]
        for rest in hidden:
            rest.is_hidden = True
        return hidden

    def _written(self, begin: int, end: int, group: Group | None, voice: int, bar: int, grid: Grid) -> list[Event]:
        """The events of a note or rest inside a bar, cut too where words are sung while it lasts."""
        cuts = [at for at in self._loose if begin < at < end] if voice == 1 else []
        events: list[Event] = []
        for first, last in pairwise([begin, *cuts, end]):
            at = first
            place, length = Fraction(first - bar, self._divisions), Fraction(last - first, self._divisions)
            for value in values(place, length, grid, group is None):
                ticks = int(value.length * self._divisions)
                event = Event(at - bar, ticks, value, group)
                if group is not None:
                    event.tied_from, event.tied_to = at > group.start, at + ticks < group.end
                if self._singer.get(at) == voice:
                    event.words = self._words[at]
                events.append(event)
                at += ticks
        return events
