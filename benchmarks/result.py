"""What a benchmark found, and where that is written."""

from __future__ import annotations

import hashlib
import math
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal, get_args

import orjson

from segue.errors import InputError, UnavailableError

Better = Literal["higher", "lower"]
ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
DISTRIBUTIONS = {"torch": "torch", "numpy": "numpy", "transformers": "transformers", "segue": "segue-music"}


def today() -> str:
    """The date in UTC, as YYYY-MM-DD."""
    return datetime.now(UTC).date().isoformat()


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries a figure depends on; those not installed are left out."""
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for name, distribution in DISTRIBUTIONS.items():
        try:
            found[name] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure: its id, its value in `unit`, its standard error (or None), and the bar it is held against (or None).

    `seeds` are the seeds run, `n` is the size of what was measured (test pairs, listens, calls), `command` makes it
    again, `recipe` says what was run in the benchmark's own words, `data_sha256` is `sha256_of` the data read or "".
    """

    id: str
    value: float
    error: float | None
    unit: str
    better: Better
    bar: float | None
    seeds: tuple[int, ...]
    n: int
    command: str
    recipe: Mapping[str, object] = field(default_factory=dict)
    data_sha256: str = ""
    versions: Mapping[str, str] = field(default_factory=versions)
    date: str = field(default_factory=today)

    def __post_init__(self) -> None:
        if not self.id or any(letter.isspace() for letter in self.id):
            raise InputError(f"result id {self.id!r} must be a name without blanks, such as 'listens.import_per_s'")
        check_finite(self.id, "value", self.value)
        if self.bar is not None:
            check_finite(self.id, "bar", self.bar)
        if self.error is not None and not (math.isfinite(self.error) and self.error >= 0):
            raise InputError(f"{self.id}: standard error {self.error} is not a finite number of 0 or more")
        if self.better not in get_args(Better):
            raise InputError(f"{self.id}: better {self.better!r} is none of higher, lower")
        if self.n < 1:
            raise InputError(f"{self.id}: n {self.n} is not a count of 1 or more")
        if self.data_sha256 and len(self.data_sha256) != 64:
            raise InputError(f"{self.id}: data_sha256 {self.data_sha256!r} is not 64 hexadecimal digits")
        date.fromisoformat(self.date)
        object.__setattr__(self, "seeds", tuple(self.seeds))

    @property
    def is_reached(self) -> bool | None:
        """Whether the value is at the bar or better; None where there is no bar."""
        if self.bar is None:
            return None
        return self.value >= self.bar if self.better == "higher" else self.value <= self.bar


def check_finite(name: str, what: str, value: float) -> None:
    """Raise InputError where `value` is not a finite number."""
    if not math.isfinite(value):
        raise InputError(f"{name}: {what} {value} is not a finite number")


def sha256_of(paths: Iterable[Path]) -> str:
    """One SHA-256 over files, and over the files in folders: their names (below the folder) and contents, sorted."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        files = sorted(inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(file.relative_to(path.parent).as_posix().encode() + b"\0")
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def data_dir() -> Path:
    """The folder with the real data: SEGUE_DATA, or ../shared/data beside the checkout; UnavailableError if absent."""
    named = os.environ.get("SEGUE_DATA", "")
    place = Path(named) if named else ROOT.parent / "shared" / "data"
    if not place.is_dir():
        raise UnavailableError(
            f"no data at {place}; put it in ../shared/data beside the checkout, or name its folder in SEGUE_DATA"
        )
    return place


def write(name: str, results: Sequence[Result], folder: Path = RESULTS) -> Path:
    """Write benchmarks/results/<name>.json in one step (a reader sees the old file or the new one); return its path."""
    ids = [result.id for result in results]
    if not ids or len(set(ids)) != len(ids):
        raise InputError(f"benchmark {name!r} must give at least one result, each id once; got {ids}")
    folder.mkdir(parents=True, exist_ok=True)
    text = orjson.dumps([asdict(result) for result in results], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    path = folder / f"{name}.json"
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        part.write(text)
    Path(part.name).chmod(0o644)
    Path(part.name).replace(path)
    return path


def read(path: Path) -> list[Result]:
    """Read what `write` wrote; the values are checked again."""
    rows = orjson.loads(path.read_bytes())
    return [Result(**{**row, "seeds": tuple(row["seeds"])}) for row in rows]
