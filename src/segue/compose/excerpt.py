"""What of a score the model is shown to fill holes: an excerpt around them that its context holds, and its tokens."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from segue.compose.holes import CHORDS
from segue.errors import InputError
from segue.music.instruments import INSTRUMENTS, OF_PROGRAM
from segue.music.language import vocabulary as v
from segue.music.language.encode import Lane, say
from segue.music.language.lanes import VoiceLanes, drum_lanes, mono_lanes, poly_lanes
from segue.music.language.layout import DRUM_HEAD, Head, Layout, lay_out
from segue.music.note import Notes
from segue.music.score import Part, Score

TRAINED = 1024  # tokens of the windows that the model learnt from
_HEADER = 9  # tokens before the voices, and `fill`
_VOICE = 4  # tokens that declare a voice
_BAR = 5  # tokens of a bar besides its lanes, at most on average
_NEW_CHORDS, _NEW_NOTES = 8, 32  # tokens expected of a lane that nothing is known of
_ROOM_FOR_HOLES = 0.6  # of an excerpt; the rest shows what is around them
_CHORDING = frozenset(("piano", "harpsichord", "mallets", "organ", "accordion", "guitar", "electric guitar", "plucked",
                       "strings", "synth pad"))  # fmt: skip
_USUAL = {"bass": 38, "cello": 48, "low brass": 48, "bassoon": 46, "horn": 58, "viola": 60}  # middle of what is played
_MIDDLE = 67


@dataclass(frozen=True, slots=True)
class Window:
    """Bars `first` to `last` (excluded) that are shown, the parts shown (from 0), and the holes filled there."""

    first: int
    last: int
    voices: tuple[int, ...]
    holes: frozenset[Lane]


@dataclass(frozen=True, slots=True)
class Said:
    """The tokens up to `fill`, the bar they begin with, the parts they say, and the holes in the order they come."""

    prefix: tuple[int, ...]
    first: int
    voices: tuple[int, ...]
    holes: tuple[Lane, ...]


def head_of(part: Part, tonic: int, kind: str = "", middle: int = 0) -> Head:
    """Return how a part is said: "mono" or "poly" by its instrument, in the register nearest to a middle pitch.

    `tonic` is the pitch class of the score's first key. InputError for a kind that there is not.
    """
    if part.is_drums:
        return DRUM_HEAD
    instrument = INSTRUMENTS[OF_PROGRAM[part.program]]
    kind = kind or ("poly" if instrument.name in _CHORDING else "mono")
    if kind not in v.KINDS[:2]:
        raise InputError(f"kind {kind!r} of part {part.name!r} is none of mono, poly")
    middle = middle or _USUAL.get(instrument.name, _MIDDLE)
    window = (v.LOWEST + v.HIGHEST) / 2
    octaves = min(v.REGISTERS, key=lambda register: abs(v.tonic_pitch(tonic) + 12 * register + window - middle))
    return Head(v.ID[f"kind:{kind}"], v.ID[f"inst:{instrument.name}"], v.ID[f"register:{octaves}"])


def windows(score: Score, holes: Collection[Lane], heads: Mapping[int, Head], longest: int) -> list[Window]:
    """Cut a score to excerpts that each fit into `longest` tokens with what is drawn in them, from left to right.

    Parts that do not fit beside the holes are not shown, the last first. InputError where a single bar is too long.
    """
    hidden = {lane - 1 for _, lane in holes if lane != CHORDS}
    shown = [number for number, part in enumerate(score.parts) if len(part.notes) or number in hidden]
    while True:
        extra = [number for number in shown if number not in hidden]
        if len(shown) <= v.VOICES:
            found = _windows(_costs(score, holes, heads, shown), holes, shown, min(longest, TRAINED))
            if found is None:
                found = _windows(_costs(score, holes, heads, shown), holes, shown, longest)
            if found is not None:
                return found
        if not extra:
            raise InputError(
                f"a bar in which {len(hidden)} parts are to be rewritten says more than the {longest} tokens that the"
                f" model sees at once, or there are more than {v.VOICES}; rewrite fewer parts at a time"
            )
        shown.remove(extra[-1])


@dataclass(frozen=True, slots=True)
class _Costs:
    """Tokens of the header, and of each bar: what is shown of it, and what is to be drawn for its holes."""

    head: int
    shown: Sequence[int]
    drawn: Sequence[int]


def _costs(score: Score, holes: Collection[Lane], heads: Mapping[int, Head], voices: Sequence[int]) -> _Costs:
    layout = laid_out(score, voices, heads)
    lanes = {CHORDS: CHORDS} | {number + 1: place + 1 for place, number in enumerate(voices)}
    lengths = [[len(bar.chords) + 1, *(len(lane) + 1 for lane in bar.voices)] for bar in layout.bars]
    usual = [_usual([row[lane] for row in lengths], lane) for lane in range(len(voices) + 1)]
    shown, drawn = [], []
    hidden: dict[int, set[int]] = {}
    for bar, lane in holes:
        hidden.setdefault(bar, set()).add(lanes[lane])
    for bar, row in enumerate(lengths):
        masked = hidden.get(bar, set())
        shown.append(_BAR + sum(2 if lane in masked else cost for lane, cost in enumerate(row) if cost > 1 or masked))
        drawn.append(sum(ceil(1.25 * max(row[lane], usual[lane])) + 1 for lane in masked))
    return _Costs(_HEADER + _VOICE * len(voices), shown, drawn)


def _usual(costs: Sequence[int], lane: int) -> int:
    said = [cost for cost in costs if cost > 1]
    return sum(said) // len(said) if said else _NEW_NOTES if lane else _NEW_CHORDS


def _windows(costs: _Costs, holes: Collection[Lane], voices: Sequence[int], longest: int) -> list[Window] | None:
    """Windows of at most `longest` tokens, or None where a bar with the one before is longer."""
    todo = sorted({bar for bar, _ in holes})
    room, count = longest - costs.head, len(costs.shown)
    found = []
    while todo:
        first = last = todo[0]
        taken = costs.drawn[first] + sum(costs.shown[max(first - 1, 0) : first + 1])  # the bar before is always shown
        if taken > room:
            return None
        for bar in todo[1:]:
            more = sum(costs.shown[last + 1 : bar + 1]) + costs.drawn[bar]
            if taken + more > room * _ROOM_FOR_HOLES:
                break
            last, taken = bar, taken + more
        here = {bar for bar in todo if bar <= last}
        todo = [bar for bar in todo if bar > last]
        span = max(first - 1, 0), last + 1
        begin, stop = _widened(costs.shown, span, room - taken, todo[0] if todo else count)
        mine = frozenset(hole for hole in holes if hole[0] in here)
        found.append(Window(begin, stop, tuple(voices), mine))
    return found


def _widened(shown: Sequence[int], span: tuple[int, int], room: int, most: int) -> tuple[int, int]:
    """Add bars before and after in turn while there is room; none from `most` on, which is yet to be filled."""
    first, last = span
    while True:
        before = first > 0 and shown[first - 1] <= room
        if before:
            first, room = first - 1, room - shown[first - 1]
        after = last < most and shown[last] <= room
        if after:
            last, room = last + 1, room - shown[last - 1]
        if not (before or after):
            return first, last


def said(score: Score, window: Window, heads: Mapping[int, Head], task: str, longest: int) -> Said:
    """Say the excerpt of a window up to `fill`; bars before the holes are left out where it is too long after all."""
    layout = laid_out(_ending(score, window.last), window.voices, heads)
    lanes = {CHORDS: CHORDS} | {number + 1: place + 1 for place, number in enumerate(window.voices)}
    masks = [(bar, lanes[lane]) for bar, lane in window.holes]
    last_lane = len(window.voices) + 1 if task == "harmonize" else 0
    order = sorted(window.holes, key=lambda hole: (hole[0], last_lane if hole[1] == CHORDS else lanes[hole[1]]))
    need = min(longest // 2, TRAINED // 2)
    for first in range(window.first, max(window.first, order[0][0] - 1) + 1):
        tokens = say(layout, task, masks=masks, first=first, last=window.last).tokens
        prefix = tokens[: tokens.index(v.FILL) + 1]
        if len(prefix) <= longest - need:
            break
    if len(prefix) >= longest:
        raise InputError(f"bar {order[0][0] + 1}: {len(prefix)} tokens around it are over the {longest} of the model")
    return Said(prefix, first, window.voices, tuple(order))


def _ending(score: Score, last: int) -> Score:
    """The score as an excerpt shows it that ends before bar `last`: what rings on beyond that is cut there, as nothing
    may ring beyond an end."""
    if last >= len(score.bars):
        return score
    end = score.bar_starts[last]
    parts = []
    for part in score.parts:
        rings = any(one.start < end < one.end for one in part.notes)
        cut = (replace(one, length=min(one.length, end - one.start)) if one.start < end else one for one in part.notes)
        parts.append(replace(part, notes=Notes.of(cut)) if rings else part)
    return score.replace(parts=tuple(parts))


# ---- laying out some parts, with those that have no notes yet


def laid_out(score: Score, voices: Sequence[int], heads: Mapping[int, Head]) -> Layout:
    """Lay out the voices (parts from 0), those without notes or with a head of their own as that head says."""
    parts = [score.parts[number] for number in voices]
    tonic = score.key.tonic.pc
    own = {
        place: heads.get(number) or head_of(score.parts[number], tonic)
        for place, number in enumerate(voices)
        if number in heads or not len(score.parts[number].notes)
    }
    rest = tuple(part for place, part in enumerate(parts) if place not in own)
    layout = lay_out(score.replace(parts=rest))
    return _with(layout, score, {place: (head, parts[place]) for place, head in own.items()}) if own else layout


def _with(layout: Layout, score: Score, own: Mapping[int, tuple[Head, Part]]) -> Layout:
    bounds = [0]
    for bar in layout.bars:
        bounds.append(bounds[-1] + bar.ticks)
    tonics = [bar.key.tonic.pc for bar in score.bars]
    heads = list(layout.heads)
    voices = [list(bar.voices) for bar in layout.bars]
    entries = [list(bar.entries) for bar in layout.bars]
    for place, (head, part) in sorted(own.items()):
        lanes = _lanes(part, head, bounds, tonics)
        heads.insert(place, head)
        for number in range(len(layout.bars)):
            voices[number].insert(place, lanes.bars[number])
            entries[number].insert(place, lanes.entries.get(number, ()))
    bars = tuple(
        replace(bar, voices=tuple(said), entries=tuple(entered))
        for bar, said, entered in zip(layout.bars, voices, entries, strict=True)
    )
    return replace(layout, heads=tuple(heads), bars=bars)


def _lanes(part: Part, head: Head, bounds: Sequence[int], tonics: Sequence[int]) -> VoiceLanes:
    rows = sorted({(start, pitch, length) for start, length, pitch, _ in part.notes.in_ticks(v.TICKS)})
    if head == DRUM_HEAD:
        return drum_lanes([row for row in rows if row[1] in v.DRUMS], bounds)
    octaves = v.REGISTERS[head.register - v.REGISTER.start]
    bases = [v.tonic_pitch(pc) + 12 * octaves for pc in tonics]
    if head.kind == v.ID["kind:poly"]:
        return poly_lanes(rows, bounds, bases, {})
    return mono_lanes(list(_in_turn(rows)), bounds, bases, {})


def _in_turn(rows: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """The highest note of each start, cut where the next begins: a part of many notes said as one voice."""
    top = {start: (start, pitch, length) for start, pitch, length in rows}
    starts = sorted(top)
    for start, following in zip(starts, [*starts[1:], None], strict=False):
        _, pitch, length = top[start]
        yield start, pitch, length if following is None else min(length, following - start)
