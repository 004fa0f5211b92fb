"""Score models on disk: a folder of `config.json` and `model.safetensors`, which transformers reads as a Llama too."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from segue.errors import FormatError, InputError
from segue.models.score.config import ScoreConfig
from segue.models.score.network import ScoreModel

SHIPPED = Path(__file__).parents[1] / "weights" / "score"
CONFIG, WEIGHTS = "config.json", "model.safetensors"


def load_score_model(folder: Path | None = None) -> ScoreModel:
    """Load a score model, ready for use (fp32, in evaluation mode); without a folder the one that Segue brings along.

    InputError where the folder lacks a file or the weights are of another shape, FormatError where one is damaged.
    """
    folder = SHIPPED if folder is None else folder
    config = ScoreConfig.from_file(folder / CONFIG)
    file = folder / WEIGHTS
    try:
        held: dict[str, Tensor] = load_file(file)
    except FileNotFoundError as error:
        raise InputError(f"{file}: no such file of weights") from error
    except SafetensorError as error:
        raise FormatError(f"damaged weights ({error})", file=str(file)) from error
    model = ScoreModel(config, is_drawn=False)
    expected = {name: weight.shape for name, weight in model.state_dict().items()}
    wrong = sorted(held.keys() ^ expected.keys()) or [name for name in held if held[name].shape != expected[name]]
    if wrong:
        raise InputError(
            f"{file}: not the weights that {CONFIG} describes; {wrong[0]} and {len(wrong) - 1} more differ"
        )
    model.load_state_dict({name: weight.float() for name, weight in held.items()}, assign=True)
    return model.eval()


def save_score_model(model: ScoreModel, folder: Path) -> None:
    """Write `config.json` and the weights in bf16; each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: weight.detach().to("cpu", torch.bfloat16) for name, weight in model.state_dict().items()}
    partial = folder / f"{WEIGHTS}.partial"
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, partial, metadata={"format": "pt"})
    text = folder / f"{CONFIG}.partial"
    text.write_text(json.dumps(model.config.as_dict(), indent=1) + "\n", encoding="utf-8")
    partial.chmod(0o644)
    partial.replace(folder / WEIGHTS)
    text.replace(folder / CONFIG)
