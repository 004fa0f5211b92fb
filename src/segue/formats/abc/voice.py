"""One voice of an ABC tune while it is read: its notes in ticks, its chords, tempos and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from segue.formats.abc import tokens
from segue.formats.abc.bars import Bars
from segue.formats.abc.fields import read_key, read_metre, read_tempo, read_unit
from segue.formats.abc.labels import read_label
from segue.formats.abc.setting import DYNAMICS, Setting
from segue.formats.abc.text import read_text
from segue.formats.abc.tokens import Item, scale
from segue.formats.abc.words import Event, SungAt, set_words
from segue.music.chord import Chord

Struck = tuple[int, int, int]  # of a note: its index, its pitch without accidental, the ticks of this piece of it
_NO_GROUP: tuple[int, list[Struck], int] = (-1, [], 0)
_MOST_VERSES = 99
_TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
_JUMPS = ("d.c.", "d.s.", "dacapo", "dacoda", "fine", "segno", "coda", "dc", "ds")
_UNHEARD = frozenset("rNmUsWGHDBFSOZA")


class Voice:
    """The notes, bars, chords and tempos of one voice, in ticks; `lost` counts, in words, what could not be kept."""

    def __init__(self, setting: Setting, is_declared: bool = False) -> None:
        self.setting, self.is_declared, self.name = setting, is_declared, ""
        self.lost: Counter[str] = Counter()
        self.starts: list[int] = []
        self.lengths: list[int] = []
        self.pitches: list[int] = []
        self.first_velocity = setting.velocity
        self.velocities: list[tuple[int, int]] = []  # from the note of this index on, this velocity
        self.bars = Bars(setting)
        self.chords: list[tuple[int, Chord]] = []
        self.tempos: list[tuple[int, float]] = []
        self.words: list[SungAt] = []
        self.is_sorted, self.has_rests = True, False
        self.time = 0
        self._note_item: Item | None = None  # the last event, where it is a plain note
        self._group = _NO_GROUP  # else where it ends, what it struck, and its ticks
        self._ties: dict[int, int] = {}  # pitch without accidental -> index of the note that goes on
        self._accidentals: dict[int, int] = {}
        self._tuplet, self._tuplet_left = (1, 1), 0
        self._broken: tuple[int, int] | None = None
        self._layer, self._layers_end = 0, 0
        self._layer_ties: dict[int, dict[int, int]] = {}
        self._events: list[Event] = []  # of the line of music, where words follow
        self._verse = 0
        self._open_verses: set[int] = set()  # those that stopped within a word
        self.table = setting.table()
        self._is_plain = not setting.has_words

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

    def begin_line(self) -> None:
        """Let the next w: line belong to the music from here on."""
        self._events, self._verse = [], 0

    def _settle(self) -> None:
        is_special = self._tuplet_left or self._broken or self._ties or self._accidentals or self.setting.has_words
        self._is_plain = not is_special

    # ---- notes

    def _note(self, item: Item) -> None:
        ticks = self._stretch(item[2])
        index = self._strike(item, ticks)
        self._advance([(index, item[3], ticks)], ticks)

    def _chord(self, item: Item) -> None:
        unit, (top, low) = self.table.unit, self._factor()
        struck: list[Struck] = []
        held: list[Struck] = []
        for one in item[1]:
            if one[0] == tokens.NOTE:
                ticks = scale(one[2], item[2] * top, unit * low)
                struck.append((self._strike(one, ticks), one[3], ticks))
            elif one[0] == tokens.TIE:
                held += struck[-1:]
            elif one[0] in (tokens.QUOTE, tokens.DECORATION, tokens.GRACE):
                _ACTS[one[0]](self, one)
        if not struck:
            self.lost["brackets without notes"] += 1
            return
        self.is_sorted = self.is_sorted and len(struck) == 1
        self._advance(struck, struck[0][2])
        if held:
            self._ties = {natural: index for index, natural, _ in held}
            self._settle()

    def _strike(self, item: Item, ticks: int) -> int:
        """Begin a note, or prolong the one that is tied to it; return its index."""
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
            return tied
        self.starts.append(self.time)
        self.lengths.append(ticks)
        self.pitches.append(pitch)
        return len(self.starts) - 1

    def _advance(self, struck: list[Struck], ticks: int) -> None:
        if struck and self.setting.has_words and not self._layer:
            self._events.append((self.time, len(self.bars.marks)))
        self.time += ticks
        self._group, self._note_item = (self.time, struck, ticks), None
        if self._ties:
            self._ties = {}
        self._settle()

    def _factor(self) -> tuple[int, int]:
        """Return by what the next note, chord or rest is stretched: tuplets and broken rhythm."""
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
        self.has_rests = self.has_rests or not item[2]
        self._advance([], self._stretch(item[1]))

    def _measures(self, item: Item) -> None:
        _, count, is_invisible, *_ = item
        self.has_rests = self.has_rests or not is_invisible
        for left in range(count, 0, -1):
            self._advance([], self.setting.bar_ticks())
            if left > 1:
                self._bar((tokens.BAR, 1, 0, (), False, None))

    def _last(self) -> tuple[list[Struck], int] | None:
        """Return what the last note, chord or rest struck, and its ticks."""
        if self._note_item is not None:
            ticks = self._note_item[2]
            return [(len(self.starts) - 1, self._note_item[3], ticks)], ticks
        return self._group[1:] if self._group[0] == self.time else None

    def _tie(self, _item: Item) -> None:
        last = self._last()
        if last and last[0]:
            self._ties = {natural: index for index, natural, _ in last[0]}
            self._is_plain = False

    def _break(self, item: Item) -> None:
        last, low = self._last(), 1 << min(len(item[1]), 8)
        if last is None:
            self.lost["broken rhythms after no note"] += 1
            return
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
        if p:
            q = q or _TUPLETS.get(p) or (3 if self.setting.metre.is_compound else 2)
            self._tuplet, self._tuplet_left, self._is_plain = (q, p), r or p, False

    # ---- overlays and bars

    def _overlay(self, _item: Item) -> None:
        """Begin the bar once more, for another layer of notes."""
        self._layers_end = max(self._layers_end, self.time)
        self._change_layer(self._layer + 1, self.bars.start)
        self.is_sorted = False

    def _change_layer(self, layer: int, time: int) -> None:
        self._layer_ties[self._layer] = self._ties
        self._ties = self._layer_ties.pop(layer, {})
        self._layer, self.time = layer, time
        self._note_item, self._group, self._tuplet_left, self._broken = None, _NO_GROUP, 0, None
        self._settle()

    def _bar(self, item: Item) -> None:
        _, played, begins, ending, is_double, text = item
        self._close(played)
        self.bars.line(played, bool(begins), ending, is_double)
        if text:
            self.lost[f"ending {text[:20]!r}"] += 1
        self._accidentals.clear()
        self._settle()

    def _close(self, played: int) -> None:
        if self._layer:
            self._change_layer(0, max(self.time, self._layers_end))
            self._layers_end = 0
        if self.time > self.bars.start:
            self.bars.close(self.time, played, self.setting)

    def finish(self) -> None:
        """Close the last bar, where music lies in it."""
        self._close(1)

    # ---- fields and words

    def _field(self, item: Item) -> None:
        self.change(item[1], item[2])

    def change(self, letter: str, value: str) -> None:
        """Let a field of the body hold from here on; InputError where its value is none."""
        if letter in "KLMI":
            self._change_setting(letter, value)
        elif letter == "Q":
            bpm = read_tempo(value, self.setting.unit)
            if bpm is None:
                self.lost["tempos in words"] += 1
            else:
                self.tempos.append((self.time, bpm))
        elif letter == "P":
            self._close(1)
            self.bars.section = read_text(value)
        elif letter not in _UNHEARD:
            self.lost[f"fields {letter}:"] += 1

    def _change_setting(self, letter: str, value: str) -> None:
        setting = self.setting
        if letter == "K":
            key = read_key(value)
            if not key.is_understood:
                self.lost[f"key {value[:20]!r}"] += 1
            setting.key = key if key.is_named else setting.key.moved(key.shift)
        elif letter == "L" and (unit := read_unit(value)):
            setting.unit = unit
        elif letter == "M" and (metre := read_metre(value)):
            setting.metre = metre
        elif letter != "I":
            self.lost[f"field {letter}:{value[:20]}"] += 1
        else:
            self.direct(value)
        self.table = setting.table()
        if self.time == self.bars.start:
            self.bars.settle(setting)

    def direct(self, text: str) -> None:
        """Follow a directive such as "MIDI program 5", or count it as lost."""
        setting = self.setting
        program, velocity = setting.program, setting.velocity
        is_kept = setting.direct(text)
        if self.starts and program != setting.program:  # a part has one program
            setting.program, is_kept = program, False
        if not is_kept:
            self.lost[" ".join(text.split()[:2])] += 1
        if velocity != setting.velocity:
            self.velocities.append((len(self.starts), setting.velocity))
        self.table = setting.table()

    def sing(self, text: str) -> None:
        """Set a w: line to the line of music before it."""
        self._verse += 1
        if self._verse > _MOST_VERSES:
            self.lost["verses beyond the 99th"] += 1
            return
        sung, is_open, lost = set_words(text, self._events, self._verse, self._verse in self._open_verses)
        self.words += sung
        if is_open:
            self._open_verses.add(self._verse)
        else:
            self._open_verses.discard(self._verse)
        if lost:
            self.lost["syllables beyond the notes of their line"] += lost

    # ---- signs

    def _quote(self, item: Item) -> None:
        text = item[1][1:].removesuffix('"')
        chord = read_label(text)
        if chord is not None and not (self.chords and self.chords[-1][0] == self.time):
            self.chords.append((self.time, chord))
        elif text.strip():
            self._lose("texts above the notes", text)

    def _decorate(self, item: Item) -> None:
        sign = item[1].strip("!+")
        if sign in DYNAMICS:
            self.setting.velocity = DYNAMICS[sign]
            self.velocities.append((len(self.starts), DYNAMICS[sign]))
        else:
            self._lose("decorations", sign)

    def _lose(self, what: str, text: str) -> None:
        plain = text.strip(" ^_<>@").lower()
        self.lost[f"jump {plain!r}" if plain.startswith(_JUMPS) and len(plain) < 20 else what] += 1

    def _grace(self, _item: Item) -> None:
        self.lost["grace notes"] += 1

    def _junk(self, item: Item) -> None:
        if item[1] == ":" and self.time == self.bars.start:  # the rest of a "|:" or "::" that a line break tore apart
            self.bars.line(1, True, (), False)
            return
        self.lost[f"sign {item[1]!r}"] += 1

    def _skip(self, _item: Item) -> None:
        pass


_ACTS: dict[int, Callable[[Voice, Item], None]] = {
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
