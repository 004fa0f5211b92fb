"""WAV: scores as sound, written through our own synthesiser; and samples read from PCM and float files.

After "Multimedia Programming Interface and Data Specifications 1.0" (IBM, Microsoft, 1991) and WAVE_FORMAT_EXTENSIBLE.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError, InputError
from segue.formats.limits import HARD
from segue.music.score import Score

NAME = "wav"
SUFFIXES = (".wav", ".wave")
EXAMPLE = bytes.fromhex(
    "52494646 2c000000 57415645 666d7420 10000000 0100 0100 401f0000 803e0000 0200 1000".replace(" ", "")
) + (b"data\x08\0\0\0" + bytes.fromhex("0000 ff3f 0000 01c0".replace(" ", "")))
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


@dataclass(frozen=True)
class Sound:
    """Sound in the air: samples (n, channels) float32, full scale -1 to 1, `rate` of them a second."""

    samples: NDArray[np.float32]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def write(score: Score) -> bytes:
    """Write a score as stereo sound, 16 bits, 44,100 samples a second; InputError where it lasts over 20 minutes."""
    from segue.sound.render import RATE, render

    return pack(Sound(render(score), RATE))


def pack(sound: Sound) -> bytes:
    """Return sound as a WAV file of 16 bits; what lies beyond full scale is held there."""
    if not 1 <= sound.samples.shape[1] <= 64:
        raise InputError(f"{sound.samples.shape[1]} channels: 1 to 64 are accepted")
    channels = sound.samples.shape[1]
    data = np.rint(np.clip(sound.samples, -1, 1) * 32_767).astype("<i2").tobytes()
    layout = (
        (_PCM, 2),
        (channels, 2),
        (sound.rate, 4),
        (sound.rate * channels * 2, 4),
        (channels * 2, 2),
        (16, 2),
    )
    head = b"".join(value.to_bytes(size, "little") for value, size in layout)
    size = 4 + 8 + len(head) + 8 + len(data)
    return b"".join(
        (
            b"RIFF",
            size.to_bytes(4, "little"),
            b"WAVEfmt ",
            len(head).to_bytes(4, "little"),
            head,
            b"data",
            len(data).to_bytes(4, "little"),
            data,
        )
    )


def unpack(data: bytes, *, file: str = "") -> Sound:
    """Read a WAV file of 8, 16, 24 or 32 bits PCM, or 32 or 64 bits float; FormatError where it is none.

    A file cut short gives what is there. At most 50 MB are read.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        what = (
            "the file is empty (0 bytes)"
            if not data
            else f"it begins with {data[:4]!r}; a WAV file begins with b'RIFF'"
        )
        raise FormatError(what, file=file, place="byte 0")
    if len(data) > HARD:
        raise FormatError(f"{len(data):,} bytes; at most {HARD:,} are read", file=file, place=f"byte {HARD}")
    layout: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt ":
            layout = _layout(data, at + 8, size, file)
        elif name == b"data":
            if layout is None:
                raise FormatError("samples before their format", file=file, place=f"byte {at}")
            return _samples(data[at + 8 : at + 8 + size], layout, file, at + 8)
        at += 8 + size + size % 2
    raise FormatError("no samples in it", file=file, place=f"byte {len(data)}")


def _layout(data: bytes, at: int, size: int, file: str) -> tuple[int, int, int, int]:
    """Return kind, channels, rate and bits."""
    if size < 16 or at + 16 > len(data):
        raise FormatError(f"a format of {size} bytes; 16 or more are right", file=file, place=f"byte {at - 4}")
    number = [
        int.from_bytes(data[at + place : at + place + length], "little")
        for place, length in ((0, 2), (2, 2), (4, 4), (12, 2), (14, 2))
    ]
    kind, channels, rate, frame, bits = number
    if kind == _EXTENSIBLE and size >= 26 and at + 26 <= len(data):
        kind = int.from_bytes(data[at + 24 : at + 26], "little")
    known = bits in (8, 16, 24, 32) if kind == _PCM else kind == _FLOAT and bits in (32, 64)
    if not known:
        raise FormatError(
            f"format {kind} of {bits} bits; PCM of 8, 16, 24, 32 bits and float of 32, 64 are read",
            file=file,
            place=f"byte {at}",
        )
    if not 1 <= channels <= 64 or not 1 <= rate <= 768_000 or frame != channels * bits // 8:
        raise FormatError(
            f"{channels} channels at {rate} samples a second in frames of {frame} bytes",
            file=file,
            place=f"byte {at + 2}",
        )
    return kind, channels, rate, bits


def _samples(raw: bytes, layout: tuple[int, int, int, int], file: str, at: int) -> Sound:
    kind, channels, rate, bits = layout
    frame = channels * bits // 8
    raw = raw[: len(raw) // frame * frame]
    values: NDArray[np.float32]
    if kind == _FLOAT:
        values = np.frombuffer(raw, dtype=f"<f{bits // 8}").astype(np.float32)
        if not np.isfinite(values).all():
            raise FormatError("samples that are no finite numbers", file=file, place=f"byte {at}")
    elif bits == 8:
        values = (np.frombuffer(raw, dtype=np.uint8).astype(np.float32) - 128) * np.float32(1 / 128)
    elif bits == 24:
        triples = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)
        wide = np.zeros((len(triples), 4), dtype=np.uint8)
        wide[:, 1:] = triples
        values = wide.view("<i4")[:, 0].astype(np.float32) * np.float32(2.0**-31)
    else:
        values = np.frombuffer(raw, dtype=f"<i{bits // 8}").astype(np.float32) * np.float32(2.0 ** (1 - bits))
    return Sound(values.reshape(-1, channels), rate)
