"""The harmony that notes stand on: the chord and the key at any place of a score, and what a tone is in its chord."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from segue.compose.guides import Pitches, of_classes
from segue.music.chord import NO_CHORD, Chord
from segue.music.key import Key
from segue.music.language.vocabulary import TICKS
from segue.music.metre import Metre
from segue.music.note import Note, Notes
from segue.music.pitch import LETTERS, name
from segue.music.qualities import degrees_of, semitones
from segue.music.score import Score

_DEGREES = {1: "root", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 9: "ninth",
            11: "eleventh", 13: "thirteenth"}  # fmt: skip
_RAISED = {10: 11, 8: 9}  # of a minor scale the steps that are raised on the way up


@dataclass(frozen=True)
class HarmonyOf:
    """The chords and keys of a score, asked by place; where no chord is written, none sounds."""

    score: Score

    @cached_property
    def starts(self) -> list[Fraction]:
        """Where each bar begins, and at last the end, in quarter notes."""
        return self.score.bar_starts

    @cached_property
    def _begins(self) -> list[Fraction]:
        return [one.start for one in self.score.chords]

    def chord(self, time: Fraction) -> Chord:
        """The chord that sounds at a time (quarter notes)."""
        place = bisect_right(self._begins, time)
        return self.score.chords[place - 1].chord if place else NO_CHORD

    def after(self, time: Fraction) -> int:
        """The place of the first chord that begins later."""
        return bisect_right(self._begins, time)

    def bar(self, time: Fraction) -> int:
        """The bar of a time, from 0."""
        return min(bisect_right(self.starts, time), len(self.starts) - 1) - 1

    def at(self, bar: int, ticks: int) -> Fraction:
        """The time of a tick of a bar, in quarter notes."""
        return self.starts[bar] + Fraction(ticks, TICKS)

    def chord_tones(self, time: Fraction) -> Pitches:
        """All pitches of the chord's tones; 0 where none sounds."""
        return of_classes(frozenset(self.chord(time).pitch_classes))

    def scale(self, time: Fraction) -> Pitches:
        """All pitches of the key's scale and the chord's tones; of a scale step that the chord alters its tone alone.

        Chord-scale theory in its plain form (Nettles and Graf, "The Chord Scale Theory", 1997): the tones between the
        chord's are the key's. In minor the raised sixth and seventh belong to it too, unless the chord has the others.
        """
        return of_classes(_scale_of(self.score.bars[self.bar(time)].key, self.chord(time)))

    def is_strong(self, note: Note) -> bool:
        """Whether a note begins on a strong beat: the first, and of an even number of four or more the middle one."""
        bar = self.bar(note.start)
        return note.start - self.starts[bar] in strong_beats(self.score.bars[bar].metre)

    def tone(self, note: Note) -> str:
        """What a note is in its chord, such as "the third of D7"; "" where it is none of its tones."""
        chord = self.chord(note.start)
        if chord.root is None or note.pitch % 12 not in chord.pitch_classes:
            return ""
        step = (note.pitch - chord.root.pc) % 12
        degree = next((one[0] for one in sorted(degrees_of(chord.quality)) if semitones(one) % 12 == step), 0)
        return f"the {_DEGREES.get(degree, 'bass')} of {chord}"

    def name(self, note: Note) -> str:
        """A note's name with its octave, spelled in the key of its bar."""
        return name(note.pitch, self.score.bars[self.bar(note.start)].key.signature)

    def strong(self, notes: Notes, first: int = 0) -> Iterator[tuple[Note, bool]]:
        """The notes on strong beats from bar `first` on, and whether each is a tone of the chord that sounds there."""
        for note in notes:
            if note.start >= self.starts[first] and self.is_strong(note) and self.chord(note.start).root is not None:
                yield note, note.pitch % 12 in self.chord(note.start).pitch_classes


def bass_of(chord: Chord) -> int | None:
    """Return the pitch class of a chord's bass; None where none sounds."""
    bass = chord.bass or chord.root
    return None if bass is None else bass.pc


@lru_cache(maxsize=256)
def strong_beats(metre: Metre) -> frozenset[Fraction]:
    """Where the strong beats of a bar lie, in quarter notes: 4/4 has two, 3/4 and 6/8 one and two, 5/4 and 7/8 two.

    The first; the middle one of an even number of beats of four or more, of two dotted beats the second; of five or
    more odd beats the one behind the larger half, as 3 + 2 and 4 + 3 are counted most.
    """
    beats = metre.beats
    count = len(beats)
    if count >= 4:
        return frozenset((beats[0], beats[(count + 1) // 2]))
    return frozenset(beats) if metre.is_compound and count == 2 else frozenset(beats[:1])


@lru_cache(maxsize=4096)
def _scale_of(key: Key, chord: Chord) -> frozenset[int]:
    tones = frozenset(chord.pitch_classes)
    scale = set(key.scale)
    if key.mode == "minor":
        scale |= {(key.tonic.pc + step) % 12 for step in _RAISED.values()}
        for plain, raised in _RAISED.items():
            low, high = (key.tonic.pc + plain) % 12, (key.tonic.pc + raised) % 12
            if low in tones and high not in tones:
                scale.discard(high)
            if high in tones:
                scale.discard(low)
    return frozenset(scale - _altered(key, chord) | tones)


def _altered(key: Key, chord: Chord) -> set[int]:
    """The scale's tones in whose stead the chord has a raised or lowered one: those with the same letter."""
    if chord.root is None:
        return set()
    home = LETTERS.index(key.tonic.letter)
    root = LETTERS.index(chord.root.letter)
    tones = [(root + one[0] - 1, (chord.root.pc + semitones(one)) % 12) for one in degrees_of(chord.quality)]
    if chord.bass is not None:
        tones.append((LETTERS.index(chord.bass.letter), chord.bass.pc))
    return {key.scale[(letter - home) % 7] for letter, pc in tones if pc not in key.scale}
