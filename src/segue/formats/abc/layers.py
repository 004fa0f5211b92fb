"""The notes of a part as layers in which one chord ends before the next begins, spelled for ABC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from segue.errors import InputError
from segue.music.key import Key
from segue.music.note import Notes
from segue.music.pitch import Tone


@dataclass(frozen=True, slots=True)
class Spelled:
    """A note on the staff: its letter, its pitch without the alteration (60 is middle C), and the alteration."""

    letter: str
    natural: int
    alter: int

    @property
    def text(self) -> str:
        """The letter with its octave marks: "C", "c'", "D,"."""
        octave = self.natural // 12 - 5
        if octave > 0:
            return self.letter.lower() + "'" * (octave - 1)
        return self.letter + "," * -octave


@dataclass(frozen=True, slots=True)
class Stack:
    """Notes that begin and end together, in ticks."""

    start: int
    end: int
    notes: tuple[Spelled, ...]
    velocity: int


def layers_of(notes: Notes, resolution: int, key_at: Callable[[int], Key], sung: set[int]) -> list[list[Stack]]:
    """Lay notes into layers, in ticks of `resolution`; what is sung (the ticks where words lie) lies in the first.

    InputError where two notes that are sung overlap.
    """
    grouped: defaultdict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    scale = resolution // notes.resolution
    again: defaultdict[tuple[int, int, int, int], int] = defaultdict(int)
    rows = zip(notes.starts, notes.lengths, notes.pitches, notes.velocities, strict=True)
    for start, length, pitch, velocity in rows:
        copy = again[start, length, pitch, velocity]  # of a note that sounds twice at once
        again[start, length, pitch, velocity] += 1
        grouped[start * scale, length * scale, velocity, copy].append(pitch)
    stacks = [
        Stack(start, start + length, spell_together(pitches, key_at(start)), velocity)
        for (start, length, velocity, _), pitches in grouped.items()
    ]
    stacks.sort(key=lambda stack: (stack.start, -stack.notes[-1].natural))
    first, others = _part_sung(stacks, sung)
    return _fit(first, others)


def _part_sung(stacks: list[Stack], sung: set[int]) -> tuple[list[Stack], list[Stack]]:
    """Part what is sung, each word on one stack, from the rest."""
    starting: defaultdict[int, list[Stack]] = defaultdict(list)
    for stack in stacks:
        starting[stack.start].append(stack)
    first: list[Stack] = []
    for word in sorted(sung):
        free = first[-1].end if first else 0
        if word < free:
            continue
        found = starting.get(word) or [stack for stack in stacks if stack.start <= word < stack.end]
        fitting = next((stack for stack in found if stack.start >= free), None)
        if fitting is None:
            raise InputError(f"words from tick {word} on lie on notes that overlap, or on none; ABC cannot say that")
        first.append(fitting)
    chosen = {id(stack) for stack in first}
    return first, [stack for stack in stacks if id(stack) not in chosen]


def _fit(first: list[Stack], others: Iterable[Stack]) -> list[list[Stack]]:
    """Put each stack into the first layer that has room for it; `first` already lies in the first one."""
    layers: list[list[Stack]] = [[]]
    free = [0]
    following = iter([*first, None])
    nearest = next(following)
    for stack in [*others, None]:
        while nearest is not None and (stack is None or nearest.start <= stack.start):
            layers[0].append(nearest)
            free[0] = nearest.end
            nearest = next(following)
        if stack is None:
            break
        place = next((at for at, end in enumerate(free) if end <= stack.start), len(layers))
        if place == 0 and nearest is not None and nearest.start < stack.end:
            place = next((at for at, end in enumerate(free) if at and end <= stack.start), len(layers))
        if place == len(layers):
            layers.append([])
            free.append(0)
        layers[place].append(stack)
        free[place] = stack.end
    return layers


def spell_together(pitches: list[int], key: Key) -> tuple[Spelled, ...]:
    """Spell pitches that sound together, from low to high, each on a place of the staff of its own."""
    taken: dict[int, Spelled] = {}
    for pitch in sorted(pitches):
        tone = key.spell(pitch)
        for fifths in (0, 12, -12):
            spelled = _place(pitch, tone.up(fifths)) if -15 < tone.fifths + fifths < 20 else None
            if spelled and spelled.natural not in taken:
                taken[spelled.natural] = spelled
                break
        else:
            raise InputError(f"pitches {pitches} cannot be spelled on different places of the staff")
    return tuple(taken.values())


def _place(pitch: int, tone: Tone) -> Spelled:
    return Spelled(tone.letter, pitch - tone.alter, tone.alter)
