"""One voice of an ABC tune while it is read: its notes in ticks, and the bars that it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from segue.errors import InputError
from segue.formats.abc import tokens
from segue.formats.abc.fields import KeyField, read_key, read_metre, read_tempo, read_unit
from segue.formats.abc.labels import read_label
from segue.formats.abc.tokens import Item, Table, scale
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre

Tuple3 = tuple[int, int, int]
_TABLES: dict[tuple[int, tuple[int, ...], int, bool], Table] = {}
_MOST_TABLES, _MOST_BARS = 64, 100_000
_TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}


def table_of(unit: int, alters: tuple[int, ...], shift: int, by_octave: bool) -> Table:
    """Return the table of tokens for this setting; the same object for the same one."""
    setting = (unit, alters, shift, by_octave)
    table = _TABLES.get(setting)
    if table is None:
        if len(_TABLES) >= _MOST_TABLES:
            _TABLES.clear()
        table = _TABLES[setting] = Table(*setting)
    return table


@dataclass(slots=True)
class Setting:
    """What holds for the notes to come: metre, key, unit length (quarter notes), and how accidentals count."""

    metre: Metre = field(default_factory=Metre)
    key: KeyField = field(default_factory=lambda: read_key(""))
    unit: Fraction = Fraction(1, 2)
    by_octave: bool = False


@dataclass(slots=True)
class Mark:
    """A bar as it is read: times in ticks."""

    start: int
    length: int
    metre: Metre
    key: Key
    repeats_from: bool
    repeats_to: int
    ending: tuple[int, ...]
    section: str


class Voice:
    """The notes, bars, chords and tempos of one voice; `resolution` is the ticks of a quarter note.

    `lost` counts, in words, what could not be kept.
    """

    def __init__(self, setting: Setting, resolution: int, shift: int = 0) -> None:
        self.metre, self.key, self.unit, self.by_octave = setting.metre, setting.key, setting.unit, setting.by_octave
        self.resolution, self.shift = resolution, shift
        self.name, self.program, self.is_drums = "", 0, False
        self.lost: Counter[str] = Counter()
        self.starts: list[int] = []
        self.lengths: list[int] = []
        self.pitches: list[int] = []
        self.bars: list[Mark] = []
        self.chords: list[tuple[int, Chord]] = []
        self.tempos: list[tuple[int, float]] = []
        self.events: list[tuple[int, int, bool]] = []  # (start, bar, is tied to the one before) where words follow
        self.has_words, self.is_sorted, self.is_visible = False, True, False
        self.time, self.bar_start, self.bar_end = 0, 0, 0
        self._note_item: Item | None = None  # the last event, where it is a plain note
        self._group: tuple[int, list[Tuple3], int] = (-1, [], 0)  # else its end, (index, natural, ticks) and ticks
        self._ties: dict[int, int] = {}  # natural pitch -> index of the note that goes on
        self._accidentals: dict[int, int] = {}
        self._tuplet, self._tuplet_left = (1, 1), 0
        self._broken: tuple[int, int] | None = None
        self._is_plain = True
        self._layer, self._layer_ties = 0, {}  # type: int, dict[int, dict[int, int]]
        self._from, self._ending, self._section = False, (), ""  # type: bool, tuple[int, ...], str
        self._double_at, self._is_open = 0, False
        self._set_table()

    # ---- the inner loop

    def play(self, line: str) -> None:
        """Read a line of music; InputError where it cannot be."""
        table, starts, lengths, pitches = self.table, self.starts, self.lengths, self.pitches
        for token in tokens.TOKEN.findall(line):
            item = table[token]
            if item[0]:
                _ACTS[item[0]](self, item)
                table = self.table
            elif self._is_plain and item[5] is None:
                time = self.time
                starts.append(time)
                lengths.append(item[2])
                pitches.append(item[1])
                self.time = time + item[2]
                self._note_item = item
            else:
                self._note(item)

    def _settle(self) -> None:
        is_special = self._tuplet_left or self._broken or self._ties or self._accidentals or self.has_words
        self._is_plain = not is_special

    def _set_table(self) -> None:
        unit = scale(self.resolution, self.unit.numerator, self.unit.denominator)
        self.table = table_of(unit, self.key.alters, self.key.shift + self.shift, self.by_octave)

    # ---- notes

    def _note(self, item: Item) -> None:
        ticks = self._stretch(item[2])
        index, is_tied = self._strike(item, ticks)
        self._advance([(index, item[3], ticks)], ticks, is_tied)

    def _chord(self, item: Item) -> None:
        unit, top, low = self.table.unit, *self._factor()
        struck: list[Tuple3] = []
        held: list[Tuple3] = []
        are_tied, moved = [], 0
        for one in item[1]:
            if one[0] == tokens.NOTE:
                ticks = scale(one[2], item[2] * top, unit * low)
                index, is_tied = self._strike(one, ticks)
                struck.append((index, one[3], ticks))
                are_tied.append(is_tied)
                moved = moved or ticks
            elif one[0] == tokens.TIE and struck:
                held.append(struck[-1])
            elif one[0] != tokens.CHORD:
                _ACTS.get(one[0], Voice._skip)(self, one)
        if not struck:
            self.lost["chords without notes"] += 1
            return
        self.is_sorted = self.is_sorted and len(struck) == 1
        self._advance(struck, moved, all(are_tied))
        self._ties.update((natural, index) for index, natural, _ in held)
        self._settle()

    def _strike(self, item: Item, ticks: int) -> tuple[int, bool]:
        """Begin a note, or prolong the one it is tied to; return its index, and whether it is tied."""
        _, pitch, _, natural, place, alter = item
        tied = self._ties.get(natural)
        if alter is not None:
            self._accidentals[place] = alter
        elif place in self._accidentals:
            pitch = natural + self.table.shift + self._accidentals[place]
        elif tied is not None:
            pitch = self.pitches[tied]
        if tied is not None and self.pitches[tied] == pitch and self.starts[tied] + self.lengths[tied] == self.time:
            self.lengths[tied] += ticks
            return tied, True
        self.starts.append(self.time)
        self.lengths.append(ticks)
        self.pitches.append(pitch)
        return len(self.starts) - 1, False

    def _advance(self, struck: list[Tuple3], ticks: int, is_tied: bool) -> None:
        if self.has_words and struck:
            self.events.append((self.time, len(self.bars), is_tied))
        self.time += ticks
        self._group, self._note_item = (self.time, struck, ticks), None
        if self._ties:
            self._ties = {}
        self._settle()

    def _factor(self) -> tuple[int, int]:
        top, low = 1, 1
        if self._tuplet_left:
            self._tuplet_left -= 1
            top, low = self._tuplet
        if self._broken:
            top, low, self._broken = top * self._broken[0], low * self._broken[1], None
        return top, low

    def _stretch(self, ticks: int) -> int:
        top, low = self._factor()
        return ticks if top == low else scale(ticks, top, low)

    def _rest(self, item: Item) -> None:
        self.is_visible = self.is_visible or not item[2]
        self._advance([], self._stretch(item[1]), False)

    def _measures(self, item: Item) -> None:
        _, count, is_invisible, *_ = item
        self.is_visible = self.is_visible or not is_invisible
        length = self.metre.length
        for left in range(count, 0, -1):
            self._advance([], scale(self.resolution, length.numerator, length.denominator), False)
            if left > 1:
                self._bar((tokens.BAR, 1, 0, (), False, None))

    def _last(self) -> tuple[list[Tuple3], int] | None:
        """Return what the last note, chord or rest struck, and its ticks."""
        if self._note_item is not None:
            ticks = self._note_item[2]
            return [(len(self.starts) - 1, self._note_item[3], ticks)], ticks
        return self._group[1:] if self._group[0] == self.time else None

    def _tie(self, _item: Item) -> None:
        last = self._last()
        if last and last[0]:
            self._ties.update((natural, index) for index, natural, _ in last[0])
            self._is_plain = False

    def _break(self, item: Item) -> None:
        last, count = self._last(), min(len(item[1]), 8)
        if last is None:
            self.lost["broken rhythms after no note"] += 1
            return
        low = 2**count
        first, then = (2 * low - 1, 1) if item[1][0] == ">" else (1, 2 * low - 1)
        struck = []
        for index, natural, ticks in last[0]:
            changed = scale(ticks, first, low)
            self.lengths[index] += changed - ticks
            struck.append((index, natural, changed))
        ticks = scale(last[1], first, low)
        self.time += ticks - last[1]
        self._group, self._note_item = (self.time, struck, ticks), None
        self._broken, self._is_plain = (then, low), False

    def _begin_tuplet(self, item: Item) -> None:
        _, p, q, r, *_ = item
        if not p:
            return
        q = q or _TUPLETS.get(p) or (3 if self.metre.is_compound else 2)
        self._tuplet, self._tuplet_left, self._is_plain = (q, p), r or p, False

    def _overlay(self, _item: Item) -> None:
        self.bar_end = max(self.bar_end, self.time)
        self._layer_ties[self._layer] = self._ties
        self._layer += 1
        self._ties = self._layer_ties.pop(self._layer, {})
        self.time, self.is_sorted = self.bar_start, False
        self._note_item, self._group, self._tuplet_left, self._broken = None, (-1, [], 0), 0, None
        self._settle()

    # ---- bars

    def _bar(self, item: Item) -> None:
        _, played, begins, ending, is_double, text = item
        if self._layer:
            self._end_overlays()
        if self.time > self.bar_start:
            self._close(played)
        elif played > 1 and self.bars:
            self.bars[-1].repeats_to = max(played, self.bars[-1].repeats_to)
        if played > 1:
            self._end_repeat()
        if is_double:
            self._double_at = len(self.bars)
        if begins:
            self._from = self._is_open = True
        if ending:
            self._ending = ending
        if text:
            self.lost[f"ending {text[:20]!r}"] += 1
        self._accidentals.clear()
        self._settle()

    def _close(self, played: int) -> None:
        if len(self.bars) >= _MOST_BARS:
            raise InputError(f"more than {_MOST_BARS:,} bars in a voice")
        length = self.time - self.bar_start
        marks = (self._from, played, self._ending, self._section)
        self.bars.append(Mark(self.bar_start, length, self.metre, self.key.key, *marks))
        self.bar_start, self._from, self._ending, self._section = self.time, False, (), ""

    def _end_overlays(self) -> None:
        self._layer_ties[self._layer] = self._ties
        self.time, self._layer = max(self.time, self.bar_end), 0
        self._ties = self._layer_ties.pop(0, {})
        self._note_item, self._group = None, (-1, [], 0)

    def _end_repeat(self) -> None:
        """Begin what `:|` repeats at the last double bar, where no `|:` has begun it."""
        if not self._is_open and 0 < self._double_at < len(self.bars):
            self.bars[self._double_at].repeats_from = True
        self._is_open, self._double_at = False, len(self.bars)

    def finish(self) -> None:
        """Close the last bar, where music lies in it."""
        if self._layer:
            self._end_overlays()
        if self.time > self.bar_start:
            self._close(1)

    # ---- the rest

    def _quote(self, item: Item) -> None:
        text = item[1][1:].removesuffix('"')
        chord = read_label(text)
        if chord is not None and not (self.chords and self.chords[-1][0] == self.time):
            self.chords.append((self.time, chord))
        elif text.strip():
            self.lost["texts above the notes"] += 1

    def _field(self, item: Item) -> None:
        self.change(item[1], item[2])

    def change(self, letter: str, value: str) -> None:
        """Let a field of the body hold from here on; InputError where its value is none."""
        if letter == "K":
            self._change_key(value)
        elif letter == "M":
            self.metre = read_metre(value) or Metre()
        elif letter == "L":
            self.unit = read_unit(value)
            self._set_table()
        elif letter == "Q":
            bpm = read_tempo(value, self.unit)
            if bpm is None:
                self.lost["tempos in words"] += 1
            else:
                self.tempos.append((self.time, bpm))
        elif letter == "P":
            self._section = value
        else:
            self.lost[f"fields {letter}:"] += 1

    def _change_key(self, value: str) -> None:
        key = read_key(value)
        if not key.is_known:
            self.lost[f"key {value[:20]!r}"] += 1
            key = KeyField(self.key.key, self.key.alters, key.shift)
        self.key = key
        self._set_table()

    def _grace(self, _item: Item) -> None:
        self.lost["grace notes"] += 1

    def _decorate(self, _item: Item) -> None:
        self.lost["decorations"] += 1

    def _junk(self, item: Item) -> None:
        self.lost[f"character {item[1]!r}"] += 1

    def _skip(self, _item: Item) -> None:
        pass


_ACTS: dict[int, Callable[[Voice, Item], None]] = {
    tokens.NOTE: Voice._note,
    tokens.BAR: Voice._bar,
    tokens.REST: Voice._rest,
    tokens.QUOTE: Voice._quote,
    tokens.TIE: Voice._tie,
    tokens.BROKEN: Voice._break,
    tokens.TUPLET: Voice._begin_tuplet,
    tokens.CHORD: Voice._chord,
    tokens.FIELD: Voice._field,
    tokens.OVERLAY: Voice._overlay,
    tokens.GRACE: Voice._grace,
    tokens.DECORATION: Voice._decorate,
    tokens.SKIP: Voice._skip,
    tokens.JUNK: Voice._junk,
    tokens.MEASURES: Voice._measures,
}
