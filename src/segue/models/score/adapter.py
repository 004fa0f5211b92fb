"""Adapters on disk: low-rank updates of a score model's matrices for one purpose, in a folder beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from segue.models.engine.weights import ADAPTER, BASE, hash_of_weights, read_weights, to_floats
from segue.models.score.network import ScoreModel


def save_adapter(factors: Mapping[str, tuple[Tensor, Tensor]], folder: Path, base: Path) -> Path:
    """Write the updates of weights by their names into `folder`, in bf16, for the score model in the folder `base`.

    An update is the product of (outside, rank) and (rank, inside). The file is there whole or not at all.
    """
    held: dict[str, Tensor] = {}
    for name, (up, down) in factors.items():
        held[f"{name}.up"] = up.detach().to("cpu", torch.bfloat16).contiguous()
        held[f"{name}.down"] = down.detach().to("cpu", torch.bfloat16).contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / ADAPTER
    partial = file.with_name(f"{file.name}.partial")
    save_file(held, partial, metadata={"format": "pt", BASE: hash_of_weights(base)})
    partial.chmod(0o644)
    partial.replace(file)
    return file


def load_adapted(folder: Path, adapter: str) -> ScoreModel:
    """Load a score model with an adapter of its folder put into it; see `read_weights` for the errors."""
    config, weights = read_weights(folder, adapter)
    model = ScoreModel(config, is_drawn=False)
    state = {name: torch.from_numpy(to_floats(held)) for name, held in weights.items()}
    model.load_state_dict(state, assign=True)
    return model.eval()
