"""Windows of tokens on disk: one flat file of tokens, read where it lies, and tables of what each window is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from segue.errors import FormatError
from segue.pretrain.excerpts import Excerpt
from segue.tune.next_token import Bundle, Window, bundles

_TABLES = ("starts", "notes", "given", "sources")


@dataclass(frozen=True)
class Windows:
    """Windows of tokens, one after another.

    `tokens` are those of all windows (uint16), window i is from `starts[i]` to `starts[i + 1]`; `notes`, `given` and
    `sources` (a number into `names`) are said of each (see `Window`).
    """

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    notes: NDArray[np.int32]
    given: NDArray[np.int16]
    sources: NDArray[np.int16]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.notes)

    def __getitem__(self, row: int) -> Window:
        tokens = self.tokens[int(self.starts[row]) : int(self.starts[row + 1])]
        return Window(tokens, self.names[self.sources[row]], int(self.notes[row]), int(self.given[row]))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each window."""
        return np.diff(self.starts)

    def tokens_by_source(self) -> dict[str, int]:
        """Tokens of each source, the largest first."""
        counts = np.bincount(self.sources, weights=self.lengths, minlength=len(self.names))
        rows = sorted(zip(self.names, counts, strict=True), key=lambda row: -row[1])
        return {name: int(count) for name, count in rows}

    def sha256(self) -> str:
        """A hash of every token and of where windows begin."""
        digest = hashlib.sha256(" ".join(self.names).encode())
        for column in (self.tokens, self.starts, self.sources):
            digest.update(np.ascontiguousarray(column).data)
        return digest.hexdigest()

    def save(self, folder: Path) -> None:
        """Write them to a folder, which is whole as soon as it has `windows.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "windows.json").unlink(missing_ok=True)
        np.save(folder / "tokens.npy", self.tokens)
        for name in _TABLES:
            np.save(folder / f"{name}.npy", getattr(self, name))
        text = json.dumps({"names": self.names, "windows": len(self), "tokens": len(self.tokens)}) + "\n"
        (folder / "windows.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Windows:
        """Read a folder of `save`; the tokens stay on disk. FormatError names it where it is damaged."""
        try:
            held = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
            tables = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _TABLES}
            tokens = np.load(folder / "tokens.npy", mmap_mode="r", allow_pickle=False)
            found = cls(tokens=tokens, names=tuple(held["names"]), **tables)
            if len(found) != held["windows"] or len(tokens) != held["tokens"]:
                raise FormatError(f"{len(found)} windows of {len(tokens)} tokens, not those it names", file=str(folder))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FormatError(f"not a folder of windows: {error}", file=str(folder)) from error
        return found


def collect(said: Iterable[tuple[int, Excerpt]], names: Sequence[str]) -> Windows:
    """Put excerpts, each with the number of its source, one after another."""
    rows = list(said)
    lengths = np.array([len(excerpt.tokens) for _, excerpt in rows], dtype=np.int64)
    return Windows(
        tokens=np.concatenate([excerpt.tokens for _, excerpt in rows]) if rows else np.zeros(0, dtype=np.uint16),
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        notes=np.array([excerpt.notes for _, excerpt in rows], dtype=np.int32),
        given=np.array([excerpt.given for _, excerpt in rows], dtype=np.int16),
        sources=np.array([source for source, _ in rows], dtype=np.int16),
        names=tuple(names),
    )


class Bundles(Sequence[Bundle]):
    """Windows in bundles of near length, of at most `tokens` tokens each; made anew when asked for."""

    def __init__(self, windows: Windows, tokens: int, seed: int = 0) -> None:
        self.windows = windows
        self._rows = bundles(windows.lengths, tokens, seed)

    @property
    def mean_tokens(self) -> float:
        """Tokens of a bundle, on average."""
        return len(self.windows.tokens) / max(len(self._rows), 1)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Bundle: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Bundle]: ...
    def __getitem__(self, place: int | slice) -> Bundle | Sequence[Bundle]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return [self.windows[int(row)] for row in self._rows[place]]

    def __iter__(self) -> Iterator[Bundle]:
        return (self[place] for place in range(len(self)))
