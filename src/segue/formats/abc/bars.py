"""The bars that a voice of ABC makes while it is read, with their repeats, endings and sections."""

from __future__ import annotations

from dataclasses import dataclass

from segue.errors import InputError
from segue.formats.abc.setting import Setting
from segue.music.key import Key
from segue.music.metre import Metre

_MOST, _LONGEST = 20_000, 256  # bars of a voice, quarter notes of a bar


@dataclass(slots=True)
class Mark:
    """A bar as it is read: `start` and `length` in ticks, the rest as in `Bar`."""

    start: int
    length: int
    metre: Metre
    key: Key
    repeats_from: bool
    repeats_to: int
    ending: tuple[int, ...]
    section: str


class Bars:
    """The bars closed so far, and what is known of the one that is open."""

    __slots__ = ("_double_at", "_ending", "_from", "_is_open", "_key", "_metre", "marks", "section", "start")

    def __init__(self, setting: Setting) -> None:
        self.marks: list[Mark] = []
        self.start = 0  # of the open bar, in ticks
        self.section = ""
        self._ending: tuple[int, ...] = ()
        self._from = self._is_open = False
        self._double_at = 0
        self.settle(setting)

    def settle(self, setting: Setting) -> None:
        """Let the open bar have the metre and the key of a setting; for use before its first note."""
        self._metre, self._key = setting.metre, setting.key.key

    def close(self, time: int, played: int, setting: Setting) -> None:
        """End the open bar at `time`; the passage that ends with it is played so often."""
        length = time - self.start
        if length > _LONGEST * setting.resolution:
            raise InputError(f"a bar of {length // setting.resolution} quarter notes; at most {_LONGEST} are accepted")
        if len(self.marks) >= _MOST:
            raise InputError(f"more than {_MOST:,} bars in a voice")
        rest = (self._from, played, self._ending, self.section)
        self.marks.append(Mark(self.start, length, self._metre, self._key, *rest))
        self.start, self._from, self._ending, self.section = time, False, (), ""
        self.settle(setting)

    def line(self, played: int, begins: bool, ending: tuple[int, ...], is_double: bool) -> None:
        """Note what a bar line says of the bar before it and of the one after it."""
        if played > 1:
            self._end_repeat(played)
        if is_double:
            self._double_at = len(self.marks)
        if begins:
            self._from = self._is_open = True
        if ending:
            self._ending = ending

    def _end_repeat(self, played: int) -> None:
        """Begin what `:|` repeats at the last double bar, where no `|:` has begun it (ABC 2.1, section 4.8)."""
        if self.marks:
            self.marks[-1].repeats_to = max(played, self.marks[-1].repeats_to)
        if not self._is_open and 0 < self._double_at < len(self.marks):
            self.marks[self._double_at].repeats_from = True
        self._is_open, self._double_at = False, 0
