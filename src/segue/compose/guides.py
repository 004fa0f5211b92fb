"""What may be drawn in a voice, note by note: pitches at a time, lengths, a given rhythm, how a phrase ends.

A guide is asked at each spot and gives the tokens that may come there, one bit each. A guide that remembers the note
before belongs to one drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from segue.compose.drawing import Spot
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.grammar import State

Pitches = int  # a set of MIDI pitches, one bit each
EVERY = (1 << v.SIZE) - 1
NOTES = m.bits(v.NOTE)
_SHIFTS = 1 << v.UP | 1 << v.DOWN
_SOUNDLESS = 1 << v.SILENT
_HOLDS, _RESTS = m.bits(v.HOLD), m.bits(v.REST)
_GRID = m.bits(token for token in v.AT if v.TICKS_OF[token] % v.TICKS in (0, 6, 12, 18))
_FINE = m.bits(v.AT) & ~_GRID | m.bits(v.LATE_BY)


def between(low: int, high: int) -> Pitches:
    """Return the pitches from `low` to `high`, both included."""
    low, high = max(low, 0), min(high, 127)
    return (1 << high + 1) - (1 << low) if low <= high else 0


@lru_cache(maxsize=4096)
def of_classes(classes: frozenset[int]) -> Pitches:
    """Return all pitches of some pitch classes."""
    return sum(1 << pitch for pitch in range(128) if pitch % 12 in classes)


def members(pitches: Pitches) -> tuple[int, ...]:
    """Return the pitches of a set, from low to high."""
    return tuple(pitch for pitch in range(128) if pitches >> pitch & 1)


@lru_cache(maxsize=1 << 15)
def _tokens(base: int, pitches: Pitches) -> int:
    """The note tokens of any length that say one of the pitches, `base` being the pitch of step 0."""
    width = len(v.NOTE_TICKS)
    found = 0
    for step in range(v.LOWEST, v.HIGHEST + 1):
        if 0 <= base + step < 128 and pitches >> (base + step) & 1:
            found |= ((1 << width) - 1) << (v.NOTE.start + (step - v.LOWEST) * width)
    return found


@lru_cache(maxsize=512)
def lasting(ticks: int) -> int:
    """Return the note, hold and rest tokens that last so long."""
    return m.bits(token for group in (v.NOTE, v.HOLD, v.REST) for token in group if v.TICKS_OF[token] == ticks)


@lru_cache(maxsize=512)
def longer(ticks: int) -> int:
    """Return the note, hold and rest tokens that last longer."""
    return m.bits(token for group in (v.NOTE, v.HOLD, v.REST) for token in group if v.TICKS_OF[token] > ticks)


@lru_cache(maxsize=1 << 13)
def off_grid(pos: int, left: int, grid: frozenset[int]) -> int:
    """Return the note, hold and rest tokens that would end off a grid, `left` ticks from where the bar ends."""
    return m.bits(
        token
        for group in (v.NOTE, v.HOLD, v.REST)
        for token in group
        if v.TICKS_OF[token] != left and (pos + v.TICKS_OF[token]) % v.TICKS not in grid
    )


@lru_cache(maxsize=1 << 12)
def _leaving(left: int, final: int) -> int:
    """The note, hold and rest tokens that leave less than `final` of `left` ticks, but some."""
    lengths = range(max(left - final + 1, 1), left)
    return m.bits(token for group in (v.NOTE, v.HOLD, v.REST) for token in group if v.TICKS_OF[token] in lengths)


@lru_cache(maxsize=64)
def shorter(ticks: int) -> int:
    """Return the note and rest tokens that are shorter."""
    return m.bits(token for group in (v.NOTE, v.REST) for token in group if v.TICKS_OF[token] < ticks)


def saying(state: State, pitches: Pitches) -> int:
    """Return the note tokens that say one of the pitches here, or the octave shift that leads to them."""
    base = state.base + 12 * state.shift
    notes = _tokens(base, pitches) & state.mask()
    if notes or not pitches:
        return notes
    return 1 << (v.UP if pitches >> max(base + v.HIGHEST + 1, 0) else v.DOWN)


# where a note begins (bar from 0, ticks in it), the pitch before it in a line, below it among many (-1: none)
Harmony = Callable[[int, int, int], Pitches]
SIXTEENTHS = frozenset((0, 6, 8, 12, 16, 18))  # ticks in a quarter at which notes begin and end: also triplets
EIGHTHS = frozenset((0, 12))
Room = Callable[[int, int], int]  # bar, ticks -> the ticks from there until notes must have ended


@dataclass(frozen=True)
class RangeGuide:
    """The pitches that a voice never leaves, whatever else is asked: there is always one of them that fits."""

    lane: int
    pitches: Pitches

    def __call__(self, spot: Spot) -> int | None:
        """Return the tokens that may come; None in other lanes."""
        if spot.lane != self.lane or spot.state.phase not in ("mono", "poly"):
            return None
        return saying(spot.state, self.pitches) | EVERY & ~(NOTES | _SHIFTS)


@dataclass
class LineGuide:
    """What may come in a voice of one note at a time.

    `pitches` tells which pitches a note may have. In a bar of `endings` the last note has one of the pitch classes
    (as a set of pitches), and lasts `final` ticks where there is room. `rhythm` gives for each bar the tokens of its
    rhythm: of notes only the lengths count, an empty bar is silent. No note is shorter than `shortest` ticks where it
    fits, no pitch comes more than `repeats` times in a row. All end on the `grid` (ticks in a quarter), none sounds
    on behind its `room`. Where `must_sound` says so no rest begins, and no bar at all rests throughout.
    """

    lane: int
    pitches: Harmony
    endings: Mapping[int, Pitches] = field(default_factory=dict)
    rhythm: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    shortest: int = 1
    final: int = 1
    grid: frozenset[int] = SIXTEENTHS
    repeats: int = 99
    room: Room | None = None
    must_sound: Callable[[int, int], bool] | None = None
    _last: int = field(default=-1, init=False)
    _times: int = field(default=0, init=False)  # that the last pitch came in a row
    _noted: tuple[int, int] = field(default=(-1, -1), init=False)  # where the last note was met

    def __call__(self, spot: Spot) -> int | None:
        """Return the tokens that may come; None in other lanes."""
        state = spot.state
        if spot.lane != self.lane or state.phase != "mono":
            return None
        self._remember(spot)
        left = state.bar_ticks - state.pos
        template = self.rhythm.get(spot.bar)
        if template is not None:
            return self._in_rhythm(spot, template, left)
        if not left:
            return EVERY
        wanted = saying(state, self._open(spot)) | EVERY & ~(NOTES | _SHIFTS)
        wanted &= ~off_grid(state.pos % v.TICKS, left, self.grid)
        if left >= self.shortest:
            wanted &= ~shorter(self.shortest)
        wanted &= ~self._barred(spot)
        return self._closing(spot, left, wanted)

    def _remember(self, spot: Spot) -> None:
        state = spot.state
        if state.pitch < 0 or state.shift or not state.just_noted or self._noted == (spot.bar, state.pos):
            return
        self._noted = (spot.bar, state.pos)
        self._times = self._times + 1 if state.pitch == self._last else 1
        self._last = state.pitch

    def _open(self, spot: Spot) -> Pitches:
        """The pitches that a note may have here."""
        found = self.pitches(spot.bar, spot.state.pos, self._last)
        return found & ~(1 << self._last) or found if self._times >= self.repeats else found

    def _barred(self, spot: Spot) -> int:
        """What would sound on too long, or rest where something is to sound."""
        bar, pos = spot.bar, spot.state.pos
        state = spot.state
        found = _SOUNDLESS
        if state.pitch < 0 and (state.is_entry or not state.length):
            found |= lasting(state.bar_ticks - pos) & _RESTS
        if self.room is not None:
            found |= longer(self.room(bar, pos)) & ~_RESTS
            if not self.room(bar, pos - 1) - 1:
                found |= _HOLDS
        if self.must_sound is not None and self.must_sound(bar, pos):
            found |= _RESTS
        return found

    def _closing(self, spot: Spot, left: int, wanted: int) -> int:
        """Let only the notes of an ending fill its bar up, long enough, and leave room for them."""
        ending = self.endings.get(spot.bar)
        if ending is None:
            return wanted
        state = spot.state
        closes = saying(state, ending & self._open(spot)) or saying(state, ending)
        filling = lasting(left)
        is_there = state.pitch >= 0 and ending >> state.pitch & 1
        if is_there:
            if 0 < state.length < self.final:
                wanted &= ~_RESTS
            if left < self.final:
                return wanted & ~NOTES
        elif left <= self.final:
            return closes & filling or closes
        others = wanted & ~_SOUNDLESS if is_there else wanted & ~(filling | _SOUNDLESS | _leaving(left, self.final))
        return others & ~(filling & NOTES) | closes & wanted

    def _in_rhythm(self, spot: Spot, template: tuple[int, ...], left: int) -> int:
        state = spot.state
        if not template:
            return _SOUNDLESS if state.is_entry else EVERY
        if not left:
            return EVERY
        token, is_last = _token_at(template, state.pos)
        if token not in v.NOTE:
            return 1 << token
        pitches = self._open(spot)
        ending = self.endings.get(spot.bar, 0) if is_last else 0
        said = saying(state, pitches & ending or pitches)
        return said & lasting(v.TICKS_OF[token]) or said


def _token_at(template: tuple[int, ...], pos: int) -> tuple[int, bool]:
    """The token of a rhythm that begins at a tick of its bar, and whether no note begins behind it."""
    at = 0
    for place, token in enumerate(template):
        if at == pos:
            return token, not any(later in v.NOTE for later in template[place + 1 :])
        at += v.TICKS_OF[token]
    return template[-1], True


@dataclass
class ChordalGuide:
    """What may come in a voice of several notes at a time.

    `pitches` tells which pitches a note may have; at most `most` begin together, all on sixteenths, none shorter than
    `shortest` ticks or sounding on behind its `room`. A bar at whose start `must_sound` says so is not silent.
    """

    lane: int
    pitches: Harmony
    room: Room
    must_sound: Callable[[int, int], bool]
    most: int = 5
    shortest: int = 6
    _group: tuple[int, int, int] = field(default=(-1, -1, -1), init=False)  # bar, ticks, the pitch said last there
    _count: int = field(default=0, init=False)

    def __call__(self, spot: Spot) -> int | None:
        """Return the tokens that may come; None in other lanes."""
        state = spot.state
        if spot.lane != self.lane or state.phase != "poly":
            return None
        bar, pos = spot.bar, state.pos
        self._remember(bar, state)
        wanted = EVERY & ~(NOTES | _SHIFTS | _FINE)
        if self._count < self.most or self._group[:2] != (bar, pos) or state.building:
            wanted |= saying(state, self.pitches(bar, pos, state.pitch))
        if state.is_entry and self.must_sound(bar, 0):
            wanted &= ~_SOUNDLESS
        room = self.room(bar, pos)
        return (
            wanted
            & ~(longer(room) & NOTES)
            & ~(longer(room - state.length) & _HOLDS)
            & ~(shorter(self.shortest) & NOTES)
        )

    def _remember(self, bar: int, state: State) -> None:
        if state.pitch < 0 or state.shift or self._group == (bar, state.pos, state.pitch):
            return
        self._count = self._count + 1 if self._group[:2] == (bar, state.pos) else 1
        self._group = (bar, state.pos, state.pitch)
