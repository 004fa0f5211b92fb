"""A phrase model on disk: `config.json` and `model.safetensors` in half precision."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from segue.compose.phrases.network import PhraseConfig, PhraseNetwork
from segue.errors import FormatError, InputError

SHIPPED = Path(__file__).parent / "weights"
CONFIG, WEIGHTS = "config.json", "model.safetensors"
Sampler = Literal["generator", "prior"]


@dataclass(frozen=True)
class Held:
    """A phrase model as it lies in a folder; `sampler` is what draws phrases that nothing is given for."""

    network: PhraseNetwork
    sampler: Sampler


def save_phrase_model(held: Held, folder: Path) -> None:
    """Write a model, each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    state = held.network.state_dict()
    tensors = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).cpu().contiguous()
        for name, tensor in state.items()
    }
    partial = folder / f"{WEIGHTS}.partial"
    save_file(tensors, partial, metadata={"format": "pt"})
    partial.chmod(0o644)
    text = folder / f"{CONFIG}.partial"
    told = {"sampler": held.sampler, **held.network.config.as_dict()}
    text.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / WEIGHTS)
    text.replace(folder / CONFIG)


def load_phrase_model(folder: Path | None = None) -> Held:
    """Load a model, ready for use; without a folder the one that Segue brings along.

    InputError where a file is absent or the weights are of another shape, FormatError where one is damaged.
    """
    folder = SHIPPED if folder is None else folder
    try:
        told = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        sampler = told.pop("sampler")
        config = PhraseConfig(**{name: int(value) for name, value in told.items()})
        tensors = load_file(folder / WEIGHTS)
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} holds no phrase model ({CONFIG}, {WEIGHTS}); `segue pretrain-phrases` makes one"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise FormatError(f"a damaged phrase model: {error}", file=str(folder)) from error
    if sampler not in ("generator", "prior"):
        raise FormatError(f"sampler {sampler!r} is none of generator, prior", file=str(folder / CONFIG))
    network = PhraseNetwork(config)
    expected = {name: tensor.shape for name, tensor in network.state_dict().items()}
    if {name: tensor.shape for name, tensor in tensors.items()} != expected:
        raise InputError(f"{folder / WEIGHTS}: not the weights that {CONFIG} describes")
    network.load_state_dict({name: one.float() if one.is_floating_point() else one for name, one in tensors.items()})
    return Held(network.eval(), sampler)


def new_network(config: PhraseConfig, seed: int, word_dropout: float) -> PhraseNetwork:
    """Return a network with weights drawn from a seed; the caller's generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return PhraseNetwork(config, word_dropout)
