"""Drums to a piece: a groove of two bars that the model draws by itself, repeated, with a fill before each section.

Drummers play so: a pattern that stays, and a fill that leads over (and the drum sets that the model learnt from hold
drums alone). What is drawn are drum notes on sixteenths and triplets, of the style, metre and tempo of the piece.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from segue.errors import InputError
from segue.models.engine.generating import Generated, Request, generate
from segue.models.engine.grammar import State as AnyState
from segue.models.engine.language import score_language
from segue.models.engine.protocol import Engine
from segue.models.engine.sampling import Sampling
from segue.music.language import grammar
from segue.music.language import masks as m
from segue.music.language import vocabulary as v
from segue.music.language.decode import decode
from segue.music.language.layout import lay_out
from segue.music.note import Note, Notes
from segue.music.score import Bar, Score

GROOVE = 2  # bars of the pattern
_STROKE = Fraction(1, 4)
_LOUDNESS = 80
_HIGHEST = 59  # of the drum kit proper: bass drum to ride cymbal
_CRASH = 49
_LATE = m.bits(v.LATE_BY)
_KIT = m.bits(v.DRUM.start + pitch - v.DRUMS.start for pitch in v.DRUMS if pitch <= _HIGHEST)
_BASS_DRUMS = m.bits(v.DRUM.start + pitch - v.DRUMS.start for pitch in (35, 36))
_LANES = 1 << v.VOICE.start


def drum_part(engine: Engine, score: Score, sampling: Sampling) -> tuple[Notes, float]:
    """Draw drums for all full bars of a score; return them and the mean log-probability of what was drawn.

    A new groove is drawn where the metre changes. The last bar before a section (or every eighth) has a fill.
    """
    notes: list[Note] = []
    logprobs: list[float] = []
    first, starts = 0, score.bar_starts
    while first < len(score.bars):
        bar = score.bars[first]
        after = first
        while after < len(score.bars) and score.bars[after].metre == bar.metre:
            after += 1
        if not bar.is_irregular or after > first + 1:
            made, pattern = _patterns(engine, score, bar, replace(sampling, seed=sampling.seed + first))
            logprobs += [one for one in made.logprobs if one < 0]
            notes += _laid(score, range(first, after), pattern, starts)
        first = after
    if not notes:
        raise InputError(f"score {score.title!r} has no full bar in which drums could play")
    return Notes.of(notes), sum(logprobs) / len(logprobs) if logprobs else math.nan


def _patterns(engine: Engine, score: Score, bar: Bar, sampling: Sampling) -> tuple[Generated, list[list[Note]]]:
    """Two bars of groove, then a bar of fill, as notes from the start of their bars."""
    blank = lay_out(score.replace(parts=(), chords=(), bars=(Bar(bar.metre, bar.key),)), "performed")
    head = blank.bars[0]
    prefix = (
        *(v.ID["task:lead"], blank.source, blank.style, head.mode, head.tonic, head.metre, blank.tempo),
        *(v.VOICE.start, v.ID["kind:drums"], v.BAR.start, v.VOICE.start),
    )
    language = score_language(grammar.Limits(least_bars=GROOVE + 1, most_bars=GROOVE + 1))
    made = generate(engine, language, Request(prefix, 512, None, sampling, _allow))
    tokens = prefix + made.tokens
    if made.stopped != "end":
        tokens = tokens[:-1]
    found = decode(tokens)
    bars: list[list[Note]] = [[] for _ in range(GROOVE + 1)]
    starts = found.bar_starts
    for note in found.parts[0].notes:
        place = max(number for number, start in enumerate(starts[:-1]) if start <= note.start)
        bars[min(place, GROOVE)].append(Note(note.start - starts[place], _STROKE, note.pitch, _LOUDNESS))
    bars = [one or bars[0] for one in bars]
    return made, bars


def _allow(state: AnyState) -> tuple[int, ...] | None:
    """Drums in every bar, from a bass drum on its first beat on, on the grid; no signs, no change of key or metre."""
    if not isinstance(state, grammar.State):
        return None
    legal = state.mask()
    if state.phase == "bar":
        return m.as_tuple(legal & _LANES or legal & (m.bits(v.BAR) | 1 << v.END) or legal)
    wanted = legal & ~_LATE & (_KIT | ~m.bits(v.DRUM))
    if state.phase == "drums" and state.is_entry:
        wanted &= _BASS_DRUMS
    wanted &= ~m.bits((*v.TONIC, *v.METRE, v.PARTIAL, *v.SECTION, v.REPEAT_FROM, v.REPEAT_TO, *v.ENDING))
    return m.as_tuple(wanted or legal)


def _laid(score: Score, bars: range, pattern: Sequence[Sequence[Note]], starts: Sequence[Fraction]) -> list[Note]:
    """The groove in these bars, its fill before each section, a crash where one begins."""
    found: list[Note] = []
    for place, number in enumerate(bars):
        if score.bars[number].is_irregular and number == 0:
            continue
        leads_over = number + 1 < len(score.bars) and is_border(score, number + 1)
        which = GROOVE if leads_over else place % GROOVE
        at, length = starts[number], score.bars[number].length
        here = [replace(note, start=at + note.start) for note in pattern[which] if note.start < length]
        if is_border(score, number) and number and all(note.pitch != _CRASH for note in here):
            here.append(Note(at, _STROKE, _CRASH, _LOUDNESS))
        end = starts[-1]
        found += [replace(note, length=min(note.length, end - note.start)) for note in here]
    return found


def is_border(score: Score, bar: int) -> bool:
    """Whether a section begins with a bar; where none is named, every eighth does."""
    if any(one.section for one in score.bars):
        return bool(score.bars[bar].section)
    pickup = int(score.bars[0].is_irregular)
    return (bar - pickup) % 8 == 0
