"""The notes of a part as layers in which one chord ends before the next begins, spelled for ABC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from segue.errors import InputError
from segue.music.key import Key
from segue.music.note import Notes

_MOST_LAYERS = 64


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

    InputError where two notes that are sung overlap, or where more than 64 layers are needed.
    """
    stacks = sorted(_stacks(notes, resolution, key_at), key=lambda stack: (stack.start, -stack.notes[-1].natural))
    first, others = _part_sung(stacks, sung, resolution)
    return _fit(first, others)


def _stacks(notes: Notes, resolution: int, key_at: Callable[[int], Key]) -> Iterator[Stack]:
    """Gather the notes that begin and end together with one velocity, so that each has its own place on the staff."""
    grouped: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    scale = resolution // notes.resolution
    rows = zip(notes.starts, notes.lengths, notes.pitches, notes.velocities, strict=True)
    for start, length, pitch, velocity in rows:
        grouped[start * scale, length * scale, velocity].append(pitch)
    for (start, length, velocity), pitches in grouped.items():
        left = sorted(pitches)
        while left:
            spelled, left = spell_together(left, key_at(start))
            yield Stack(start, start + length, spelled, velocity)


def _part_sung(stacks: list[Stack], sung: set[int], resolution: int) -> tuple[list[Stack], list[Stack]]:
    """Part what is sung, each word on one stack, from the rest; stacks are sorted by their starts."""
    first: list[Stack] = []
    sounding: list[Stack] = []
    coming = iter([*stacks, None])
    stack = next(coming)
    for word in sorted(sung):
        while stack is not None and stack.start <= word:
            sounding.append(stack)
            stack = next(coming)
        sounding = [one for one in sounding if one.end > word]
        free = first[-1].end if first else 0
        if word < free:
            continue
        fitting = [one for one in sounding if one.start >= free]
        if not fitting:
            at = Fraction(word, resolution)
            raise InputError(f"words at {at} quarter notes lie on no note, or on overlapping ones: ABC cannot say that")
        first.append(next((one for one in fitting if one.start == word), fitting[-1]))
    chosen = {id(stack) for stack in first}
    return first, [stack for stack in stacks if id(stack) not in chosen]


def _fit(first: list[Stack], others: list[Stack]) -> list[list[Stack]]:
    """Put each stack into the first layer that has room for it; `first` already lies in the first one."""
    layers: list[list[Stack]] = [[]]
    free = [0]
    coming = [*reversed(first)]
    for stack in others:
        while coming and coming[-1].start <= stack.start:
            layers[0].append(coming.pop())
            free[0] = layers[0][-1].end
        has_room = not coming or stack.end <= coming[-1].start  # in the first layer, before what is sung next
        place = next((at for at, end in enumerate(free) if end <= stack.start and (at or has_room)), len(layers))
        if place == _MOST_LAYERS:
            raise InputError(f"more than {_MOST_LAYERS} notes at once that do not end together, at tick {stack.start}")
        if place == len(layers):
            layers.append([])
            free.append(0)
        layers[place].append(stack)
        free[place] = stack.end
    layers[0] += reversed(coming)
    return layers


def spell_together(pitches: list[int], key: Key) -> tuple[tuple[Spelled, ...], list[int]]:
    """Spell pitches (sorted) that sound together, each on its own place of the staff; return also those without one."""
    taken: dict[int, Spelled] = {}
    left = []
    for pitch in pitches:
        tone = key.spell(pitch)
        for fifths in (0, 12, -12):
            if -15 < tone.fifths + fifths < 20:  # at most double accidentals
                other = tone.up(fifths)
                spelled = Spelled(other.letter, pitch - other.alter, other.alter)
                if spelled.natural not in taken:
                    taken[spelled.natural] = spelled
                    break
        else:
            left.append(pitch)
    return tuple(taken.values()), left
