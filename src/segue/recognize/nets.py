"""Networks on vectors in use, without PyTorch: several that differ in their seeds, calibrated together, on disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy.special import erf

from segue.errors import FormatError, InputError
from segue.recognize.calibration import Doubles, softmax, temperature_of, threshold_for
from segue.recognize.head import RISK, Floats, indices

LIMIT = 5.0  # standard deviations at which vectors are cut
_TOLD, _TENSORS = "nets.json", "nets.safetensors"


@dataclass(frozen=True, eq=False)
class Layers:
    """A network with one hidden layer: vectors (d) are centred, scaled and cut; `enter` (hidden, d), `leave` (styles,
    hidden)."""

    centre: Floats
    scale: Floats
    enter: Floats
    enter_bias: Floats
    leave: Floats
    leave_bias: Floats

    def logits(self, vectors: Floats) -> Floats:
        """Return logits (n, styles) of vectors (n, d); the hidden units are GELU (Hendrycks and Gimpel 2016)."""
        seen = np.clip((vectors - self.centre) / self.scale, -LIMIT, LIMIT)
        hidden = seen @ self.enter.T + self.enter_bias
        hidden = hidden * (1 + erf(hidden / np.sqrt(2))) / 2
        found: Floats = hidden.astype(np.float32) @ self.leave.T + self.leave_bias
        return found


@dataclass(frozen=True, eq=False)
class Nets:
    """Networks that tell the same styles; their probabilities are averaged (Lakshminarayanan et al., NeurIPS 2017).

    Used as a `segue.recognize.head.Head` is: an answer under `threshold` is not sure.
    """

    styles: tuple[str, ...]
    nets: tuple[Layers, ...]
    temperature: float = 1.0
    threshold: float = 0.0

    def logits(self, vectors: ArrayLike) -> Doubles:
        """Return the logarithm of the mean probabilities (n, styles) of vectors (n, d).

        InputError for vectors of another width.
        """
        rows, width = np.asarray(vectors, np.float32), len(self.nets[0].centre)
        if rows.ndim != 2 or rows.shape[1] != width:
            raise InputError(f"vectors of shape {rows.shape}: these networks take (n, {width})")
        shares = np.mean([softmax(net.logits(rows)) for net in self.nets], axis=0)
        found: Doubles = np.log(np.maximum(shares, 1e-12))
        return found

    def probabilities(self, vectors: ArrayLike) -> Doubles:
        """Return calibrated probabilities (n, styles) of vectors (n, d)."""
        return softmax(self.logits(vectors), self.temperature)

    def calibrated(self, vectors: ArrayLike, styles: Sequence[str], risk: float = RISK) -> Nets:
        """Return the nets with temperature and threshold by held-out vectors (n, d) and their styles (n)."""
        told, logits = indices(self.styles, styles), self.logits(vectors)
        temperature = temperature_of(logits, told)
        threshold = threshold_for(softmax(logits, temperature), told, risk)
        return replace(self, temperature=temperature, threshold=threshold)

    def save(self, folder: Path) -> None:
        """Write `nets.json` and `nets.safetensors` (in 16 bits); each is there whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        held = {
            f"{number}.{one.name}": np.ascontiguousarray(getattr(net, one.name), np.float16)
            for number, net in enumerate(self.nets)
            for one in fields(net)
        }
        told = {"styles": self.styles, "temperature": self.temperature, "threshold": self.threshold}
        partial = folder / f"{_TENSORS}.partial"
        save_file(held, partial)
        partial.chmod(0o644)  # of a temporary file only its owner may read
        partial.replace(folder / _TENSORS)
        partial = folder / f"{_TOLD}.partial"
        partial.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(folder / _TOLD)


def load_nets(folder: Path) -> Nets:
    """Load networks; InputError where a file is missing, FormatError where one is damaged."""
    try:
        told, held = json.loads((folder / _TOLD).read_text("utf-8")), load_file(folder / _TENSORS)
        count = 1 + max(int(name.partition(".")[0]) for name in held)
        nets = tuple(
            Layers(*(held[f"{number}.{one.name}"].astype(np.float32) for one in fields(Layers)))
            for number in range(count)
        )
        return Nets(tuple(told["styles"]), nets, float(told["temperature"]), float(told["threshold"]))
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be read: {error.strerror or error}") from error
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no networks: {error!r}", file=str(folder)) from error
