"""Where weights, scratch memory and cache of the compiled forward pass lie, and what kind of processor it is for."""

from __future__ import annotations

from dataclasses import dataclass

from segue.models.score.config import ScoreConfig

LANES = 16  # floats of a vector
PANEL = 2 * LANES  # output rows that are computed together
CHUNK = 32  # tokens that a call reads at most


@dataclass(frozen=True, slots=True)
class Processor:
    """What the code is made for: whether registers hold sixteen floats, and whether half floats are converted fast."""

    is_wide: bool
    has_halves: bool

    @property
    def together(self) -> int:
        """How many tokens share what is read of the weights, as many as their sums fit in the registers."""
        return 8 if self.is_wide else 2


def panels(rows: int) -> int:
    """Rows filled up to whole panels."""
    return -(-rows // PANEL) * PANEL


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie, in 32-bit words: the weights of a layer, a token's part of the scratch memory, the cache."""

    config: ScoreConfig

    @property
    def width(self) -> int:
        """Of a hidden vector, filled up with zeros."""
        return panels(self.config.width)

    @property
    def feed_forward(self) -> int:
        """Of the gated part, filled up with zeros."""
        return panels(self.config.feed_forward)

    @property
    def vocabulary(self) -> int:
        """Of a row of logits; those beyond the vocabulary mean nothing."""
        return panels(self.config.vocabulary)

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """Rows and columns of a layer's matrices, filled up, in their order."""
        width, inner = self.width, self.feed_forward
        return {"query": (width, width), "key": (width, width), "value": (width, width), "output": (width, width),
                "gate": (inner, width), "up": (inner, width), "down": (width, inner)}  # fmt: skip

    @property
    def places(self) -> dict[str, int]:
        """Where each matrix of a layer begins; under "" the size of a layer."""
        found, place = {}, 0
        for name, (rows, columns) in self.matrices.items():
            found[name] = place
            place += rows * columns // 2
        return found | {"": place}

    @property
    def positions(self) -> int:
        """The most tokens of a row, filled up to whole blocks."""
        return -(-self.config.longest // LANES) * LANES

    @property
    def row(self) -> int:
        """What one row takes of the keys, or of the values, of a layer."""
        return self.config.width * self.positions

    @property
    def scratch(self) -> dict[str, int]:
        """Where each part of the scratch memory begins; under "" its size."""
        sizes = {"stream": self.width, "normed": self.width, "query": 3 * self.width, "seen": self.width,
                 "gate": 2 * self.feed_forward}  # fmt: skip
        found, place = {}, 0
        for name, size in sizes.items():
            found[name] = place
            place += size * CHUNK
        found["shares"] = place
        return found | {"": place + self.positions}
