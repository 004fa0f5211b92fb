"""What pictures of evidence are made of: shades of parts by their drops, and a few shapes of SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass

from segue.recognize.guess import Answer, Because

WIDTH, MARGIN = 840, 40  # pixels
FOR, AGAINST = (86, 180, 233), (230, 159, 0)  # the strongest shades; black is read on both
FRAME = "#0b4f7d"
_PAPER = 255
_WEAKEST = 0.02  # of the strongest, that is shaded
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


@dataclass(frozen=True)
class Drawing:
    """A piece of a picture: SVG within WIDTH, and its height in pixels."""

    body: str
    height: float


@dataclass(frozen=True)
class Shades:
    """The drops of all parts, those that are named (by their first parts), and the style they speak for."""

    heat: tuple[Because, ...]
    named: frozenset[int]
    style: str

    @classmethod
    def of(cls, answer: Answer, kind: str) -> Shades:
        """Return what an answer tells of an item's parts; of one made from several, what the item's witness tells."""
        told = next((one for one in (answer, *answer.witnesses) if one.kind == kind and one.heat and one.guesses), None)
        if told is None:
            return cls((), frozenset(), "")
        return cls(told.heat, frozenset(one.place for one in told.guesses[0].because), told.guesses[0].style)

    @property
    def most(self) -> float:
        """The largest drop or rise."""
        return max((abs(one.drop) for one in self.heat), default=0.0)

    def colour(self, part: int) -> str:
        """Return the shade of a part (by its number, from 0); "" where it speaks neither for nor against."""
        drop = next((one.drop for one in self.heat if one.place <= part < one.place + one.count), 0.0)
        return tint(drop / self.most) if self.most else ""

    def is_named(self, part: int) -> bool:
        """Whether a part is one that the sentence names."""
        return any(one.place in self.named and one.place <= part < one.place + one.count for one in self.heat)


def escaped(text: str) -> str:
    """Return a text as it may stand in SVG; what XML does not allow is left out."""
    return _NOT_XML.sub("", text).translate(_ESCAPES)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many letters, the rest as "…"."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def tint(strength: float) -> str:
    """Return the colour of a strength, -1 (against) to 1 (for), as "#rrggbb"; "" for one too weak to be seen."""
    share = min(abs(strength), 1.0)
    if share < _WEAKEST:
        return ""
    target = FOR if strength > 0 else AGAINST
    return "#" + "".join(f"{round(_PAPER + (one - _PAPER) * share):02x}" for one in target)


def box(left: float, top: float, width: float, height: float, look: str) -> str:
    """Return a rectangle; `look` are its attributes."""
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" {look}/>'


def label(left: float, top: float, text: str, size: float, look: str = "") -> str:
    """Return a text, escaped, with its foot at `top`; `look` are more attributes."""
    return f'<text x="{left:.1f}" y="{top:.1f}" font-size="{size:g}" {look}>{escaped(text)}</text>'
