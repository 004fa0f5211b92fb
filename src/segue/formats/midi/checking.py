"""The bytes of a MIDI file, checked before anything is made of them: header, chunks, and where an event is wrong.

After the Standard MIDI Files 1.0 specification (MIDI Manufacturers Association, 1996).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from segue.errors import FormatError
from segue.formats.limits import PLAIN

TRACKS = 1_000  # chunks that may hold events; a score has at most 256 parts
QUARTERS = 100_000  # length of a piece: 14 hours at 120 quarter notes a minute
_HEADER = 14
_V = rb"[\x80-\xff]{0,3}[\x00-\x7f]"
_D = rb"[\x00-\x7f]"
# runs of channel events, running status among them; what stops them is a meta event, a system event, or damage
_CHANNEL = re.compile(
    rb"(?>(?:(?>" + _V + rb"[\x80-\xbf\xe0-\xef]" + _D + _D + rb")(?>" + _V + _D + _D + rb")*+"
    rb"|(?>" + _V + rb"[\xc0-\xdf]" + _D + rb")(?>" + _V + _D + rb")*+)++)"
)
_DELTA = re.compile(_V)


def resolution_of(data: bytes, file: str) -> int:
    """Check header and chunks, and return the ticks to a quarter note; FormatError with the byte otherwise."""
    if data[:4] != b"MThd":
        _refuse_start(data, file)
    if len(data) < _HEADER:
        raise FormatError(f"a header of {len(data)} bytes; 14 are needed", file=file, place=f"byte {len(data)}")
    division = data[12] << 8 | data[13]
    if division & 0x8000:
        raise FormatError("times in film frames (SMPTE); ticks to a quarter note are read", file=file, place="byte 12")
    if not division:
        raise FormatError("0 ticks to a quarter note; 1 to 32,767 are accepted", file=file, place="byte 12")
    if len(data) > PLAIN:
        raise FormatError(f"{len(data):,} bytes; at most {PLAIN:,} are read", file=file, place=f"byte {PLAIN}")
    _check_chunks(data, file)
    return division


def _refuse_start(data: bytes, file: str) -> NoReturn:
    if not data:
        raise FormatError("the file is empty (0 bytes)", file=file, place="byte 0")
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        raise FormatError("MIDI inside RIFF; a plain MIDI file (.mid) is read", file=file, place="byte 0")
    raise FormatError(f"it begins with {data[:4]!r}; a MIDI file begins with b'MThd'", file=file, place="byte 0")


def _check_chunks(data: bytes, file: str) -> None:
    size, end, tracks = int.from_bytes(data[4:8], "big"), len(data), 0
    if size < 6:
        raise FormatError(f"a header of length {size}; 6 is right", file=file, place="byte 4")
    at = 8 + size
    while at + 8 <= end:
        length = data[at + 4] << 24 | data[at + 5] << 16 | data[at + 6] << 8 | data[at + 7]
        if length > end - at - 8:
            raise FormatError(
                f"a chunk of {length:,} bytes where {end - at - 8:,} are left", file=file, place=f"byte {at + 4}"
            )
        tracks += 1
        at += 8 + length
    if not tracks:
        raise FormatError("no track in it", file=file, place=f"byte {min(8 + size, end)}")
    if tracks > TRACKS:
        raise FormatError(f"{tracks:,} tracks; at most {TRACKS:,} are read", file=file, place="byte 10")


def refuse(data: bytes, file: str, reason: str) -> NoReturn:
    """Raise FormatError at the first wrong event, or at the first enormous time; `reason` where neither is found."""
    at = 8 + int.from_bytes(data[4:8], "big")
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"MTrk":
            _refuse_track(data, at + 8, at + 8 + length, file)
        at += 8 + length
    raise FormatError(reason, file=file)


def _refuse_track(data: bytes, at: int, end: int, file: str) -> None:
    """Walk over the events of one track; return where all are well formed."""
    while at < end:
        if run := _CHANNEL.match(data, at, end):
            _refuse_far(data, at, run.end(), file)
            at = run.end()
            continue
        begin = at
        delta = _DELTA.match(data, at, end)
        if not delta:
            raise FormatError("a time that does not end", file=file, place=f"byte {begin}")
        _refuse_far(data, at, delta.end(), file)
        at = _after_event(data, delta.end(), end, file)
        if at < 0:
            return


def _refuse_far(data: bytes, at: int, end: int, file: str) -> None:
    """Raise FormatError where a time of 2^26 ticks and more lies between two bytes."""
    for far in re.compile(rb"[\xa0-\xff][\x80-\xff]{2}[\x00-\x7f]").finditer(data, at, end):
        ticks = 0
        for byte in far[0]:
            ticks = ticks << 7 | byte & 0x7F
        raise FormatError(f"a time of {ticks:,} ticks, too far for music", file=file, place=f"byte {far.start()}")


def _after_event(data: bytes, at: int, end: int, file: str) -> int:
    """Return the byte after a meta or system event; -1 where the track ends."""
    status = data[at] if at < end else -1
    if status == 0xFF and at + 1 < end:
        if data[at + 1] == 0x2F:
            return -1
        head = at + 2
    elif status in (0xF0, 0xF7):
        head = at + 1
    elif 0xF1 <= status <= 0xFE:
        return at + {0xF1: 2, 0xF2: 3, 0xF3: 2}.get(status, 1)
    else:
        what = "the track ends inside an event" if status < 0 else f"0x{status:02x} begins no event"
        raise FormatError(what, file=file, place=f"byte {at}")
    size = _DELTA.match(data, head, end)
    if not size:
        raise FormatError("a length that does not end", file=file, place=f"byte {head}")
    length = 0
    for byte in size[0]:
        length = length << 7 | byte & 0x7F
    if length > end - size.end():
        raise FormatError(
            f"an event of {length:,} bytes where {end - size.end():,} are left", file=file, place=f"byte {head}"
        )
    return size.end() + length


def texts_of_track(data: bytes, inside: int, *, kind: int) -> list[tuple[int, str]]:
    """Return (tick, text) of the meta events of one kind (1: text, 5: lyric, 6: marker) of the track around a byte."""
    return next((list(_texts(data, at, end, kind)) for at, end in _tracks(data) if at - 8 <= inside < end), [])


def texts_of_tracks(data: bytes, *, kind: int) -> list[list[tuple[int, str]]]:
    """Return (tick, text) of the meta events of one kind, for each track that has any."""
    return [texts for at, end in _tracks(data) if (texts := list(_texts(data, at, end, kind)))]


def text_of(raw: bytes) -> str:
    """Return the text of bytes: UTF-8, else Windows-1252."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _tracks(data: bytes) -> Iterator[tuple[int, int]]:
    at = 8 + int.from_bytes(data[4:8], "big")
    while at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"MTrk":
            yield at + 8, end
        at = end


def _texts(data: bytes, at: int, end: int, kind: int) -> Iterator[tuple[int, str]]:
    """The texts of one kind in a track that symusic took for well formed."""
    tick = size = 0
    while at < end:
        delta, at = number_at(data, at, end)
        tick += delta
        status = data[at] if at < end else 0xFF
        if status in (0xFF, 0xF0, 0xF7):
            head = at + 1 + (status == 0xFF)
            length, start = number_at(data, head, end)
            if status == 0xFF and head - 1 < end and data[head - 1] == kind:
                yield tick, text_of(data[start : start + length])
            at = start + length
        elif status >= 0xF0:
            at += {0xF1: 2, 0xF2: 3, 0xF3: 2}.get(status, 1)
        elif status >= 0x80:
            size = 1 if 0xC0 <= status < 0xE0 else 2
            at += 1 + size
        elif size:
            at += size
        else:
            return


def number_at(data: bytes, at: int, end: int | None = None) -> tuple[int, int]:
    """Read a number of variable length; return it and the byte after it, 0 and the end where there is none."""
    end = len(data) if end is None else end
    found = _DELTA.match(data, at, end)
    if not found:
        return 0, end
    value = 0
    for byte in found[0]:
        value = value << 7 | byte & 0x7F
    return value, found.end()
