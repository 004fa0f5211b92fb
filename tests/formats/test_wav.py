"""WAV files hold what was rendered, and every usual kind of sample is read to the same numbers."""

from __future__ import annotations

import io
import struct
import wave
from fractions import Fraction

import numpy as np
import pytest

from segue.errors import FormatError, InputError
from segue.formats import wav
from segue.formats.wav import Sound, pack, unpack
from segue.music.note import Note, Notes
from segue.music.score import Bar, Part, Score

WAVE = np.stack([np.sin(np.linspace(0, 20, 500)), np.linspace(-1, 0.99, 500)], axis=1).astype(np.float32)


def chunks(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2) for name, content in parts
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def layout(kind: int, bits: int, channels: int = 2, rate: int = 8_000) -> tuple[bytes, bytes]:
    frame = channels * bits // 8
    return b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, rate * frame, frame, bits)


def test_the_example_is_four_samples() -> None:
    sound = unpack(wav.EXAMPLE)
    assert (sound.rate, sound.seconds) == (8_000, 4 / 8_000)
    np.testing.assert_allclose(sound.samples[:, 0], [0, 0.5, 0, -0.5], atol=1e-4)


def test_a_score_is_written_as_sound_that_others_open() -> None:
    data = wav.write(Score((Part(Notes.of([Note(Fraction(0), Fraction(4), 69)]), program=73),), (Bar(),)))
    with wave.open(io.BytesIO(data)) as opened:
        assert opened.getparams()[:3] == (2, 2, 44_100)
        frames = np.frombuffer(opened.readframes(opened.getnframes()), dtype="<i2").reshape(-1, 2)
    assert 3.5 * 44_100 < len(frames) < 4 * 44_100
    strength = np.abs(np.fft.rfft(frames[22_050:66_150, 0] * np.hanning(44_100)))
    assert np.argmax(strength) == pytest.approx(440, abs=1)


def test_what_is_packed_is_unpacked() -> None:
    back = unpack(pack(Sound(WAVE, 22_050)))
    assert back.rate == 22_050
    np.testing.assert_allclose(back.samples, WAVE, atol=1 / 20_000)
    assert np.abs(unpack(pack(Sound(WAVE * 3, 8_000))).samples).max() <= 1


def packed24(values: np.ndarray) -> bytes:
    whole = np.rint(values * (2**23 - 1)).astype("<i4")
    return whole.reshape(-1).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


@pytest.mark.parametrize(
    ("kind", "bits", "raw", "near"),
    [
        (1, 8, (WAVE * 127 + 128).astype(np.uint8).tobytes(), 0.016),
        (1, 16, np.rint(WAVE * 32_767).astype("<i2").tobytes(), 1e-4),
        (1, 24, packed24(WAVE), 1e-6),
        (1, 32, np.rint(WAVE.astype(np.float64) * (2**31 - 1)).astype("<i4").tobytes(), 1e-6),
        (3, 32, WAVE.astype("<f4").tobytes(), 0),
        (3, 64, WAVE.astype("<f8").tobytes(), 1e-7),
    ],
)
def test_every_usual_kind_of_sample_is_read(kind: int, bits: int, raw: bytes, near: float) -> None:
    plain = unpack(chunks(layout(kind, bits), (b"LIST", b"odd"), (b"data", raw)))
    np.testing.assert_allclose(plain.samples, WAVE, atol=near)
    name, head = layout(0xFFFE, bits)
    more = head + struct.pack("<HHIH", 22, bits, 3, kind) + bytes(14)
    np.testing.assert_array_equal(unpack(chunks((name, more), (b"data", raw))).samples, plain.samples)


def test_a_file_cut_short_gives_what_is_there() -> None:
    assert len(unpack(pack(Sound(WAVE, 8_000))[:-402]).samples) == 399


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"byte 0: the file is empty \(0 bytes\)"),
        (b"OggS" + bytes(40), r"byte 0: it begins with b'OggS'; a WAV file begins with b'RIFF'"),
        (chunks((b"data", b"\0\0")), r"byte 12: samples before their format"),
        (chunks(layout(1, 16)), r"byte 36: no samples in it"),
        (chunks((b"fmt ", b"\1\0")), r"byte 16: a format of 2 bytes; 16 or more are right"),
        (chunks(layout(85, 16), (b"data", b"")), r"byte 20: format 85 of 16 bits; PCM of 8, 16, 24, 32"),
        (chunks(layout(1, 12), (b"data", b"")), r"format 1 of 12 bits"),
        (chunks(layout(1, 16, channels=0), (b"data", b"")), r"0 channels at 8000 samples a second"),
        (chunks(layout(3, 32), (b"data", struct.pack("<2f", float("nan"), 0))), r"samples that are no finite numbers"),
    ],
)
def test_what_is_no_sound_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        unpack(data, file="a.wav")
    assert caught.value.file == "a.wav"


def test_a_sound_has_channels() -> None:
    with pytest.raises(InputError, match="0 channels: 1 to 64 are accepted"):
        pack(Sound(np.zeros((4, 0), dtype=np.float32), 8_000))
