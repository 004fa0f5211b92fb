"""Classic bottleneck adapters (Houlsby et al. 2019), which PEFT does not have."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from segue.errors import InputError


class Bottleneck(nn.Module):
    """A frozen sublayer followed by x + up(gelu(down(x))); (..., width) in and out.

    `up` starts at zero, so that a fresh adapter changes nothing (Houlsby et al. 2019, section 2.1).
    """

    def __init__(self, base: nn.Module, width: int, narrow: int) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Linear(width, narrow)
        self.up = nn.Linear(narrow, width)
        nn.init.normal_(self.down.weight, std=0.01)
        nn.init.zeros_(self.down.bias)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """Return the sublayer's output with the bottleneck's correction added."""
        out: Tensor = self.base(hidden)
        correction: Tensor = self.up(nn.functional.gelu(self.down(out)))
        return out + correction


def insert_bottlenecks(layer: nn.Module, sublayers: tuple[str, ...], width: int, narrow: int) -> None:
    """Put a bottleneck behind each named sublayer of one transformer layer, in its place."""
    for path in sublayers:
        parent_path, _, name = path.rpartition(".")
        try:
            parent, base = layer.get_submodule(parent_path), layer.get_submodule(path)
        except AttributeError as error:
            raise InputError(f"the backbone's layers have no part {path!r}, behind which an adapter stands") from error
        place = next(base.parameters())
        adapter = Bottleneck(base, width, narrow)
        adapter.down.to(place.device, torch.float32 if place.dtype is torch.float32 else place.dtype)
        adapter.up.to(place.device, adapter.down.weight.dtype)
        setattr(parent, name, adapter)
