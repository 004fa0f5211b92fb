"""The melody against the written chords: tones foreign to the chord, and how they go on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from segue.compose.coach.reading import Harmony, Reading, Sounding
from segue.compose.coach.rule import Found, Rule

_STEP = 2  # semitones
_CLASHING = Fraction(3, 4)  # share of a chord's time that a clash may fill
_TENSIONS = (2, 9)  # ninth and thirteenth above the root: foreign, and at home in every style but the strict ones


def left_by_leap(reading: Reading) -> Iterator[Found]:
    """A tone foreign to the chord on a strong beat, for a beat or more, is left by a leap."""
    for note, after, harmony in _on_chords(reading):
        if after is None or after.start != note.end or abs(after.pitch - note.pitch) <= _STEP:
            continue
        is_strong = reading.strength(note.start) >= 2 and note.length >= reading.bar_at(note.start).metre.beat
        if is_strong and _is_foreign(note, harmony) and reading.harmony_at(after.start) is harmony:
            near = _nearest(harmony, note.pitch)
            yield Found(
                note.start,
                _names(reading),
                f"{_told(reading, note, harmony)}, and the melody leaps away from it",
                f"go on by step to {reading.name_of(near, note.start)}, or begin on it",
            )


def clashes(reading: Reading) -> Iterator[Found]:
    """A tone a semitone above a tone of the chord is held for two beats or more and does not resolve under it."""
    for note, after, harmony in _on_chords(reading):
        beat = reading.bar_at(note.start).metre.beat
        under = min(note.end, harmony.end) - max(note.start, harmony.start)
        if under < 2 * beat or under < _CLASHING * (harmony.end - harmony.start):
            continue
        if not _is_foreign(note, harmony) or (note.pitch - 1) % 12 not in harmony.chord.pitch_classes:
            continue
        resolves = after is not None and after.start == note.end and abs(after.pitch - note.pitch) <= _STEP
        if resolves and after is not None and after.start < harmony.end:
            continue
        rubbed = reading.key_at(note.start).spell(note.pitch - 1)
        told = f"{_told(reading, note, harmony)}, a semitone above its {rubbed}"
        near = reading.name_of(_nearest(harmony, note.pitch), note.start)
        yield Found(note.start, _names(reading), told, f"sing {near}, or change the chord")


def _on_chords(reading: Reading) -> Iterator[tuple[Sounding, Sounding | None, Harmony]]:
    """The notes of the tune that begin under a written chord, with the note after each."""
    notes = reading.tune.notes if reading.tune is not None and reading.harmonies else ()
    for note, after in zip(notes, [*notes[1:], None], strict=bool(notes)):
        harmony = reading.harmony_at(note.start)
        if harmony is not None:
            yield note, after, harmony


def _is_foreign(note: Sounding, harmony: Harmony) -> bool:
    root = harmony.chord.root
    above = (note.pitch - root.pc) % 12 if root is not None else 0
    return note.pitch % 12 not in harmony.chord.pitch_classes and above not in _TENSIONS


def _nearest(harmony: Harmony, pitch: int) -> int:
    """The chord tone nearest to a pitch, the lower of two."""
    tones = [one for one in range(pitch - 6, pitch + 7) if one % 12 in harmony.chord.pitch_classes]
    return min(tones, key=lambda one: (abs(one - pitch), one))


def _told(reading: Reading, note: Sounding, harmony: Harmony) -> str:
    return f"{reading.name_of(note.pitch, note.start)} is foreign to {harmony.chord}"


def _names(reading: Reading) -> tuple[str, ...]:
    return (reading.tune.name,) if reading.tune is not None else ()


RULES = (
    Rule(
        "foreign-tone-leap",
        "weakness",
        "A tone foreign to the chord on a strong beat goes on by step.",
        "Kostka and Payne, Tonal Harmony, ch. 11 and 12; Temperley, The Melodic-Harmonic Divorce in Rock (2007)",
        left_by_leap,
    ),
    Rule(
        "clash",
        "weakness",
        "A held tone of the melody does not lie a semitone above a tone of the chord.",
        "Nettles and Graf, The Chord Scale Theory and Jazz Harmony (avoid notes)",
        clashes,
    ),
)
