"""The music code of one voice, bar by bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from segue.formats.abc.frame import Frame
from segue.formats.abc.layers import Stack, layers_of
from segue.formats.abc.lengths import is_plain, length_text, printable, tuplet_of
from segue.formats.abc.setting import DYNAMICS, VELOCITY
from segue.formats.abc.spelling import Accidentals
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
class Piece:
    """What one note sign says: a stack of notes, or a part of it, or a rest (no stack), in ticks."""

    start: int
    end: int
    stack: Stack | None


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
    cursors = [Cursor(layer, cut, frame) for layer, cut in zip(layers, cuts, strict=True)]
    writer = _BarWriter(lane, frame)
    for number in range(len(frame.bars)):
        start, end = frame.starts[number : number + 2]
        columns = [cursor.pieces(start, end) for cursor in cursors]
        while len(columns) > 1 and all(piece.stack is None for piece in columns[-1]):
            columns.pop()
        events = tuple(piece.start for piece in columns[0] if piece.stack is not None)
        yield WrittenBar(writer.write(number, columns), events)


class Cursor:
    """A layer of notes, cut into pieces bar after bar; `cuts` are ticks at which a piece has to begin."""

    def __init__(self, layer: list[Stack], cuts: list[int], frame: Frame) -> None:
        self._layer, self._cuts, self._quarter = layer, cuts, frame.quarter
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
        return self._part_beats(found, start)

    def _part_beats(self, pieces: list[Piece], bar_start: int) -> list[Piece]:
        """Part whole beats from a piece that begins on a beat and ends within a tuplet of other lengths."""
        quarter = self._quarter
        parted: list[Piece] = []
        for place, piece in enumerate(pieces):
            length, over = piece.end - piece.start, (piece.end - piece.start) % quarter
            if length > quarter and not is_plain(length, quarter) and (piece.start - bar_start) % quarter == 0:
                lengths = [one.end - one.start for one in pieces[place : place + 99]]
                found = tuplet_of(lengths, quarter)
                if found is None or len(set(lengths[: found[2]])) > 1:
                    border = piece.end - over
                    self._cut(piece.start, border, piece.stack, parted)
                    piece = Piece(border, piece.end, piece.stack)
            parted.append(piece)
        return parted

    def _cut(self, start: int, end: int, stack: Stack | None, found: list[Piece]) -> None:
        """Cut at the ticks where a piece has to begin, then into lengths that one sign can say."""
        borders = []
        while self._next_cut < len(self._cuts) and self._cuts[self._next_cut] < end:
            if self._cuts[self._next_cut] > start:
                borders.append(self._cuts[self._next_cut])
            self._next_cut += 1
        for border in (*borders, end):
            for length in printable(border - start, self._quarter):
                found.append(Piece(start, start + length, stack))
                start += length


class _BarWriter:
    def __init__(self, lane: Lane, frame: Frame) -> None:
        self._lane, self._frame = lane, frame
        self._velocity = VELOCITY

    def write(self, number: int, columns: list[list[Piece]]) -> str:
        bar = self._frame.bars[number]
        beat = self._frame.ticks(bar.metre.beat)
        accidentals = Accidentals(bar.key.signature)
        texts = []
        for layer, pieces in enumerate(columns):
            accidentals.begin_layer()
            texts.append(self._layer(pieces, accidentals, beat, is_first=not layer))
        return " & ".join(texts)

    def _layer(self, pieces: list[Piece], accidentals: Accidentals, beat: int, *, is_first: bool) -> str:
        frame, texts = self._frame, []
        rest = self._lane.rest if is_first else "x"
        tuplet, left = (1, 1), 0
        bar_start = pieces[0].start
        for place, piece in enumerate(pieces):
            before = ""
            if not left:
                tuplet, left, before = self._tuplet([one.end - one.start for one in pieces[place : place + 99]])
                if place and (piece.start - bar_start) % beat == 0:
                    texts.append(" ")
            left = max(0, left - 1)
            length = length_text((piece.end - piece.start) * tuplet[0], frame.unit * tuplet[1])
            tempo = self._lane.tempos.get(piece.start, "") if is_first else ""
            chord = self._lane.chords.get(piece.start, "") if is_first else ""
            field, dynamic = self._dynamic(piece)
            sign = self._notes(piece, length, accidentals) if piece.stack else f"{rest}{length}"
            texts.append(f"{tempo}{field}{chord}{dynamic}{before}{sign}")
            if not left:
                tuplet = (1, 1)
        return "".join(texts)

    def _dynamic(self, piece: Piece) -> tuple[str, str]:
        """Return what stands before a piece so that it has its velocity: a field, or a sign."""
        stack = piece.stack
        if stack is None or piece.start != stack.start or stack.velocity == self._velocity:
            return "", ""
        self._velocity = velocity = stack.velocity
        sign = _SIGNS.get(velocity, "")
        return ("", sign) if sign else (f"[I:MIDI=beat {velocity} {velocity} {velocity} 1]", "")

    def _tuplet(self, lengths: list[int]) -> tuple[tuple[int, int], int, str]:
        """Return how the lengths are stretched, for how many notes, and the sign of the tuplet that begins."""
        found = tuplet_of(lengths, self._frame.quarter)
        if found is None:
            return (1, 1), 0, ""
        p, q, r = found
        return (p, q), r, f"({p}" if (p, q, r) == (3, 2, 3) else f"({p}:{q}:{r}"

    def _notes(self, piece: Piece, length: str, accidentals: Accidentals) -> str:
        stack = piece.stack
        if stack is None:
            return ""
        is_held = piece.start > stack.start
        notes = "".join(accidentals.write(note, is_held=is_held) for note in stack.notes)
        if len(stack.notes) > 1:
            notes = f"[{notes}]"
        return f"{notes}{length}{'-' if piece.end < stack.end else ''}"
