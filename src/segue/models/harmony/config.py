"""The shape of a harmony model, in `config.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from segue.errors import FormatError, InputError


@dataclass(frozen=True)
class HarmonyConfig:
    """`width` of its layers, and how many beats apart those are that each layer brings together."""

    width: int = 96
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1)

    def __post_init__(self) -> None:
        if not 1 <= self.width <= 4096 or not self.dilations or not all(1 <= one <= 512 for one in self.dilations):
            raise InputError(f"width {self.width}, dilations {self.dilations}: 1 to 4096, and some of 1 to 512")

    @classmethod
    def from_file(cls, file: Path) -> HarmonyConfig:
        """Read config.json; InputError where it cannot be read, FormatError where it does not hold a shape."""
        try:
            held = json.loads(file.read_text("utf-8"))
            return cls(held["width"], tuple(held["dilations"]))
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(f"no shape of a harmony model: {error!r}", file=str(file)) from error

    def save(self, file: Path) -> None:
        """Write config.json."""
        file.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
