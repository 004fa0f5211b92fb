"""From the bytes of a MIDI file to a Score."""

from __future__ import annotations

from typing import Any

from segue.errors import FormatError, InputError
from segue.formats.midi.checking import QUARTERS, number_at, refuse, resolution_of, text_of
from segue.formats.midi.columns import notes_of
from segue.formats.midi.grid import bars_of, keys_of, metres_of, tempos_of
from segue.formats.midi.words import Lines, attach_words, chords_of, karaoke_of, marked_chords, with_sections
from segue.music.score import Part, Score

PARTS = 256  # the most of a score
EVENTS = 50_000  # the most of a kind other than notes: time signatures, tempos, syllables
_load: Any = None


def read(data: bytes, *, file: str = "") -> Score:
    """Read a MIDI file of type 0, 1 or 2; FormatError with the byte where it is none.

    Each track, channel and program with notes is a part. Bars follow the time signatures (4/4 where there is none); a
    pick-up cannot be told from a full bar. Times stay as they are, in ticks: `segue.music.quantize` moves a performance
    to a grid. Controllers, pitch bends and notes that never end are left out.
    """
    resolution = resolution_of(data, file)
    found = _parsed(data, file)
    _check_counts(found, file)
    notice: list[str] = []
    parts, words, end = _parts(found, resolution, data, file, notice)
    title, words = karaoke_of(data, words, len(parts))
    if end > QUARTERS * resolution:
        refuse(data, file, f"{end // resolution:,} quarter notes long; at most {QUARTERS:,} are read")
    try:
        metres = metres_of(found.time_signatures, notice)
        keys = keys_of(found.key_signatures, notice)
        tempos = tempos_of(found.tempos, resolution, notice)
        markers = found.markers
        marked = marked_chords(data, markers) if markers else []
        end = max(end, marked[-1][0] + 1) if marked else end
        sung = attach_words(parts, words, resolution) if words else tuple(parts)
        kept, chords = chords_of(sung, marked, resolution, keys, notice)
        bars = bars_of(metres, keys, resolution, end, notice)
        if markers:
            bars = with_sections(bars, markers, marked, resolution)
        return Score(kept, bars, chords, tempos, title=title or _title(data), notice=tuple(dict.fromkeys(notice)))
    except FormatError as error:
        raise FormatError(str(error), file=file) from error
    except InputError as error:
        raise FormatError(str(error), file=file) from error


def _parsed(data: bytes, file: str) -> Any:
    global _load
    if _load is None:
        import symusic.core

        _load = symusic.core.ScoreTick.from_midi
    try:
        return _load(data)
    except (RuntimeError, ValueError, IndexError, OverflowError, MemoryError) as error:
        reason = str(error).partition("\n")[0].removeprefix("MiniMidi: ").removesuffix(": iostream error")
        refuse(data, file, reason or type(error).__name__)


def _check_counts(found: Any, file: str) -> None:
    for what, events, most in (
        ("time signatures", found.time_signatures, EVENTS),
        ("key signatures", found.key_signatures, EVENTS),
        ("tempos", found.tempos, EVENTS),
        ("markers", found.markers, EVENTS),
    ):
        if len(events) > most:
            raise FormatError(f"{len(events):,} {what}; at most {most:,} are read", file=file)


def _parts(
    found: Any, resolution: int, data: bytes, file: str, notice: list[str]
) -> tuple[list[Part], list[Lines], int]:
    parts: list[Part] = []
    words: list[Lines] = []
    last = empty = syllables = 0
    for track in found.tracks:
        if lyrics := track.lyrics:
            syllables += len(lyrics)
            if syllables > EVENTS:
                raise FormatError(f"{syllables:,} lyric events; at most {EVENTS:,} are read", file=file)
            words.append(Lines(track.name, len(parts), [(event.time, event.text) for event in lyrics]))
        if not (listed := track.notes):
            continue
        notes, without, end = notes_of(listed, resolution)
        if end < 0:
            refuse(data, file, "times beyond 2^30 ticks")
        empty += without
        last = max(last, end)
        parts.append(Part(notes, track.name, track.program, track.is_drum))
    if len(parts) > PARTS:
        raise FormatError(f"{len(parts):,} parts; at most {PARTS} are read", file=file)
    if empty:
        notice.append(f"{empty:,} notes without length last one tick")
    return parts, words, last


def _title(data: bytes) -> str:
    """The name of the first track, where the file begins with it."""
    if data[22:25] != b"\0\xff\x03":
        return ""
    length, start = number_at(data, 25)
    return " ".join(text_of(data[start : start + length]).replace("\0", " ").split())
