"""Nasty MIDI files are refused at once with their byte; real ones are read as others read them, and come back."""

from __future__ import annotations

import io
from collections import Counter, deque
from fractions import Fraction
from pathlib import Path
from typing import Any

import mido
import pytest
from benchmarks.result import data_dir

from segue.errors import FormatError, UnavailableError
from segue.formats.midi import read, write
from segue.music.key import Key
from segue.music.pitch import Tone
from segue.music.score import Part, Score
from tests.formats.midi_bytes import END, key, meta, metre, number, off, on, smf, tune
from tests.seconds import within

F = Fraction
G = Key(Tone("G"))


def rows(part: Part) -> list[tuple[Fraction, Fraction, int, int]]:
    return [(note.start, note.length, note.pitch, note.velocity) for note in part.notes]


# ---- nasty files

FAR = b"\xc0\x80\x80\x00"  # a time of 134,217,728 ticks
NASTY = {
    "empty": (b"", r"byte 0: the file is empty \(0 bytes\)"),
    "not MIDI": (b"RIFF" * 20, r"byte 0: it begins with b'RIFF'; a MIDI file begins with b'MThd'"),
    "header only": (smf()[:9], r"byte 9: a header of 9 bytes; 14 are needed"),
    "no track": (smf(), r"byte 14: no track in it"),
    "truncated": (smf(tune(60) + END)[:-5], r"byte 18: a chunk of 13 bytes where 8 are left"),
    "a chunk that lies": (smf(tune(60) + END)[:18] + b"\xff\xff\xff\xff", r"byte 18: a chunk of 4,294,967,295 bytes"),
    "film frames": (smf(tune(60) + END, resolution=0xE728), r"byte 12: times in film frames \(SMPTE\)"),
    "no resolution": (smf(tune(60) + END, resolution=0), r"byte 12: 0 ticks to a quarter note"),
    "far note": (smf(on(0, 60) + FAR + b"\x80\x3c\0" + END), r"byte 26: a time of 134,217,728 ticks"),
    "wrapping times": (
        smf((FAR + b"\x90\x3c\x50" + FAR + b"\x80\x3c\0") * 20 + END),
        r"byte 22: a time of 134,217,728",
    ),
    "data without status": (smf(b"\0\x10\x10" + tune(60) + END), r"byte 23: 0x10 begins no event"),
    "data too high": (smf(b"\0\x90\xc8\xc8" + off(10, 60) + END), r"byte 23: 0x90 begins no event"),
    "a text that lies": (
        smf(b"\0\xff\x05\xff\xff\xff\x7f" + END),
        r"byte 25: an event of 268,435,455 bytes where 4 are",
    ),
    "a time without end": (smf(b"\xff\xff\xff\xff\xff\xff"), r"byte 22: a time that does not end"),
    "66 bytes": (
        smf(FAR + metre(0, 1, 6)[1:] + FAR + metre(0, 1, 6)[1:] + FAR + on(0, 60)[1:] + FAR + off(0, 60)[1:] + END),
        r"byte 22: a time of 134,217,728 ticks",
    ),
    "as many tracks": (smf(*[END] * 20_000), r"byte 10: 20,000 tracks; at most 1,000 are read"),
    "too large": (smf(tune(60) + END) + bytes(5_000_000), r"byte 5000000: 5,000,035 bytes; at most 5,000,000 are read"),
    "bars without end": (
        smf(metre(0, 1, 6) + END, on(0, 60) + number(1 << 21) + off(0, 60)[1:] + END, resolution=24),
        r"1,398,102 bars; at most 100,000 are read",
    ),
    "words without end": (smf(meta(0, 5, b"la") * 60_000 + END), r"60,000 lyric events; at most 50,000 are read"),
    "too long": (
        smf(on(0, 60) + number(1 << 21) + off(0, 60)[1:] + END, resolution=1),
        r"2,097,152 quarter notes long; at most 100,000 are read",
    ),
    "too many parts": (
        smf(*(b"\0\xc0" + bytes((n % 128,)) + tune(60) + END for n in range(300))),
        r"300 parts; at most 256 are read",
    ),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_is_refused_at_once_with_its_byte(name: str) -> None:
    data, message = NASTY[name]
    with within(1), pytest.raises(FormatError, match=message):
        read(data, file="nasty.mid")


def test_an_error_names_the_file() -> None:
    with pytest.raises(FormatError, match=r"^nasty\.mid, byte 18: ") as caught:
        read(NASTY["truncated"][0], file="nasty.mid")
    assert (caught.value.file, caught.value.place) == ("nasty.mid", "byte 18")


STOP = END[1:]  # where a time stands before it already
FULL = {
    "running status all the way": (smf(b"\0\x90" + b"\x3c\x50\1\x3c\0\1" * 800_000 + STOP), 800_000),
    "notes that never end": (smf(b"\0\x90" + b"\x3c\x50\0" * 1_600_000 + STOP, tune(60) + END), 1),
    "all at once": (smf(b"\0\x90" + b"\x3c\x50\0" * 800_000 + b"\x3c\0\1" * 800_000 + STOP), 800_000),
    "words and markers": (smf((b"\0\xff\5\1a" + b"\1\xff\6\1b") * 49_000 + END, tune(60) + END), 1),
    "words for many": (smf(*[tune(60) + END] * 250, *[meta(0, 5, b"la") * 60 + END] * 700), 250),
    "metres and keys": (
        smf((metre(0, 4, 2) + key(1, 1) + metre(1, 3, 2) + key(1, 2)) * 12_000 + END, tune(60) + END),
        1,
    ),
    "tempos": (smf((b"\1\xff\x51\3\7\xa1\x20" + b"\1\xff\x51\3\7\xa1\x21") * 24_000 + END, tune(60) + END), 1),
    "chord symbols": (
        smf(
            tune(60) + END,
            meta(0, 3, b"Chords") + b"".join(meta(9, 6, b"C7#9/%c" % (65 + n % 7)) for n in range(49_000)) + END,
        ),
        1,
    ),
    "sections": (
        smf(metre(0, 1, 6) + b"".join(meta(30, 6, b"%d" % n) for n in range(49_000)) + END, tune(60) + END),
        1,
    ),
}


@pytest.mark.parametrize("name", FULL)
def test_a_file_full_of_one_thing_takes_under_a_second(name: str) -> None:
    data, notes = FULL[name]
    with within(1):
        score = read(data)
    assert sum(len(part.notes) for part in score.parts) == notes


# ---- real files

CORPORA = {
    "pop909": ("pop909/*/*.mid", 909),
    "pop909_cl": ("pop909_cl/POP909_processed/*.mid", 909),
    "mutopia": ("mutopia_midi/*.mid", 2_883),
    "ceol_rince": ("ceol_rince/MIDI/*.mid", 1_195),
    "groove": ("groove/groove/*/*/*.mid", 1_150),
}


def corpus(name: str, every: int = 1) -> list[Path]:
    pattern, count = CORPORA[name]
    try:
        files = sorted(data_dir().glob(pattern))
    except UnavailableError as error:
        pytest.skip(str(error))
    if len(files) != count:
        pytest.skip(f"{len(files)} files of {name}, not {count}")
    return files[::every]


def heard_by_mido(data: bytes) -> Counter[tuple[int, int, int, int, bool]]:
    """Start, length, pitch, velocity and whether it is a drum, of every note that ends."""
    found: Counter[tuple[int, int, int, int, bool]] = Counter()
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        at = 0
        begun: dict[tuple[int, int], deque[tuple[int, int]]] = {}
        for event in track:
            at += event.time
            if event.type not in ("note_on", "note_off"):
                continue
            waiting = begun.setdefault((event.channel, event.note), deque())
            if event.type == "note_on" and event.velocity:
                waiting.append((at, event.velocity))
            elif waiting:
                start, velocity = waiting.popleft()
                found[start, max(1, at - start), event.note, velocity, event.channel == 9] += 1
    return found


def heard_by_us(score: Score) -> Counter[tuple[int, int, int, int, bool]]:
    return Counter(
        (*row, part.is_drums)
        for part in score.parts
        for row in zip(part.notes.starts, part.notes.lengths, part.notes.pitches, part.notes.velocities, strict=True)
    )


def check_read_back(name: str, every: int) -> Any:
    wrong = []
    for path in corpus(name, every):
        score = read(path.read_bytes(), file=path.name)
        written = write(score)
        again = read(written)
        if again != score or heard_by_us(again) != heard_by_mido(written):
            wrong.append(path.name)
        if name != "pop909_cl" and heard_by_us(score) != heard_by_mido(path.read_bytes()):
            wrong.append(f"{path.name} itself")
    return wrong


@pytest.mark.parametrize("name", CORPORA)
def test_real_files_are_read_as_mido_reads_them_and_come_back(name: str) -> None:
    assert check_read_back(name, every=100) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CORPORA)
def test_all_real_files_come_back(name: str) -> None:
    wrong = []
    for path in corpus(name):
        score = read(path.read_bytes(), file=path.name)
        if read(write(score)) != score:
            wrong.append(path.name)
    assert wrong == []


def test_pop909_cl_keeps_its_chords() -> None:
    found = [read(path.read_bytes()) for path in corpus("pop909_cl", every=10)]
    assert sum(bool(score.chords) for score in found) >= 0.98 * len(found)


def test_pretty_midi_hears_the_same_in_seconds() -> None:
    pretty_midi = pytest.importorskip("pretty_midi")
    for path in corpus("mutopia", every=200):
        score = read(path.read_bytes())
        theirs = pretty_midi.PrettyMIDI(io.BytesIO(write(score)))
        assert sum(len(instrument.notes) for instrument in theirs.instruments) == sum(
            map(len, (p.notes for p in score.parts))
        )
        assert len(theirs.lyrics) == sum(len(part.words) for part in score.parts)
        assert abs(len(theirs.get_downbeats()) - len(score.bars)) <= 1
