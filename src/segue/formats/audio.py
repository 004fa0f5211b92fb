"""Recordings decoded to mono samples, in a child process with limits: by soundfile WAV, AIFF, FLAC, MP3, Ogg Vorbis and
Opus; by PyAV, where it is installed, MP4 (m4a: AAC and ALAC).

What a file is, is told by its bytes; a suffix that says otherwise is told and not believed. Of a long recording evenly
spread windows are decoded and no more, so three hours take about as long as a song. Samples come at the rate that is
wished, by a polyphase filter under a Kaiser window (scipy), and what was done to them is told (`Recording.notice`).
"""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from os import environ
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError, InputError, UnavailableError

Floats = NDArray[np.float32]
MOST, WINDOW = 60.0, 3.0  # seconds of sound that are decoded of a recording, and of a window where it is longer
SLOWEST, FASTEST = 1_000, 768_000  # samples a second that are taken
_CHILD = Path(__file__).with_name("audio_child.py")
_CONTAINERS = {
    "WAV": (".wav", ".wave"),
    "WAVEX": (".wav", ".wave"),
    "RF64": (".wav", ".wave", ".rf64"),
    "W64": (".w64",),
    "AIFF": (".aif", ".aiff", ".aifc"),
    "FLAC": (".flac",),
    "OGG": (".ogg", ".oga", ".opus"),
    "MP3": (".mp3",),
    "CAF": (".caf",),
    "MP4": (".m4a", ".mp4", ".m4b"),
    "AU": (".au", ".snd"),
}
SUFFIXES = tuple(dict.fromkeys(suffix for each in _CONTAINERS.values() for suffix in each))
_READ = "WAV, AIFF, FLAC, MP3, Ogg Vorbis and Opus are read, and with PyAV MP4"
_LIBRARIES = {"av": "MP4 is decoded by PyAV", "soundfile": "sound is decoded by soundfile"}
_OTHERS = (  # what a file is that holds no sound we read: where its bytes lie, and what to do
    (0, b"\x30\x26\xb2\x75", f"a Windows Media file; {_READ}: such as what `ffmpeg -i FILE FILE.flac` makes of it"),
    (0, b"MThd", "a MIDI file, which holds notes and no sound"),
    (0, b"PK\x03\x04", f"a zip archive; {_READ}"),
    (0, b"%PDF", f"a PDF file; {_READ}"),
    (0, b"<", f"text with markup; {_READ}"),
)


@dataclass(frozen=True)
class Limits:
    """What decoding may take: seconds on the clock and of the processor, bytes of memory, and bytes of the file."""

    seconds: int = 60
    memory: int = 2_000_000_000
    size: int = 8_000_000_000


LIMITS = Limits()


@dataclass(frozen=True, eq=False)
class Stretch:
    """Mono samples (n) float32 within -1 and 1, and the second of the recording in which they begin."""

    start: float
    samples: Floats


@dataclass(frozen=True, eq=False)
class Recording:
    """What was decoded of a recording: stretches at `rate` samples a second, all of it or evenly spread windows.

    `seconds` is how long the whole lasts, `container`, `channels` and `source_rate` tell of the file; `notice` says in
    words what was done, and what is odd about it.
    """

    stretches: tuple[Stretch, ...]
    rate: int
    seconds: float
    container: str
    channels: int
    source_rate: int
    notice: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it is one stretch, from the beginning to the end."""
        return len(self.stretches) == 1 and self.heard >= self.seconds - 0.1

    @property
    def heard(self) -> float:
        """Seconds that were decoded."""
        return sum(len(one.samples) for one in self.stretches) / self.rate


def decode(
    path: Path, rate: int = 16_000, *, most: float = MOST, window: float = WINDOW, limits: Limits = LIMITS
) -> Recording:
    """Decode a recording to mono at `rate` samples a second; of one longer than `most` seconds, windows.

    InputError where the file cannot be opened or a value is none; FormatError where it holds no sound that is read, is
    damaged from its first sample on, or decoding goes over a limit; UnavailableError where soundfile, or PyAV for MP4,
    is not installed.
    """
    if not SLOWEST <= rate <= FASTEST:
        raise InputError(f"a rate of {rate} samples a second: {SLOWEST:,} to {FASTEST:,} are accepted")
    if not 0 < window <= most <= 3_600:
        raise InputError(f"windows of {window} s, {most} s together: above 0, at most an hour, is accepted")
    try:
        with path.open("rb") as stream:
            _check(path, stream, limits)
            told, raw = _run(stream, path.name, (most, window), limits)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    return _recording(path, told, np.frombuffer(raw[: len(raw) // 4 * 4], "<f4"), rate)


def resampled(samples: Floats, source: int, rate: int) -> Floats:
    """Return samples (n) that came `source` a second, `rate` a second."""
    from scipy.signal import resample_poly  # slow to import

    ratio = Fraction(rate, source).limit_denominator(2_000)
    if ratio == 1 or not len(samples):
        return samples
    return np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator), np.float32)


# ---- the child


def _check(path: Path, stream: BinaryIO, limits: Limits) -> None:
    """Refuse what is no plain file, is too large, or is something else by its first bytes."""
    import os

    facts = os.fstat(stream.fileno())
    if not stat.S_ISREG(facts.st_mode):
        raise InputError(f"{path} is no plain file")
    if facts.st_size > limits.size:
        raise FormatError(f"{facts.st_size:,} bytes; at most {limits.size:,} are read", file=path.name)
    head = stream.read(16)
    stream.seek(0)
    os.lseek(stream.fileno(), 0, os.SEEK_SET)  # the child begins where this process's file stands
    if not head:
        raise FormatError("the file is empty (0 bytes)", file=path.name, place="byte 0")
    for place, mark, what in _OTHERS:
        if head[place : place + len(mark)] == mark:
            raise FormatError(f"this is {what}", file=path.name, place="byte 0")


def _run(stream: BinaryIO, file: str, asked: tuple[float, float], limits: Limits) -> tuple[Mapping[str, Any], bytes]:
    """Let the child decode; return what it tells, and samples."""
    words = [str(each) for each in (*asked, limits.seconds, limits.memory)]
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # threads of numpy, each of which takes memory
    with subprocess.Popen(
        [sys.executable, "-P", str(_CHILD), *words],
        stdin=stream,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environ, **one},
    ) as child:
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        clock = threading.Timer(limits.seconds, stop)
        clock.start()
        try:
            if child.stdout is None:
                raise UnavailableError("the decoding process has no output")
            answer = child.stdout.read(limits.memory)
        finally:
            clock.cancel()
            child.kill()
    if late.is_set():
        raise FormatError(f"decoding took more than {limits.seconds} s and was stopped", file=file)
    head, _, samples = answer.partition(b"\n")
    told: Mapping[str, Any] = json.loads(head) if head.startswith(b"{") and head.endswith(b"}") else {"error": "ended"}
    if "error" in told:
        raise _refusal(told, file, child.returncode, limits)
    return told, samples


def _refusal(told: Mapping[str, Any], file: str, code: int, limits: Limits) -> FormatError | UnavailableError:
    if told["error"] == "missing":
        name = str(told["why"])
        return UnavailableError(
            f"{_LIBRARIES.get(name, 'sound is decoded by it')}, which is not here: pip install {name}"
        )
    if told["error"] == "memory":
        return FormatError(f"decoding needs more than {limits.memory:,} bytes of memory and was stopped", file=file)
    if told["error"] == "refused":
        return FormatError(
            f"no sound that is read ({str(told['why']).rstrip('.')}); {_READ}", file=file, place="byte 0"
        )
    return FormatError(
        f"the decoder ended over this file (exit code {code}): it is damaged, or over a limit", file=file
    )


# ---- what was found


def _recording(path: Path, told: Mapping[str, Any], samples: Floats, rate: int) -> Recording:
    source, counts = int(told["rate"]), [int(one) for one in told["counts"]]
    if not SLOWEST <= source <= FASTEST:
        raise FormatError(
            f"{source:,} samples a second; {SLOWEST:,} to {FASTEST:,} are read", file=path.name, place="its header"
        )
    if not len(samples):
        what = "it holds no samples" if not told["frames"] else "none of its samples can be read: it is damaged"
        raise FormatError(what, file=path.name)
    parts = np.split(samples, np.cumsum(counts)[:-1])
    stretches = tuple(
        Stretch(first / source, resampled(part, source, rate))
        for first, part in zip(told["starts"], parts, strict=True)
    )
    seconds = max(int(told["frames"]), int(told["starts"][-1]) + counts[-1]) / source
    notice = tuple(_notices(path, told, rate, seconds))
    return Recording(stretches, rate, seconds, str(told["container"]), int(told["channels"]), source, notice)


def _notices(path: Path, told: Mapping[str, Any], rate: int, seconds: float) -> list[str]:
    source, heard = int(told["rate"]), sum(told["counts"]) / int(told["rate"])
    found = []
    suffixes = _CONTAINERS.get(told["container"], ())
    if suffixes and path.suffix.lower() not in suffixes:
        found.append(f"the name ends in {path.suffix or 'nothing'}, the file is {told['container']}")
    if told["asked"] < told["frames"]:
        windows = f", in {len(told['counts'])} windows" if told["windows"] > 1 else ""
        found.append(f"{heard:.0f} s of {seconds:.0f} s were listened to{windows}")
    if sum(told["counts"]) < 0.98 * told["asked"] and told["frames"]:
        lost = (told["asked"] - sum(told["counts"])) / source
        found.append(f"{lost:.1f} s that the file promises cannot be read: it is damaged or cut short")
    if source != rate:
        found.append(f"resampled from {source:,} to {rate:,} samples a second")
    if source < rate:
        found.append(f"nothing above {source // 2:,} Hz is in the file")
    if told["odd"]:
        found.append(f"{told['odd']:,} samples are no finite numbers, and were taken as silence")
    return found
