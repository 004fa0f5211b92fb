"""A score as the coach reads it: numbered bars with strong beats, voices of one note at a time, chords with ends."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.pitch import name
from segue.music.score import Bar, Part, Score
from segue.music.styles import style_named

# where fifths and octaves in parallel are forbidden, leading tones and sevenths resolved
STRICT = frozenset(("chorale", "hymn", "renaissance", "baroque", "classical"))
_SINGERS = range(52, 55)  # General MIDI: choir, voice, synth voice
_VOICE_WORDS = ("voice", "vocal", "soprano", "alto", "tenor", "bass", "canto", "singer", "choir", "treble", "baritone")
# General MIDI's basses, contrabass, saxophones and other winds, which share their names with singers
_NAMESAKES = frozenset((*range(32, 40), 43, *range(56, 75)))
_LEAST_VOICES, _MOST_VOICES = 3, 6
_DOUBLING = 0.6  # share of a voice's notes that are another's too
_FEWEST_DOUBLED = 12  # notes; fewer may agree by a fault


@dataclass(frozen=True, slots=True)
class Sounding:
    """A note of a voice; `start` and `end` in quarter notes."""

    start: Fraction
    end: Fraction
    pitch: int

    @property
    def length(self) -> Fraction:
        """How long it sounds, in quarter notes."""
        return self.end - self.start


@dataclass(frozen=True)
class Voice:
    """A part that sounds one note at a time."""

    name: str
    part: Part
    notes: tuple[Sounding, ...]
    is_sung: bool

    @cached_property
    def mean(self) -> float:
        """The mean pitch, longer notes counting more."""
        total = sum(note.length for note in self.notes)
        return float(sum(note.pitch * note.length for note in self.notes) / total)


@dataclass(frozen=True, slots=True)
class Harmony:
    """A written chord from `start` to `end`, in quarter notes."""

    start: Fraction
    end: Fraction
    chord: Chord


@dataclass(frozen=True, slots=True)
class Moment:
    """A time at which a note of some voice begins: per voice, the highest first, the note that sounds, or None."""

    start: Fraction
    notes: tuple[Sounding | None, ...]

    def begins(self, voice: int) -> bool:
        """Whether the note of a voice begins here."""
        note = self.notes[voice]
        return note is not None and note.start == self.start

    @property
    def pcs(self) -> frozenset[int]:
        """The pitch classes that sound."""
        return frozenset(note.pitch % 12 for note in self.notes if note is not None)


class Reading:
    """A score, read once for all rules; `style` overrides the score's own."""

    def __init__(self, score: Score, style: str = "") -> None:
        self.score = score
        self.style = style_named(style or score.style)
        self.starts = score.bar_starts
        bars = score.bars
        self._first = 0 if len(bars) > 1 and bars[0].length < bars[0].metre.length else 1

    # ---- time

    def bar_of(self, start: Fraction) -> int:
        """The place of the bar in `score.bars` that holds a time."""
        return max(0, min(bisect_right(self.starts, start) - 1, len(self.score.bars) - 1))

    def number_of(self, start: Fraction) -> int:
        """The number of a time's bar as printed: a pick-up is 0."""
        return self.bar_of(start) + self._first

    def bar_at(self, start: Fraction) -> Bar:
        """The bar that holds a time."""
        return self.score.bars[self.bar_of(start)]

    def key_at(self, start: Fraction) -> Key:
        """The key that is written at a time."""
        return self.bar_at(start).key

    def within(self, start: Fraction) -> Fraction:
        """Quarter notes from where the bar would begin if it were whole: a pick-up lies at the end of its bar."""
        place = self.bar_of(start)
        bar = self.score.bars[place]
        inside = start - self.starts[place]
        is_pick_up = place == 0 and self._first == 0
        return inside + bar.metre.length - bar.length if is_pick_up else inside

    def beat_of(self, start: Fraction) -> Fraction:
        """The beat of a time in its bar, from 1 on."""
        return self.within(start) / self.bar_at(start).metre.beat + 1

    def strength(self, start: Fraction) -> int:
        """How strong a time is: 3 the first beat, 2 the middle of a bar of 4 or more even beats, 1 a beat, 0 none."""
        beat = self.beat_of(start) - 1
        count = len(self.bar_at(start).metre.beats)
        if not beat:
            return 3
        if count % 2 == 0 and beat * 2 == count:
            return 2
        return 1 if beat.denominator == 1 else 0

    def name_of(self, pitch: int, start: Fraction) -> str:
        """The name of a pitch as spelled in the key at a time: "F#4"."""
        return name(pitch, self.key_at(start).signature)

    # ---- voices

    @cached_property
    def voices(self) -> tuple[Voice, ...]:
        """The parts that sound one note at a time, the highest first; drums are none."""
        found = []
        for place, part in enumerate(self.score.parts, 1):
            notes = None if part.is_drums else _one_at_a_time(part)
            if notes:
                label = part.name or f"part {place}"
                found.append(Voice(label, part, notes, _is_sung(part)))
        return tuple(sorted(found, key=lambda voice: -voice.mean))

    @cached_property
    def tune(self) -> Voice | None:
        """The voice that has the melody: the first with words, else the first sung, else the first written alone."""
        order = [part for part in self.score.parts if not part.is_drums]
        for is_it in (lambda voice: bool(voice.part.words), lambda voice: voice.is_sung):
            for voice in sorted(self.voices, key=lambda voice: order.index(voice.part)):
                if is_it(voice):
                    return voice
        first = [voice for voice in self.voices if voice.part is order[0]] if order else []
        return first[0] if first else None

    @cached_property
    def strict(self) -> tuple[Voice, ...]:
        """The voices to which the rules of voice leading apply; none where the style does not ask for them."""
        if self.style not in STRICT or len(self.voices) != len(self.score.parts):
            return ()
        voices = _without_doublings(self.voices)
        return voices if _LEAST_VOICES <= len(voices) <= _MOST_VOICES else ()

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """The times at which a note of the strict voices begins, with what sounds then."""
        times = sorted({note.start for voice in self.strict for note in voice.notes})
        places = [0] * len(self.strict)
        found = []
        for time in times:
            notes: list[Sounding | None] = []
            for number, voice in enumerate(self.strict):
                while places[number] < len(voice.notes) and voice.notes[places[number]].end <= time:
                    places[number] += 1
                note = voice.notes[places[number]] if places[number] < len(voice.notes) else None
                notes.append(note if note is not None and note.start <= time else None)
            found.append(Moment(time, tuple(notes)))
        return tuple(found)

    def steps(self) -> Iterator[tuple[Moment, Moment]]:
        """Each moment with the one before it."""
        return pairwise(self.moments)

    # ---- chords

    @cached_property
    def harmonies(self) -> tuple[Harmony, ...]:
        """The written chords with their ends; silences are left out."""
        ends = [*(one.start for one in self.score.chords[1:]), self.score.end]
        pairs = zip(self.score.chords, ends, strict=False)  # without chords there is an end too many
        return tuple(Harmony(one.start, end, one.chord) for one, end in pairs if not one.chord.is_none)

    def harmony_at(self, start: Fraction) -> Harmony | None:
        """The written chord at a time, or None."""
        place = bisect_right(self.harmonies, start, key=lambda one: one.start) - 1
        found = self.harmonies[place] if place >= 0 else None
        return found if found is not None and start < found.end else None


def _without_doublings(voices: tuple[Voice, ...]) -> tuple[Voice, ...]:
    """Voices without those that double another one in the unison or octave, as instruments do with a choir.

    Of two such, the sung one stays, else the higher.
    """
    kept: list[Voice] = []
    for voice in sorted(voices, key=lambda one: not one.is_sung):
        tones = {(note.start, note.pitch % 12) for note in voice.notes}
        others = ({(note.start, note.pitch % 12) for note in other.notes} for other in kept)
        if len(tones) < _FEWEST_DOUBLED or all(len(tones & other) < _DOUBLING * len(tones) for other in others):
            kept.append(voice)
    return tuple(voice for voice in voices if voice in kept)


def _one_at_a_time(part: Part) -> tuple[Sounding, ...] | None:
    """The notes of a part, each cut where the next begins; None where two begin together or overlap by much."""
    if not len(part.notes):
        return None
    resolution = part.notes.resolution
    rows = list(zip(part.notes.starts, part.notes.lengths, part.notes.pitches, strict=True))
    found = []
    for (start, length, pitch), after in zip(rows, [*rows[1:], None], strict=True):
        end = start + length
        if after is not None and after[0] < end:
            if after[0] == start or (end - after[0]) * 4 > length:
                return None
            end = after[0]
        found.append(Sounding(Fraction(start, resolution), Fraction(end, resolution), pitch))
    return tuple(found)


def _is_sung(part: Part) -> bool:
    plain = part.name.casefold()
    is_named = part.program not in _NAMESAKES and any(plain.startswith(word) for word in _VOICE_WORDS)
    return bool(part.words) or part.program in _SINGERS or is_named
