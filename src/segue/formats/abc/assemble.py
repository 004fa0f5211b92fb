"""The voices of an ABC tune put together into a score."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd

from segue.errors import InputError
from segue.formats.abc.bars import Mark
from segue.formats.abc.voice import Voice
from segue.music.lyric import Sung, Syllable
from segue.music.note import Notes
from segue.music.score import Bar, ChordAt, Part, Score, Tempo

_MOST_RESOLUTION = 1 << 20


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
    with_bars = [voice for voice in voices if voice.bars.marks]
    marks = _align(with_bars, lost) if len(with_bars) > 1 else (with_bars[0].bars.marks if with_bars else [])
    end = marks[-1].start + marks[-1].length if marks else 0
    parts = [
        _part(voice, resolution, end)
        for voice in voices
        if voice.starts or voice.has_rests or (voice.is_declared and not with_bars)
    ]
    for voice in voices:
        lost.update(voice.lost)
    return Score(
        tuple(parts),
        _bars(marks, resolution),
        _chords(with_bars, resolution, end),
        _tempos(voices, resolution, end),
        header.title,
        header.composer,
        header.style,
        tuple(f"not kept: {what} ({count})" for what, count in lost.items()),
    )


# ---- bars


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


def _align(voices: list[Voice], lost: Counter[str]) -> list[Mark]:
    """Give bars of the same number the same length in all voices, the longest; return them."""
    columns = [voice.bars.marks for voice in voices]
    longest = max(columns, key=len)
    marks, start = [], 0
    for number, model in enumerate(longest):
        same = [column[number] for column in columns if number < len(column)]
        length = max(mark.length for mark in same)
        marks.append(
            Mark(
                start,
                length,
                same[0].metre,
                same[0].key,
                any(mark.repeats_from for mark in same),
                max(mark.repeats_to for mark in same),
                next((mark.ending for mark in same if mark.ending), ()),
                next((mark.section for mark in same if mark.section), model.section),
            )
        )
        start += length
    for voice in voices:
        _move(voice, marks, lost)
    return marks


def _move(voice: Voice, marks: list[Mark], lost: Counter[str]) -> None:
    """Move what lies in the bars of a voice to where these bars begin in all voices."""
    old = [mark.start for mark in voice.bars.marks]
    new = [mark.start for mark in marks]
    if old == new[: len(old)]:
        return
    lost["different lengths of a bar in different voices"] += 1

    def moved(time: int) -> int:
        place = max(0, bisect_right(old, time) - 1)
        return new[place] + time - old[place]

    def moved_end(time: int) -> int:
        place = max(0, bisect_left(old, time) - 1)
        return new[place] + time - old[place]

    ends = [moved_end(start + length) for start, length in zip(voice.starts, voice.lengths, strict=True)]
    voice.starts = [moved(start) for start in voice.starts]
    voice.lengths = [end - start for start, end in zip(voice.starts, ends, strict=True)]
    voice.chords = [(moved(time), chord) for time, chord in voice.chords]
    voice.tempos = [(moved(time), bpm) for time, bpm in voice.tempos]
    voice.words = [sung.at(moved(sung.time)) for sung in voice.words]


# ---- what lies in them


def _part(voice: Voice, resolution: int, end: int) -> Part:
    notes = _notes(voice, resolution, end)
    words: tuple[Sung, ...] = ()
    if voice.words:
        rows = sorted(voice.words, key=lambda sung: (sung.time, sung.verse))
        words = tuple(
            Sung(Fraction(one.time, resolution), Syllable(one.text, one.is_start, one.is_end), one.verse)
            for one in rows
        )
    return Part(notes, voice.name, voice.setting.program, voice.setting.is_drums, words)


def _notes(voice: Voice, resolution: int, end: int) -> Notes:
    starts, lengths, pitches = voice.starts, voice.lengths, voice.pitches
    velocities = _velocities(voice)
    if not voice.is_sorted and starts:
        rows = sorted(zip(starts, pitches, lengths, velocities, strict=True))
        starts, pitches, lengths, velocities = (list(column) for column in zip(*rows, strict=True))
    last = max(map(int.__add__, starts, lengths), default=0)
    if last > end:
        lengths = [min(length, end - start) for start, length in zip(starts, lengths, strict=True)]
        voice.lost["ends of notes beyond the last bar"] += 1
        last = end
    if not 0 <= min(pitches, default=0) <= max(pitches, default=0) <= 127:
        raise InputError("notes outside of MIDI's pitches 0 to 127")
    common = gcd(resolution, *starts, *lengths)
    if common > 1:
        starts = [start // common for start in starts]
        lengths = [length // common for length in lengths]
    if resolution // common > _MOST_RESOLUTION:
        raise InputError(f"lengths that need more than {_MOST_RESOLUTION:,} ticks to a quarter note")
    return Notes.of_checked(resolution // common, starts, lengths, pitches, velocities, last // common)


def _velocities(voice: Voice) -> list[int]:
    """Return the velocity of every note, in the order in which they were read."""
    count = len(voice.starts)
    changes = [(0, voice.first_velocity), *voice.velocities, (count, 0)]
    return [velocity for (index, velocity), (after, _) in pairwise(changes) for _ in range(after - index)]


def _chords(voices: list[Voice], resolution: int, end: int) -> tuple[ChordAt, ...]:
    if len(voices) == 1 and voices[0].is_sorted:
        rows = voices[0].chords
    else:
        first = {time: chord for voice in reversed(voices) for time, chord in reversed(voice.chords)}
        rows = sorted(first.items(), key=lambda row: row[0])
    return tuple(ChordAt(Fraction(time, resolution), chord) for time, chord in rows if time < end)


def _tempos(voices: list[Voice], resolution: int, end: int) -> tuple[Tempo, ...]:
    rows = sorted((time, order, bpm) for voice in voices for order, (time, bpm) in enumerate(voice.tempos))
    return tuple(Tempo(Fraction(time, resolution), bpm) for time, _, bpm in rows if time < end)
