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
from dataclasses import dataclass, field

from segue.errors import FormatError, InputError
from segue.formats.barlines import BarLines, rows
from segue.formats.sheet import check_bar_lines, says
from segue.formats.text import head, lines_of
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.score import Score

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
    lines: BarLines = field(default_factory=BarLines)
    words: dict[str, str] = field(default_factory=dict)

    def line(self, text: str) -> None:
        if not text or text.startswith("#"):
            return
        if "|" in text:
            self.lines.line(text)
        elif found := _HEADER.fullmatch(text):
            self.header(found[1].lower(), found[2].strip())
        elif found := _SECTION.fullmatch(text):
            self.lines.sheet.section = (found[1] or found[2] or "").strip()
        else:
            raise InputError(f"{text[:40]!r} is no bar, header or section; such as | C | Am7 |, key: C or [verse]")

    def header(self, name: str, value: str) -> None:
        name = _WORDS.get(name, name)
        if name == "key":
            self.lines.sheet.key = Key.parse(value)
        elif name == "metre":
            self.lines.sheet.metre = Metre.parse(value)
        elif name == "tempo":
            self.lines.sheet.tempo(_bpm(value))
        else:
            self.words[name] = value


def _bpm(text: str) -> float:
    number = text.split()[0] if text else ""
    if not re.fullmatch(r"\d{1,4}(\.\d{1,17})?", number):
        raise InputError(f"tempo {text[:20]!r} is none; quarter notes a minute, such as 120")
    return float(number)


def read(data: bytes, *, file: str = "") -> Score:
    """Read a chart into a score of bars and chords; FormatError with the line where it is none."""
    lines = lines_of(data, file=file)
    check_bar_lines(lines, file)
    reader, number = _Reader(), 0
    try:
        for line in lines:
            number += 1
            reader.line(line.strip())
        if not reader.lines.sheet.bars:
            raise InputError("no bar in it; such as | C | Am7 | F G |")
        return reader.lines.sheet.score(**reader.words)
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
    for kind, text in rows(score):
        lines.append(text if kind == "bars" else f"[{text}]" if kind == "section" else f"{kind}: {text}")
    data = ("\n".join(lines) + "\n").encode()
    if not says(read, data, score.replace(parts=())):
        raise InputError("this score has names or tempos that a chart cannot say; line breaks, | and ] are none")
    return data
