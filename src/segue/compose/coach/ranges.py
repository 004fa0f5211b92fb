"""What an instrument or a singer can reach, and where they are at ease."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from segue.compose.coach.alternatives import COMPASSES, voice_type
from segue.compose.coach.reading import Reading, Sounding
from segue.compose.coach.rule import Found, Rule
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.score import Part

_SLACK = 2  # semitones beyond a singer's compass that composers ask for now and then
_EDGE = 2  # semitones at either end of a compass that tire a singer
_TIRING = 0.4  # share of the singing time that may lie there
_WIDEST_TUNE = 19  # semitones: an octave and a fifth
_SUNG_ENOUGH = 16  # quarter notes; less says nothing about tessitura


def instrument_ranges(reading: Reading) -> Iterator[Found]:
    """Notes that the instrument of a part does not have."""
    for place, part in enumerate(reading.score.parts, 1):
        instrument = INSTRUMENTS[OF_PROGRAM[part.program]]
        if part.is_drums or instrument.name == "voice":
            continue
        label = part.name or f"part {place}"
        outside = (note for note in _notes(part) if not instrument.low <= note.pitch <= instrument.high)
        yield from _outside(reading, label, outside, (instrument.low, instrument.high), instrument.name)


def voice_ranges(reading: Reading) -> Iterator[Found]:
    """Notes more than a tone beyond what a choir's soprano, alto, tenor or bass sings."""
    for voice in reading.voices:
        kind = voice_type(voice)
        if kind:
            low, high = COMPASSES[kind]
            outside = (note for note in voice.notes if not low - _SLACK <= note.pitch <= high + _SLACK)
            yield from _outside(reading, voice.name, outside, (low, high), f"a choir's {kind}")


def _notes(part: Part) -> Iterator[Sounding]:
    return (Sounding(note.start, note.end, note.pitch) for note in part.notes)


def _outside(
    reading: Reading, part: str, notes: Iterable[Sounding], limits: tuple[int, int], who: str
) -> Iterator[Found]:
    """One remark for each bar with notes outside the limits: about the farthest of them."""
    low, high = limits
    for _, group in groupby(notes, key=lambda note: reading.bar_of(note.start)):
        note = max(group, key=lambda each: max(low - each.pitch, each.pitch - high))
        shift = 12 * -(-(low - note.pitch) // 12) if note.pitch < low else -12 * -(-(note.pitch - high) // 12)
        told = f"{reading.name_of(note.pitch, note.start)} is {'below' if note.pitch < low else 'above'} what {who} has"
        span = f"({reading.name_of(low, note.start)} to {reading.name_of(high, note.start)})"
        yield Found(note.start, (part,), f"{told} {span}", f"take {reading.name_of(note.pitch + shift, note.start)}")


def tessituras(reading: Reading) -> Iterator[Found]:
    """A choir's voice spends much of its time at an end of its compass."""
    for voice in reading.voices:
        kind = voice_type(voice)
        total = sum(note.length for note in voice.notes)
        if not kind or total < _SUNG_ENOUGH:
            continue
        low, high = COMPASSES[kind]
        for where, tiring, advice in (
            ("high", [note for note in voice.notes if note.pitch > high - _EDGE], "lower"),
            ("low", [note for note in voice.notes if note.pitch < low + _EDGE], "higher"),
        ):
            share = float(sum(note.length for note in tiring) / total)
            if share > _TIRING:
                told = f"{share:.0%} of the time lies at the {where} end of a choir's {kind}"
                yield Found(tiring[0].start, (voice.name,), told, f"set the piece a third {advice}")


def wide_tunes(reading: Reading) -> Iterator[Found]:
    """A tune with words reaches over more than an octave and a fifth."""
    voice = reading.tune
    if voice is None or not voice.part.words:
        return
    low = min(voice.notes, key=lambda note: note.pitch)
    high = max(voice.notes, key=lambda note: note.pitch)
    if high.pitch - low.pitch > _WIDEST_TUNE:
        names = (reading.name_of(low.pitch, low.start), reading.name_of(high.pitch, high.start))
        told = f"from {names[0]} (bar {reading.number_of(low.start)}) to {names[1]}: {high.pitch - low.pitch} semitones"
        proposal = f"lower the {names[1]}, or take the {names[0]} an octave higher"
        yield Found(high.start, (voice.name,), told, proposal)


RULES = (
    Rule(
        "instrument-range",
        "fault",
        "Every note lies in the range of its instrument.",
        "Adler, The Study of Orchestration, appendix",
        instrument_ranges,
    ),
    Rule(
        "voice-range",
        "weakness",
        "Choir voices stay within their compass, a tone beyond it at most.",
        "Kostka and Payne, Tonal Harmony, ch. 5",
        voice_ranges,
    ),
    Rule(
        "tessitura",
        "hint",
        "A choir's voice does not stay at an end of its compass.",
        "Adler, The Study of Orchestration, chapter on the voice",
        tessituras,
    ),
    Rule(
        "wide-tune",
        "hint",
        "A tune for everybody spans at most an octave and a fifth.",
        "Perricone, Melody in Songwriting (2000); threshold from published songs",
        wide_tunes,
    ),
)
