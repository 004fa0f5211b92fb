"""Beams, tuplet brackets, spelling and accidentals of written notes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from segue.formats.musicxml.values import TYPES
from segue.formats.musicxml.voices import Event
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.pitch import LETTERS, Tone, octave_of, spell
from segue.music.qualities import degrees_of

_EIGHTH = TYPES.index("eighth")
_FIFTHS_OF_STEP = (0, 2, 4, -1, 1, 3, 5)
_SIGNATURE = ("F", "C", "G", "D", "A", "E", "B")
ACCIDENTALS = {0: "natural", 1: "sharp", 2: "double-sharp", 3: "triple-sharp"}
ACCIDENTALS |= {-1: "flat", -2: "flat-flat", -3: "triple-flat"}


# ---- tuplets


def mark_tuplets(events: Sequence[Event], divisions: int) -> None:
    """Mark where tuplets start and stop: a run of one ratio ends when it fills a span that is no tuplet itself."""
    run: list[Event] = []
    for event in events:
        if run and (event.value.actual != run[0].value.actual or event.at != run[-1].at + run[-1].ticks):
            run = _close(run)
        if event.value.actual == 1:
            continue
        run.append(event)
        span = Fraction(sum(each.ticks for each in run), divisions)
        if not span.denominator & (span.denominator - 1):
            run = _close(run)
    _close(run)


def _close(run: list[Event]) -> list[Event]:
    if run:
        run[0].tuplet = "start" if len(run) > 1 else "start stop"
        if len(run) > 1:
            run[-1].tuplet = "stop"
    return []


# ---- beams


@lru_cache(maxsize=256)
def beam_breaks(metre: Metre) -> tuple[Fraction, ...]:
    """Return where the beams of a bar break, in quarter notes: at beats; 5/8 is 3+2, 7/8 is 2+2+3, 3/8 is one group."""
    if metre.value >= 8 and not metre.is_compound:
        unit, count = Fraction(4, metre.value), metre.count
        sizes = [count] if count <= 3 else [2] * (count // 2 - count % 2) + [3] * (count % 2)
        sizes = [3, 2] if count == 5 else sizes
        return tuple(unit * sum(sizes[:place]) for place in range(len(sizes) + 1))
    beat = metre.beat if metre.is_compound else Fraction(1)
    return tuple(beat * place for place in range(int(metre.length / beat) + 1))


def mark_beams(events: Sequence[Event], metre: Metre, divisions: int) -> None:
    """Beam the notes shorter than a quarter within each beat; plain eighths of 4/4 and 2/2 over two beats."""
    breaks = [int(place * divisions) for place in beam_breaks(metre)]
    beats: dict[int, list[Event]] = {}
    for event in events:
        beats.setdefault(sum(1 for place in breaks if place <= event.at), []).append(event)
    groups = list(beats.items())
    if metre.length == 4 and not metre.is_compound:
        groups = _over_two_beats(groups)
    for _, group in groups:
        _beam_runs(group)


def _over_two_beats(groups: list[tuple[int, list[Event]]]) -> list[tuple[int, list[Event]]]:
    merged: list[tuple[int, list[Event]]] = []
    for number, group in groups:
        last = merged[-1] if merged else (0, [])
        if number % 2 == 0 and last[0] == number - 1 and _are_eighths(last[1]) and _are_eighths(group):
            merged[-1] = (number, last[1] + group)
        else:
            merged.append((number, group))
    return merged


def _are_eighths(events: list[Event]) -> bool:
    return len(events) == 2 and all(
        event.group is not None and event.value.type == "eighth" and not event.value.dots and event.value.actual == 1
        for event in events
    )


def _beam_runs(group: list[Event]) -> None:
    run: list[Event] = []
    for event in group:
        if event.group is None or not _flags(event) or (run and event.at != run[-1].at + run[-1].ticks):
            _beam(run)
            run = []
        if event.group is not None and _flags(event):
            run.append(event)
    _beam(run)


def _flags(event: Event) -> int:
    return max(0, TYPES.index(event.value.type) - _EIGHTH + 1)


def _beam(run: list[Event]) -> None:
    """Give each note of a run its beams, from the first (eighths) on."""
    if len(run) < 2:
        return
    flags = [_flags(event) for event in run]
    for place, event in enumerate(run):
        for level in range(1, flags[place] + 1):
            before = place > 0 and flags[place - 1] >= level
            after = place + 1 < len(run) and flags[place + 1] >= level
            hook = "forward hook" if place == 0 else "backward hook"
            event.beams.append({(1, 1): "continue", (1, 0): "end", (0, 1): "begin"}.get((before, after), hook))


# ---- pitches


@lru_cache(maxsize=65536)
def written_pitch(pitch: int, key: Key, chord: Chord | None, lean: int = 0) -> tuple[str, int, int]:
    """Return step, alteration and octave of a MIDI pitch: spelled as in the chord, or else as in the key.

    `lean` is 1 where the melody goes on a semitone up, -1 where down: a tone far from the key is then raised, or
    lowered. In C those are C#, G# and D#; F# and Bb are near.
    """
    tone = (_chord_tones(chord) if chord else {}).get(pitch % 12)
    if tone is None or abs(tone.alter) > 1:
        tone = spell(pitch % 12, key.signature + (key.mode == "minor"))
        if lean and not -2 <= tone.fifths - key.signature <= 6:
            tone = spell(pitch % 12, key.signature + (4 if lean > 0 else -5))
    return tone.letter, tone.alter, octave_of(pitch, tone)


@lru_cache(maxsize=4096)
def _chord_tones(chord: Chord) -> dict[int, Tone]:
    if chord.root is None:
        return {}
    tones = {}
    for step, alter in sorted(degrees_of(chord.quality)):
        fifths = chord.root.fifths + _FIFTHS_OF_STEP[step - 1] + 7 * alter
        if abs(fifths) <= 15:
            tone = Tone.of_fifths(fifths)
            tones[tone.pc] = tone
    return tones


def signature(key: Key) -> dict[str, int]:
    """Return how a key signature alters each letter."""
    count = key.signature
    letters = _SIGNATURE if count >= 0 else _SIGNATURE[::-1]
    altered = dict.fromkeys(LETTERS, 0)
    for place in range(abs(count)):
        altered[letters[place % 7]] += 1 if count > 0 else -1
    return altered


class Accidentals:
    """Which accidentals a bar has shown: one holds for its line to the bar's end."""

    def __init__(self, key: Key) -> None:
        self._signature = signature(key)
        self._shown: dict[tuple[str, int], int] = {}

    def of(self, step: str, alter: int, octave: int, *, is_tied: bool) -> str:
        """Return the accidental to print before a note; '' where none is needed: where it is tied to the one before."""
        before = self._shown.get((step, octave), self._signature[step])
        if alter == before or is_tied:
            return ""
        self._shown[step, octave] = alter
        return ACCIDENTALS.get(alter, "")
