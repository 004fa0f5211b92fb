"""Form: the passages that repeat signs and endings tell, and scores played out in the order in which they sound."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from math import lcm

from segue.errors import InputError
from segue.music.lyric import Sung
from segue.music.note import Notes
from segue.music.score import ZERO, Bar, ChordAt, Score, Tempo

_MOST_BARS, _MOST_NOTES = 100_000, 2_000_000  # of a score that is played out

Row = tuple[int, int, int, int]  # of a note: start, length, pitch, velocity
Words = tuple[Sung, ...]


Ending = tuple[tuple[int, ...], int, int]  # its passes, its first bar, the bar behind it


@dataclass(frozen=True, slots=True)
class Passage:
    """Bars from `first` to before `after` (counted from 0) that are played `times` times, each with its ending."""

    first: int
    after: int
    times: int
    endings: tuple[Ending, ...] = ()

    def spans(self, number: int) -> Iterator[tuple[int, int]]:
        """Return the spans of bars of pass `number`, from 1 on."""
        if self.after > self.first:
            yield self.first, self.after
        for passes, first, after in self.endings:
            if number in passes:
                yield first, after
                break

    @property
    def end(self) -> int:
        """The first bar that belongs to the next passage."""
        return self.endings[-1][2] if self.endings else self.after


@dataclass(frozen=True, slots=True)
class Span:
    """Bars `first` to before `after` in the pass `number` of a passage."""

    first: int
    after: int
    number: int
    passage: Passage


def passages(bars: Sequence[Bar]) -> list[Passage]:
    """Return the passages of a score in their order, as its repeat signs and endings say.

    A repeat without a beginning goes back to where the last one ended, or to the start. A last ending without a repeat
    sign belongs to the passage that follows.
    """
    found = []
    first = 0
    while first < len(bars):
        passage = _passage(bars, first)
        found.append(passage)
        first = passage.end
    return found


def _passage(bars: Sequence[Bar], first: int) -> Passage:
    for number in range(first, len(bars)):
        bar = bars[number]
        if number > first and bar.repeats_from:
            return Passage(first, number, 1)
        if bar.ending and (number > first or 1 in bar.ending):
            return _with_endings(bars, first, number)
        if bar.repeats_to > 1:
            return Passage(first, number + 1, bar.repeats_to)
    return Passage(first, len(bars), 1)


def _with_endings(bars: Sequence[Bar], first: int, after: int) -> Passage:
    """Return the passage whose endings begin at `after`."""
    endings: list[Ending] = []
    seen: set[int] = set()
    number, is_closed = after, False
    while number < len(bars) and bars[number].ending and seen.isdisjoint(bars[number].ending):
        passes, end = bars[number].ending, _end_of_ending(bars, number)
        seen.update(passes)
        is_closed = bars[end - 1].repeats_to > 1
        is_followed = end < len(bars) and bool(bars[end].ending) and seen.isdisjoint(bars[end].ending)
        if not is_closed and not is_followed and max(passes) == max(seen):
            break  # the last pass goes on from here
        endings.append((passes, number, end))
        number = end
    if not endings:
        return Passage(first, after + 1, 1)  # one ending, and nothing to repeat
    leaves_out = len(endings) == 1 and is_closed and len(seen) == len(endings[0][0])
    return Passage(first, after, max(seen) + leaves_out, tuple(endings))


def _end_of_ending(bars: Sequence[Bar], first: int) -> int:
    """Return the bar behind an ending: after a repeat sign, or before the next ending or passage."""
    for number in range(first, len(bars)):
        if number > first and (bars[number].ending or bars[number].repeats_from):
            return number
        if bars[number].repeats_to > 1:
            return number + 1
    return len(bars)


def play_order(bars: Sequence[Bar]) -> list[Span]:
    """Return the spans of bars in the order in which they sound; InputError where those are 100,000 bars or more."""
    spans = []
    count = 0
    for passage in passages(bars):
        for number in range(1, passage.times + 1):
            for first, after in passage.spans(number):
                spans.append(Span(first, after, number, passage))
                count += after - first
        if count >= _MOST_BARS:
            raise InputError(f"played out, the score would have {_MOST_BARS:,} bars or more")
    return spans


# ---- playing out


def unfold(score: Score) -> Score:
    """Return a score as it sounds: repeats and endings played out, no such signs left.

    A note that is held over the border of a repeat ends there, and begins anew where a passage begins within it. The
    tempo of a passage holds each time it is played. Where a passage has as many verses as passes or fewer, each pass
    sings its own; before and after its words it sings those of the verse before it, as a refrain is written once. Where
    there are more verses than passes, each pass keeps them all.
    """
    if all(bar.repeats_to == 1 and not bar.repeats_from and not bar.ending for bar in score.bars):
        return score
    spans = play_order(score.bars)
    starts = score.bar_starts
    cuts = [_Cut(starts[span.first], starts[span.after], ZERO) for span in spans]
    shifts = accumulate((cut.end - cut.start for cut in cuts), initial=ZERO)
    cuts = [replace(cut, at=at) for cut, at in zip(cuts, shifts, strict=False)]
    joined = _join(cuts)
    chord_starts = [chord.start for chord in score.chords]
    return score.replace(
        parts=tuple(
            replace(
                part, notes=_cut_notes(part.notes, joined, starts), words=_cut_words(part.words, spans, cuts, starts)
            )
            for part in score.parts
        ),
        bars=tuple(
            replace(bar, repeats_from=False, repeats_to=1, ending=())
            for span in spans
            for bar in score.bars[span.first : span.after]
        ),
        chords=tuple(
            ChordAt(chord.start - cut.start + cut.at, chord.chord)
            for cut in joined
            for chord in score.chords[bisect_left(chord_starts, cut.start) : bisect_left(chord_starts, cut.end)]
        ),
        tempos=_cut_tempos(score.tempos, joined),
    )


@dataclass(frozen=True, slots=True)
class _Cut:
    """The time from `start` to `end` as written, in quarter notes, that sounds from `at` on."""

    start: Fraction
    end: Fraction
    at: Fraction


def _join(cuts: list[_Cut]) -> list[_Cut]:
    """Join what follows on each other as written."""
    joined: list[_Cut] = []
    for cut in cuts:
        if joined and joined[-1].end == cut.start:
            joined[-1] = replace(joined[-1], end=cut.end)
        else:
            joined.append(cut)
    return joined


def _cut_tempos(tempos: tuple[Tempo, ...], cuts: list[_Cut]) -> tuple[Tempo, ...]:
    found: list[Tempo] = []
    starts = [tempo.start for tempo in tempos]
    for cut in cuts:
        before = bisect_right(starts, cut.start) - 1
        if before >= 0 and tempos[before].start < cut.start and found and found[-1].bpm != tempos[before].bpm:
            found.append(Tempo(cut.at, tempos[before].bpm))
        here = tempos[bisect_left(starts, cut.start) : bisect_left(starts, cut.end)]
        found += [Tempo(tempo.start - cut.start + cut.at, tempo.bpm) for tempo in here]
    return tuple(found)


def _cut_notes(notes: Notes, cuts: list[_Cut], bar_starts: list[Fraction]) -> Notes:
    resolution = lcm(notes.resolution, *(start.denominator for start in bar_starts))
    scale = resolution // notes.resolution
    columns = (notes.starts, notes.lengths, notes.pitches, notes.velocities)
    rows = [(start * scale, length * scale, pitch, loud) for start, length, pitch, loud in zip(*columns, strict=True)]
    starts = [row[0] for row in rows]
    ticks = [(int(cut.start * resolution), int(cut.end * resolution), int(cut.at * resolution)) for cut in cuts]
    held = _held_over(rows, sorted({begin for begin, _, _ in ticks}))
    played: list[tuple[int, int, int, int]] = []
    for begin, end, at in ticks:
        here = rows[bisect_left(starts, begin) : bisect_left(starts, end)]
        if len(played) + len(here) > _MOST_NOTES:
            raise InputError(f"played out, a part would have more than {_MOST_NOTES:,} notes")
        for start, length, pitch, velocity in (*held.get(begin, ()), *here):
            first, last = max(start, begin), min(start + length, end)
            played.append((first - begin + at, pitch, last - first, velocity))
    played.sort()
    return Notes(resolution, *([row[place] for row in played] for place in (0, 2, 1, 3)))


def _held_over(rows: list[Row], begins: list[int]) -> dict[int, list[Row]]:
    """Return, for the ticks at which a passage begins, the notes that sound before and after them."""
    held: dict[int, list[Row]] = {}
    for row in rows:
        for begin in begins[bisect_right(begins, row[0]) : bisect_left(begins, row[0] + row[1])]:
            held.setdefault(begin, []).append(row)
    return held


def _cut_words(words: tuple[Sung, ...], spans: list[Span], cuts: list[_Cut], bar_starts: list[Fraction]) -> Words:
    if not words:
        return ()
    words = tuple(sorted(words, key=lambda sung: (sung.start, sung.verse)))
    starts = [sung.start for sung in words]
    here = [words[bisect_left(starts, cut.start) : bisect_left(starts, cut.end)] for cut in cuts]
    most: dict[Passage, int] = {}
    for span, sung_here in zip(spans, here, strict=True):
        most[span.passage] = max([most.get(span.passage, 0), *(sung.verse for sung in sung_here)])
    found: list[Sung] = []
    for span, cut, sung_here in zip(spans, cuts, here, strict=True):
        if span.passage.times > 1 and most[span.passage] <= span.passage.times:
            sung_here = _of_pass(sung_here, span.number, bar_starts)
        found += [replace(sung, start=sung.start - cut.start + cut.at) for sung in sung_here]
    return tuple(found)


def _of_pass(words: Words, number: int, bar_starts: list[Fraction]) -> Words:
    """Return what pass `number` sings: its verse, and before and after the bars of that the verse before it."""
    if not words:
        return ()
    verses = {sung.verse for sung in words}
    verse = max((one for one in verses if one <= number), default=min(verses))
    own = [sung for sung in words if sung.verse == verse]
    begin = bar_starts[bisect_right(bar_starts, own[0].start) - 1]
    end = bar_starts[bisect_right(bar_starts, own[-1].start)]
    outside = tuple(sung for sung in words if sung.verse < verse and not begin <= sung.start < end)
    shared = _of_pass(outside, number, bar_starts)
    return tuple(sorted((*shared, *(replace(sung, verse=1) for sung in own)), key=lambda sung: sung.start))
