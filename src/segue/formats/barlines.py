"""Lines of bars, as charts and grids have them: `|: C | F / / G | % :|x3`, read onto a sheet and written again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from segue.errors import InputError
from segue.formats.sheet import Sheet, slots_of
from segue.music.chord import Chord
from segue.music.score import Bar, ChordAt, Score

_BARLINE = re.compile(r"(:?\|(?:[|:\]]+|\.(?=\s*$))?|::+)(?:\s*[x×](\d{1,4})(?=\s|$))?")
_LENGTH = re.compile(r"\((\d{1,4})/(\d{1,4})\)")
_ENDING = re.compile(r"([1-9]\d?(?:,[1-9]\d?)*)\.")
_HOLD = ("/", ".", "-")
_IN_A_ROW = 4


@dataclass
class BarLines:
    """A sheet, and what reading its next line of bars needs to know of the ones before."""

    sheet: Sheet = field(default_factory=Sheet)
    before: list[Chord | None] = field(default_factory=list)  # the places of the last bar, for %
    repeat_next: bool = False

    def line(self, text: str) -> None:
        """Read a line of bars; InputError where it is none."""
        first = len(self.sheet.bars)
        place, times, end = 0, 1, len(text)
        for sign in _BARLINE.finditer(text):
            self._bar(text[place : sign.start()].strip())
            times = self._barline(sign[1], int(sign[2] or 1), is_last=sign.end() == end)
            place = sign.end()
        rest = text[place:].strip()
        self._bar(rest)
        if times > 1:
            if len(self.sheet.bars) == first:
                raise InputError(f"x{times} after no bar")
            self.sheet.mark(first, repeats_from=True)
            self.sheet.mark(-1, repeats_to=times)

    def _barline(self, sign: str, times: int, *, is_last: bool) -> int:
        """Take a bar line; return how often the whole line is played where its count says so."""
        if sign.startswith(":"):
            if not self.sheet.bars:
                raise InputError("a repeat ends before the first bar")
            self.sheet.mark(-1, repeats_to=max(times, 2))
        elif times > 1 and not is_last:
            raise InputError(f"x{times} inside a line; it stands at its end, or after :|")
        if sign.endswith(":") and sign != ":":
            self.repeat_next = True
        return 1 if sign.startswith(":") else times

    def _bar(self, text: str) -> None:
        tokens = text.split()
        if not tokens:
            return
        length = Fraction(0)
        ending: tuple[int, ...] = ()
        if found := _ENDING.fullmatch(tokens[0]):
            ending = tuple(int(one) for one in found[1].split(","))
            tokens = tokens[1:] or ["/"]
        if found := _LENGTH.fullmatch(tokens[0]):
            if not int(found[2]) or not int(found[1]):
                raise InputError(f"a bar of length {tokens[0]}")
            length = Fraction(4 * int(found[1]), int(found[2]))
            tokens = tokens[1:] or ["/"]
        slots = self._repeated() if tokens == ["%"] else [None if one in _HOLD else Chord.parse(one) for one in tokens]
        self.sheet.add(slots, length)
        self.before = slots
        if ending or self.repeat_next:
            self.sheet.mark(-1, ending=ending, repeats_from=self.repeat_next)
        self.repeat_next = False

    def _repeated(self) -> list[Chord | None]:
        if not self.before:
            raise InputError("% repeats the bar before, and there is none")
        return [None] if len(self.before) == 1 else self.before


def rows(score: Score) -> Iterator[tuple[str, str]]:
    """Yield what a chart has below its headers: pairs of "bars", "key", "metre", "tempo" or "section" and its text.

    InputError where chords or tempos lie at places that it cannot say.
    """
    tempos = {one.start: one.bpm for one in score.tempos}
    row: list[str] = []
    last: Bar | None = None
    before: list[Chord | None] = []
    for start, bar, chords in _by_bar(score):
        above = list(_above(bar, last, tempos.pop(start, None)))
        if row and (above or len(row) == _IN_A_ROW or bar.repeats_from):
            yield "bars", "".join(row) + " |"
            row = []
        yield from above
        slots = slots_of(start, bar, chords)
        row.append(_bar(bar, slots, before, is_first=not row))
        last, before = bar, slots
        if bar.repeats_to > 1:
            yield "bars", "".join(row) + (f" :| x{bar.repeats_to}" if bar.repeats_to > 2 else " :|")
            row = []
    if row:
        yield "bars", "".join(row) + " |"
    if tempos:
        raise InputError(f"tempos at {', '.join(map(str, tempos))} (quarter notes): at the start of a bar are accepted")


def _by_bar(score: Score) -> Iterator[tuple[Fraction, Bar, list[ChordAt]]]:
    at, start = 0, Fraction(0)
    for bar in score.bars:
        end, first = start + bar.length, at
        while at < len(score.chords) and score.chords[at].start < end:
            at += 1
        yield start, bar, list(score.chords[first:at])
        start = end


def _above(bar: Bar, last: Bar | None, bpm: float | None) -> Iterator[tuple[str, str]]:
    if last is None or last.key != bar.key:
        yield "key", str(bar.key)
    if last is None or last.metre != bar.metre:
        yield "metre", str(bar.metre)
    if bpm is not None:
        yield "tempo", repr(bpm)
    if bar.section:
        yield "section", bar.section


def _bar(bar: Bar, slots: list[Chord | None], before: list[Chord | None], *, is_first: bool) -> str:
    line = ("|:" if bar.repeats_from else "|") if is_first else " |"
    if bar.ending:
        line += f" {','.join(map(str, bar.ending))}."
    if bar.is_irregular:
        length = bar.length / 4
        line += f" ({length.numerator}/{length.denominator})"
    if slots == [None] and len(before) == 1:
        return f"{line} %"
    return f"{line} {' '.join('/' if chord is None else str(chord) for chord in slots)}"
