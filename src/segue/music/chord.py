"""Chords: a root, a quality and a bass; read from the labels that the field uses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from segue.errors import InputError
from segue.music import spellings
from segue.music.pitch import Tone
from segue.music.qualities import (
    QUALITIES,
    degree,
    degrees_of,
    harte_of,
    intervals_of,
    nearest,
    quality_of,
    semitones,
    triad_of,
)

__all__ = ["NO_CHORD", "QUALITIES", "Chord"]

_NONE = frozenset(("n.c.", "n.c", "nc", "no chord", "none", "tacet"))
_LABEL = re.compile(r"([A-G])([#♯b♭]{0,3})(:?)([^/\\]*(?:/[49](?![0-9])[^/\\]*)?)(?:[/\\]([^/\\]*))?")
_BASS_TONE = re.compile(r"([A-Ga-g])([#♯b♭+]{0,3})")
_STEP_FIFTHS = (0, 2, 4, -1, 1, 3, 5)  # of the steps of a major scale
_STEP_OF_FIFTHS = {fifths: step + 1 for step, fifths in enumerate(_STEP_FIFTHS)}
_LONGEST = 64
_ACCEPTED = "such as C, Am7, F#m7b5, Bbmaj7/D, G7sus4, C:min7/b3 or N.C."


@dataclass(frozen=True)
class Chord:
    """A chord; `root` is None where none sounds (N.C.), `bass` None where the root is the bass.

    `quality` is a canonical name of `QUALITIES` or a list of degrees such as "(1,b3,11)"; other spellings are brought
    into that form.

    >>> str(Chord.parse("C:min7/b3")), Chord.parse("Bb^7").harte()
    ('Cm7/Eb', 'Bb:maj7')
    """

    root: Tone | None
    quality: str = ""
    bass: Tone | None = None

    def __post_init__(self) -> None:
        if self.root is None:
            if self.quality or self.bass:
                raise InputError(f"no chord, yet quality {self.quality!r} and bass {self.bass}: a root is missing")
            return
        if self.quality not in QUALITIES:
            object.__setattr__(self, "quality", spellings.canonical(self.quality))
        if self.bass == self.root:
            object.__setattr__(self, "bass", None)

    @classmethod
    def parse(cls, text: str) -> Chord:
        """Read a label in jazz or pop shorthand or Harte's syntax; InputError where it is none.

        "N", "X" (what cannot be said), "NC" and "&pause" all mean that no chord sounds.
        """
        return _parse(text)

    @classmethod
    def of_intervals(cls, root: Tone, intervals: Iterable[int], bass: Tone | None = None) -> Chord:
        """Return the chord of semitones above a root: the first in `QUALITIES` with these pitch classes, or a list."""
        return cls(root, _quality_of_classes(frozenset(one % 12 for one in intervals) | {0}), bass)

    @cached_property
    def is_none(self) -> bool:
        """Whether no chord sounds."""
        return self.root is None

    @cached_property
    def intervals(self) -> tuple[int, ...]:
        """Semitones above the root, rising; a ninth is 14. Empty where no chord sounds."""
        return () if self.root is None else intervals_of(self.quality)

    @cached_property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes from the root up; a bass that is none of them comes first."""
        if self.root is None:
            return ()
        pcs = tuple(dict.fromkeys((self.root.pc + step) % 12 for step in self.intervals))
        return (self.bass.pc, *pcs) if self.bass and self.bass.pc not in pcs else pcs

    @cached_property
    def triad(self) -> str:
        """The kind of its triad: "maj", "min", "dim", "aug", "sus", "power" or "none"."""
        return "none" if self.root is None else triad_of(degrees_of(self.quality))

    @cached_property
    def inversion(self) -> int:
        """Which chord tone is the bass: 0 the root, 1 the third, 2 the fifth, 3 the seventh; -1 a foreign tone."""
        if self.root is None or self.bass is None:
            return 0
        step = semitones_between(self.root, self.bass)
        found = next((one for one in degrees_of(self.quality) if semitones(one) == step), None)
        return -1 if found is None else (found[0] - 1) // 2 if found[0] % 2 else -1

    def majmin(self, strict: bool = False) -> Chord | None:
        """Return the major or minor triad by its third, or None without a third or a chord.

        `strict` leaves out what mir_eval's majmin leaves out: diminished and augmented triads, chords without a plain
        fifth, and those over a foreign bass less than a minor sixth above the root.
        """
        if self.root is None or not {(3, 0), (3, -1)} & degrees_of(self.quality):
            return None
        if strict and not self._is_strict(self.root):
            return None
        return Chord(self.root, "" if self.triad in ("maj", "aug") else "m")

    def _is_strict(self, root: Tone) -> bool:
        tones = degrees_of(self.quality)
        above = 0 if self.bass is None else semitones_between(root, self.bass)
        return (5, 0) in tones and (above >= 8 or above in {semitones(one) for one in tones})

    def nearest_quality(self) -> str:
        """Return the name in `QUALITIES` that differs in the fewest pitch classes: its own where it is there."""
        return nearest(self.quality)

    def up(self, fifths: int) -> Chord:
        """Return the chord so many fifths higher on the line of fifths, bass included."""
        if self.root is None or not fifths:
            return self
        return replace(self, root=self.root.up(fifths), bass=self.bass.up(fifths) if self.bass else None)

    def harte(self) -> str:
        """Return Harte's label: "C:min7/b3", "N"; a bass is a degree above the root."""
        if self.root is None:
            return "N"
        label = f"{self.root}:{harte_of(self.quality)}"
        return label if self.bass is None else f"{label}/{degree_between(self.root, self.bass)}"

    def __str__(self) -> str:
        if self.root is None:
            return "N.C."
        return f"{self.root}{self.quality}" + (f"/{self.bass}" if self.bass else "")


NO_CHORD = Chord(None)


def semitones_between(low: Tone, high: Tone) -> int:
    """Return the semitones from one tone up to another: 0 to 11."""
    return (high.pc - low.pc) % 12


def degree_between(root: Tone, tone: Tone) -> str:
    """Return the degree of a tone above a root, as spelled: Eb above C is "b3"."""
    alter, place = divmod(tone.fifths - root.fifths + 1, 7)
    return ("#" * alter if alter > 0 else "b" * -alter) + str(_STEP_OF_FIFTHS[place - 1])


def tone_at(root: Tone, text: str) -> Tone:
    """Return the tone at a degree above a root: "b3" above C is Eb."""
    step, alter = degree(text, most=7)
    return root.up(_STEP_FIFTHS[step - 1] + 7 * alter)


@lru_cache(maxsize=4096)
def _quality_of_classes(classes: frozenset[int]) -> str:
    for name, intervals in QUALITIES.items():
        if frozenset(one % 12 for one in intervals) == classes:
            return name
    plain = ("1", "b9", "9", "b3", "3", "11", "b5", "5", "b6", "6", "b7", "7")
    return quality_of(frozenset(degree(plain[one]) for one in classes))


@lru_cache(maxsize=1 << 14)
def _parse(text: str) -> Chord:
    label = text.strip().replace("/maj", "Maj")
    while label.startswith("(") and label.endswith(")"):
        label = label[1:-1].strip()
    if label in ("N", "X", "&pause") or label.lower() in _NONE:
        return NO_CHORD
    found = _LABEL.fullmatch(label) if len(label) <= _LONGEST else None
    if not found:
        raise InputError(f"{text[:40]!r} is no chord; {_ACCEPTED}")
    try:
        return _chord(found)
    except InputError as problem:
        raise InputError(f"{text[:40]!r} is no chord ({problem}); {_ACCEPTED}") from None


def _chord(found: re.Match[str]) -> Chord:
    letter, signs, colon, quality, bass = found.groups()
    root = Tone.parse(letter + signs)
    if "/" in quality and (colon or not quality.partition("/")[0].endswith(("6", "2"))):
        quality, _, bass = quality.partition("/")
    tones = spellings.harte(quality) if colon else spellings.shorthand(quality)
    return Chord(root, quality_of(tones), _bass(root, bass) if bass is not None else None)


def _bass(root: Tone, text: str) -> Tone:
    text = text.strip()
    found = _BASS_TONE.fullmatch(text)
    return Tone.parse(found[1] + found[2].replace("+", "#")) if found else tone_at(root, text)
