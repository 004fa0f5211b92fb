"""The music code of one voice, bar by bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from segue.formats.abc.frame import Frame
from segue.formats.abc.layers import Stack, layers_of
from segue.formats.abc.lengths import length_text
from segue.formats.abc.setting import DYNAMICS, VELOCITY
from segue.formats.abc.spelling import Accidentals
from segue.formats.abc.tuplets import Group, Grouping, Piece
from segue.music.score import Part

_SIGNS = {velocity: f"!{sign}!" for sign, velocity in DYNAMICS.items()}


@dataclass(frozen=True)
class Lane:
    """A part to be written as a voice: its label ("" where it needs none), and the letter of its rests.

    `tempos` and `chords` are the fields and the chord symbols that stand before the note at a tick.
    """

    part: Part
    label: str
    tempos: Mapping[int, str]
    chords: Mapping[int, str]
    rest: str = "z"


@dataclass(frozen=True, slots=True)
class WrittenBar:
    """The code of a bar without its bar lines, and the ticks of the notes to which words are set."""

    text: str
    events: tuple[int, ...]


def write_bars(lane: Lane, frame: Frame) -> Iterator[WrittenBar]:
    """Return each bar of a part as ABC; InputError where ABC cannot say it."""
    words = {frame.ticks(sung.start) for sung in lane.part.words}
    layers = layers_of(lane.part.notes, frame.quarter, frame.key_at, words)
    cuts = [sorted({*lane.tempos, *lane.chords, *words}), *([] for _ in layers[1:])]
    cursors = [Cursor(layer, cut) for layer, cut in zip(layers, cuts, strict=True)]
    grouping = Grouping(frame.quarter, parts_whole_rests=any(bar.metre.length < 4 for bar in frame.bars[:1]))
    writer = _BarWriter(lane, frame)
    for number in range(len(frame.bars)):
        start, end = frame.starts[number : number + 2]
        columns = [cursor.pieces(start, end) for cursor in cursors]
        while len(columns) > 1 and all(piece.stack is None for piece in columns[-1]):
            columns.pop()
        grouped = [list(grouping.groups(column)) for column in columns]
        events = tuple(piece.start for group in grouped[0] for piece in group.pieces if piece.stack is not None)
        yield WrittenBar(writer.write(number, grouped), events)


class Cursor:
    """A layer of notes, cut into pieces bar after bar; `cuts` are ticks at which a piece has to begin."""

    def __init__(self, layer: list[Stack], cuts: list[int]) -> None:
        self._layer, self._cuts = layer, cuts
        self._next = self._next_cut = 0

    def pieces(self, start: int, end: int) -> list[Piece]:
        """Return the pieces of the bar from `start` to `end`; bars are to be asked for in their order."""
        found: list[Piece] = []
        time = start
        while time < end:
            stack = self._layer[self._next] if self._next < len(self._layer) else None
            if stack is None or stack.start >= end:
                self._cut(time, end, None, found)
                break
            if stack.start > time:
                self._cut(time, stack.start, None, found)
            self._cut(max(time, stack.start), min(stack.end, end), stack, found)
            time = min(stack.end, end)
            if stack.end > end:
                break
            self._next += 1
        return found

    def _cut(self, start: int, end: int, stack: Stack | None, found: list[Piece]) -> None:
        """Cut at the ticks where a piece has to begin."""
        borders = []
        while self._next_cut < len(self._cuts) and self._cuts[self._next_cut] < end:
            if self._cuts[self._next_cut] > start:
                borders.append(self._cuts[self._next_cut])
            self._next_cut += 1
        for border in (*borders, end):
            found.append(Piece(start, border, stack))
            start = border


class _BarWriter:
    def __init__(self, lane: Lane, frame: Frame) -> None:
        self._lane, self._frame = lane, frame
        self._velocity = VELOCITY

    def write(self, number: int, columns: list[list[Group]]) -> str:
        bar = self._frame.bars[number]
        beat = self._frame.ticks(bar.metre.beat)
        accidentals = Accidentals(bar.key.signature)
        texts = []
        for layer, groups in enumerate(columns):
            accidentals.begin_layer()
            texts.append(self._layer(groups, accidentals, beat, is_first=not layer))
        return " & ".join(texts)

    def _layer(self, groups: list[Group], accidentals: Accidentals, beat: int, *, is_first: bool) -> str:
        texts = []
        rest = self._lane.rest if is_first else "x"
        bar_start = groups[0].pieces[0].start
        for place, group in enumerate(groups):
            before = group.sign
            if place and (group.pieces[0].start - bar_start) % beat == 0:
                texts.append(" ")
            for piece in group.pieces:
                length = length_text(piece.length * group.p, self._frame.unit * group.q)
                tempo = self._lane.tempos.get(piece.start, "") if is_first else ""
                chord = self._lane.chords.get(piece.start, "") if is_first else ""
                field, dynamic = self._dynamic(piece)
                sign = self._notes(piece, length, accidentals) if piece.stack else f"{rest}{length}"
                texts.append(f"{tempo}{field}{chord}{dynamic}{before}{sign}")
                before = ""
        return "".join(texts)

    def _dynamic(self, piece: Piece) -> tuple[str, str]:
        """Return what stands before a piece so that it has its velocity: a field, or a sign."""
        stack = piece.stack
        if stack is None or piece.start != stack.start or stack.velocity == self._velocity:
            return "", ""
        self._velocity = velocity = stack.velocity
        sign = _SIGNS.get(velocity, "")
        return ("", sign) if sign else (f"[I:MIDI=beat {velocity} {velocity} {velocity} 1]", "")

    def _notes(self, piece: Piece, length: str, accidentals: Accidentals) -> str:
        stack = piece.stack
        if stack is None:
            return ""
        is_held = piece.start > stack.start
        notes = "".join(accidentals.write(note, is_held=is_held) for note in stack.notes)
        if len(stack.notes) > 1:
            notes = f"[{notes}]"
        return f"{notes}{length}{'-' if piece.end < stack.end else ''}"
