"""How a part is to go with what is there: the rules by which each role of an arrangement is drawn."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from segue.compose.drawing import Narrow
from segue.compose.excerpt import head_of
from segue.compose.ground import HarmonyOf, strong_beats
from segue.compose.guides import EIGHTHS, ChordalGuide, LineGuide, Pitches, RangeGuide, between, members, of_classes
from segue.compose.roles import Role
from segue.compose.stretches import Voice
from segue.music.language import vocabulary as v
from segue.music.language.lanes import mono_lanes
from segue.music.score import Score

_PERFECT = frozenset((0, 7))  # semitones of octaves and fifths, folded into one octave
_WIDEST = 12  # semitones between neighbours above the bass
_BELOW_TUNE, _ABOVE_BASS = 9, 5  # semitones


@dataclass(frozen=True)
class Line:
    """A voice one note at a time: (start, end, pitch) in ticks, in order."""

    notes: tuple[tuple[int, int, int], ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _, _ in self.notes]

    def _place(self, tick: int) -> int:
        return bisect_right(self._starts, tick) - 1

    def pitch_at(self, tick: int) -> int:
        """The pitch that sounds at a tick, or sounded last before it; -1 for none."""
        place = self._place(tick)
        return self.notes[place][2] if place >= 0 else -1

    def sounds_at(self, tick: int) -> bool:
        """Whether a note sounds at a tick."""
        place = self._place(tick)
        return place >= 0 and tick < self.notes[place][1]

    def moves_at(self, tick: int) -> tuple[int, int] | None:
        """The two pitches between which the voice moves at a tick; None where it rests or stays."""
        place = self._place(tick)
        if place < 1 or self.notes[place][0] != tick or self.notes[place - 1][1] != tick:
            return None
        before, now = self.notes[place - 1][2], self.notes[place][2]
        return (before, now) if before != now else None


def _line(score: Score, number: int) -> Line:
    """A part as one voice: the highest of the notes that begin together, each cut where the next begins."""
    rows = score.parts[number].notes.in_ticks(v.TICKS)
    top = {start: (start + length, pitch) for start, length, pitch, _ in sorted(rows, key=lambda row: row[2])}
    starts = sorted(top)
    ends = [min(top[start][0], after) for start, after in pairwise(starts)]
    ends += [top[start][0] for start in starts[-1:]]
    return Line(tuple((start, end, top[start][1]) for start, end in zip(starts, ends, strict=True)))


@dataclass(frozen=True)
class Desk:
    """A score in which part `number` (from 0) is to be drawn as a role; `tune` is the number of the melody."""

    score: Score
    number: int
    role: Role
    tune: int = 0
    others: tuple[int, ...] = ()  # numbers of the voices that it must lead well with, the melody among them

    @cached_property
    def harmony(self) -> HarmonyOf:
        """What the notes stand on."""
        return HarmonyOf(self.score)

    @property
    def lane(self) -> int:
        """The part's lane."""
        return self.number + 1

    def voice(self) -> Voice:
        """The voice to be drawn, with its rules."""
        role = self.role
        kind = "poly" if role.kind == "chords" else "mono"
        head = head_of(self.score.parts[self.number], self.score.key.tonic.pc, kind, (role.low + role.high) // 2)
        guide: Narrow = {"bass": _bass, "chords": _chords, "second": _second, "choir": _choir}[role.kind](self)
        narrow = (RangeGuide(self.lane, between(role.low, role.high)), guide)
        return Voice(self.number, range(len(self.score.bars)), head, narrow, role.name)

    # ---- what the rules ask

    def tick(self, bar: int, ticks: int) -> int:
        """A place in ticks from the start of the score."""
        return round(self.harmony.starts[bar] * v.TICKS) + ticks

    def line(self, number: int) -> Line:
        """The notes of a part as one voice."""
        return self._lines[self.others.index(number)]

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        return tuple(_line(self.score, number) for number in self.others)

    def is_above(self, number: int) -> bool:
        """Whether another voice lies above this one: the parts stand in the score from above."""
        return number < self.number

    def is_neighbour(self, number: int) -> bool:
        """Whether no other voice lies between that one and this one."""
        return not any(min(number, self.number) < one < max(number, self.number) for one in self.others)

    def rhythm_of(self, number: int) -> dict[int, tuple[int, ...]]:
        """The tokens of a voice's rhythm, bar by bar."""
        bounds = [round(start * v.TICKS) for start in self.harmony.starts]
        rows = [(start, 0, end - start) for start, end, _ in self.line(number).notes]
        return dict(enumerate(mono_lanes(rows, bounds, [0] * len(self.score.bars), {}).bars))

    def until_change(self, bar: int, ticks: int) -> int:
        """The ticks from a place until the next chord or bar begins; 0 and less behind the bar's end."""
        harmony = self.harmony
        if ticks < 0:
            return 1
        time = harmony.at(bar, ticks)
        stop = harmony.starts[bar + 1]
        place = harmony.after(time)
        change = min(stop, self.score.chords[place].start) if place < len(self.score.chords) else stop
        return round((change - time) * v.TICKS)

    def has_harmony(self, bar: int, ticks: int) -> bool:
        """Whether a chord sounds there, or none is written anywhere; not in a pick-up."""
        if self.score.bars[bar].is_irregular and bar == 0:
            return False
        if not self.score.chords:
            return True
        return self.harmony.chord(self.harmony.at(bar, ticks)).root is not None

    def is_on_beat(self, bar: int, ticks: int) -> bool:
        """Whether a beat of the bar's metre lies there."""
        return ticks % round(self.score.bars[bar].metre.beat * v.TICKS) == 0

    def is_change(self, bar: int, ticks: int) -> bool:
        """Whether a bar or a chord begins there."""
        return not ticks or self.until_change(bar, ticks - 1) == 1


def _bass(desk: Desk) -> Narrow:
    """The chord's bass where it begins, its tones on beats, its scale between; never more than an octave far."""
    harmony, whole = desk.harmony, between(desk.role.low, desk.role.high)

    def pitches(bar: int, ticks: int, last: int) -> Pitches:
        time = harmony.at(bar, ticks)
        chord = harmony.chord(time)
        found = whole & (between(last - 12, last + 12) if last >= 0 else between(desk.role.low, 48))
        if chord.root is None:
            return found & harmony.scale(time) or found
        if desk.is_change(bar, ticks):
            bass = of_classes(frozenset(((chord.bass or chord.root).pc,)))
            return found & bass or whole & bass
        if desk.is_on_beat(bar, ticks):
            return found & harmony.chord_tones(time) or found
        return found & harmony.scale(time) or found

    return LineGuide(
        desk.lane, pitches, shortest=12, grid=EIGHTHS, room=desk.until_change,
        must_sound=lambda bar, ticks: desk.has_harmony(bar, ticks) and desk.is_change(bar, ticks),
    )  # fmt: skip


def _chords(desk: Desk) -> Narrow:
    """The chord's tones, on the piano the scale's too between beats; nothing rings on into the next chord."""
    harmony, role = desk.harmony, desk.role
    has_bass = any(part.name == "Bass" for part in desk.score.parts)
    low = max(role.low, 45) if has_bass else role.low

    def pitches(bar: int, ticks: int, below: int) -> Pitches:
        time = harmony.at(bar, ticks)
        # under middle C nothing closer than a fifth above the lowest: a third there sounds muddy
        lowest = low if below < 0 else below + (3 if below >= 52 else 5)
        found = between(lowest, role.high if below < 0 else min(role.high, below + 16))
        is_between = role.name == "piano" and not desk.is_on_beat(bar, ticks)
        tones = harmony.scale(time) if is_between else harmony.chord_tones(time) or harmony.scale(time)
        return found & tones

    return ChordalGuide(desk.lane, pitches, desk.until_change, desk.has_harmony)


def _second(desk: Desk) -> Narrow:
    """The melody's rhythm a third to a sixth below it, in the scale, on strong beats a tone of the chord."""
    harmony, role, tune = desk.harmony, desk.role, desk.line(desk.tune)

    def pitches(bar: int, ticks: int, last: int) -> Pitches:
        time, above = harmony.at(bar, ticks), tune.pitch_at(desk.tick(bar, ticks))
        found = between(max(role.low, above - 9), above - 3) or between(above - 9, above - 3)
        tones = harmony.scale(time)
        if time - harmony.starts[bar] in strong_beats(desk.score.bars[bar].metre):
            tones = harmony.chord_tones(time) or tones
        found = found & tones or found & harmony.scale(time) or found
        return _well_led(desk, desk.tick(bar, ticks), last, found) or found

    return LineGuide(desk.lane, pitches, rhythm=desk.rhythm_of(desk.tune))


def _choir(desk: Desk) -> Narrow:
    """Tones of the chord on beats, of the scale between, in range, led by the rules of four-part writing."""
    harmony, role, tune = desk.harmony, desk.role, desk.line(desk.tune)
    whole = between(role.low, role.high)

    def pitches(bar: int, ticks: int, last: int) -> Pitches:
        time, tick = harmony.at(bar, ticks), desk.tick(bar, ticks)
        on_beat = desk.is_on_beat(bar, ticks)
        tones = (on_beat and harmony.chord_tones(time)) or harmony.scale(time)
        if role.name == "bass voice" and on_beat and desk.is_change(bar, ticks):
            tones = _lowest_tones(desk, bar, ticks) or tones
        near = whole & between(last - 12, last + 12) if last >= 0 else whole
        spaced = whole & _spaced(desk, tick)
        # what is left out first: closeness, the chord; last of all that voices do not cross
        for choice in (near & tones & spaced, tones & spaced, harmony.scale(time) & spaced, spaced, near & tones):
            found = _well_led(desk, tick, last, choice)
            if found:
                return found
        return near

    return LineGuide(
        desk.lane, pitches, shortest=12, grid=EIGHTHS, repeats=8,
        must_sound=lambda bar, ticks: tune.sounds_at(desk.tick(bar, ticks)),
    )  # fmt: skip


def _lowest_tones(desk: Desk, bar: int, ticks: int) -> Pitches:
    """What may be the lowest where a chord begins: its written bass, else its root or third."""
    chord = desk.harmony.chord(desk.harmony.at(bar, ticks))
    if chord.root is None:
        return 0
    if chord.bass is not None:
        return of_classes(frozenset((chord.bass.pc,)))
    thirds = [(chord.root.pc + step) % 12 for step in chord.intervals if step in (3, 4)]
    return of_classes(frozenset((chord.root.pc, *thirds)))


def _spaced(desk: Desk, tick: int) -> Pitches:
    """The pitches that cross no voice and leave no gap of more than an octave to a neighbour above the bass."""
    low, high = 0, 127
    for number in desk.others:
        pitch = desk.line(number).pitch_at(tick)
        if pitch < 0:
            continue
        if desk.is_above(number):
            # under the melody the bass leaves room for two voices, above the bass the alto for one
            high = min(high, pitch - (_BELOW_TUNE if desk.role.name == "bass voice" else 1))
            if desk.role.name != "bass voice" and desk.is_neighbour(number):
                low = max(low, pitch - _WIDEST)
        else:
            low = max(low, pitch + (_ABOVE_BASS if desk.role.name == "alto" else 1))
    return between(low, high)


def _well_led(desk: Desk, tick: int, last: int, pitches: Pitches) -> Pitches:
    """Leave out what would follow a fifth or an octave by another, both voices moving the same way.

    Kostka and Payne, "Tonal Harmony", ch. 5; Aldwell and Schachter, unit 5.
    """
    if last < 0:
        return pitches
    found = pitches
    for number in desk.others:
        moved = desk.line(number).moves_at(tick)
        if moved is None or abs(last - moved[0]) % 12 not in _PERFECT:
            continue
        interval = abs(last - moved[0]) % 12
        for pitch in members(found):
            is_similar = pitch != last and (pitch > last) == (moved[1] > moved[0])
            if is_similar and abs(pitch - moved[1]) % 12 == interval:
                found &= ~(1 << pitch)
    return found
