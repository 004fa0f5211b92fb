"""RomanText: analyses of harmony as numerals in bars (Tymoczko et al., "The RomanText format", ISMIR 2019).

    Time Signature: 3/4
    m0 b3 G: I
    m1 b2 IV6 b3 V6
    m5-6 = m1-2

"slow 6/8" counts six beats in a bar, "fast 6/8" and "6/8" two. What is read: metres, bars and their copies, beats, keys
and numerals. Variants, notes, pedals, forms and second endings are left out, and so are numerals that nobody could
name; how many is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from segue.errors import FormatError, InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.pitch import Tone
from segue.music.roman import parse_roman

_HEADER = re.compile(r"\s*(Composer|Title|Time [Ss]ignature)\s*:\s*(.*)")
_BAR = re.compile(r"m(\d{1,4})(?:-(\d{1,4}))?(a|b)?(var\w+)?:?\s*(?:=\s*m(\d{1,4})(?:-(\d{1,4}))?|(.*))")
_METRE = re.compile(r"\d+ *[/|] *\d+|\bC\b\|?")
_KEY = re.compile(r"([A-Ga-g])([#b-]*):")
_BEAT = re.compile(r"b(\d{1,2}(?:\.\d{1,4})?)")
_MARK = re.compile(r"\|\||\|\|?:+|:+\|\|?:?|\(.*|.*\)")
_FINEST = 12  # parts of a beat: what is written as 1.33 or 1.67 is a third


@dataclass(frozen=True, slots=True)
class _Clock:
    """A metre, and the beats that an analysis counts in it."""

    metre: Metre
    beat: Fraction


@dataclass(frozen=True, slots=True)
class Figure:
    """A chord, `offset` quarter notes after the start of its bar, in the local key that it was named in."""

    offset: Fraction
    chord: Chord
    key: Key


@dataclass
class Analysis:
    """What an analysis says: its metre and figures by number of bar (0 is a pick-up)."""

    title: str = ""
    composer: str = ""
    metres: dict[int, Metre] = field(default_factory=dict)
    figures: dict[int, tuple[Figure, ...]] = field(default_factory=dict)
    unnamed: int = 0

    @property
    def key(self) -> Key:
        """The key of the first figure."""
        return next((figure.key for figures in self.figures.values() for figure in figures), Key())


def read(text: str, *, file: str = "") -> Analysis:
    """Read an analysis; FormatError where it has no bars."""
    analysis = Analysis()
    clock, key = _Clock(Metre(), Metre().beat), Key()
    for line in text.splitlines():
        header = _HEADER.match(line)
        if header and header[1].startswith("Time"):
            clock = _clock(header[2], file)
        elif header:
            setattr(analysis, header[1].lower(), header[2].strip())
        elif (found := _BAR.fullmatch(line.strip())) and found[3] != "b" and not found[4]:
            key = _bar(analysis, found, clock, key)
    if not analysis.figures:
        raise FormatError("an analysis without bars", file=file)
    return analysis


def _clock(text: str, file: str) -> _Clock:
    found = _METRE.search(text)
    try:
        metre = Metre.parse(found[0] if found else text.lower().replace("cut", "C|"))
    except InputError as error:
        raise FormatError(str(error), file=file) from error
    return _Clock(metre, Fraction(4, metre.value) if "slow" in text.lower() else metre.beat)


def _bar(analysis: Analysis, found: re.Match[str], clock: _Clock, key: Key) -> Key:
    """Add a line of bars; returns the key it ends in."""
    number, last = int(found[1]), int(found[2] or found[1])
    if found[5] is None:
        figures = tuple(_figures(analysis, found[7] or "", clock, key))
        analysis.metres[number], analysis.figures[number] = clock.metre, figures
        keys = _KEY.findall(found[7] or "")
        return _key(*keys[-1]) if keys else key
    first = int(found[5])
    for shift in range(min(last - number, 99) + 1):
        analysis.metres[number + shift] = analysis.metres.get(first + shift, clock.metre)
        analysis.figures[number + shift] = analysis.figures.get(first + shift, ())
    copied = analysis.figures[min(last, number + 99)]
    return copied[-1].key if copied else key


def _figures(analysis: Analysis, text: str, clock: _Clock, key: Key) -> Iterator[Figure]:
    offset = Fraction(0)
    for word in text.split():
        if beat := _BEAT.fullmatch(word):
            offset = (Fraction(beat[1]) - 1).limit_denominator(_FINEST) * clock.beat
        elif named := _KEY.fullmatch(word):
            key = _key(*named.groups())
        elif not _MARK.fullmatch(word) and 0 <= offset < clock.metre.length:
            try:
                yield Figure(offset, parse_roman(word, key), key)
            except InputError:
                analysis.unnamed += 1


def _key(letter: str, signs: str) -> Key:
    tonic = Tone.parse(letter.upper() + signs.replace("-", "b"))
    return Key(tonic, "major" if letter.isupper() else "minor")
