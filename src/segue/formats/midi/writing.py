"""From a Score to the bytes of a MIDI file of type 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import gcd, lcm

from segue.errors import InputError
from segue.formats.midi.words import CHORDS, text_of
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.note import Notes
from segue.music.score import Bar, Part, Score

_USUAL, _FINEST, _ROUNDED = 480, 32_767, 27_720  # ticks to a quarter note; 27,720 is the smallest multiple of 1 to 12
_DRUMS = 9
_CHANNELS = tuple(channel for channel in range(16) if channel != _DRUMS)
_MINOR = ("minor", "dorian", "phrygian", "locrian")
_TEMPO, _METRE, _KEY, _MARKER, _NAME, _LYRIC, _END = 0x51, 0x58, 0x59, 0x06, 0x03, 0x05, 0x2F
_OFF, _META, _ON = 0, 1, 2  # the order of events at one tick
_Event = tuple[int, int, bytes]  # tick, order, bytes


def write(score: Score) -> bytes:
    """Write a MIDI file: repeats played out, drums on channel 10, lyrics as lyric events, chords as markers.

    The first track holds title, tempos, metres, keys and the names of sections; chord symbols stand on a track of their
    own, "Chords", which sounds nothing. A bar shorter than its metre is said by the metre again where the next bar
    begins; a longer one by a metre of its length. Not said are composer, style, and modes other than major and minor
    (their signature is kept). Where one pitch sounds twice at once in a part, the note begun first ends first. Times
    that no resolution of MIDI holds are rounded to 1/27,720 of a quarter note. InputError where a bar or a tempo cannot
    be said.
    """
    score = _played(score)
    resolution = _resolution(score)
    tracks = [_track(_conducting(score, resolution))]
    if score.chords:
        marks = [(_tick(one.start, resolution), _META, _meta(_MARKER, str(one.chord))) for one in score.chords]
        tracks.append(_track([(0, _OFF, _meta(_NAME, CHORDS)), *marks]))
    for part, channel in zip(score.parts, _channels(score.parts), strict=True):
        tracks.extend(_track(events) for events in _playing(part, channel, resolution))
    header = b"MThd" + (6).to_bytes(4, "big") + b"".join(n.to_bytes(2, "big") for n in (1, len(tracks), resolution))
    return header + b"".join(tracks)


def _played(score: Score) -> Score:
    if any(bar.repeats_from or bar.repeats_to > 1 or bar.ending for bar in score.bars):
        from segue.music.form import unfold

        return unfold(score)
    return score


# ---- times


def _resolution(score: Score) -> int:
    """The ticks to a quarter note that say all times exactly, 480 or a multiple if possible; 27,720 where none does."""
    times = [chord.start for chord in score.chords] + [tempo.start for tempo in score.tempos]
    times += [sung.start for part in score.parts for sung in part.words]
    times += {bar.length for bar in score.bars}
    needed = lcm(*(_needed(part.notes) for part in score.parts), *(time.denominator for time in times), 1)
    for ticks in (lcm(needed, _USUAL), needed * -(-96 // needed), needed):
        if ticks <= _FINEST:
            return ticks
    return _ROUNDED


def _needed(notes: Notes) -> int:
    return notes.resolution // gcd(notes.resolution, *notes.starts, *notes.lengths)


def _tick(time: Fraction, resolution: int) -> int:
    return int(time * resolution + Fraction(1, 2))


# ---- the first track


def _conducting(score: Score, resolution: int) -> list[_Event]:
    events: list[_Event] = [(0, _OFF, _meta(_NAME, score.title))] if score.title else []
    for tempo in score.tempos:
        micro = round(60e6 / tempo.bpm)
        if micro >= 1 << 24:
            raise InputError(f"a tempo of {tempo.bpm} quarter notes a minute; MIDI can say 3.58 and more")
        events.append((_tick(tempo.start, resolution), _META, _meta(_TEMPO, micro.to_bytes(3, "big"))))
    at, key, due = Fraction(0), None, True
    metre = Metre()
    for bar in score.bars:
        tick, said = _tick(at, resolution), _said(bar)
        if due or said != metre:
            events.append((tick, _META, _metre(said)))
        if bar.key != key:
            events.append((tick, _META, _signature(bar.key)))
        if bar.section:
            events.append((tick, _META, _meta(_MARKER, bar.section)))
        at, key, metre, due = at + bar.length, bar.key, said, bar.length < said.length
    if due or _last(score) <= at - metre.length:  # the end cannot be seen from the notes
        events.append((_tick(at, resolution), _META, _metre(metre)))
    events.append((max(_tick(at, resolution), *(tick for tick, _, _ in events)), _ON, _meta(_END, b"")))
    return events


def _last(score: Score) -> Fraction:
    return max((part.notes.end for part in score.parts), default=Fraction(0))


def _said(bar: Bar) -> Metre:
    """The metre that MIDI says for a bar: its own, or one of its length where it is longer."""
    if bar.length <= bar.metre.length:
        return bar.metre
    value = max(4 * bar.length.denominator, bar.metre.value)
    count = bar.length * value / 4
    if value & (value - 1) or value > 64 or count > 64:
        raise InputError(f"a bar of {bar.length} quarter notes; MIDI can say 1 to 64 of halves of a bar down to 64ths")
    return Metre(int(count), value)


def _metre(metre: Metre) -> bytes:
    clocks = min(255, int(metre.beat * 24))
    return _meta(_METRE, bytes((metre.count, metre.value.bit_length() - 1, clocks, 8)))


def _signature(key: Key) -> bytes:
    fifths = key.signature
    fifths += 12 * ((fifths < -7) - (fifths > 7))
    return _meta(_KEY, bytes((fifths % 256, key.mode in _MINOR)))


# ---- parts


def _channels(parts: tuple[Part, ...]) -> list[int]:
    """A channel for each part: drums on 10 (number 9), others on one of their own while there are enough."""
    pitched = [part for part in parts if not part.is_drums]
    if len(pitched) <= len(_CHANNELS):
        free = iter(_CHANNELS)
        return [_DRUMS if part.is_drums else next(free) for part in parts]
    programs = list(dict.fromkeys(part.program for part in pitched))
    return [_DRUMS if part.is_drums else _CHANNELS[programs.index(part.program) % len(_CHANNELS)] for part in parts]


def _playing(part: Part, channel: int, resolution: int) -> Iterator[list[_Event]]:
    """The events of a part with its first verse; further verses are tracks of their own after it."""
    verses = sorted({sung.verse for sung in part.words}) or [1]
    lines: list[list[_Event]] = [
        [
            (_tick(sung.start, resolution), _META, _meta(_LYRIC, text_of(sung.syllable)))
            for sung in part.words
            if sung.verse == verse
        ]
        for verse in verses
    ]
    name: list[_Event] = [(0, _OFF, _meta(_NAME, part.name))] if part.name else []
    program: list[_Event] = [(0, _OFF, bytes((0xC0 | channel, part.program)))]
    yield [*name, *program, *lines[0], *_sounding(part, channel, resolution)]
    for line in lines[1:]:
        yield [*name, *line]


def _sounding(part: Part, channel: int, resolution: int) -> Iterator[_Event]:
    on, off = 0x90 | channel, 0x80 | channel
    for start, length, pitch, velocity in sorted(part.notes.in_ticks(resolution)):
        yield start, _ON, bytes((on, pitch, velocity))
        yield start + length, _OFF, bytes((off, pitch, 64))


# ---- bytes


def _meta(kind: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return bytes((0xFF, kind)) + _number(len(raw)) + raw


def _number(value: int) -> bytes:
    """A number of variable length: 7 bits a byte, the highest first."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


def _track(events: list[_Event]) -> bytes:
    """A chunk of events, sorted by tick and order; what is equal stays as it came."""
    body, before = bytearray(), 0
    for tick, _, content in sorted(events, key=lambda event: event[:2]):
        if tick - before >= 1 << 28:
            raise InputError(f"a rest of {tick - before:,} ticks; MIDI can say less than {1 << 28:,}")
        body += _number(tick - before) + content
        before = tick
    if not body.endswith(b"\xff\x2f\0"):
        body += b"\0\xff\x2f\0"
    return b"MTrk" + len(body).to_bytes(4, "big") + bytes(body)
