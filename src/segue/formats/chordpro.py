"""ChordPro: chords in brackets inside the words, directives in braces, grids of bars.

    {title: A song}
    {key: C}
    {start_of_verse: Verse 1}
    [C]Hello [Am]world, | [F]hello [G]sun
    {end_of_verse}

`read` gives the chords, `read_lyric` the words. Where a line of words has `|`, its chords share the bars between them;
elsewhere every chord takes one bar, and `Score.notice` says so. In a grid (`{start_of_grid}`) bars are read as in a
chord chart. `{chorus}` plays the last chorus again. Tablature, diagrams, annotations (`[*...]`), comments and the capo
are left out: chords are as written. `write` gives grids, whose `(1/4)` (a bar's own length) and `x3` are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from segue.errors import FormatError, InputError
from segue.formats.barlines import BarLines, rows
from segue.formats.sheet import MOST_BARS, says
from segue.formats.text import head, lines_of
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.lyric import Line, Lyric
from segue.music.metre import Metre
from segue.music.score import Score

NAME = "ChordPro"
SUFFIXES = (".cho", ".chordpro", ".chopro", ".crd", ".pro")
EXAMPLE = b"""{title: A song}
{key: C}
{start_of_verse: Verse 1}
[C]Hello [Am]world, | [F]hello [G]sun
{end_of_verse}
{start_of_grid label="coda"}
|: C . F . | G7 . . . :|
{end_of_grid}
"""

_DIRECTIVE = re.compile(r"\{\s*([A-Za-z_]{1,40})(?:-[\w!]+)?\s*[: ]?\s*(.*?)\s*\}")
_BRACKET = re.compile(r"\[([^\[\]]{0,64})\]")
_LABEL = re.compile(r"""(?:^|\s)label=(?:"([^"]*)"|'([^']*)'|(\S+))""")
_VOLTA = re.compile(r"\|([1-9](?:,[1-9])*)(?=\s)")
_SHORT = {
    "t": "title", "st": "subtitle", "c": "comment", "sov": "start_of_verse", "eov": "end_of_verse",
    "soc": "start_of_chorus", "eoc": "end_of_chorus", "sob": "start_of_bridge", "eob": "end_of_bridge",
    "sot": "start_of_tab", "eot": "end_of_tab", "sog": "start_of_grid", "eog": "end_of_grid",
}  # fmt: skip
_UNSUNG = ("tab", "abc", "ly", "svg", "textblock")


def is_like(data: bytes) -> bool:
    """Whether a text has directives in braces, or chords in brackets among words."""
    text = head(data)
    if re.search(r"^\{\s*(title|t|subtitle|st|start_of_\w+|so[vcbtg]|key|artist|comment|c)\b", text, re.MULTILINE):
        return True
    found = re.findall(r"\S\[([A-G][^\[\]:]{0,12})\]|\[([A-G][^\[\]:]{0,12})\]\S", text)
    return sum(_chord(one or other) is not None for one, other in found) > 3


@lru_cache(maxsize=4096)
def _chord(text: str) -> Chord | None:
    try:
        return Chord.parse(text)
    except InputError:
        return None


@dataclass
class _Song:
    """What both readers know: headers, the environment they are in, and its label."""

    words: dict[str, str] = field(default_factory=dict)
    inside: str = ""

    def directive(self, text: str) -> tuple[str, str] | None:
        """Return name and value of a directive, None where a line is none; keep titles and environments."""
        found = _DIRECTIVE.fullmatch(text)
        if not found:
            if text.startswith("{") and text.endswith("}"):
                raise InputError(f"{text[:40]!r} is no directive; such as {{title: A song}}")
            return None
        name = found[1].lower()
        name, value = _SHORT.get(name, name), found[2]
        if name == "meta":
            name, _, value = value.partition(" ")
        if name.startswith("start_of_"):
            self.inside = name.removeprefix("start_of_")
        elif name.startswith("end_of_"):
            self.inside = ""
        elif name in ("title", "artist", "composer"):
            self.words.setdefault(name, value.strip())
        return name, value.strip()

    def label(self, value: str) -> str:
        """The label of an environment that begins: what it says, or its kind."""
        found = _LABEL.search(value)
        if found:
            return next(one for one in found.groups() if one is not None).strip()
        return value if value and self.inside != "grid" else "" if self.inside == "grid" else self.inside


@dataclass
class _Reader:
    song: _Song = field(default_factory=_Song)
    lines: BarLines = field(default_factory=BarLines)
    chorus: list[list[Chord | None]] = field(default_factory=list)
    free: bool = False  # some chord took a bar of its own

    def line(self, text: str) -> None:
        if not text or text.startswith("#"):
            return
        found = self.song.directive(text)
        if found:
            self.directive(*found)
        elif self.song.inside == "grid":
            self.grid(text)
        elif self.song.inside not in _UNSUNG:
            self.sung(text)

    def directive(self, name: str, value: str) -> None:
        sheet = self.lines.sheet
        if name == "key" and value:
            sheet.key = Key.parse(value)
        elif name == "time" and value:
            sheet.metre = Metre.parse(value)
        elif name == "tempo" and value:
            sheet.tempo(_bpm(value))
        elif name == "capo":
            sheet.say(f"capo {value[:10]}: chords are as written")
        elif name.startswith("start_of_") and self.song.inside not in _UNSUNG:
            sheet.section = self.song.label(value) or sheet.section
            if self.song.inside == "chorus":
                self.chorus = []
        elif name == "chorus":
            sheet.section = value or "chorus"
            for slots in list(self.chorus):
                sheet.add(slots)

    def grid(self, text: str) -> None:
        start, end = text.find("|"), text.rfind("|")
        start = start - 1 if start > 0 and text[start - 1] == ":" else start
        if start < 0:
            return
        after = text[end + 1 :]
        times = re.match(r"[.\]:]?\s*x\d{1,4}(?=\s|$)", after)
        self.lines.line(_VOLTA.sub(r"| \1. ", text[start : end + 1]) + (times[0] if times else ""))

    def sung(self, text: str) -> None:
        """Take the chords of a line of words."""
        parts = text.split("|")
        bars = [[one for one in map(self.chord, _BRACKET.findall(part)) if one] for part in parts]
        if len(parts) == 1:
            if not bars[0] and (only := _BRACKET.fullmatch(text)):
                self.lines.sheet.section = only[1].strip()
            self.free = self.free or bool(bars[0])
            for chord in bars[0]:
                self.bar([chord])
            return
        for place, (part, chords) in enumerate(zip(parts, bars, strict=True)):
            if chords or (part.strip() and place > 0):
                self.bar(list(chords) or [None])

    def bar(self, slots: list[Chord | None]) -> None:
        self.lines.sheet.add(slots)
        if self.song.inside == "chorus":
            self.chorus.append(slots)

    def chord(self, text: str) -> Chord | None:
        if text.startswith("*") or not text.strip():
            return None
        found = _chord(text.strip())
        if found is None:
            self.lines.sheet.say(f"[{text[:20]}] is no chord, and left out")
        return found

    def score(self) -> Score:
        if not self.lines.sheet.bars:
            raise InputError("no chord in it; such as [C]Hello [Am7]world")
        if self.free:
            self.lines.sheet.say("one bar for each chord where no bar lines are given")
        words = self.song.words
        return self.lines.sheet.score(words.get("title", ""), words.get("composer") or words.get("artist", ""))


def _bpm(text: str) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,17})?", text):
        raise InputError(f"tempo {text[:20]!r} is none; quarter notes a minute, such as 120")
    return float(text)


def read(data: bytes, *, file: str = "") -> Score:
    """Read the chords of a song; FormatError with the line where it is none."""
    lines = lines_of(data, file=file)
    if sum(line.count("|") + line.count("[") for line in lines) > 4 * MOST_BARS:
        raise FormatError(f"more than {4 * MOST_BARS:,} bars and chords: too many", file=file)
    reader, number = _Reader(), 0
    try:
        for line in lines:
            number += 1
            reader.line(line.strip())
        return reader.score()
    except FormatError:
        raise
    except InputError as problem:
        raise FormatError(str(problem), file=file, place=f"line {number}") from None


def read_lyric(data: bytes, *, file: str = "") -> Lyric:
    """Read the words of a song, without chords, under the labels of its sections; FormatError where it is none."""
    song, number = _Song(), 0
    sections: list[tuple[str, list[Line]]] = [("", [])]
    try:
        for line in lines_of(data, file=file):
            number += 1
            text = line.strip()
            found = None if text.startswith("#") else song.directive(text)
            if found and (found[0].startswith("start_of_") or found[0] == "chorus"):
                sections.append((song.label(found[1]) if found[0] != "chorus" else found[1] or "chorus", []))
            elif (found and found[0].startswith("end_of_")) or not text:
                sections.append(("", []))
            elif not found and song.inside not in (*_UNSUNG, "grid") and text[0] != "#":
                sections[-1][1].append(Line(_words(text)))
    except FormatError:
        raise
    except InputError as problem:
        raise FormatError(str(problem), file=file, place=f"line {number}") from None
    kept = tuple((name, tuple(one for one in lines if one.text)) for name, lines in sections)
    kept = tuple(one for one in kept if one[1])
    if not kept:
        raise FormatError("no words in it", file=file)
    return Lyric(kept, song.words.get("title", ""), song.words.get("artist", ""))


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", _BRACKET.sub("", text).replace("|", " ")).strip()


def write(score: Score) -> bytes:
    """Write bars and chords as grids, which read back to the same score; words are not written.

    InputError where it has notes, a style, no bar, or names, chords and tempos that a grid cannot say.
    """
    if any(len(part.notes) for part in score.parts):
        raise InputError("ChordPro holds chords and no notes; `score.progression.score` is the chords alone")
    if not score.bars:
        raise InputError("a song needs at least one bar")
    data = ("\n".join(_lines(score)) + "\n").encode()
    if not says(read, data, score.replace(parts=())):
        raise InputError("this score has a style, names or tempos that ChordPro cannot say")
    return data


def _lines(score: Score) -> Iterator[str]:
    yield from (
        f"{{{name}: {value}}}" for name, value in (("title", score.title), ("composer", score.composer)) if value
    )
    is_open, label = False, ""
    for kind, text in rows(score):
        if kind == "bars":
            if not is_open:
                yield "{start_of_grid" + (f' label="{label}"' if label else "") + "}"
            is_open, label = True, ""
            yield re.sub(r"\| (\d[\d,]*)\. ", r"|\1 ", text)
            continue
        if is_open:
            yield "{end_of_grid}"
        is_open = False
        if kind == "section":
            label = text
        else:
            text = text.removesuffix(" major").replace(" minor", "m")
            yield f"{{{'time' if kind == 'metre' else kind}: {text}}}"
    if is_open:
        yield "{end_of_grid}"
