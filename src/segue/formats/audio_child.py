"""The process that decodes sound, run by `segue.formats.audio`: the file is its standard input, the answer its output.

A decoder is written in C and meets files from anywhere; so it runs here, where a crash, a hang or a flood of memory
ends this process and nothing else. The first line of the answer is JSON (`error`, or what was found), what follows are
mono float32 samples, little-endian. The module imports nothing of segue, so that it starts fast.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1.0  # seconds that are decoded at a time, all channels of them
_UNKNOWN = 1 << 48  # frames; a file that promises more does not know its length


def plan(frames: int, rate: int, most: float, window: float) -> list[tuple[int, int]]:
    """Return what to read, as first frame and count: all where it lasts at most `most` seconds, else evenly spread
    windows of `window` seconds that last so long together; the beginning where the length is unknown.
    """
    allowed, wide = round(most * rate), round(window * rate)
    if not 0 < frames < _UNKNOWN or frames <= allowed:
        return [(0, min(frames, allowed) if 0 < frames < _UNKNOWN else allowed)]
    count = max(1, allowed // wide)
    return [(round((place + 0.5) * (frames - wide) / count), wide) for place in range(count)]


def read(sound: Any, first: int, count: int) -> NDArray[np.float32]:
    """Return the mean of the channels from a frame on; fewer frames than asked for where the file ends or breaks."""
    found = []
    with contextlib.suppress(RuntimeError):  # soundfile's errors, of a damaged stretch
        sound.seek(first)
        while count > 0:
            block = sound.read(min(count, int(_BLOCK * sound.samplerate) or 1), dtype="float32", always_2d=True)
            if not len(block):
                break
            found.append(block.mean(1))
            count -= len(block)
    return np.concatenate(found) if found else np.zeros(0, np.float32)


class Mp4:
    """The sound of an MP4 file, with as much of the face of soundfile's SoundFile as is needed here, by PyAV.

    FFmpeg's reader of MP4 is asked and none of its others. RuntimeError where there is no sound, or it is damaged.
    """

    format = "MP4"

    def __init__(self, stream: IO[bytes]) -> None:
        av = import_module("av")
        self._av = av
        try:
            self._file = av.open(stream, format="mp4")
        except (av.FFmpegError, ValueError) as error:
            raise RuntimeError(f"a damaged MP4 file: {error}") from error
        if not self._file.streams.audio:
            raise RuntimeError("an MP4 file without sound")
        self._stream = self._file.streams.audio[0]
        self.subtype, self.samplerate = str(self._stream.codec_context.name), int(self._stream.rate)
        self.channels = int(self._stream.codec_context.layout.nb_channels)
        length = self._stream.duration
        self.frames = round(float(length * self._stream.time_base) * self.samplerate) if length else 0
        self.seek(0)

    def seek(self, first: int) -> None:
        """Go on from a frame."""
        self._first, self._held = first, np.zeros((0, self.channels), np.float32)
        self._wide = self._av.AudioResampler(format="fltp")
        if first:
            self._file.seek(int(first / self.samplerate / self._stream.time_base), stream=self._stream)
        self._blocks = self._decoded()

    def read(self, count: int, dtype: str, always_2d: bool) -> NDArray[np.float32]:
        """Return the next frames (n, channels) as float32, fewer than asked for at the end."""
        if dtype != "float32" or not always_2d:
            raise ValueError("float32 in two dimensions is read")
        try:
            while len(self._held) < count:
                self._held = np.concatenate([self._held, next(self._blocks)])
        except StopIteration:
            pass
        except self._av.FFmpegError as error:
            if not len(self._held):
                raise RuntimeError(f"damaged: {error}") from error
        found, self._held = self._held[:count], self._held[count:]
        return found

    def _decoded(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of frames (n, channels) from the one that was sought on."""
        place: int | None = None
        for coded in self._file.decode(self._stream):
            if place is None:
                place = round((coded.time or 0.0) * self.samplerate)
            for block in self._wide.resample(coded):
                rows = block.to_ndarray().T.astype(np.float32)
                late = max(0, self._first - place)
                place += len(rows)
                if late < len(rows):
                    yield rows[late:]


def decode(most: float, window: float) -> tuple[dict[str, object], bytes]:
    """Decode standard input; return what is told of it, and its samples."""
    import soundfile  # type: ignore[import-untyped]

    stream = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115  it lasts as long as this process
    is_mp4 = stream.read(8)[4:] == b"ftyp"
    stream.seek(0)
    try:
        sound: Any = Mp4(stream) if is_mp4 else soundfile.SoundFile(0)
    except RuntimeError as error:
        return {"error": "refused", "why": str(error).rpartition(": ")[2]}, b""
    stretches, starts = [], []
    asked = plan(sound.frames, sound.samplerate, most, window)
    for first, count in asked:
        heard = read(sound, first, count)
        if len(heard):
            stretches.append(heard)
            starts.append(first)
    samples = np.concatenate(stretches) if stretches else np.zeros(0, np.float32)
    odd = int((~np.isfinite(samples)).sum())
    told: dict[str, object] = {
        "container": sound.format,
        "coding": sound.subtype,
        "rate": sound.samplerate,
        "channels": sound.channels,
        "frames": sound.frames if 0 < sound.frames < _UNKNOWN else 0,
        "starts": starts,
        "counts": [len(one) for one in stretches],
        "asked": sum(count for _, count in asked),
        "windows": len(asked),
        "odd": odd,
    }
    return told, np.clip(np.nan_to_num(samples), -1, 1).astype("<f4").tobytes()


def limit(seconds: int, memory: int) -> None:
    """Hold this process to so many seconds of processor time and bytes of memory, and to writing no file.

    Where the system knows no such limits, the parent's clock remains.
    """
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def main(words: list[str]) -> None:
    """Run with seconds of sound at most, seconds of a window, seconds of processor time, and bytes of memory."""
    limit(int(words[2]), int(words[3]))
    try:
        told, samples = decode(float(words[0]), float(words[1]))
    except MemoryError:
        told, samples = {"error": "memory"}, b""
    except ImportError as error:
        told, samples = {"error": "missing", "why": error.name or str(error)}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + samples)


if __name__ == "__main__":
    main(sys.argv[1:])
