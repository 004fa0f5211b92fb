"""From tokens back to a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from segue.errors import InputError
from segue.music.chord import QUALITIES, Chord
from segue.music.instruments import INSTRUMENTS
from segue.music.key import MODES, Key
from segue.music.language import vocabulary as v
from segue.music.language.grammar import Limits, State, start
from segue.music.language.layout import canonical_key, drum_lengths
from segue.music.lyric import Sung, Syllable
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.pitch import spell
from segue.music.score import Bar, ChordAt, Part, Score, Tempo
from segue.music.styles import NAMES, UNKNOWN

_QUALITIES, _MODES = tuple(QUALITIES), tuple(MODES)


def decode(tokens: Sequence[int]) -> Score:
    """Return the score that tokens say; InputError names the first token that the grammar does not allow.

    Tokens may stop before `end` (an excerpt): a lane that is not complete is then silent from there on. The chords of
    "changes" and "triads" stand one to a bar of 4/4.
    """
    reading = _Reading()
    state = start(Limits(masks=True))
    for place, token in enumerate(tokens):
        try:
            after = state.advance(token)
        except InputError as error:
            raise InputError(f"token {place + 1}: {error}") from None
        reading.take(token, state, after)
        state = after
    return reading.score(state)


@dataclass
class _Voice:
    """The notes of one voice, by the tick at which they start, and what is still open."""

    notes: list[list[int]] = field(default_factory=list)  # start, length, pitch
    words: list[tuple[int, int]] = field(default_factory=list)  # start, syllable token
    holds: list[tuple[int, int]] = field(default_factory=list)  # start, length: held over from what is said later


@dataclass
class _Reading:
    bars: list[Bar] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    voices: dict[int, _Voice] = field(default_factory=dict)
    chords: dict[int, Chord] = field(default_factory=dict)
    root: int = 0
    count: int = 0  # chords of a piece of changes

    def take(self, token: int, before: State, after: State) -> None:
        """Take one token, with the states before and after it."""
        phase = before.phase
        if phase in ("mono", "poly", "drums", "chords") and after.phase in (phase, "quality"):
            self._in_lane(token, before, after)
        elif phase in ("changes", "change", "quality"):
            self._chord(token, before, after)
        elif before.fill < 0:
            self._sign(token, before, after)

    # ---- bars

    def _sign(self, token: int, before: State, after: State) -> None:
        if after.bars > before.bars:
            self.starts.append(after.bar_start)
            self.bars.append(Bar())
        if not self.bars or after.phase in ("ended", "filling"):
            return
        bar = replace(
            self.bars[-1],
            metre=Metre.parse(v.TOKENS[after.metre].removeprefix("metre:")),
            key=canonical_key(after.tonic, _MODES[after.mode - v.MODE.start]),
            length=Fraction(after.bar_ticks or v.METRE_TICKS[after.metre], v.TICKS),
        )
        if token in v.SECTION:
            bar = replace(bar, section=v.SECTIONS[token - v.SECTION.start])
        elif token in v.ENDING:
            bar = replace(bar, ending=v.ENDINGS[token - v.ENDING.start])
        elif token == v.REPEAT_FROM:
            bar = replace(bar, repeats_from=True)
        elif token == v.REPEAT_TO:
            bar = replace(bar, repeats_to=2)
        self.bars[-1] = bar

    # ---- lanes

    def _in_lane(self, token: int, before: State, after: State) -> None:
        if before.phase == "chords":
            self._chord(token, before, after)
            return
        voice = self.voices.setdefault(before.lane, _Voice())
        if token in v.NOTE:
            length = v.TICKS_OF[token]
            start_at = after.tick - (length if before.phase == "mono" else 0)
            voice.notes.append([start_at, length, after.pitch])
        elif token in v.DRUM:
            voice.notes.append([after.tick, 0, after.pitch])  # its length follows from what comes next
        elif token in v.SYLLABLE:
            voice.words.append((voice.notes[-1][0], token))
        elif token in v.HOLD:
            self._hold(voice, token, before)

    def _hold(self, voice: _Voice, token: int, before: State) -> None:
        length = v.TICKS_OF[token]
        if before.is_entry or before.pitch < 0:  # from over the bar line: the note may be said only later
            voice.holds.append((before.tick, length))
        else:
            voice.notes[-1][1] += length

    def _chord(self, token: int, before: State, after: State) -> None:
        at = before.tick if before.task < 2 else 4 * v.TICKS * self.count
        if token in v.ROOT:
            self.root = token - v.ROOT.start
        elif token == v.NO_CHORD:
            self._put(at, Chord(None), before)
        elif token in v.QUALITY:
            key = self._key(after)
            root = key.spell(key.tonic.pc + self.root)
            self._put(at, Chord(root, _QUALITIES[token - v.QUALITY.start]), before)
        elif token in v.BASS:
            last = next(reversed(self.chords))
            chord = self.chords[last]
            if chord.root is not None:
                pc = (chord.root.pc + token - v.BASS.start + 1) % 12
                self.chords[last] = replace(chord, bass=spell(pc, self._key(after).signature))

    def _put(self, at: int, chord: Chord, before: State) -> None:
        self.chords.pop(at, None)
        self.chords[at] = chord
        self.count += before.task > 1

    def _key(self, state: State) -> Key:
        return canonical_key(state.tonic, _MODES[state.mode - v.MODE.start])

    # ---- the whole

    def score(self, state: State) -> Score:
        """Return what was read, up to a state."""
        if len(state.head) < 7:
            raise InputError(f"{len(state.head)} tokens of a header that has 7: there is no score yet")
        if state.task > 1:
            key, metre = self._key(state), Metre.parse(v.TOKENS[state.metre].removeprefix("metre:"))
            self.bars = [Bar(key=key, metre=metre, length=Fraction(4)) for _ in range(max(1, self.count))]
        end = int(sum((bar.length for bar in self.bars), Fraction(0)) * v.TICKS)
        style = NAMES[state.head[2] - v.STYLE.start]
        tempo = v.TEMPOS[state.head[6] - v.TEMPO.start]
        return Score(
            parts=tuple(self._part(number, state, end) for number in range(len(state.voices))),
            bars=tuple(self.bars),
            chords=tuple(
                ChordAt(Fraction(at, v.TICKS), chord) for at, chord in sorted(self.chords.items()) if at < end
            ),
            tempos=(Tempo(Fraction(0), float(tempo)),) if tempo else (),
            style="" if style == UNKNOWN else style,
        )

    def _part(self, number: int, state: State, end: int) -> Part:
        head, voice = state.voices[number], self.voices.get(number + 1, _Voice())
        is_drums = head.kind == v.ID["kind:drums"]
        rows = _joined(voice)
        if is_drums:
            lengths = drum_lengths((start_at for start_at, _, _ in rows), (*self.starts, end))
            rows = [[start_at, lengths[start_at], pitch] for start_at, _, pitch in rows]
        notes = Notes(
            v.TICKS,
            [start_at for start_at, _, _ in rows],
            [min(length, end - start_at) for start_at, length, _ in rows],
            [pitch for _, _, pitch in rows],
            [80] * len(rows),
        )
        program = INSTRUMENTS[head.instrument - v.INST.start].program
        return Part(notes, program=program, is_drums=is_drums, words=_words(voice.words))


def _joined(voice: _Voice) -> list[list[int]]:
    """Give each hold to the note that ends where it begins; without one it is dropped."""
    rows = sorted(voice.notes, key=lambda row: (row[0], row[2]))
    ends = {row[0] + row[1]: row for row in rows} if voice.holds else {}
    for start_at, length in sorted(voice.holds):
        held = ends.pop(start_at, None)
        if held is not None:
            held[1] += length
            ends[start_at + length] = held
    return rows


def _words(said: list[tuple[int, int]]) -> tuple[Sung, ...]:
    words = []
    ordered = sorted(said)
    for place, (start_at, token) in enumerate(ordered):
        text = v.SYLLABLES[token - v.SYLLABLE.start]
        ends = place + 1 == len(ordered) or v.SYLLABLES[ordered[place + 1][1] - v.SYLLABLE.start][3] == ":"
        stress = None if text[-1] == "?" else int(text[-1])
        words.append(Sung(Fraction(start_at, v.TICKS), Syllable("", text[3] == ":", ends, stress)))
    return tuple(words)
