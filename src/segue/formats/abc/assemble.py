"""The voices of an ABC tune put together into a score."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from segue.formats.abc.voice import Mark, Voice
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo

_MOST_RESOLUTION = 1 << 20
VELOCITY = 80


@dataclass(slots=True)
class Header:
    """What the header of a tune says about it."""

    title: str = ""
    composer: str = ""
    style: str = ""


def assemble(header: Header, voices: list[Voice], resolution: int, lost: Counter[str]) -> Score:
    """Return the score of voices in ticks, `resolution` of them to a quarter note; `lost` counts what is not kept."""
    for voice in voices:
        voice.finish()
    sounding = [voice for voice in voices if voice.bars]
    bars = sounding[0].bars if sounding else []
    end = bars[-1].start + bars[-1].length if bars else 0
    chords = _chords(sounding, resolution, end)
    tempos = [Tempo(Fraction(time, resolution), bpm) for voice in voices for time, bpm in voice.tempos]
    for voice in sounding:
        _clip(voice, end)
    parts = [_part(voice, resolution) for voice in sounding if voice.starts or voice.is_visible]
    for voice in voices:
        lost.update(voice.lost)
    return Score(
        tuple(parts),
        _bars(bars, resolution),
        tuple(chords),
        tuple(tempos),
        header.title,
        header.composer,
        header.style,
        tuple(f"{count} {what} not kept" for what, count in lost.items()),
    )


def _clip(voice: Voice, end: int) -> None:
    """End the notes of chords that outlast the last bar with it."""
    over = [index for index, start in enumerate(voice.starts) if start + voice.lengths[index] > end]
    for index in over:
        voice.lengths[index] = end - voice.starts[index]
    if over:
        voice.lost["ends of notes after the last bar"] += len(over)


def _bars(marks: list[Mark], resolution: int) -> tuple[Bar, ...]:
    made: dict[tuple[object, ...], Bar] = {}
    bars = []
    for mark in marks:
        rest = (mark.repeats_from, mark.repeats_to, mark.ending, mark.section)
        setting = (mark.length, id(mark.metre), id(mark.key), *rest)
        bar = made.get(setting)
        if bar is None:
            bar = made[setting] = Bar(mark.metre, mark.key, Fraction(mark.length, resolution), *rest)
        bars.append(bar)
    return tuple(bars)


def _chords(voices: list[Voice], resolution: int, end: int) -> list[ChordAt]:
    if len(voices) == 1:
        rows = voices[0].chords
    else:
        first = {time: chord for voice in reversed(voices) for time, chord in voice.chords}
        rows = sorted(first.items(), key=lambda row: row[0])
    return [ChordAt(Fraction(time, resolution), chord) for time, chord in rows if time < end]


def _part(voice: Voice, resolution: int) -> Part:
    starts, lengths, pitches = voice.starts, voice.lengths, voice.pitches
    if not voice.is_sorted:
        rows = sorted(zip(starts, pitches, lengths, strict=True))
        starts, pitches, lengths = (list(column) for column in zip(*rows, strict=True))
    common = gcd(resolution, *starts, *lengths)
    if common > 1:
        resolution //= common
        starts = [start // common for start in starts]
        lengths = [length // common for length in lengths]
    notes = Notes(resolution, starts, lengths, pitches, [VELOCITY] * len(starts))
    return Part(notes, voice.name, voice.program, voice.is_drums)
