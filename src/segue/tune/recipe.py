"""The recipe: the only hyper-parameters of fine-tuning.

Flags, keywords, JSON and `recipe.toml` are all made from the fields of `Recipe`; a new one is one field here.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from segue.errors import FormatError, InputError, did_you_mean

T = TypeVar("T", int, float, str)
_MOST = sys.float_info.max
METHOD_NAMES = ("head-only", "last-n", "full", "lora", "adapters")
OPTIMIZERS = ("adamw", "muon", "sgd")


@dataclass(frozen=True, slots=True)
class Dial:
    """One hyper-parameter as data: its name, type, default, comment, and what it accepts."""

    name: str
    kind: type[int] | type[float] | type[str]
    default: int | float | str
    comment: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def check(self, value: object) -> int | float | str:
        """Return the value in the dial's type; InputError where it is not accepted."""
        if self.kind is float and type(value) is int:
            value = float(value)
        if not isinstance(value, int | float | str) or type(value) is not self.kind:
            raise InputError(f"{self.name} = {value!r} is not of type {self.kind.__name__} ({self.comment})")
        if self.choices and value not in self.choices:
            raise InputError(
                f"{self.name} = {value!r} is none of {', '.join(self.choices)}{did_you_mean(str(value), self.choices)}"
            )
        if not isinstance(value, str) and not (self.low or 0) <= value <= (_MOST if self.high is None else self.high):
            raise InputError(f"{self.name} = {value!r} is outside {self.range}")
        if value == "":
            raise InputError(f"{self.name} is empty ({self.comment})")
        return value

    @property
    def range(self) -> str:
        """What is accepted, in words: "0 to 1", "1 or more", "adamw | sgd"."""
        if self.choices:
            return " | ".join(self.choices)
        if self.kind is str:
            return "text"
        return f"{self.low or 0:g} or more" if self.high is None else f"{self.low or 0:g} to {self.high:g}"


def _dial(
    default: T, comment: str, low: float | None = None, high: float | None = None, choices: tuple[str, ...] = ()
) -> T:
    value: T = field(default=default, metadata={"comment": comment, "low": low, "high": high, "choices": choices})
    return value


@dataclass(frozen=True)
class Recipe:
    """How a model is fine-tuned; checked at construction, InputError names the field and what it accepts."""

    backbone: str = _dial("minilm", "pretrained language model: minilm, a folder, or a hub id")
    method: str = _dial("full", "which weights of the backbone are trained", choices=METHOD_NAMES)
    last_layers: int = _dial(2, "layers trained by the method last-n, counted from the last", 1)
    lora_rank: int = _dial(16, "rank of the LoRA matrices", 1)
    lora_alpha: float = _dial(32.0, "LoRA scale; its update is multiplied by alpha / rank", 1e-6)
    adapter_width: int = _dial(64, "width of the bottleneck of the method adapters", 1)
    dropout: float = _dial(0.1, "dropout wherever the trained model has it", 0, 0.99)
    max_length: int = _dial(64, "tokens read of a text; what is longer is cut", 2)
    optimizer: str = _dial(
        "adamw", "muon is for hidden matrices, with adamw for the rest; sgd has momentum 0.9", choices=OPTIMIZERS
    )
    lr: float = _dial(3e-5, "highest learning rate of the backbone")
    head_lr: float = _dial(1e-3, "highest learning rate of all that stands on the backbone")
    weight_decay: float = _dial(0.01, "decoupled weight decay of matrices; never of biases and norms")
    schedule: str = _dial("linear", "decay of the learning rate to 0", choices=("linear", "cosine", "constant"))
    warmup: float = _dial(0.06, "share of all steps in which the learning rate rises from 0", 0, 1)
    epochs: int = _dial(3, "passes over the training examples", 1)
    max_steps: int = _dial(0, "optimizer steps after which training ends at the latest; 0: no such limit")
    batch_size: int = _dial(64, "examples per forward pass, over all devices", 1)
    accumulate: int = _dial(1, "forward passes per optimizer step", 1)
    clip: float = _dial(1.0, "highest norm of the gradient; 0: not clipped")
    precision: str = _dial(
        "auto", "arithmetic; auto is bf16 where the hardware has it", choices=("auto", "fp32", "bf16")
    )
    evaluate_every: int = _dial(0, "steps between evaluations; 0: after each epoch")
    patience: int = _dial(3, "evaluations without a better metric after which training stops; 0: never")
    checkpoint_every: int = _dial(200, "steps between checkpoints, besides those at evaluations; 0: only those")
    seed: int = _dial(0, "seed of all that is random", 0, 2**31 - 1)

    def __post_init__(self) -> None:
        for dial in DIALS.values():
            object.__setattr__(self, dial.name, dial.check(getattr(self, dial.name)))

    def replace(self, **changes: object) -> Recipe:
        """Return a recipe with some fields changed; InputError for an unknown name, with a suggestion."""
        _check_names(changes)
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, int | float | str]:
        """All fields by name, for JSON."""
        return {name: getattr(self, name) for name in DIALS}

    @classmethod
    def from_mapping(cls, fields: Mapping[str, object]) -> Recipe:
        """Make a recipe of named fields; those not named keep their defaults."""
        _check_names(fields)
        return cls(**fields)  # type: ignore[arg-type]

    @classmethod
    def from_toml(cls, path: Path, base: Recipe | None = None) -> Recipe:
        """Read `recipe.toml`; fields it does not name are those of `base`. FormatError names the file and the key."""
        try:
            fields = tomllib.loads(path.read_text(encoding="utf-8"))
            return (base or cls()).replace(**fields)
        except OSError as error:
            raise InputError(f"recipe {path} cannot be read: {error.strerror}") from error
        except (UnicodeDecodeError, InputError, tomllib.TOMLDecodeError) as error:
            raise FormatError(str(error), file=str(path)) from error

    def to_toml(self) -> str:
        """Return the text of a `recipe.toml`, each field with its comment."""
        lines = [f"{f'{name} = {_toml(getattr(self, name))}':<28} # {dial.comment}" for name, dial in DIALS.items()]
        return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, str):  # JSON's strings are TOML's, but for one character
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)  # the shortest number that reads back equal


def _check_names(fields: Mapping[str, object]) -> None:
    for name in fields:
        if name not in DIALS:
            near = did_you_mean(name, DIALS)
            raise InputError(f"a recipe has no field {name!r}{near or '; its fields: ' + ', '.join(DIALS)}")


def _default(one: dataclasses.Field[Any]) -> int | float | str:
    if not isinstance(one.default, int | float | str):
        raise InputError(f"recipe field {one.name} needs a default")
    return one.default


def _dials() -> Mapping[str, Dial]:
    hints: dict[str, Any] = get_type_hints(Recipe)
    return MappingProxyType(
        {one.name: Dial(one.name, hints[one.name], _default(one), **one.metadata) for one in dataclasses.fields(Recipe)}
    )


DIALS: Mapping[str, Dial] = _dials()

# the one dial for newcomers: a minute, some minutes, an hour of two cores on some ten thousand short texts
SIZES: Mapping[str, Recipe] = MappingProxyType(
    {
        "tiny": Recipe(method="last-n", last_layers=2, lr=1e-4, epochs=1, max_length=32),
        "small": Recipe(epochs=2, max_length=48),
        "base": Recipe(epochs=4, max_length=96, patience=2),
    }
)


def size(name: str) -> Recipe:
    """Return the recipe of a size; InputError with a suggestion where there is none of that name."""
    if name not in SIZES:
        raise InputError(f"size {name!r} is none of {', '.join(SIZES)}{did_you_mean(name, SIZES)}")
    return SIZES[name]
