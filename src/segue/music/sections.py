"""Sections of a score found by their equal bars: its form, such as AABB."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from itertools import pairwise

from segue.music.form import play_order, unfold
from segue.music.score import ZERO, Score

_PHRASES = (16, 8, 4, 2)  # bars of a section, the longest that recurs first
_SHORTEST = 4  # bars of a section by which longer ones are split
_ALIKE = 0.75  # share of equal bars that makes two sections the same: endings differ


Measure = tuple[Fraction, frozenset[tuple[object, ...]]]  # where it starts, and what lies in it


def find_form(score: Score) -> str:
    """Return the form of a score as it sounds, a letter for each section: "AABB"; "" where there is no bar.

    Sections are the passages that repeats, endings and section names tell, one as long as several of the shortest being
    split; where those tell none, 16, 8, 4 or 2 bars, the longest that recurs. Two are the same where three quarters of
    their bars are equal: what begins in them, notes and chords. Split bars count as one, a pick-up belongs to none.
    """
    played = unfold(score)
    measures = _measures(played)
    if not measures:
        return ""
    told = _told_sections(score)
    if len(told) > 1:
        sections = [[measure for measure in measures if start <= measure[0] < end] for start, end in told]
        return _letters(_split(sections))
    for length in _PHRASES:
        letters = _letters([measures[at : at + length] for at in range(0, len(measures), length)])
        if len(set(letters)) < len(letters):
            return letters
    return _letters([measures[at : at + 8] for at in range(0, len(measures), 8)])


def _split(sections: list[list[Measure]]) -> list[list[Measure]]:
    shortest = min((len(section) for section in sections if len(section) >= _SHORTEST), default=0)
    parted = []
    for section in sections:
        is_long = shortest and len(section) > shortest and len(section) % shortest == 0
        length = shortest if is_long else len(section) or 1
        parted += [section[at : at + length] for at in range(0, len(section), length)]
    return parted


def _told_sections(score: Score) -> list[tuple[Fraction, Fraction]]:
    """Return the times, played out, from section to section as signs tell.

    A last ending that has no repeat sign belongs to the section before it, as many bars of it as the first ending has.
    """
    borders = {ZERO}
    time, last = ZERO, None
    for span in play_order(score.bars):
        border = span.first
        if last is None or (span.passage, span.number) == (last.passage, last.number):
            border = -1
        elif score.bars[span.first].ending and last.passage.endings:
            _, first, after = last.passage.endings[0]
            border += after - first
        for number in range(span.first, span.after):
            if number == border or score.bars[number].section:
                borders.add(time)
            time += score.bars[number].length
        last = span
    return list(pairwise([*sorted(borders), time]))


def _measures(score: Score) -> list[Measure]:
    """Return the bars of a score played out, a split bar as one and without a pick-up."""
    starts: list[Fraction] = []
    bars, at = score.bars, score.bar_starts
    number = 1 if len(bars) > 1 and bars[0].length < bars[0].metre.length else 0
    while number < len(bars):
        bar = bars[number]
        starts.append(at[number])
        follows = bars[number + 1] if number + 1 < len(bars) else None
        is_split = follows is not None and bar.is_irregular and bar.length + follows.length == bar.metre.length
        number += 2 if is_split else 1
    return _contents(score, starts)


def _contents(score: Score, starts: list[Fraction]) -> list[Measure]:
    held: list[set[tuple[object, ...]]] = [set() for _ in starts]

    def put(start: Fraction, *what: object) -> None:
        place = bisect_right(starts, start) - 1
        if place >= 0:
            held[place].add((start - starts[place], *what))

    for number, part in enumerate(score.parts):
        notes = part.notes
        for start, length, pitch in zip(notes.starts, notes.lengths, notes.pitches, strict=True):
            put(Fraction(start, notes.resolution), number, pitch, Fraction(length, notes.resolution))
    for chord in score.chords:
        put(chord.start, chord.chord)
    return [(start, frozenset(what)) for start, what in zip(starts, held, strict=True)]


def _letters(sections: list[list[Measure]]) -> str:
    """Return a letter for each section that is not empty, the same one where enough of their bars are equal."""
    models: list[list[Measure]] = []
    letters = []
    for section in sections:
        if not section:
            continue
        place = next((place for place, model in enumerate(models) if _are_alike(model, section)), len(models))
        if place == len(models):
            models.append(section)
        letters.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[min(place, 25)])
    return "".join(letters)


def _are_alike(one: list[Measure], other: list[Measure]) -> bool:
    if abs(len(one) - len(other)) > max(1, len(one) // 8):
        return False
    equal = sum(first[1] == second[1] for first, second in zip(one, other, strict=False))
    return equal >= _ALIKE * max(len(one), len(other))
