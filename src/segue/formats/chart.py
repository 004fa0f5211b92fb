"""Chord charts as musicians type them: bars between `|`, headers above, sections in brackets.

    title: Little blues
    key: F major
    metre: 4/4

    [verse]
    |: F7 | Bb7 | F7 | Cm7 F7 :|

The chords of a bar share its time equally; `/`, `.` and `-` let the last one sound on, so that `C / / G` has G on the
fourth beat. `%` repeats the bar before. A bar may begin with `(2/4)`, its own length, or `1.`, the ending it begins.
`:|x3` is played three times, `| C | G | x2` twice. `key:`, `metre:` and `tempo:` (quarter notes a minute) may stand
between lines, for the bars that follow; lines that begin with `#` are comments and not kept. A chart holds no notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from segue.errors import FormatError, InputError
from segue.formats.sheet import MOST_BARS, Sheet, slots_of
from segue.formats.text import head, lines_of
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Score

NAME = "chord chart"
SUFFIXES = (".chart", ".txt")
EXAMPLE = b"""title: Little blues
key: F major
metre: 4/4

[verse]
|: F7 | Bb7 | F7 | % |
| Bb7 | % | F7 | / / D7 / :|
[coda]
| (2/4) Gm7 C7 | F6 |
"""

_HEADER = re.compile(r"(title|composer|artist|style|key|metre|meter|time|tempo|bpm)\s*[:=]\s*(.*)", re.IGNORECASE)
_SECTION = re.compile(r"\[([^\]|]*)\]|([^|:]+):")
_BARLINE = re.compile(r"(:?\|[|:\]]*|::+)(?:\s*[x×](\d{1,4})(?=\s|$))?")
_LENGTH = re.compile(r"\((\d{1,4})/(\d{1,4})\)")
_ENDING = re.compile(r"([1-9]\d?(?:,[1-9]\d?)*)\.")
_HOLD = ("/", ".", "-")
_WORDS = {"artist": "composer", "meter": "metre", "time": "metre", "bpm": "tempo"}


def is_like(data: bytes) -> bool:
    """Whether a text looks like a chart: most of its lines are bars, headers or sections, and there are bars."""
    lines = [line.strip() for line in head(data).splitlines()[:60] if line.strip()]
    bars = [line for line in lines if line.startswith(("|", ":|")) or line.count("|") > 1]
    other = [line for line in lines if _HEADER.match(line) or _SECTION.fullmatch(line) or line.startswith("#")]
    return (
        bool(bars)
        and len(bars) + len(other) >= 0.8 * len(lines)
        and not re.search(r"^[\d.e-]+\t", "\n".join(lines), re.MULTILINE)
    )


@dataclass
class _Reader:
    sheet: Sheet = field(default_factory=Sheet)
    words: dict[str, str] = field(default_factory=dict)
    before: list[Chord | None] = field(default_factory=list)  # the slots of the last bar, for %
    repeat_next: bool = False

    def line(self, text: str) -> None:
        if not text or text.startswith("#"):
            return
        if "|" in text:
            self.bars(text)
        elif found := _HEADER.fullmatch(text):
            self.header(found[1].lower(), found[2].strip())
        elif found := _SECTION.fullmatch(text):
            self.sheet.section = (found[1] or found[2] or "").strip()
        else:
            raise InputError(f"{text[:40]!r} is no bar, header or section; such as | C | Am7 |, key: C or [verse]")

    def header(self, name: str, value: str) -> None:
        name = _WORDS.get(name, name)
        if name == "key":
            self.sheet.key = Key.parse(value)
        elif name == "metre":
            self.sheet.metre = Metre.parse(value)
        elif name == "tempo":
            self.sheet.tempo(_bpm(value))
        else:
            self.words[name] = value

    def bars(self, text: str) -> None:
        first = len(self.sheet.bars)
        place, times, end = 0, 1, len(text)
        for sign in _BARLINE.finditer(text):
            self.bar(text[place : sign.start()].strip())
            times = self.barline(sign[1], int(sign[2] or 1), is_last=sign.end() == end)
            place = sign.end()
        rest = text[place:].strip()
        self.bar(rest)
        if times > 1:
            if len(self.sheet.bars) == first:
                raise InputError(f"x{times} after no bar")
            self.sheet.mark(first, repeats_from=True)
            self.sheet.mark(-1, repeats_to=times)

    def barline(self, sign: str, times: int, *, is_last: bool) -> int:
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

    def bar(self, text: str) -> None:
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
        slots = self.repeated() if tokens == ["%"] else [None if one in _HOLD else Chord.parse(one) for one in tokens]
        self.sheet.add(slots, length)
        self.before = slots
        if ending or self.repeat_next:
            self.sheet.mark(-1, ending=ending, repeats_from=self.repeat_next)
        self.repeat_next = False

    def repeated(self) -> list[Chord | None]:
        if not self.before:
            raise InputError("% repeats the bar before, and there is none")
        return [None] if len(self.before) == 1 else self.before


def _bpm(text: str) -> float:
    number = text.split()[0] if text else ""
    if not re.fullmatch(r"\d{1,4}(\.\d{1,17})?", number):
        raise InputError(f"tempo {text[:20]!r} is none; quarter notes a minute, such as 120")
    return float(number)


def read(data: bytes, *, file: str = "") -> Score:
    """Read a chart into a score of bars and chords; FormatError with the line where it is none."""
    lines = lines_of(data, file=file)
    if sum(line.count("|") for line in lines) > 4 * MOST_BARS:
        raise FormatError(f"more than {4 * MOST_BARS:,} bar lines: too many", file=file)
    reader, number = _Reader(), 0
    try:
        for line in lines:
            number += 1
            reader.line(line.strip())
        if not reader.sheet.bars:
            raise InputError("no bar in it; such as | C | Am7 | F G |")
        return reader.sheet.score(**reader.words)
    except FormatError:
        raise
    except InputError as problem:
        raise FormatError(str(problem), file=file, place=f"line {number}") from None


def write(score: Score) -> bytes:
    """Write bars and chords as a chart that reads back to the same score.

    InputError where it has notes, no bar, or chords and tempos at places that a chart cannot say.
    """
    if any(len(part.notes) for part in score.parts):
        raise InputError("a chart holds chords and no notes; `score.progression.score` is the chords alone")
    if not score.bars:
        raise InputError("a chart needs at least one bar")
    headers = [("title", score.title), ("composer", score.composer), ("style", score.style)]
    lines = [f"{name}: {value}" for name, value in headers if value]
    data = ("\n".join([*lines, *_body(score)]) + "\n").encode()
    if read(data) != score.replace(parts=()):
        raise InputError("this score has names or tempos that a chart cannot say; line breaks, | and ] are none")
    return data


def _body(score: Score) -> Iterator[str]:
    tempos = {one.start: one.bpm for one in score.tempos}
    row: list[str] = []
    last: Bar | None = None
    before: list[Chord | None] = []
    for start, bar, chords in _by_bar(score):
        above = list(_above(bar, last, tempos.pop(start, None)))
        if row and (above or len(row) == 4 or bar.repeats_from):
            yield "".join(row) + ("" if row[-1].endswith("|") else " |")
            row = []
        yield from above
        slots = slots_of(start, bar, chords)
        row.append(_bar(bar, slots, before, is_first=not row))
        last, before = bar, slots
        if bar.repeats_to > 1:
            yield "".join(row) + (f" :| x{bar.repeats_to}" if bar.repeats_to > 2 else " :|")
            row = []
    if row:
        yield "".join(row) + " |"
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


def _above(bar: Bar, last: Bar | None, bpm: float | None) -> Iterator[str]:
    if last is None or last.key != bar.key:
        yield f"key: {bar.key}"
    if last is None or last.metre != bar.metre:
        yield f"metre: {bar.metre}"
    if bpm is not None:
        yield f"tempo: {bpm!r}"
    if bar.section:
        yield f"[{bar.section}]"


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
