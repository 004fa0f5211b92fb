"""Checkpoints: safetensors and JSON, never pickle; written beside, then renamed, so that a kill leaves a whole one.

DIRECTORY/step-00000120/      weights.safetensors  optimizer.safetensors  state.json
DIRECTORY/best-00000100.safetensors
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from segue.errors import ConflictError, FormatError, InputError
from segue.tune.history import Progress


class Checkpoints:
    """The checkpoints of one training in one directory.

    `identity` says what is trained, on what and how; a directory that holds another training is refused.
    """

    def __init__(self, directory: Path, identity: Mapping[str, Any]) -> None:
        self.directory = directory
        self.identity = json.loads(json.dumps(identity))
        directory.mkdir(parents=True, exist_ok=True)

    def best(self, step: int) -> Path:
        """The file of the best weights, found after that many steps."""
        return self.directory / f"best-{step:08d}.safetensors"

    def save_best(self, model: nn.Module, step: int) -> None:
        """Write the trained weights as the best so far."""
        save_weights(model, self.best(step))

    def save(self, progress: Progress, model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Write everything that an exact resume needs; of a finished training only its history."""
        target = self.directory / f"step-{progress.step:08d}"
        partial = self.directory / f"{target.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        slots: list[Any] = []
        if not progress.stopped:
            save_weights(model, partial / "weights.safetensors")
            tensors, slots = _flatten(optimizer.state_dict()["state"])
            save_file(tensors, partial / "optimizer.safetensors")
        state = {"identity": self.identity, "progress": progress.as_dict(), "slots": slots}
        (partial / "state.json").write_text(json.dumps(state, indent=1), encoding="utf-8")
        if target.exists():
            target.rename(self.directory / f"{target.name}.old.partial")
        partial.rename(target)
        self._clean(target, self.best(progress.best_step))

    def _clean(self, *kept: Path) -> None:
        for path in self.directory.glob("step-*"):
            if path not in kept:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.directory.glob("best-*"):
            if path not in kept:
                path.unlink(missing_ok=True)

    def latest(self) -> Path | None:
        """The folder of the newest whole checkpoint, or None."""
        found = sorted(path for path in self.directory.glob("step-*") if path.suffix != ".partial")
        return found[-1] if found else None

    def load(self, model: nn.Module, optimizer: torch.optim.Optimizer) -> Progress | None:
        """Bring model and optimizer to the newest checkpoint and return where it stands, or None where there is none.

        ConflictError where the directory holds a training of other settings, FormatError where a file is damaged.
        """
        folder = self.latest()
        if folder is None:
            return None
        file = folder / "state.json"
        try:
            state = json.loads(file.read_text(encoding="utf-8"))
            progress = Progress.from_dict(state["progress"])
            self._check(state["identity"])
            if not progress.stopped:
                load_weights(model, folder / "weights.safetensors")
                found = _unflatten(_read(folder / "optimizer.safetensors"), state["slots"])
                optimizer.load_state_dict({"state": found, "param_groups": optimizer.state_dict()["param_groups"]})
        except (OSError, KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise FormatError(
                f"a damaged checkpoint ({error}); delete the folder to begin anew", file=str(file)
            ) from error
        return progress

    def _check(self, held: Mapping[str, Any]) -> None:
        for name, mine in self.identity.items():
            if held.get(name) != mine:
                raise ConflictError(
                    f"{self.directory} holds a training with {_difference(name, held.get(name), mine)}; "
                    "give another directory, or delete this one to begin anew"
                )


def _difference(name: str, held: Any, mine: Any) -> str:
    if isinstance(held, dict) and isinstance(mine, dict):
        changed = [key for key in mine if held.get(key) != mine[key]]
        return ", ".join(f"{key} = {held.get(key)} (now {mine[key]})" for key in changed)
    return f"{name} = {held} (now {mine})"


def trained_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return what training changes: the weights that have gradients, and the buffers that are kept."""
    weights = dict(model.named_parameters())
    trained = {name: weight.detach() for name, weight in weights.items() if weight.requires_grad}
    everything = dict(model.named_parameters(remove_duplicate=False))
    buffers = {name: tensor for name, tensor in model.state_dict().items() if name not in everything}
    return trained | {name: tensor for name, tensor in buffers.items() if isinstance(tensor, Tensor)}


def save_weights(model: nn.Module, path: Path) -> None:
    """Write the trained weights of a model as safetensors, whole or not at all."""
    tensors = {name: tensor.to("cpu", copy=True).contiguous() for name, tensor in trained_weights(model).items()}
    partial = path.with_name(path.name + ".partial")
    save_file(tensors, partial, metadata={"format": "pt"})
    partial.replace(path)


def load_weights(model: nn.Module, path: Path) -> None:
    """Set the trained weights of a model from a file of `save_weights`.

    FormatError where the file is damaged, InputError where its names or shapes are not the model's.
    """
    found, expected = _read(path), trained_weights(model)
    wrong = sorted(found.keys() ^ expected.keys()) or [n for n in found if found[n].shape != expected[n].shape]
    if wrong:
        raise InputError(f"{path}: weights of another model; {wrong[0]} and {len(wrong) - 1} more differ")
    with torch.no_grad():
        for name, tensor in expected.items():
            tensor.copy_(found[name])


def frozen_hash(model: nn.Module) -> str:
    """Return the sha256 of the weights that are not trained."""
    digest = hashlib.sha256()
    for name, weight in model.named_parameters():
        digest.update(f"{name} {tuple(weight.shape)} {weight.requires_grad}\n".encode())
        if not weight.requires_grad:
            digest.update(weight.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file of weights") from error
    except SafetensorError as error:
        raise FormatError(f"damaged weights ({error})", file=str(path)) from error
    return tensors


def _flatten(state: Mapping[int, Mapping[str, Any]]) -> tuple[dict[str, Tensor], list[Any]]:
    """Split an optimizer's state into tensors by name, and a list of [weight, slot, plain value or None]."""
    tensors: dict[str, Tensor] = {}
    slots: list[Any] = []
    for weight, held in state.items():
        for slot, value in held.items():
            if isinstance(value, Tensor):
                tensors[f"{weight}.{slot}"] = value.to("cpu", copy=True).contiguous()
            else:
                slots.append([weight, slot, value])
    return tensors, slots


def _unflatten(tensors: Mapping[str, Tensor], slots: list[Any]) -> dict[int, dict[str, Any]]:
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        weight, _, slot = name.partition(".")
        state.setdefault(int(weight), {})[slot] = tensor
    for weight, slot, value in slots:
        state.setdefault(int(weight), {})[slot] = value
    return state
