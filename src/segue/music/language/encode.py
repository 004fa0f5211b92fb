"""From a score to tokens: a header, then bar after bar; what is masked is said at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from segue.errors import InputError, did_you_mean
from segue.music.chord import Chord
from segue.music.language import vocabulary as v
from segue.music.language.layout import DRUM_HEAD, BarLayout, Layout, chord_tokens, lay_out
from segue.music.score import Score

Lane = tuple[int, int]  # number of a bar (from 0), and of a lane: 0 the chords, 1 the first voice ...


@dataclass(frozen=True, slots=True)
class Code:
    """Tokens, and in words what of the score they do not say."""

    tokens: tuple[int, ...]
    lost: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(v.TOKENS[token] for token in self.tokens)


def encode(
    score: Score,
    task: str = "lead",
    *,
    source: str = "notated",
    masks: Collection[Lane] = (),
    first: int = 0,
    last: int | None = None,
) -> Code:
    """Say a score in tokens.

    `task` is "lead" (in each bar the chords before the voices), "harmonize" (after them), "changes" (the chords alone,
    without time, repeats left out) or "triads" (the same, reduced to
    major and minor; what is neither is left out). The lanes in `masks` are
    replaced by a mask and said after the last bar. `first` and `last` choose bars, counted from 0, `last` excluded.
    `decode` gives the score back but for what `Code.lost` names. InputError where there is nothing to say.
    """
    return say(lay_out(score, source), task, masks=masks, first=first, last=last)


def say(
    layout: Layout, task: str = "lead", *, masks: Collection[Lane] = (), first: int = 0, last: int | None = None
) -> Code:
    """Say a laid-out score in tokens; see `encode`."""
    if task not in v.TASKS:
        raise InputError(f"task {task!r} is none of {', '.join(v.TASKS)}{did_you_mean(task, v.TASKS)}")
    stop = len(layout.bars) if last is None else last
    if not 0 <= first < stop <= len(layout.bars):
        raise InputError(f"bars {first} to {stop} of {len(layout.bars)}: at least one of them is needed")
    head = _header(layout, task, first)
    if task in ("changes", "triads"):
        return Code((*head, *_changes(layout, task), v.END), layout.lost)
    hidden = frozenset(masks)
    _check_masks(hidden, range(first, stop), len(layout.heads))
    said = list(head)
    for number, voice in enumerate(layout.heads):
        named = () if voice == DRUM_HEAD else (voice.instrument, voice.register)
        said += (v.VOICE.start + number, voice.kind, *named)
    for number in range(first, stop):
        said += _bar(layout, number, task, hidden, number == first)
    if hidden:
        said += _filled(layout, task, hidden, first)
    if stop == len(layout.bars):
        said.append(v.END)
    return Code(tuple(said), layout.lost)


def _check_masks(masks: frozenset[Lane], bars: range, voices: int) -> None:
    for number, lane in masks:
        if number not in bars or not 0 <= lane <= voices:
            raise InputError(
                f"mask ({number}, {lane}): bars {bars.start} to {bars.stop - 1}, lanes 0 to {voices} are accepted"
            )


def _filled(layout: Layout, task: str, hidden: frozenset[Lane], first: int) -> Iterator[int]:
    """What the masks hide, bar after bar."""
    yield v.FILL
    for number in sorted({bar for bar, _ in hidden}):
        yield v.BAR.start + number % v.BARS
        for lane, content in _lanes(layout.bars[number], task, number == first and first > 0):
            if (number, lane) in hidden:
                yield from (_lane_token(lane), *(content or (v.SILENT,)))


def _header(layout: Layout, task: str, first: int) -> tuple[int, ...]:
    bar = layout.bars[first]
    fields = (v.ID[f"task:{task}"], layout.source, layout.style, bar.mode, bar.tonic, bar.metre, layout.tempo)
    return (*fields, v.LATER) if first else fields


def _bar(layout: Layout, number: int, task: str, hidden: frozenset[Lane], is_first: bool) -> Iterator[int]:
    bar = layout.bars[number]
    yield v.BAR.start + number % v.BARS
    if not is_first:
        before = layout.bars[number - 1]
        if (bar.tonic, bar.mode) != (before.tonic, before.mode):
            yield from (bar.tonic, bar.mode)
        if bar.metre != before.metre:
            yield bar.metre
    if bar.partial:
        yield v.PARTIAL
        yield from bar.partial
    yield from bar.signs
    for lane, content in _lanes(bar, task, is_first and number > 0):
        if (number, lane) in hidden:
            yield from (_lane_token(lane), v.MASK)
        elif content:
            yield _lane_token(lane)
            yield from content
    if bar.repeats_to:
        yield v.REPEAT_TO


def _lanes(bar: BarLayout, task: str, is_entered: bool) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The lanes of a bar in the task's order; where the excerpt begins, what sounds on is said anew."""
    chords = (v.CHORDS, (*bar.sounding, *bar.chords) if is_entered else bar.chords)
    if task == "lead":
        yield chords
    for place, content in enumerate(bar.voices):
        entry = bar.entries[place] if is_entered else ()
        yield place + 1, (*entry, *_without_hold(content)) if entry else content
    if task == "harmonize":
        yield chords


def _without_hold(content: tuple[int, ...]) -> tuple[int, ...]:
    place = next((place for place, token in enumerate(content) if token not in v.HOLD), len(content))
    return content[place:]


def _lane_token(lane: int) -> int:
    return v.CHORD_LANE if lane == v.CHORDS else v.VOICE.start + lane - 1


def _changes(layout: Layout, task: str) -> Iterator[int]:
    tonic = layout.bars[0].tonic - v.TONIC.start
    before: tuple[int, ...] = ()
    for chord in layout.changes:
        reduced: Chord | None = chord.majmin() if task == "triads" else chord
        if reduced is None or (task == "triads" and reduced.root is None):
            continue  # neither major nor minor
        said = chord_tokens(reduced, tonic)
        if said != before:
            yield from said
        before = said
