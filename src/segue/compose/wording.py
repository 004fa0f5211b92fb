"""What musicians write as text, read: cadences, lengths of chords, pitches, lines that stay, rhythms, chords."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from segue.errors import InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.pitch import Tone, midi

if TYPE_CHECKING:
    from segue.compose.lyrics.frame import Frame, Language
    from segue.music.score import Progression

_PITCH = re.compile(r"([A-Ga-g][#b♯♭]{0,2})(-?\d)")
_SPAN = re.compile(r"\d{1,4}(?:/\d{1,4}|\.\d{1,4})?|\.\d{1,4}")  # not 1e999999, which Fraction would reckon out
_LINE = re.compile(r"\s*(\d{1,4})\s*:\s*(\S.*)")


def read_span(text: str) -> Fraction | None:
    """Read how many bars a chord lasts: "1/2", "1", "2"; None for an empty text."""
    if not text:
        return None
    try:
        if not _SPAN.fullmatch(text.strip()):
            raise InputError(f"span {text[:40]!r}: a number of bars such as 1/2, 1 or 2 is accepted")
        return Fraction(text.strip())
    except ZeroDivisionError:
        raise InputError(f"span {text!r}: no bar is that long") from None


def read_cadences(texts: Iterable[str]) -> dict[int, str]:
    """Read "8:authentic" as the kind of cadence by the bar, from 0, that it leads into."""
    found = {}
    for text in texts:
        bar, colon, kind = text.partition(":")
        if not colon or not bar.isdecimal() or not 1 <= int(bar) <= 100_000:
            raise InputError(f"cadence {text[:60]!r}: a bar and a kind are accepted, such as 8:authentic")
        found[int(bar) - 1] = kind
    return found


def read_pitch(text: str) -> int | None:
    """Read "F#4", "Bb3" or a MIDI number; None for an empty text."""
    plain = text.strip()
    if not plain:
        return None
    found = _PITCH.fullmatch(plain)
    if not found and not re.fullmatch(r"\d{1,3}", plain):
        raise InputError(f"pitch {text[:40]!r}: a tone and an octave, or a MIDI number, is accepted, such as F#4 or 66")
    return midi(Tone.parse(found[1]), int(found[2])) if found else int(plain)


def read_lines(texts: Iterable[str]) -> dict[int, str]:
    """Read "3: and so it goes" as lines, by number from 1, that stay as they are."""
    kept = {}
    for text in texts:
        found = _LINE.fullmatch(text)
        if not found:
            raise InputError(f"line {text[:60]!r} is not NUMBER:TEXT")
        kept[int(found[1])] = found[2].strip()
    return kept


def read_avoided(text: str, language: Language) -> frozenset[str]:
    """Read words, blanks between, that are not to be used; of Chinese each character counts."""
    return frozenset(text.replace(" ", "")) if language == "zh" else frozenset(text.lower().split())


def read_rhythm(text: str, language: Language) -> Frame:
    """Read lengths of notes, a metre before them or none: "3/4: 1 1 .5 .5 / 1 2"."""
    from segue.compose.lyrics.frame import of_rhythm

    metre, colon, rest = text.partition(":")
    return of_rhythm(rest, Metre.parse(metre), language) if colon else of_rhythm(text, None, language)


def read_chords(text: str, key: Key | None, metre: Metre | None, section: str = "") -> Progression:
    """Read chords in a row, one to a bar: "Dm7 G7 Cmaj7"."""
    from segue.compose.chords import progression_of

    return progression_of([Chord.parse(label) for label in text.split()], key, metre, section)
