"""LRC: words with the times at which they are sung, by line and, in the enhanced form, by word.

    [ti:A song]
    [00:12.34]First line
    [00:15.00]<00:15.00>By <00:15.40>word
    [00:20.10][01:20.10]A line sung twice

`offset` (milliseconds; a positive one makes the words appear sooner) is worked into the times and not kept. Lines with
several times are written out and put in order. `[section:chorus]` is ours: other players pass over it. Times are
written in hundredths of a second, or in thousandths where they have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from segue.errors import FormatError, InputError
from segue.formats.text import head, lines_of
from segue.music.lyric import Line, Lyric

NAME = "LRC"
SUFFIXES = (".lrc", ".elrc")
IS_WORDS = True
EXAMPLE = b"[ti:A song]\n[ar:Somebody]\n[00:12.34]First line\n[00:15.00]<00:15.00>By <00:15.40>word\n"

_CLOCK = r"(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?"
_TIME = re.compile(rf"\[{_CLOCK}\]\s*")
_STAMP = re.compile(rf"<{_CLOCK}>")
_TAG = re.compile(r"\[([A-Za-z#][A-Za-z_]{0,20}):([^\]]*)\]")
_NAMES = {"ti": "title", "ar": "artist", "la": "language"}
_MOST_TIMES = 200_000


def is_like(data: bytes) -> bool:
    """Whether a text has lines that begin with a time in brackets."""
    return bool(re.search(r"^\[\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?\]", head(data), re.MULTILINE))


def _seconds(minutes: str, seconds: str, part: str | None) -> float:
    milliseconds = 60_000 * int(minutes) + 1000 * int(seconds) + int((part or "0").ljust(3, "0"))
    if milliseconds >= 60_000_000:
        raise InputError(f"time {minutes}:{seconds}; up to 999:59 is accepted")
    return milliseconds / 1000


@dataclass
class _Reader:
    words: dict[str, str] = field(default_factory=dict)
    sections: list[tuple[str, list[Line]]] = field(default_factory=list)
    offset: int = 0
    times: int = 0
    is_mixed: bool = False  # some line has several times: put all in order

    def line(self, text: str) -> None:
        if found := _TAG.fullmatch(text.strip()):
            self.tag(found[1].lower(), found[2].strip())
            return
        place, times = 0, []
        while found := _TIME.match(text, place):
            times.append(_seconds(found[1], found[2], found[3]))
            place = found.end()
        if not times and not text.strip():
            return
        words, stamps = self.stamped(text[place:].strip())
        self.times += len(times) + len(stamps)
        if self.times > _MOST_TIMES:
            raise InputError(f"more than {_MOST_TIMES:,} times")
        self.is_mixed = self.is_mixed or len(times) > 1
        if not self.sections:
            self.sections.append(("", []))
        self.sections[-1][1].extend(Line(words, at, stamps if at == times[0] else ()) for at in times)
        if not times:
            self.sections[-1][1].append(Line(words, None, stamps))

    def tag(self, name: str, value: str) -> None:
        if name == "section":
            self.sections.append((value, []))
        elif name == "offset":
            if not re.fullmatch(r"[+-]?\d{1,7}", value):
                raise InputError(f"offset {value[:20]!r} is none; milliseconds such as +250")
            self.offset = int(value)
        elif name in _NAMES and value:
            self.words[_NAMES[name]] = value

    def stamped(self, text: str) -> tuple[str, tuple[tuple[int, float], ...]]:
        """Take the times of words out of a line."""
        stamps: list[tuple[int, float]] = []
        words, place = "", 0
        for found in _STAMP.finditer(text):
            words += text[place : found.start()]
            stamps.append((len(words), _seconds(found[1], found[2], found[3])))
            place = found.end()
        words += text[place:]
        left = len(words) - len(words.lstrip())
        last = len(words.strip())
        return words.strip(), tuple((min(max(at - left, 0), last), time) for at, time in stamps)

    def shifted(self, line: Line) -> Line:
        stamps = tuple((place, self.moved(time)) for place, time in line.stamps)
        return replace(line, at=None if line.at is None else self.moved(line.at), stamps=stamps)

    def moved(self, time: float) -> float:
        return max(0, round(1000 * time) - self.offset) / 1000

    def lyric(self) -> Lyric:
        sections: list[tuple[str, tuple[Line, ...]]] = []
        for name, lines in self.sections:
            moved = [self.shifted(line) for line in lines] if self.offset else lines
            if self.is_mixed:
                moved = sorted(moved, key=lambda line: -1.0 if line.at is None else line.at)
            sections.append((name, tuple(moved)))
        return Lyric(tuple(sections), **self.words)


def read(data: bytes, *, file: str = "") -> Lyric:
    """Read words with their times; FormatError with the line where it is no LRC."""
    reader, number = _Reader(), 0
    try:
        for line in lines_of(data, file=file):
            number += 1
            reader.line(line)
    except FormatError:
        raise
    except InputError as problem:
        raise FormatError(str(problem), file=file, place=f"line {number}") from None
    if not any(line.at is not None for _, lines in reader.sections for line in lines):
        raise FormatError("no line with a time; such as [00:12.34]words", file=file, place="line 1")
    return reader.lyric()


def write(lyric: Lyric) -> bytes:
    """Write words with their times, to the millisecond; read back they are the same.

    InputError where no line has a time, or a line or name cannot be said: brackets at its start, blanks around it.
    """
    rounded = Lyric(
        tuple((name, tuple(_rounded(line) for line in lines)) for name, lines in lyric.sections),
        lyric.title,
        lyric.artist,
        lyric.language,
    )
    data = ("\n".join(_lines(rounded)) + "\n").encode()
    try:
        back: Lyric | None = read(data)
    except FormatError:
        back = None
    if back != rounded:
        raise InputError("these words cannot be said in LRC: at least one line needs a time, none begins with [ or <")
    return data


def _rounded(line: Line) -> Line:
    stamps = tuple((place, round(time, 3)) for place, time in line.stamps)
    return replace(line, at=None if line.at is None else round(line.at, 3), stamps=stamps)


def _lines(lyric: Lyric) -> Iterator[str]:
    for tag, value in (("ti", lyric.title), ("ar", lyric.artist), ("la", lyric.language)):
        if value:
            yield f"[{tag}:{value}]"
    for place, (name, lines) in enumerate(lyric.sections):
        if place or name:
            yield f"[section:{name}]"
        for line in lines:
            yield ("" if line.at is None else f"[{_clock(line.at)}]") + _with_stamps(line)


def _with_stamps(line: Line) -> str:
    text, place = "", 0
    for at, time in line.stamps:
        text += f"{line.text[place:at]}<{_clock(time)}>"
        place = max(place, at)
    return text + line.text[place:]


def _clock(time: float) -> str:
    if not 0 <= time < 60_000:
        raise InputError(f"a time of {time} seconds; 0 to 59,999 are accepted")
    milliseconds = round(1000 * time)
    seconds, rest = divmod(milliseconds, 1000)
    part = f"{rest // 10:02d}" if rest % 10 == 0 else f"{rest:03d}"
    return f"{seconds // 60:02d}:{seconds % 60:02d}.{part}"
