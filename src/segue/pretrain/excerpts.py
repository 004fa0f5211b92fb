"""From a piece to windows of tokens: orders of lanes, masks, excerpts, and what is left unsaid, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segue.errors import InputError
from segue.music.language import vocabulary as v
from segue.music.language.encode import Lane, say
from segue.music.language.layout import Layout

_HEADER = 7  # task, source, style, mode, tonic, metre, tempo
_STYLE, _TEMPO = 2, 6  # their places in it
_SLACK = 8  # tokens that an excerpt may need more than the bars it is cut from
_MOST_MASKED = 8  # bars of a phrase that is filled in


@dataclass(frozen=True, slots=True)
class Drawing:
    """How often each way of saying a piece is drawn, and how long windows are.

    `longest` is in tokens. `harmonize`, `fill` and `changes` are shares of excerpts of pieces with chords and voices
    (the rest is said in the order lead); of charts without voices `chart_changes` are said without time. `untold` is
    the share of windows whose style, and of those whose tempo, is left unsaid; `transposed` the share that is moved to
    another tonic, `hurried` the share that is said at the next faster or slower tempo. `stretched` is the share of
    sayings of notated music with other note values (see `segue.pretrain.stretch`), `bare` that of pieces with chords
    and voices without their chords.
    """

    longest: int = 1024
    harmonize: float = 0.15
    fill: float = 0.25
    changes: float = 0.15
    chart_changes: float = 0.7
    untold: float = 0.15
    transposed: float = 0.5
    hurried: float = 0.3
    stretched: float = 0.08
    bare: float = 0.12

    def __post_init__(self) -> None:
        if self.longest < 64:
            raise InputError(f"windows of {self.longest} tokens are too short; 64 is the least")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The tokens of one window, how many notes they say, and how many of them are the header (before the first bar)."""

    tokens: NDArray[np.uint16]
    notes: int
    given: int


def excerpts(layout: Layout, drawing: Drawing, rng: np.random.Generator, *, is_varied: bool) -> Iterator[Excerpt]:
    """Say a whole piece once, in windows of at most `drawing.longest` tokens that begin with a header.

    Without `is_varied` it is said as it is (lead order, nothing masked, moved or unsaid), for figures.
    """
    if is_varied and layout.changes and layout.heads and rng.random() < drawing.bare:
        layout = _without_chords(layout)
    has_chords = bool(layout.changes)
    if not is_varied:
        yield from (_excerpt(tokens) for tokens in _windows(layout, "lead", drawing.longest, None))
        return
    if has_chords and rng.random() < (drawing.changes if layout.heads else drawing.chart_changes):
        task = "changes" if rng.random() < 0.5 else "triads"
        said = [np.array(say(layout, task).tokens, dtype=np.uint16)[: drawing.longest]]
    else:
        task = "harmonize" if has_chords and layout.heads and rng.random() < drawing.harmonize else "lead"
        said = list(_windows(layout, task, drawing.longest, rng, drawing.fill if layout.heads else 0.0))
    for tokens in said:
        yield _excerpt(_varied(tokens, drawing, rng))


def _without_chords(layout: Layout) -> Layout:
    bars = tuple(replace(bar, chords=(), sounding=()) for bar in layout.bars)
    return replace(layout, bars=bars, changes=())


def _excerpt(tokens: NDArray[np.uint16]) -> Excerpt:
    is_note = ((tokens >= v.NOTE.start) & (tokens < v.NOTE.stop)) | ((tokens >= v.DRUM.start) & (tokens < v.DRUM.stop))
    bars = np.flatnonzero((tokens >= v.BAR.start) & (tokens < v.BAR.stop))
    return Excerpt(tokens, int(is_note.sum()), int(bars[0]) if len(bars) else _HEADER)


def _windows(
    layout: Layout, task: str, longest: int, rng: np.random.Generator | None, fill: float = 0.0
) -> Iterator[NDArray[np.uint16]]:
    for first, last in _spans(layout, task, longest, rng):
        masks = _masks(layout, first, last, rng) if rng is not None and rng.random() < fill else ()
        tokens = say(layout, task, masks=masks, first=first, last=last).tokens
        if masks and len(tokens) > longest:
            tokens = say(layout, task, first=first, last=last).tokens
        yield np.array(tokens[:longest], dtype=np.uint16)


def _spans(layout: Layout, task: str, longest: int, rng: np.random.Generator | None) -> Iterator[tuple[int, int]]:
    """Runs of bars that fit into a window; with a generator the first one has a random length, so that no two passes
    cut a long piece in the same places."""
    whole = np.array(say(layout, task).tokens)
    starts = np.flatnonzero((whole >= v.BAR.start) & (whole < v.BAR.stop))
    sizes = np.diff(np.append(starts, len(whole)))
    bars = len(sizes)
    head = int(starts[0]) + 1
    room = longest - head - _SLACK - 4 * len(layout.heads)
    if head + int(sizes.sum()) <= longest:
        yield 0, bars
        return
    first, limit = 0, room if rng is None else int(room * rng.uniform(0.3, 1.0))
    while first < bars:
        held = np.cumsum(sizes[first:])
        count = max(int(np.searchsorted(held, limit, side="right")), 1)
        yield first, first + count
        first, limit = first + count, room


def _masks(layout: Layout, first: int, last: int, rng: np.random.Generator) -> Sequence[Lane]:
    """What is filled in at the end: a phrase in all lanes, one lane throughout, or one lane in a phrase."""
    lanes = list(range(len(layout.heads) + 1)) if layout.changes else list(range(1, len(layout.heads) + 1))
    length = int(rng.integers(1, min(_MOST_MASKED, last - first) + 1))
    begin = int(rng.integers(first, last - length + 1))
    phrase = range(begin, begin + length)
    lane = int(rng.choice(lanes))
    kind = rng.random()
    if kind < 0.4 or len(lanes) == 1:
        return [(bar, each) for bar in phrase for each in lanes]
    return [(bar, lane) for bar in (range(first, last) if kind < 0.7 else phrase)]


def _varied(tokens: NDArray[np.uint16], drawing: Drawing, rng: np.random.Generator) -> NDArray[np.uint16]:
    made = tokens.copy()
    if rng.random() < drawing.untold:
        made[_STYLE] = v.STYLE.start
    if rng.random() < drawing.untold:
        made[_TEMPO] = v.TEMPO.start
    elif made[_TEMPO] != v.TEMPO.start and rng.random() < drawing.hurried:
        near = int(made[_TEMPO]) + (1 if rng.random() < 0.5 else -1)
        made[_TEMPO] = min(max(near, v.TEMPO.start + 1), v.TEMPO.stop - 1)
    if rng.random() < drawing.transposed:
        is_tonic = (made >= v.TONIC.start) & (made < v.TONIC.stop)
        steps = rng.integers(1, 12)
        made[is_tonic] = (made[is_tonic] - v.TONIC.start + steps) % 12 + v.TONIC.start
    return made
