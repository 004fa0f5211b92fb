"""Chinese verse as people write it down: with the signs of one edition, those of another, few, or none at all.

The sets sign every clause (6、3 of 虞美人), many people only where they would pause (9), some nothing. `WAYS` are ways
to write the same verse, drawn with a random generator; a head that learns from all of them tells a form whichever way
its words are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from segue.music.lyric import Line, Lyric
from segue.recognize.lyrics import SIGNS, lines_of

_LIGHT = "、"
_INNER = "，,；;：:"  # between the clauses of a sentence
_KEPT, _OTHER = 1 / 3, 0.3  # of signs: light ones that become commas, ends of sentences that become commas
_LONGER = 0.5  # of the latter, where sentences are longer still
_MERGED = 1 / 3  # of commas that are left out

Way = Callable[[Sequence[str], np.random.Generator], list[str]]


def as_edited(clauses: Sequence[str], rng: np.random.Generator, others: float = _OTHER) -> list[str]:
    """Leave light signs out, or make commas of them, and of some full stops: a set may have one at each rhyme."""
    found = []
    for clause in clauses:
        text, sign = _parted(clause)
        if sign == _LIGHT:
            sign = "，" if rng.random() < _KEPT else ""
        elif sign == "。" and rng.random() < others:
            sign = "，"
        found.append(text + sign)
    return _joined(found)


def merged(clauses: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Edit signs, and leave out a third of the commas."""
    parted = [_parted(clause) for clause in as_edited(clauses, rng)]
    lost = [sign != "" and sign in _INNER and rng.random() < _MERGED for _, sign in parted]
    return _joined([text + ("" if gone else sign) for (text, sign), gone in zip(parted, lost, strict=True)])


def in_sentences(clauses: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Leave out all signs within sentences."""
    del rng
    parted = [_parted(clause) for clause in clauses]
    return _joined([text + ("" if sign and sign in _LIGHT + _INNER else sign) for text, sign in parted])


def in_periods(clauses: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Leave out all signs within sentences, half of which go on to the next."""
    return in_sentences(as_edited(clauses, rng, _LONGER), rng)


def on_lines(clauses: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Write each clause on a line, without signs; those with light signs on the line of the next, in half of verses."""
    told = _joined([c.rstrip(_LIGHT) for c in clauses]) if rng.random() < 0.5 else clauses
    return [_parted(clause)[0] for clause in told]


def bare(clauses: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Write all in one line, without a sign."""
    del rng
    return ["".join(_parted(clause)[0] for clause in clauses)]


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "edited": as_edited,
        "merged": merged,
        "sentences": in_sentences,
        "periods": in_periods,
        "lines": on_lines,
        "bare": bare,
    }
)


def written(item: Lyric, way: Way, rng: np.random.Generator) -> Lyric:
    """Return Chinese lyrics as written in a way; their sections are not kept."""
    return replace(item, sections=(("", tuple(map(Line, way(lines_of(item, with_signs=True), rng)))),))


def anyhow(items: Sequence[Lyric], seed: int = 0) -> list[Lyric]:
    """Return each of Chinese lyrics as written in a way that is drawn."""
    rng = np.random.default_rng(seed)
    ways = list(WAYS.values())
    return [written(item, ways[int(rng.integers(len(ways)))], rng) for item in items]


def _parted(clause: str) -> tuple[str, str]:
    """A clause, and the signs behind it."""
    text = clause.rstrip(SIGNS)
    return text, clause[len(text) :]


def _joined(clauses: Sequence[str]) -> list[str]:
    """Clauses, those that no sign closes joined to the next; a clause that was taken away stays one."""
    found, open_ = [], ""
    for clause in clauses:
        open_ += clause
        if not clause or _parted(clause)[1]:
            found.append(open_)
            open_ = ""
    return [*found, open_] if open_ else found
