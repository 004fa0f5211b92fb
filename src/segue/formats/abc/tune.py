"""A tune of an ABC book: its header, then its lines of music, read into a score."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from typing import TypeVar

from segue.errors import FormatError, InputError
from segue.formats.abc import fields
from segue.formats.abc.assemble import Header, assemble
from segue.formats.abc.setting import Setting
from segue.formats.abc.text import read_text
from segue.formats.abc.tokens import Finer
from segue.formats.abc.voice import Voice
from segue.music.score import Score

RESOLUTION = 2**11 * 3**2 * 5 * 7  # ticks of a quarter note at first; more where a time needs them
_MOST_RESOLUTION = 1 << 48
_MOST_LETTERS, _MOST_VOICES = 1_000_000, 256
_REPEAT = re.compile(r"[A-Ga-gxzZ]:[|:]")  # a note before a repeat sign, and no field
_COMMENT = re.compile(r"(?<!\\)%.*")
_VOICE = re.compile(r"\[V:\s*([^\]\s]+)([^\]]*)\]")
_NAME = re.compile(r'\b(?:name|nm)=(?:"([^"]*)"|([^\s"]+))')
_UNKEPT = frozenset("ABDFGHNOSZWmUPYrs")  # fields that a score has no place for

Line = tuple[int, str]
_T = TypeVar("_T")


def read_tune(lines: list[Line], defaults: list[Line], file: str = "") -> Score:
    """Read the numbered lines of one tune, after those of the book's header; FormatError where they are none."""
    place = f"line {lines[0][0]}"
    letters = sum(len(line) for _, line in lines)
    if letters > _MOST_LETTERS:
        raise FormatError(f"a tune of {letters:,} letters; at most {_MOST_LETTERS:,} are read", file=file, place=place)
    resolution = RESOLUTION
    has_words = any(line.startswith("w:") for _, line in lines)
    tries = max(2, min(12, _MOST_LETTERS * 2 // (letters + 1)))
    while resolution <= _MOST_RESOLUTION and tries:
        tries -= 1
        try:
            return Tune(Setting(resolution, has_words=has_words), file).read(defaults, lines)
        except Finer as finer:
            resolution *= finer.factor
    raise FormatError("lengths of notes without a common measure that ticks can count", file=file, place=place)


class Tune:
    """A tune while it is read; `setting` is what its header says of every voice."""

    def __init__(self, setting: Setting, file: str) -> None:
        self.setting, self.file = setting, file
        self.header = Header()
        self.voices: dict[str, Voice] = {}
        self.voice: Voice | None = None
        self.lost: Counter[str] = Counter()
        self._unit: Fraction | None = None
        self._words = ""  # of w: lines that go on in the next one
        self._waiting: list[tuple[str, str]] = []  # V:, Q: and I: of the header
        self._is_body, self._is_continued, self._has_key = False, False, True

    def read(self, defaults: list[Line], lines: list[Line]) -> Score:
        """Return the score; FormatError with the line where one cannot be read, Finer where ticks are too long."""
        number = lines[0][0]
        self._has_key = any(line.startswith("K:") for _, line in lines)
        try:
            for here, line in (*defaults, *lines):
                number = here
                self._line(line)
            number = lines[0][0]
            if not self._is_body:
                raise InputError("a tune without a K: field")
            return assemble(self.header, list(self.voices.values()), self.setting.resolution, self.lost)
        except FormatError:
            raise
        except InputError as error:
            raise FormatError(str(error), file=self.file, place=f"line {number}") from None

    def _line(self, line: str) -> None:
        if "%" in line:
            if line.startswith("%%"):
                self._directive(line[2:])
                return
            line = _COMMENT.sub("", line)
        if line[1:2] == ":" and line[0].isalpha() and not (self._is_body and _REPEAT.match(line)):
            value = line[2:].strip()
            if self._is_body:
                self._field(line[0], value)
            else:
                self._head(line[0], value)
        elif self._is_body:
            self._music(line)
        elif "|" in line and not self._has_key:
            self.lost["a key, as there is no K: field"] += 1
            self._begin("C")
            self._music(line)
        elif line.strip():
            self.lost["lines before K:"] += 1

    def _directive(self, text: str) -> None:
        text = text.strip()
        if self.voice is not None:
            self.voice.direct(text)
        elif any(letter == "V" for letter, _ in self._waiting):
            self._waiting.append(("I", text))
        elif text and not self.setting.direct(text):
            self.lost[" ".join(text.split()[:2])] += 1

    # ---- header

    def _head(self, letter: str, value: str) -> None:
        if letter in "TCR":
            self._tell(letter, read_text(value))
        elif letter == "M":
            self.setting.metre = fields.read_metre(value) or self._lose(letter, value, self.setting.metre)
        elif letter == "L":
            self._unit = fields.read_unit(value) or self._lose(letter, value, self._unit)
        elif letter in "VQ":
            self._waiting.append((letter, value))
        elif letter == "K":
            self._begin(value)
        elif letter == "I" and self.setting.direct(value):
            pass
        elif letter != "X":
            self.lost[f"fields {letter}:"] += 1

    def _tell(self, letter: str, text: str) -> None:
        header = self.header
        if letter == "C":
            header.composer = f"{header.composer}, {text}" if header.composer else text
        elif letter == "R":
            header.style = header.style or text
        elif header.title:
            self.lost["further titles"] += 1
        else:
            header.title = text

    def _lose(self, letter: str, value: str, kept: _T) -> _T:
        self.lost[f"field {letter}:{value[:20]}"] += 1
        return kept

    def _begin(self, value: str) -> None:
        """Begin the body: K: is the last field of the header."""
        metre = self.setting.metre
        self.setting.unit = self._unit or Fraction(1, 4 if metre.length < 3 else 2)
        self.setting.key = fields.read_key(value)
        if not self.setting.key.is_understood:
            self.lost[f"key {value[:20]!r}"] += 1
        self._is_body = True
        for letter, text in self._waiting:
            if letter == "V":
                self._switch(text)
            elif letter == "I":
                self._current().direct(text)
        self.voice = next(iter(self.voices.values()), None)
        for letter, text in self._waiting:
            if letter == "Q":
                self._current().change(letter, text)

    # ---- body

    def _current(self) -> Voice:
        if self.voice is None:
            self.voice = self.voices[""] = Voice(self.setting.copy())
        return self.voice

    def _switch(self, value: str) -> None:
        """Go on in the voice that a V: field names."""
        name, rest = (*value.split(None, 1), "", "")[:2]
        voice = self.voices.get(name)
        if voice is None:
            if len(self.voices) >= _MOST_VOICES:
                raise InputError(f"more than {_MOST_VOICES} voices")
            setting = self.setting.copy()
            setting.shift += fields.read_shift(rest)
            voice = self.voices[name] = Voice(setting, is_declared=True)
        if found := _NAME.search(rest):
            voice.name = read_text(found[1] or found[2] or "")
        self.voice = voice

    def _field(self, letter: str, value: str) -> None:
        if letter == "V":
            self._switch(value)
        elif letter in "TCR":
            self._tell(letter, read_text(value))
        elif letter == "w":
            self._words += value.removesuffix("\\") + " "
            if not value.endswith("\\"):
                self._sing()
        else:
            self._current().change(letter, value)

    def _sing(self) -> None:
        words, self._words = self._words, ""
        if words:
            self._current().sing(words.rstrip())

    def _music(self, line: str) -> None:
        if "=3D" in line or line.endswith(("=", "=20")):  # as mail packs it: tune books have come so
            line = line.removesuffix("=20").removesuffix("=").replace("=3D", "=")
        if self.setting.has_words:
            self._sing()
            if not self._is_continued:
                self._current().begin_line()
            self._is_continued = line.rstrip().endswith("\\")
        if "[V:" not in line:
            self._current().play(line)
            return
        first, *rest = _VOICE.split(line)
        if first.strip():
            self._current().play(first)
        for name, settings, music in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            self._switch(f"{name} {settings}")
            self._current().begin_line()
            self._current().play(music)
