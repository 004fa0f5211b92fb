"""Lyrics as plain text: sections under headings in brackets or apart by blank lines.

    title: A song
    artist: Somebody

    [verse 1]
    First line
    Second line

`title:`, `artist:` and `language:` stand at the top. A blank line ends a section; what follows without a heading is a
section without a name (`[]` says so where the one before has no lines). "Chorus:" alone on a line is a heading too.
Times of lines are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from segue.errors import FormatError, InputError
from segue.formats.text import head, lines_of
from segue.music.lyric import Line, Lyric

NAME = "lyrics"
SUFFIXES = (".txt", ".lyrics")
IS_WORDS = True
EXAMPLE = b"title: A song\nartist: Somebody\n\n[verse 1]\nFirst line\nSecond line\n\n[chorus]\nLa la la\n"

_HEADER = re.compile(r"(title|artist|language)[:：]\s*(\S.*)", re.IGNORECASE)
_HEADING = re.compile(r"\[([^\[\]]{0,80})\]")
_WORDS = (
    "intro|verse|pre-?chorus|chorus|refrain|hook|bridge|interlude|instrumental|solo|break|outro|coda"
    "|主歌|副歌|前奏|间奏|尾奏"
)
_WORD = re.compile(rf"((?:{_WORDS})(?: ?\d{{1,2}})?)\s*[:：]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")


def is_like(data: bytes) -> bool:
    """Whether this may be words: text with letters and few signs of other formats."""
    text = head(data)
    return bool(_LETTER.search(text)) and not re.search(
        r"[\x00-\x08\x0e-\x1f|]|^[A-Za-z]:\S|^\[\d+:", text, re.MULTILINE
    )


@dataclass
class _Reader:
    words: dict[str, str] = field(default_factory=dict)
    sections: list[tuple[str, list[Line]]] = field(default_factory=list)
    is_open: bool = False

    def line(self, text: str) -> None:
        if not text.strip():
            self.is_open = self.is_open and not self.sections[-1][1]
        elif not self.sections and (found := _HEADER.fullmatch(text.strip())):
            self.words[found[1].lower()] = found[2].strip()
        elif found := _HEADING.fullmatch(text.strip()) or _WORD.fullmatch(text.strip()):
            self.sections.append((found[1].strip(), []))
            self.is_open = True
        else:
            if not self.is_open:
                self.sections.append(("", []))
                self.is_open = True
            self.sections[-1][1].append(Line(text.rstrip()))


def read(data: bytes, *, file: str = "") -> Lyric:
    """Read words; FormatError where the file is no text or has none."""
    reader = _Reader()
    for line in lines_of(data, file=file):
        reader.line(line)
    if not any(_LETTER.search(line.text) for _, lines in reader.sections for line in lines):
        raise FormatError("no words in it", file=file, place="line 1")
    return Lyric(tuple((name, tuple(lines)) for name, lines in reader.sections), **reader.words)


def write(lyric: Lyric) -> bytes:
    """Write words that read back to the same lyric but for its times.

    InputError where it has no words, or names and lines that this text cannot say, as a line in brackets.
    """
    data = ("\n".join(_lines(lyric)) + "\n").encode()
    plain = tuple((name, tuple(Line(line.text) for line in lines)) for name, lines in lyric.sections)
    try:
        back: Lyric | None = read(data)
    except FormatError:
        back = None
    if back != Lyric(plain, lyric.title, lyric.artist, lyric.language):
        raise InputError("these words have lines or names that plain text cannot say: blank ones, or lines in brackets")
    return data


def _lines(lyric: Lyric) -> Iterator[str]:
    headers = (("title", lyric.title), ("artist", lyric.artist), ("language", lyric.language))
    yield from (f"{name}: {value}" for name, value in headers if value)
    before: tuple[Line, ...] | None = None
    for name, lines in lyric.sections:
        if before is not None or any(value for _, value in headers):
            yield ""
        if name or before == ():
            yield f"[{name}]"
        yield from (line.text for line in lines)
        before = lines
