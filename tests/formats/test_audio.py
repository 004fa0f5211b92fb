"""Recordings are decoded whatever they are called, in windows where they are long, and what breaks breaks alone."""

from __future__ import annotations

import os
import re
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from benchmarks.result import data_dir
from numpy.typing import NDArray

from segue.errors import FormatError, InputError, UnavailableError
from segue.formats import audio
from segue.formats.audio import Limits, decode, resampled
from segue.formats.audio_child import plan

TONE = 440.0
CODINGS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "aiff": ("AIFF", "PCM_24"),
}


def tone(seconds: float, rate: int, hertz: float = TONE) -> NDArray[np.float64]:
    return np.asarray(0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate))


def written(path: Path, samples: NDArray[np.float64], rate: int, coding: str = "") -> Path:
    container, subtype = CODINGS[coding or path.suffix[1:]]
    soundfile.write(path, samples, rate, format=container, subtype=subtype)
    return path


def pitch(samples: NDArray[np.float32], rate: int) -> float:
    heights = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(heights.argmax() * rate / len(samples))


def sparse(path: Path, seconds: int, rate: int, channels: int = 1) -> Path:
    """A WAV file of silence that takes no room on the disk."""
    size, frame = seconds * rate * channels * 2, channels * 2
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", min(36 + size, 2**32 - 1), b"WAVE", b"fmt ", 16, 1, channels, rate,
                       rate * frame, frame, 16)  # fmt: skip
    with path.open("wb") as stream:
        stream.write(head + struct.pack("<4sI", b"data", size))
        stream.truncate(44 + size)
    return path


# ---- what is decoded


@pytest.mark.parametrize("coding", CODINGS)
def test_every_coding_gives_the_tone_back(coding: str, tmp_path: Path) -> None:
    rate = 48_000 if coding == "opus" else 44_100
    stereo = np.stack([tone(2, rate), 0.5 * tone(2, rate)], 1)
    found = decode(written(tmp_path / f"a.{coding}", stereo, rate))
    (heard,) = found.stretches
    assert found.is_whole and found.channels == 2 and found.rate == 16_000
    assert abs(found.seconds - 2) < 0.08 and heard.start == 0
    assert abs(pitch(heard.samples, 16_000) - TONE) < 1
    assert abs(float(np.sqrt((heard.samples[4_000:28_000] ** 2).mean())) - 0.375 / np.sqrt(2)) < 0.01
    assert found.notice == (f"resampled from {rate:,} to 16,000 samples a second",)


def test_samples_at_their_own_rate_are_left_as_they_are(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(-30_000, 30_000, 16_000) / 32_768
    found = decode(written(tmp_path / "a.flac", samples, 16_000))
    np.testing.assert_array_equal(found.stretches[0].samples, samples.astype(np.float32))
    assert found.notice == ()


def test_the_clip_of_a_set_of_styles_is_decoded() -> None:
    try:
        path = data_dir() / "gtzan" / "blues.00099.mp3"
    except UnavailableError as error:
        pytest.skip(str(error))
    found = decode(path)
    assert found.is_whole and 29.5 < found.seconds < 30.5
    assert 0.01 < float(found.stretches[0].samples.std()) < 0.5


def test_eight_kilohertz_say_what_they_lack(tmp_path: Path) -> None:
    found = decode(written(tmp_path / "a.wav", tone(1, 8_000), 8_000))
    assert abs(pitch(found.stretches[0].samples, 16_000) - TONE) < 1
    assert "nothing above 4,000 Hz is in the file" in found.notice


def test_twenty_four_bits_at_ninety_six_kilohertz(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, tone(1, 96_000), 96_000, subtype="PCM_24")
    found = decode(path)
    assert (found.source_rate, len(found.stretches[0].samples)) == (96_000, 16_000)
    assert abs(pitch(found.stretches[0].samples, 16_000) - TONE) < 1


def test_resampling_keeps_out_what_cannot_be_said() -> None:
    """A tone above half the new rate falls silent and does not come back lower."""
    high = resampled(tone(1, 44_100, 10_000).astype(np.float32), 44_100, 16_000)
    assert float(np.abs(high[1_000:-1_000]).max()) < 0.01
    low = resampled(tone(1, 44_101).astype(np.float32), 44_101, 16_000)
    assert abs(pitch(low, 16_000) - TONE) < 1.5


def test_a_fifth_of_a_second_is_decoded(tmp_path: Path) -> None:
    found = decode(written(tmp_path / "a.wav", tone(0.2, 44_100), 44_100))
    assert len(found.stretches[0].samples) == 3_200


def test_a_name_that_lies_is_told_and_not_believed(tmp_path: Path) -> None:
    found = decode(written(tmp_path / "a.mp3", tone(1, 16_000), 16_000, "wav"))
    assert found.container == "WAV"
    assert found.notice == ("the name ends in .mp3, the file is WAV",)
    bare = decode(written(tmp_path / "b", tone(1, 16_000), 16_000, "flac"))
    assert bare.notice == ("the name ends in nothing, the file is FLAC",)


def test_numbers_that_are_none_fall_silent(tmp_path: Path) -> None:
    samples = tone(1, 16_000)
    samples[100:200] = np.nan
    samples[300] = 1e30
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, 16_000, subtype="FLOAT")
    found = decode(path)
    heard = found.stretches[0].samples
    assert np.isfinite(heard).all() and not heard[100:200].any() and heard[300] == 1
    assert found.notice == ("100 samples are no finite numbers, and were taken as silence",)


# ---- long ones


def test_windows_are_spread_evenly() -> None:
    assert plan(1_000, 10, 100, 3) == [(0, 1_000)]
    asked = plan(10_000, 10, 60, 3)
    assert len(asked) == 20 and {count for _, count in asked} == {30}
    assert asked[0][0] == 249 and asked[-1][0] == 9_721
    assert {later - first for (first, _), (later, _) in pairwise(asked)} <= {498, 499}
    assert plan(0, 10, 60, 3) == plan(1 << 62, 10, 60, 3) == [(0, 600)]


def test_three_hours_are_heard_in_windows(tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.wav", 3 * 3_600, 44_100)
    with path.open("r+b") as stream:  # three seconds sound, those of the window before the middle
        stream.seek(44 + 2 * 44_100 * 5_129)
        stream.write((tone(3, 44_100) * 32_767).astype("<i2").tobytes())
    found = decode(path)
    assert len(found.stretches) == 20 and found.heard == 60 and found.seconds == 3 * 3_600
    loud = [one.start for one in found.stretches if one.samples.any()]
    assert len(loud) == 1 and abs(loud[0] - 5_129) < 3
    assert found.notice[0] == "60 s of 10800 s were listened to, in 20 windows"


def test_windows_of_a_compressed_file_are_where_they_say(tmp_path: Path) -> None:
    rate = 16_000
    rising = np.concatenate([tone(1, rate, 200 + 20 * second) for second in range(100)])
    for coding in ("flac", "ogg", "mp3"):
        found = decode(written(tmp_path / f"a.{coding}", rising, rate), most=20, window=2)
        assert len(found.stretches) == 10
        for one in found.stretches:
            second = np.ceil(one.start + 0.1)
            place = round((second - one.start) * rate)
            heard = one.samples[place : place + rate * 4 // 5]
            assert abs(pitch(heard, rate) - (200 + 20 * second)) < 4, coding


# ---- MP4


def written_mp4(path: Path, samples: NDArray[np.float64], rate: int, coding: str) -> Path:
    """Write one channel as AAC or ALAC."""
    av = pytest.importorskip("av", reason="PyAV decodes MP4: pip install av")
    is_plain = coding == "alac"
    rows = np.rint(samples * 32_767).astype(np.int16) if is_plain else samples.astype(np.float32)
    with av.open(str(path), "w", format="mp4") as file:
        stream = file.add_stream(coding, rate=rate, layout="mono")
        for first in range(0, len(rows), 1_024):
            block = rows[None, first : first + 1_024]
            frame = av.AudioFrame.from_ndarray(block, format="s16p" if is_plain else "fltp", layout="mono")
            frame.sample_rate, frame.pts = rate, first
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("coding", ["aac", "alac"])
def test_mp4_gives_the_tone_back_and_its_windows(coding: str, tmp_path: Path) -> None:
    rate = 16_000
    rising = np.concatenate([tone(1, rate, 200 + 20 * second) for second in range(60)])
    path = written_mp4(tmp_path / "a.m4a", rising, rate, coding)
    found = decode(path)
    assert found.container == "MP4" and found.is_whole and found.notice == ()
    assert abs(found.seconds - 60) < 0.2
    windows = decode(path, most=20, window=2)
    assert len(windows.stretches) == 10 and abs(windows.heard - 20) < 0.01
    for one in (*found.stretches, *windows.stretches):
        second = int(np.ceil(one.start + 0.1))
        place = round((second - one.start) * rate)
        assert abs(pitch(one.samples[place : place + rate * 4 // 5], rate) - (200 + 20 * second)) < 4


def test_damaged_mp4_is_heard_or_refused(tmp_path: Path) -> None:
    path = written_mp4(tmp_path / "a.m4a", np.random.default_rng(0).random(32_000) - 0.5, 16_000, "aac")
    data, rng = path.read_bytes(), np.random.default_rng(2)
    for number in range(8):
        harmed = bytearray(data[: len(data) // 2] if number < 2 else data)
        for place in rng.integers(8, len(harmed), 20 * (number > 0)):
            harmed[place] = rng.integers(256)
        path.write_bytes(harmed)
        try:
            found = decode(path)
        except FormatError as error:
            assert path.name in str(error)
        else:
            assert all(np.isfinite(one.samples).all() for one in found.stretches)


# ---- bad ones


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"RIFF\0\0\0\0WAVE", "no sound that is read"),
        (b"\x30\x26\xb2\x75" + bytes(40), "Windows Media .*ffmpeg"),
        (b"MThd\0\0\0\6\0\0\0\1\0\x60", "MIDI"),
        (b"PK\x03\x04" + bytes(40), "zip"),
        (b"<html></html>", "markup"),
        (b"these are words and no sound" * 50, "no sound that is read"),
        (bytes(5_000), "no sound that is read"),
        (b"fLaC" + bytes(400), "no sound that is read"),
        (b"OggS" + bytes(400), "no sound that is read"),
    ],
)
def test_what_is_no_sound_is_refused_by_name(data: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"song\.mp3.*" + why):
        decode(path)


def test_noise_of_bytes_is_refused_or_heard_as_little(tmp_path: Path) -> None:
    """MP3 has no header, so bytes may look like a frame of it by chance."""
    path = tmp_path / "a.mp3"
    path.write_bytes(np.random.default_rng(3).bytes(20_000))
    try:
        assert decode(path).seconds < 10
    except FormatError as error:
        assert "a.mp3" in str(error)


@pytest.mark.parametrize("coding", ["wav", "flac", "mp3", "ogg"])
def test_a_file_cut_short_is_heard_as_far_as_it_goes(coding: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"a.{coding}", tone(10, 44_100) + 0.1 * np.random.default_rng(0).random(441_000), 44_100)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    found = decode(path)
    assert 3 < found.heard < 7
    assert abs(pitch(found.stretches[0].samples[:16_000], 16_000) - TONE) < 2


@pytest.mark.parametrize("coding", ["wav", "flac", "mp3", "ogg"])
def test_damaged_files_are_heard_or_refused(coding: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"a.{coding}", np.random.default_rng(1).random(22_050) - 0.5, 22_050)
    data, rng = path.read_bytes(), np.random.default_rng(2)
    for _ in range(6):
        harmed = bytearray(data)
        for place in rng.integers(0, len(data) if rng.random() < 0.5 else 100, 20):
            harmed[place] = rng.integers(256)
        path.write_bytes(harmed)
        try:
            found = decode(path)
        except FormatError as error:
            assert path.name in str(error)
        else:
            assert all(np.isfinite(one.samples).all() and np.abs(one.samples).max() <= 2 for one in found.stretches)


def test_no_file_and_no_plain_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        decode(tmp_path / "none.wav")
    with pytest.raises(InputError, match="directory"):
        decode(tmp_path)
    with pytest.raises(InputError, match="no plain file"):
        decode(Path("/dev/zero"))


def test_values_that_cannot_be_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", tone(1, 16_000), 16_000)
    with pytest.raises(InputError, match="a rate of 10"):
        decode(path, 10)
    with pytest.raises(InputError, match="windows of 5"):
        decode(path, most=1, window=5)
    with pytest.raises(FormatError, match="100 samples a second"):
        decode(written(tmp_path / "b.wav", tone(9, 100), 100))


# ---- limits


def test_too_large_a_file_is_not_opened(tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.wav", 100, 44_100)
    with pytest.raises(FormatError, match=r"8,820,044 bytes; at most 1,000,000"):
        decode(path, limits=Limits(size=1_000_000))


def test_decoding_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.wav", 3_000, 192_000, 3)
    with pytest.raises(FormatError, match=r"stopped|over a limit"):
        decode(path, most=3_600, limits=Limits(seconds=1))


def test_decoding_that_takes_too_much_memory_is_stopped(tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.wav", 3_000, 192_000)
    with pytest.raises(FormatError, match=r"memory|over a limit"):
        decode(path, most=3_600, limits=Limits(memory=600_000_000))


def test_a_decoder_that_crashes_or_hangs_ends_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, child = written(tmp_path / "a.wav", tone(1, 16_000), 16_000), tmp_path / "child.py"
    monkeypatch.setattr(audio, "_CHILD", child)
    child.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    with pytest.raises(FormatError, match=re.escape("exit code -11")):
        decode(path)
    child.write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(FormatError, match="more than 1 s"):
        decode(path, limits=Limits(seconds=1))
    for library in ("soundfile", "av"):
        child.write_text(f"""print('{{"error": "missing", "why": "{library}"}}')\n""")
        with pytest.raises(UnavailableError, match=f"not here: pip install {library}"):
            decode(path)


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    decode(written(tmp_path / "a.wav", tone(1, 16_000), 16_000))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
