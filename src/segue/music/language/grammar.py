"""The grammar of the score language: for every prefix the tokens that may follow, with the arithmetic of bars.

Whatever is drawn from `State.legal` token by token and reaches `end` is a piece that `decode` reads: bars sum up, lanes
come in their order, pitches stay in their range, no note rings beyond the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from segue.errors import InputError
from segue.music.instruments import INSTRUMENTS
from segue.music.language import header_rules as header
from segue.music.language import lane_rules as lanes
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.layout import Head

MOST_TICKS = 64 * v.TICKS  # of one bar
# how far a bar has come; lanes follow at _LANES + their place in the task's order
_KEY, _METRE, _PARTIAL, _SECTION, _REPEAT, _ENDING, _LANES, _DONE = 1, 2, 3, 4, 5, 6, 10, 99


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be drawn beyond what the language demands.

    `in_range` keeps every instrument to its range, `fill_in_range` only what fills holes, `masks` allows masks (a
    prefix that asks for infilling has them), `in_sixteenths` lets bars that are no whole ones last so many sixteenths
    (every format can say that), and a piece has at least `least_bars` and at most `most_bars` bars.
    """

    in_range: bool = False
    fill_in_range: bool = False
    masks: bool = False
    in_sixteenths: bool = False
    least_bars: int = 1
    most_bars: int = 100_000


@dataclass(frozen=True, slots=True)
class Hole:
    """A masked lane that is still to be said: where it lies, and whether a note of it must sound to its end."""

    number: int
    lane: int
    start: int
    ticks: int
    tonic: int
    mode: int
    entered: bool | None  # whether a note sounds into it; None: it follows another hole
    must_sound: bool = False


def start(limits: Limits | None = None) -> State:
    """Return the state before the first token."""
    return State(limits or Limits())


def check(tokens: Iterable[int], limits: Limits | None = None) -> State:
    """Return the state after tokens; InputError names the first that is not legal, and its place."""
    state = start(limits or Limits(masks=True))
    for place, token in enumerate(tokens):
        try:
            state = state.advance(token)
        except InputError as error:
            raise InputError(f"token {place + 1}: {error}") from None
    return state


class State:
    """A prefix of the language, as far as it decides what may follow; `advance` gives a new one."""

    __slots__ = (
        "at", "bar_start", "bar_ticks", "bars", "before", "building", "far", "fill", "filled", "head", "holes",
        "is_entry", "just_noted", "lane", "length", "limits", "metre", "mode", "now", "number", "open", "phase",
        "pitch", "pos", "rank", "ring", "shift", "stop", "task", "tonic", "voices",
    )  # fmt: skip

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.phase = "header"
        self.head: tuple[int, ...] = ()  # the header's tokens
        self.task = self.metre = self.tonic = self.mode = 0  # tokens; the tonic is a pitch class, the task a place
        self.voices: tuple[Head, ...] = ()
        self.bars, self.number, self.bar_start, self.bar_ticks, self.rank = 0, -1, 0, 0, 0
        self.lane, self.is_entry = 0, False  # the lane being said, and whether nothing of it was said yet
        self.pos = self.before = 0  # tick in the bar: of the cursor or group of notes, and of the group before
        self.building, self.far, self.at = 0, 0, -1  # a position being said: how far, its `far` ticks, its `at` token
        self.shift, self.pitch, self.length, self.just_noted = 0, -1, 0, False  # of the note being said, or said last
        self.ring, self.stop = 0, 0  # ticks: where the last note among many ends; where the piece ends, once known
        self.open: tuple[bool | None, ...] = ()  # per voice: does a note sound to the end of the bar before
        self.now: tuple[bool | None, ...] = ()  # the same of this bar
        self.holes: tuple[Hole, ...] = ()
        self.fill = -1  # the hole being said
        self.filled: tuple[bool, ...] = ()  # whether the holes said so far sound to their ends

    # ---- what callers ask

    @property
    def is_ended(self) -> bool:
        """Whether `end` was said."""
        return self.phase == "ended"

    @property
    def tick(self) -> int:
        """Where the piece is, in ticks from its start."""
        return self.bar_start + self.pos

    def legal(self) -> tuple[int, ...]:
        """Return the tokens that may follow, ascending; the same object for the same set."""
        return m.as_tuple(self.mask())

    def mask(self) -> int:
        """Return the tokens that may follow, one bit each."""
        return _RULES[self.phase][0](self)

    def advance(self, token: int) -> State:
        """Return the state after one more token; InputError where it is not legal."""
        if not 0 <= token < v.SIZE or not self.mask() >> token & 1:
            name = v.TOKENS[token] if 0 <= token < v.SIZE else str(token)
            raise InputError(
                f"{name!r} cannot follow here; among the {len(self.legal())} that can is {self._example()}"
            )
        after = self._copy()
        _RULES[self.phase][1](after, token)
        return after

    def _example(self) -> str:
        legal = self.legal()
        return repr(v.TOKENS[legal[0]]) if legal else "none, the piece has ended"

    def _copy(self) -> State:
        after = State.__new__(State)
        for name in State.__slots__:
            setattr(after, name, getattr(self, name))
        return after

    # ---- bars

    def next_bars(self) -> int:
        """Return the bar that may follow, if any may."""
        if self.bars >= self.limits.most_bars and not self._rings_on():  # else a bar more, so that it can end
            return 0
        if self.bars:
            return 1 << v.BAR.start + (self.number + 1) % v.BARS
        return m.bits(v.BAR) if v.LATER in self.head else 1 << v.BAR.start

    def begin_bar(self, token: int) -> None:
        """Take the token that begins a bar."""
        if self.bars:
            self.open = self.now
            self.bar_start += self.bar_ticks
        self.bars += 1
        self.number = token - v.BAR.start
        self.bar_ticks = v.METRE_TICKS[self.metre]
        self.now = (False,) * len(self.voices)
        self.rank, self.phase = 0, "bar"

    def _order(self, lane: int) -> int:
        """The place of a lane in the task's order."""
        return _LANES + (v.VOICES + 1 if lane == v.CHORDS and self.task == 1 else lane)

    def _legal_bar(self) -> int:
        """The tokens with which a bar goes on where no lane is open."""
        if self.fill >= 0:
            return self._next_hole(self.fill)
        rank, mask = self.rank, 0
        if rank < _KEY and self.bars > 1:
            mask |= m.TONICS
        if rank < _METRE and self.bars > 1:
            mask |= m.METRES & ~(1 << self.metre)
        for place, what in (
            (_PARTIAL, 1 << v.PARTIAL),
            (_SECTION, m.SECTIONS),
            (_REPEAT, 1 << v.REPEAT_FROM),
            (_ENDING, m.ENDINGS),
            (_DONE, 1 << v.REPEAT_TO),
        ):
            if rank < place:
                mask |= what
        for lane in range(len(self.voices) + 1):
            if self._order(lane) > rank:
                mask |= 1 << (v.VOICE.start + lane - 1 if lane else v.CHORD_LANE)
        return mask | self.next_bars() | self._endings()

    def _rings_on(self) -> bool:
        return self.ring > self.bar_start + self.bar_ticks

    def _endings(self) -> int:
        if self.bars < self.limits.least_bars or self._rings_on():
            return 0
        return 1 << v.FILL if self.holes else 1 << v.END

    def _step_bar(self, token: int) -> None:
        if self.fill >= 0:
            self._step_between_holes(token)
        elif token in v.TONIC:
            self.tonic, self.phase, self.rank = token - v.TONIC.start, "mode", _KEY
        elif token in v.METRE:
            self.metre, self.bar_ticks, self.rank = token, v.METRE_TICKS[token], _METRE
        elif token == v.PARTIAL:
            self.bar_ticks, self.phase, self.rank = 0, "partial", _PARTIAL
        elif token in v.SECTION:
            self.rank = _SECTION
        elif token == v.REPEAT_FROM:
            self.rank = _REPEAT
        elif token in v.ENDING:
            self.rank = _ENDING
        elif token == v.REPEAT_TO:
            self.rank = _DONE
        elif token == v.CHORD_LANE or token in v.VOICE:
            self.begin_lane(0 if token == v.CHORD_LANE else token - v.VOICE.start + 1)
        else:
            self._leave_bar(token)

    def _leave_bar(self, token: int) -> None:
        if token == v.END:
            self.phase = "ended"
        elif token == v.FILL:
            self.fill, self.phase, self.stop = 0, "filling", self.bar_start + self.bar_ticks
        else:
            self.begin_bar(token)

    def _step_mode(self, token: int) -> None:
        self.mode, self.phase = token, "bar"

    def _legal_partial(self) -> int:
        mask = m.holds(MOST_TICKS - self.bar_ticks)
        if self.limits.in_sixteenths:
            mask &= m.SIXTEENTHS
        return mask | self._legal_bar() if self.bar_ticks else mask

    def _step_partial(self, token: int) -> None:
        if token in v.HOLD:
            self.bar_ticks += v.TICKS_OF[token]
        else:
            self.phase = "bar"
            self._step_bar(token)

    # ---- holes: masked lanes, said after the last bar

    def _legal_filling(self) -> int:
        return 1 << v.BAR.start + self.holes[self.fill].number % v.BARS

    def _legal_hole(self) -> int:
        lane = self.holes[self.fill].lane
        return 1 << (v.VOICE.start + lane - 1 if lane else v.CHORD_LANE)

    def _next_hole(self, place: int) -> int:
        """Return what begins hole `place`, after one that is said: its lane, its bar, or the end."""
        if place == len(self.holes):
            return 1 << v.END
        hole = self.holes[place]
        if hole.start != self.holes[place - 1].start:
            return 1 << v.BAR.start + hole.number % v.BARS
        return 1 << (v.VOICE.start + hole.lane - 1 if hole.lane else v.CHORD_LANE)

    def _step_filling(self, _: int) -> None:
        self.phase = "hole"

    def _step_between_holes(self, token: int) -> None:
        if token == v.END:
            self.phase = "ended"
        elif token in v.BAR:
            self.phase = "hole"
        else:
            self._step_hole(token)

    def _step_hole(self, _: int) -> None:
        hole = self.holes[self.fill]
        self.bar_start, self.bar_ticks, self.tonic, self.mode = hole.start, hole.ticks, hole.tonic, hole.mode
        entered = self._was_filled(hole) if hole.entered is None else hole.entered
        self.open = tuple(entered and place + 1 == hole.lane for place in range(len(self.voices)))
        self.begin_lane(hole.lane)

    def _was_filled(self, hole: Hole) -> bool:
        said = [self.filled[place] for place in range(self.fill) if self.holes[place].lane == hole.lane]
        return bool(said) and said[-1]

    def _finish_hole(self, sounds: bool) -> None:
        self.filled = (*self.filled, sounds)
        self.fill += 1

    def mark_entered(self) -> None:
        """Note that a hold takes over from a hole: the note there must sound to its end."""
        place = max(place for place, hole in enumerate(self.holes) if hole.lane == self.lane)
        held = replace(self.holes[place], must_sound=True)
        self.holes = (*self.holes[:place], held, *self.holes[place + 1 :])

    @property
    def room(self) -> int:
        """The ticks from here to where the piece must end."""
        if self.fill >= 0:
            return self.stop - self.tick
        more = max(self.limits.most_bars - self.bars, 0) * v.METRE_TICKS[self.metre]
        return more + max(self.bar_ticks, self.ring - self.bar_start) - self.pos

    @property
    def must_sound(self) -> bool:
        """Whether the lane being said is a hole whose last note is held on behind it."""
        return self.fill >= 0 and self.holes[self.fill].must_sound

    # ---- lanes

    def begin_lane(self, lane: int) -> None:
        """Begin to say a lane: 0 the chords, 1 the first voice."""
        self.lane, self.rank, self.is_entry = lane, self._order(lane), True
        self.pos = self.before = self.building = self.far = 0
        self.at, self.shift, self.pitch, self.length, self.just_noted = -1, 0, -1, 0, False
        self.phase = _KIND_PHASE[self.voices[lane - 1].kind - v.KIND.start] if lane else "chords"

    def openers(self) -> int:
        """Return the tokens that mask or silence a whole lane, where it has just begun."""
        if not self.is_entry:
            return 0
        if self.fill >= 0:
            return 0 if self.must_sound else 1 << v.SILENT
        return 1 << v.MASK if self.limits.masks else 0

    def step_opener(self, token: int) -> bool:
        """Take a token that masks or silences the whole lane; False where it is another one."""
        if token == v.SILENT:
            self._finish_hole(False)
        elif token == v.MASK:
            entered = self.open[self.lane - 1] if self.lane else False
            hole = Hole(self.number, self.lane, self.bar_start, self.bar_ticks, self.tonic, self.mode, entered)
            self.holes = (*self.holes, hole)
            self.set_sounding(None)
        else:
            self.is_entry = False
            return False
        self.phase = "bar"
        return True

    def set_sounding(self, sounds: bool | None) -> None:
        """Say whether a note of the present voice sounds to the end of its bar."""
        self.now = tuple(sounds if place + 1 == self.lane else was for place, was in enumerate(self.now))

    def after_lane(self) -> int:
        """Return what may follow a lane that is complete."""
        return self._legal_bar() if self.fill < 0 else self._next_hole(self.fill + 1)

    def leave_lane(self, token: int) -> None:
        """Take the token that ends a lane."""
        if self.fill >= 0:
            self._finish_hole(bool(self.lane and self.now[self.lane - 1]))
        self.phase = "bar"
        self._step_bar(token)

    @property
    def base(self) -> int:
        """The pitch of step 0 in the present voice."""
        return v.tonic_pitch(self.tonic) + 12 * v.REGISTERS[self.voices[self.lane - 1].register - v.REGISTER.start]

    @property
    def reach(self) -> tuple[int, int]:
        """The lowest and the highest pitch of the present voice."""
        if not self.limits.in_range and not (self.limits.fill_in_range and self.fill >= 0):
            return 0, 127
        instrument = INSTRUMENTS[self.voices[self.lane - 1].instrument - v.INST.start]
        return instrument.low, instrument.high


_KIND_PHASE = ("mono", "poly", "drums")
_Rule = tuple[Callable[[State], int], Callable[[State, int], None]]
_RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        "header": (header.legal_header, header.step_header),
        "changes": (header.legal_changes, header.step_changes),
        "change": (header.legal_change, header.step_change),
        "opening": (header.legal_opening, header.step_opening),
        "kind": (lambda _: m.KINDS, header.step_kind),
        "instrument": (lambda _: m.INSTRUMENTS, header.step_instrument),
        "register": (lambda _: m.REGISTERS, header.step_register),
        "bar": (State._legal_bar, State._step_bar),
        "mode": (lambda _: m.MODES, State._step_mode),
        "partial": (State._legal_partial, State._step_partial),
        "filling": (State._legal_filling, State._step_filling),
        "hole": (State._legal_hole, State._step_hole),
        "chords": (lanes.legal_chords, lanes.step_chords),
        "quality": (lambda _: m.QUALITIES, lanes.step_quality),
        "mono": (lanes.legal_mono, lanes.step_mono),
        "poly": (lanes.legal_poly, lanes.step_poly),
        "drums": (lanes.legal_drums, lanes.step_drums),
        "ended": (lambda _: 0, lambda _state, _token: None),
    }
)
