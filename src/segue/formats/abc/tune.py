"""A tune of an ABC book: its header, then its lines of music, read into a score."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from segue.errors import FormatError, InputError
from segue.formats.abc import fields
from segue.formats.abc.assemble import Header, assemble
from segue.formats.abc.tokens import Finer
from segue.formats.abc.voice import Setting, Voice
from segue.music.metre import Metre
from segue.music.score import Score

RESOLUTION = 2**11 * 3**2 * 5 * 7  # ticks of a quarter note at first; more where a time needs them
_MOST_RESOLUTION = 1 << 48
_COMMENT = re.compile(r"(?<!\\)%.*")
_VOICE = re.compile(r"\[V:\s*([^\]\s]+)[^\]]*\]")
_WORD_FIELDS = frozenset("ws")

Line = tuple[int, str]


def read_tune(lines: list[Line], defaults: list[Line], file: str = "") -> Score:
    """Read the numbered lines of one tune, after the fields of the book's header; FormatError where they are none."""
    resolution = RESOLUTION
    while True:
        try:
            return Tune(resolution, file).read(defaults, lines)
        except Finer as finer:
            resolution *= finer.factor
            if resolution > _MOST_RESOLUTION:
                place = f"line {lines[0][0]}"
                raise FormatError("lengths of notes have no common measure", file=file, place=place) from None


class Tune:
    """A tune while it is read, at a number of ticks to the quarter note."""

    def __init__(self, resolution: int, file: str) -> None:
        self.resolution, self.file = resolution, file
        self.header, self.setting = Header(), Setting()
        self.voices: dict[str, Voice] = {}
        self.voice: Voice | None = None
        self.lost: Counter[str] = Counter()
        self._unit: Fraction | None = None
        self._tempos: list[str] = []
        self._is_body, self._is_continued = False, False

    def read(self, defaults: list[Line], lines: list[Line]) -> Score:
        """Return the score; FormatError with the line where one cannot be read, Finer where ticks are too long."""
        number = 0
        try:
            for here, line in (*defaults, *lines):
                number = here
                self._line(line)
            if not self._is_body:
                raise InputError("a tune without a K: field")
            return assemble(self.header, list(self.voices.values()), self.resolution, self.lost)
        except FormatError:
            raise
        except InputError as error:
            raise FormatError(str(error), file=self.file, place=f"line {number}") from None

    def _line(self, line: str) -> None:
        if "%" in line:
            if line.startswith("%%"):
                self._directive(line[2:].strip())
                return
            line = _COMMENT.sub("", line)
        if line[1:2] == ":" and line[0].isalpha() and line[2:3] not in ("|", ":"):
            if self._is_body:
                self._field(line[0], line[2:])
            else:
                self._head(line[0], line[2:])
        elif self._is_body:
            self._music(line)
        elif line.strip():
            self.lost["lines before K:"] += 1

    # ---- header

    def _head(self, letter: str, value: str) -> None:
        if letter == "T":
            if self.header.title:
                self.lost["further titles"] += 1
            else:
                self.header.title = fields.read_text(value)
        elif letter == "C":
            composer = fields.read_text(value)
            self.header.composer = f"{self.header.composer}, {composer}" if self.header.composer else composer
        elif letter == "R":
            self.header.style = self.header.style or fields.read_text(value)
        elif letter == "M":
            self.setting.metre = fields.read_metre(value) or Metre()
        elif letter == "L":
            self._unit = fields.read_unit(value)
        elif letter == "Q":
            self._tempos.append(value)
        else:
            self._head_voices(letter, value)

    def _head_voices(self, letter: str, value: str) -> None:
        if letter == "K":
            self._begin(value)
        elif letter == "V":
            self._tempos.append(f"V{value}")
        elif letter != "X":
            self.lost[f"fields {letter}:"] += 1

    def _begin(self, value: str) -> None:
        """Begin the body: K: is the last field of the header."""
        metre = self.setting.metre
        self.setting.unit = self._unit or Fraction(1, 4 if metre.length < 3 else 2)
        key = fields.read_key(value)
        if not key.is_known:
            self.lost[f"key {value.strip()[:20]!r}"] += 1
        self.setting.key = key
        self._is_body = True
        waiting, self._tempos = self._tempos, []
        for text in waiting:
            if text[0] == "V":
                self._switch(text[1:])
        for text in waiting:
            if text[0] != "V":
                self._voice().change("Q", text)
        self.voice = next(iter(self.voices.values()), None)

    # ---- body

    def _voice(self) -> Voice:
        if self.voice is None:
            self.voice = self.voices[""] = Voice(self.setting, self.resolution)
        return self.voice

    def _switch(self, value: str) -> None:
        """Go on in the voice that a V: field names; its settings are read where it is new."""
        name, _, settings = value.strip().partition(" ")
        voice = self.voices.get(name)
        if voice is None:
            if len(self.voices) >= 256:
                raise InputError("more than 256 voices")
            voice = self.voices[name] = Voice(self.setting, self.resolution, fields.read_shift(settings))
        if found := re.search(r'\b(?:name|nm)="([^"]*)"', settings):
            voice.name = fields.read_text(found[1])
        self.voice = voice

    def _field(self, letter: str, value: str) -> None:
        if letter == "V":
            self._switch(value)
        elif letter in "TC":
            self._head(letter, value)
        elif letter in _WORD_FIELDS or letter == "W":
            self.lost[f"fields {letter}:"] += 1
        else:
            self._voice().change(letter, value.strip())

    def _music(self, line: str) -> None:
        if "[V:" not in line:
            self._voice().play(line)
            return
        parts = _VOICE.split(line)
        if parts[0].strip():
            self._voice().play(parts[0])
        for name, music in zip(parts[1::2], parts[2::2], strict=True):
            self._switch(name)
            self._voice().play(music)

    # ---- directives

    def _directive(self, text: str) -> None:
        words = text.split()
        if len(words) > 2 and words[0] == "MIDI" and words[1] == "program":
            number = words[-1]
            if number.isdecimal() and len(number) < 4 and int(number) < 128 and self._is_body:
                self._voice().program = int(number)
                return
        if words:
            self.lost[f"%%{words[0]}"] += 1
