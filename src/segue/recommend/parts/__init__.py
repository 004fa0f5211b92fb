"""The parts of a recommendation: each gives every song a raw score that is a sum over the songs of a history.

A part is added by one file here and one line in `PARTS`. Because each raw score is a sum over the history, so is their
fusion, and a reason can name each song's share truly.
"""

from __future__ import annotations

from segue.recommend.parts.ease import Ease
from segue.recommend.parts.language import Language
from segue.recommend.parts.lowrank import LowRank
from segue.recommend.parts.neighbours import Neighbours
from segue.recommend.parts.operators import Floats
from segue.recommend.parts.part import Hint, Part
from segue.recommend.parts.popularity import Popularity
from segue.recommend.parts.tags import Tags
from segue.recommend.parts.transitions import Transitions

PARTS: tuple[type[Part], ...] = (Popularity, Neighbours, Ease, LowRank, Tags, Transitions, Language)

__all__ = [
    "PARTS",
    "Ease",
    "Floats",
    "Hint",
    "Language",
    "LowRank",
    "Neighbours",
    "Part",
    "Popularity",
    "Tags",
    "Transitions",
]
