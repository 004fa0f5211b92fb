"""The musicnn network (Pons and Serra, ISMIR late-breaking 2019; Pons et al., ISMIR 2018), its forward pass in PyTorch.

A patch of log-mel spectrogram meets wide filters that take in timbre (7 frames by 38 and 67 bands) and long ones that
take in tempo (128, 64 and 32 frames); the strongest answer over all bands is kept. Three convolutions over time
follow, each added to the one before; what all of them found is pooled over time (maximum and mean) and told by two
dense layers.

Filters of one input channel are matrix products here, over windows of the patch, in three quarters of the time of a
convolution. Batch normalisation is folded into a factor and a bias for each channel; as it follows the rectifier,
the strongest answer is the largest where the factor is positive and the smallest where it is negative, so the signs of
filters are turned beforehand and the pass over bands stays one maximum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from segue.errors import FormatError
from segue.models.audio.mel import BANDS

_EPSILON = 1e-3  # of TensorFlow's batch normalisation
TAGS, WIDTH = 50, 200  # tags, and the width of the last layer before them
_TIMBRE, _TEMPO = ("", "_1"), ("_2", "_3", "_4")  # of the first convolutions, by the endings of their names
_MIDDLE = ("_5", "_6", "_7")


@dataclass(frozen=True)
class Heard:
    """What a network finds in patches: logits of tags (n, 50), and vectors (n, 200) of the layer before them."""

    logits: Tensor
    vectors: Tensor


@dataclass(frozen=True)
class _Filters:
    """Filters (height * width, out), their signs turned; `sign`, `bias`, `factor` and `shift` (out) put them right."""

    height: int
    width: int
    kernel: Tensor
    sign: Tensor
    bias: Tensor
    factor: Tensor
    shift: Tensor

    def strongest(self, answers: Tensor) -> Tensor:
        """The normalised answer (frames, out) of the largest over bands (frames, bands, out)."""
        return torch.relu(answers.amax(1) * self.sign + self.bias) * self.factor + self.shift


class Musicnn:
    """A musicnn network over the variables of its checkpoint; FormatError where one is missing or of another shape."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._weights = {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}
        self._enter = self._normal("")
        self._first = [self._filters(name, f"_{1 + place}") for place, name in enumerate((*_TIMBRE, *_TEMPO))]
        wide = sum(len(one.sign) for one in self._first)
        self._middle = []
        for place, name in enumerate(_MIDDLE):
            kernel = self._held(f"conv2d{name}/kernel", (7, wide if place == 0 else 64, 1, 64))[:, :, 0]
            bias = self._held(f"conv2d{name}/bias", (64,))
            self._middle.append((kernel.permute(2, 1, 0).contiguous(), bias, self._normal(f"_{6 + place}", 64)))
        pooled = 2 * (wide + 64 * len(_MIDDLE))
        self._pooled, self._last = self._normal("_9", pooled), self._normal("_10", WIDTH)
        self._dense = self._held("dense/kernel", (pooled, WIDTH)), self._held("dense/bias", (WIDTH,))
        self._tags = self._held("dense_1/kernel", (WIDTH, TAGS)), self._held("dense_1/bias", (TAGS,))
        self._weights.clear()

    def _held(self, name: str, shape: tuple[int, ...]) -> Tensor:
        found = self._weights.get(name)
        if found is None or (shape and tuple(found.shape) != shape):
            what = "none" if found is None else f"one of shape {tuple(found.shape)}"
            raise FormatError(f"a variable {name} of shape {shape} is needed, there is {what}")
        return found

    def _normal(self, name: str, width: int = 1) -> tuple[Tensor, Tensor]:
        """Factor and shift of a batch normalisation."""
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        gamma, beta, mean, variance = (self._held(f"batch_normalization{name}/{one}", (width,)) for one in names)
        factor = gamma / torch.sqrt(variance + _EPSILON)
        return factor, beta - mean * factor

    def _filters(self, name: str, normal: str) -> _Filters:
        kernel = self._held(f"conv2d{name}/kernel", ())
        if kernel.ndim != 4 or kernel.shape[2] != 1 or kernel.shape[1] > BANDS:
            raise FormatError(f"conv2d{name}/kernel of shape {tuple(kernel.shape)} is no filter over a spectrogram")
        height, width, _, out = kernel.shape
        factor, shift = self._normal(normal, out)
        sign = torch.where(factor < 0, -1.0, 1.0)
        flat = (kernel.reshape(height * width, out) * sign).contiguous()
        return _Filters(height, width, flat, sign, self._held(f"conv2d{name}/bias", (out,)), factor, shift)

    @torch.inference_mode()
    def hear(self, patches: Tensor) -> Heard:
        """Return what is found in patches (n, frames, 96) of a log-mel spectrogram."""
        factor, shift = self._enter
        front = torch.stack([self._front(one * factor + shift) for one in patches])
        layers = [front]
        for kernel, bias, (scale, offset) in self._middle:
            found = functional.conv1d(layers[-1].transpose(1, 2), kernel, bias, padding=3).transpose(1, 2)
            found = torch.relu(found) * scale + offset
            layers.append(found if len(layers) == 1 else found + layers[-1])
        whole = torch.cat(layers, 2)
        pooled = torch.stack([whole.amax(1), whole.mean(1)], 2).flatten(1) * self._pooled[0] + self._pooled[1]
        vectors = torch.relu(torch.addmm(self._dense[1], pooled, self._dense[0])) * self._last[0] + self._last[1]
        return Heard(torch.addmm(self._tags[1], vectors, self._tags[0]), vectors)

    def _front(self, patch: Tensor) -> Tensor:
        """What the first filters find in a patch (frames, 96), (frames, 561)."""
        found = []
        for one in self._first:
            before = (one.height - 1) // 2
            padded = functional.pad(patch, (0, 0, before, one.height - 1 - before))
            windows = padded.unfold(0, one.height, 1).unfold(1, one.width, 1)  # (frames, places, height, width)
            flat = windows.reshape(-1, one.height * one.width)
            found.append(one.strongest((flat @ one.kernel).view(len(patch), -1, len(one.sign))))
        return torch.cat(found, 1)
