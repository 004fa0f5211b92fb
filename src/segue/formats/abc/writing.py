"""Scores written as ABC, so that reading gives the equal score.

ABC has no place for the stress and the tone of syllables, for notices, and for a tempo after the last note; where words
begin and end it says by hyphens. What would change the music is an InputError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from segue.errors import InputError
from segue.formats.abc.frame import Frame, key_text, label_text, tempo_text
from segue.formats.abc.music import Lane, WrittenBar, write_bars
from segue.formats.abc.text import write_text
from segue.formats.abc.verses import write_verses
from segue.music.note import Notes
from segue.music.score import Bar, Part, Score, Tempo

_BARS_IN_LINE = 4


def write(score: Score) -> bytes:
    """Write a score as an ABC tune in UTF-8; InputError where ABC cannot say it."""
    return write_tune(score, 1).encode()


def write_all(scores: Iterable[Score]) -> bytes:
    """Write a book of tunes, numbered from 1."""
    return "\n".join(write_tune(score, number) for number, score in enumerate(scores, 1)).encode()


def write_tune(score: Score, number: int) -> str:
    """Return a score as the text of tune `number` of a book."""
    frame = Frame.of(score)
    tempos = [tempo for tempo in score.tempos if tempo.start < score.end]
    lines = [f"X:{number}"]
    for letter, text in (("T", score.title), ("C", score.composer), ("R", score.style)):
        if text:
            lines.append(f"{letter}:{write_text(text)}")
    lines += [f"M:{score.metre}", f"L:{frame.unit_text}"]
    if tempos and not tempos[0].start:
        lines.append(f"Q:{tempo_text(tempos.pop(0).bpm)}")
    lanes = _lanes(score, frame, tempos)
    lines += [_voice_field(lane) for lane in lanes if lane.label]
    lines.append(f"K:{key_text(score.key)}")
    for lane in lanes:
        lines += _sound(lane)
    lines += _body(lanes, frame)
    return "\n".join(lines) + "\n"


def _lanes(score: Score, frame: Frame, tempos: list[Tempo]) -> list[Lane]:
    """Return what is written as voices; a score without parts becomes one of invisible rests."""
    fields: dict[int, str] = {}
    for tempo in tempos:
        tick = frame.ticks(tempo.start)
        fields[tick] = f"{fields.get(tick, '')}[Q:{tempo_text(tempo.bpm)}]"
    chords = {frame.ticks(one.start): label_text(one.chord) for one in score.chords}
    if not score.parts:
        return [Lane(Part(Notes.of(())), "", fields, chords, "x")] if score.bars else []
    needs_label = len(score.parts) > 1 or score.parts[0].name or not score.bars
    first, *others = score.parts
    lanes = [Lane(first, "1" if needs_label else "", fields, chords)]
    return lanes + [Lane(part, str(number), {}, {}) for number, part in enumerate(others, 2)]


def _voice_field(lane: Lane) -> str:
    name = write_text(lane.part.name, '"')
    return f'V:{lane.label} name="{name}"' if name else f"V:{lane.label}"


def _sound(lane: Lane) -> Iterator[str]:
    """Return the directives for the sound of a part, under its voice."""
    part = lane.part
    lines = [f"%%MIDI program {part.program}"] if part.program else []
    if part.is_drums:
        lines.append("%%MIDI channel 10")
    if lines and lane.label:
        yield f"V:{lane.label}"
    yield from lines


# ---- body


def _body(lanes: list[Lane], frame: Frame) -> Iterator[str]:
    """Return the lines of music, those of all voices for some bars before the next bars, with their words."""
    written = [list(write_bars(lane, frame)) for lane in lanes]
    lines = list(_line_lengths(frame.bars))
    for first, after in pairwise([0, *lines]):
        for lane, bars in zip(lanes, written, strict=True):
            music = "".join(_with_lines(frame.bars, at, bars[at], lane) for at in range(first, after))
            yield f"[V:{lane.label}] {music}" if lane.label else music
            yield from _verses(lane, bars[first:after], frame, first, after)


def _line_lengths(bars: tuple[Bar, ...]) -> Iterator[int]:
    """Return the numbers of the bars before which a line ends: some bars on, and where a section begins."""
    begun = 0
    for number, bar in enumerate(bars):
        if (number - begun >= _BARS_IN_LINE and not _is_pickup(bars[begun:number])) or (bar.section and number):
            yield number
            begun = number
    if bars:
        yield len(bars)


def _is_pickup(bars: tuple[Bar, ...]) -> bool:
    """Return whether the first of as many bars as a line has is a pick-up, so that one more belongs to it."""
    return len(bars) == _BARS_IN_LINE and bars[0].length < bars[0].metre.length


def _with_lines(bars: tuple[Bar, ...], number: int, written: WrittenBar, lane: Lane) -> str:
    """Return the code of a bar between the signs that begin it and the bar line that ends it."""
    bar = bars[number]
    before = bars[number - 1] if number else None
    begin = "|:" if bar.repeats_from and before is None else ""
    if bar.ending:
        begin += f"[{_passes(bar.ending)} "
    if before is not None and before.metre != bar.metre:
        begin += f"[M:{bar.metre}]"
    if before is not None and before.key != bar.key:
        begin += f"[K:{key_text(bar.key)}]"
    if bar.section and lane.label in ("", "1"):
        begin += f"[P:{write_text(bar.section, ']')}]"
    return begin + written.text + _bar_line(bar, bars[number + 1] if number + 1 < len(bars) else None)


def _bar_line(bar: Bar, after: Bar | None) -> str:
    end = ":" * (bar.repeats_to - 1) + "|"
    if after is None:
        return "|]" if bar.repeats_to == 1 else end
    if after.repeats_from:
        return "::" if bar.repeats_to == 2 else f"{end if bar.repeats_to > 1 else ''}|:"
    return end


def _passes(ending: tuple[int, ...]) -> str:
    if list(ending) != sorted(set(ending)) or not 1 <= ending[0] <= ending[-1] <= 99:
        raise InputError(f"an ending for passes {ending}: numbers from 1 to 99, each once and in order, are accepted")
    return ",".join(map(str, ending))


def _verses(lane: Lane, bars: list[WrittenBar], frame: Frame, first: int, after: int) -> list[str]:
    if not lane.part.words:
        return []
    start, end = frame.starts[first], frame.starts[after]
    words = [(frame.ticks(sung.start), sung.verse, sung.syllable) for sung in lane.part.words]
    here = [row for row in words if start <= row[0] < end]
    events = [tick for bar in bars for tick in bar.events]
    scale = frame.quarter // lane.part.notes.resolution
    struck = {tick * scale for tick in lane.part.notes.starts}
    return write_verses(here, events, frozenset(tick for tick in events if tick not in struck))
