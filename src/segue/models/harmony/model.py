"""A harmony model in use, without PyTorch: weights of a folder, and what they hear in a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from segue.errors import FormatError, InputError
from segue.models.harmony.beats import STATES, WIDTH, Beats, Floats
from segue.models.harmony.chain import Chain
from segue.models.harmony.config import HarmonyConfig

SHIPPED = Path(__file__).parents[1] / "weights" / "harmony"
_WEIGHTS = "model.safetensors"
_EPSILON = 1e-5  # of PyTorch's LayerNorm


@dataclass(frozen=True, eq=False)
class HarmonyModel:
    """Weights by the names that they have in `segue.models.harmony.network.HarmonyNet`."""

    config: HarmonyConfig
    weights: Mapping[str, Floats]

    def hear(self, beats: Beats) -> Chain:
        """Return the chain of triads over beats."""
        found = self._linear("enter", beats.features)
        for place, dilation in enumerate(self.config.dilations):
            found = self._block(f"blocks.{place}", found, dilation)
        out = self._linear("leave", self._norm("norm", found)).astype(np.float64)
        return Chain(out[:, :STATES], out[:, STATES], self.weights["moves"].astype(np.float64))

    def _block(self, name: str, beats: Floats, dilation: int) -> Floats:
        seen = np.pad(self._norm(f"{name}.norm", beats), ((dilation, dilation), (0, 0)))
        near = np.stack([seen[: len(beats)], seen[dilation : dilation + len(beats)], seen[2 * dilation :]], axis=2)
        kernel = self.weights[f"{name}.conv.weight"]
        value, gate = np.split(
            near.reshape(len(beats), -1) @ kernel.reshape(len(kernel), -1).T + self.weights[f"{name}.conv.bias"], 2, 1
        )
        found: Floats = beats + self._linear(f"{name}.out", value / (1 + np.exp(-gate)))
        return found

    def _linear(self, name: str, values: Floats) -> Floats:
        found: Floats = values @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return found

    def _norm(self, name: str, values: Floats) -> Floats:
        away = values - values.mean(-1, keepdims=True)
        scale = np.sqrt((away**2).mean(-1, keepdims=True) + _EPSILON)
        found: Floats = away / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return found


def shapes(config: HarmonyConfig) -> dict[str, tuple[int, ...]]:
    """The shape of each weight by its name."""
    width = config.width
    found: dict[str, tuple[int, ...]] = {
        "enter.weight": (width, WIDTH),
        "enter.bias": (width,),
        "norm.weight": (width,),
        "norm.bias": (width,),
        "leave.weight": (STATES + 1, width),
        "leave.bias": (STATES + 1,),
        "moves": (STATES, STATES),
    }
    for place in range(len(config.dilations)):
        name = f"blocks.{place}"
        found |= {
            f"{name}.norm.weight": (width,),
            f"{name}.norm.bias": (width,),
            f"{name}.conv.weight": (2 * width, width, 3),
            f"{name}.conv.bias": (2 * width,),
            f"{name}.out.weight": (width, width),
            f"{name}.out.bias": (width,),
        }
    return found


def load_harmony(folder: Path | None = None) -> HarmonyModel:
    """Load `config.json` and `model.safetensors` of a folder; without one the model that Segue brings along.

    InputError where a file is missing or a weight is not of the shape that config.json tells, FormatError where one is
    damaged.
    """
    place = folder or SHIPPED
    config, file = HarmonyConfig.from_file(place / "config.json"), place / _WEIGHTS
    try:
        held: dict[str, NDArray[np.generic]] = load_file(file)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from error
    except SafetensorError as error:
        raise FormatError(f"no safetensors: {error}", file=str(file)) from error
    for name, shape in shapes(config).items():
        if name not in held or held[name].shape != shape:
            told = f"of shape {held[name].shape}" if name in held else "not there"
            raise InputError(f"{file}: weight {name} is {told}; config.json describes one of shape {shape}")
    return HarmonyModel(config, {name: held[name].astype(np.float32) for name in shapes(config)})


@lru_cache(maxsize=1)
def shipped_harmony() -> HarmonyModel:
    """The model that Segue brings along, read once."""
    return load_harmony()


def save_harmony(model: HarmonyModel, folder: Path) -> Path:
    """Write `config.json` and `model.safetensors` (in 16 bits) into a folder; each is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    model.config.save(folder / "config.json")
    file = folder / _WEIGHTS
    partial = file.with_name(f"{file.name}.partial")
    save_file({name: held.astype(np.float16) for name, held in model.weights.items()}, partial)
    partial.chmod(0o644)
    partial.replace(file)
    return file
