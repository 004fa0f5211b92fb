"""Notes heard in a recording: the basic-pitch network (Bittner et al., ICASSP 2022), from samples to probabilities.

The network takes two seconds at 22,050 Hz, makes a constant-Q transform of them and stacks its harmonics; it tells of
each frame and key of a piano whether the pitch sounds, and whether it begins. Its trained weights are an ONNX graph of
the wheel (Apache-2.0), which onnxruntime runs. Windows overlap; what is kept of each are the 141 frames that have
enough sound on both sides, so that frame n lies at n * 256 / 22,050 s wherever windows meet.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.errors import FormatError, InputError, UnavailableError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]
RATE, HOP = 22_050, 256  # samples a second, and from frame to frame
LOWEST, KEYS = 21, 88  # the keys of a piano, from A0
INSTALL = "pip install --no-deps basic-pitch==0.4.0 and pip install 'segue-music[notes]'"
_FILE = "basic_pitch/saved_models/icassp_2022/nmp.onnx"
_SHA256 = "2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec"
_WINDOW, _FRAMES = 43_844, 172  # samples that go in at once, and frames that come out
_EDGE, _KEPT = 15, 141  # frames at a window's beginning that are not kept, and those behind them that are
_AT_ONCE = 16  # windows that go through the network together
_INPUT, _SOUNDING, _BEGINS = (
    *("serving_default_input_2:0", "StatefulPartitionedCall:1"),
    "StatefulPartitionedCall:2",
)


@dataclass(frozen=True, eq=False)
class Roll:
    """Probabilities (frames, 88) that the keys of a piano, from A0 on, sound and that they begin."""

    sounding: Floats
    begins: Floats

    def __post_init__(self) -> None:
        if self.sounding.shape != self.begins.shape or self.sounding.shape[1:] != (KEYS,):
            raise InputError(
                f"rolls of {self.sounding.shape} and {self.begins.shape}: two of (frames, {KEYS}) are needed"
            )


@dataclass(frozen=True, eq=False)
class Listener:
    """The network that hears notes."""

    session: InferenceSession

    @classmethod
    def load(cls) -> Listener:
        """Load the network; UnavailableError where the `basic-pitch` wheel or onnxruntime is not installed, FormatError
        where the file of the wheel is not that of version 0.4.0."""
        data = _checked()
        try:
            from onnxruntime import InferenceSession, SessionOptions
        except ImportError as error:
            raise UnavailableError(f"what runs the network of basic-pitch is not here: {INSTALL}") from error
        import torch

        options = SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()  # as many as the other networks take
        options.inter_op_num_threads = 1
        return cls(InferenceSession(data, options, providers=["CPUExecutionProvider"]))

    def hear(self, samples: ArrayLike) -> Roll:
        """Return what is heard in mono samples (n) at 22,050 Hz; InputError where they are no row of finite numbers."""
        heard = np.asarray(samples, np.float32)
        if heard.ndim != 1 or not len(heard) or not np.isfinite(heard).all():
            raise InputError(f"samples of shape {heard.shape}: one row of finite numbers is needed")
        count = 1 + len(heard) // HOP
        windows = _windows(heard)
        parts = np.split(windows, range(_AT_ONCE, len(windows), _AT_ONCE))
        found = [self.session.run([_SOUNDING, _BEGINS], {_INPUT: part[..., None]}) for part in parts]
        sounding, begins = (np.concatenate([each[place] for each in found]) for place in (0, 1))
        return Roll(_joined(sounding)[:count], _joined(begins)[:count])


def _windows(samples: Floats) -> Floats:
    """Windows (n, 43,844), each 141 frames behind the one before it; silence lies beyond the ends."""
    step = _KEPT * HOP
    count = 1 + len(samples) // step
    padded = np.zeros(_EDGE * HOP + (count - 1) * step + _WINDOW, np.float32)
    padded[_EDGE * HOP : _EDGE * HOP + len(samples)] = samples
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::step])


def _joined(told: Floats) -> Floats:
    """Frames (n * 141, 88) of windows (n, 172, 88)."""
    if told.shape[1:] != (_FRAMES, KEYS):
        raise FormatError(f"the network told {told.shape} where (windows, {_FRAMES}, {KEYS}) is right")
    return np.ascontiguousarray(told[:, _EDGE : _EDGE + _KEPT].reshape(-1, KEYS))


def _checked() -> bytes:
    """The graph in the wheel, found without running any of its code."""
    try:
        path = Path(str(metadata.distribution("basic-pitch").locate_file(_FILE)))
        data = path.read_bytes()
    except (metadata.PackageNotFoundError, OSError) as error:
        raise UnavailableError(f"the network of basic-pitch is not here: {INSTALL}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != _SHA256:
        raise FormatError(
            f"SHA-256 {found[:12]}... is not that of basic-pitch 0.4.0 ({_SHA256[:12]}...): {INSTALL}", file=str(path)
        )
    return data
