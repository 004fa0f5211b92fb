"""Holes in a score: what is rewritten, and how it is put in so that all else stays as it was, to the note.

A *lane* is the chords (0) or a part (1 is the first); a *hole* is a lane of a bar, as (bar, lane), bars from 0. What
begins in a kept bar is kept whole, though it may ring into a hole. What rang out of a hole into a kept bar goes on
sounding there: the note or chord is said anew at the bar line.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from statistics import median_low

from segue.errors import InputError
from segue.music.chord import NO_CHORD, Chord
from segue.music.language.encode import Lane
from segue.music.language.vocabulary import TICKS
from segue.music.lyric import Sung
from segue.music.note import Note, Notes
from segue.music.pitch import Tone
from segue.music.score import ChordAt, Part, Score

CHORDS = 0  # the lane of the chords
_FINEST = 1 << 20  # ticks to a quarter note that `Notes` accepts
_LOUDNESS = 80  # where no note of a part says another
_STROKE = Fraction(1, 4)  # of a drum, where no note of the part says another; its length is not heard


def holes_in(score: Score, bars: Collection[int], lanes: Collection[int] | None = None) -> frozenset[Lane]:
    """Return the holes that lanes make in bars (from 0); without lanes all parts, and the chords if there are any.

    InputError for a bar or a lane that the score has not, or where there is none.
    """
    has_chords = bool(score.chords) or not score.parts
    whole = range(CHORDS if has_chords else CHORDS + 1, len(score.parts) + 1)
    found = frozenset((bar, lane) for bar in bars for lane in (whole if lanes is None else lanes))
    check_holes(score, found)
    return found


def check_holes(score: Score, holes: Collection[Lane]) -> None:
    """InputError where there are no holes, or one lies outside the score."""
    if not holes:
        raise InputError("nothing is to be rewritten; at least one bar of one lane is needed")
    for bar, lane in holes:
        if not 0 <= bar < len(score.bars):
            raise InputError(f"bar {bar + 1}: the score has bars 1 to {len(score.bars)}")
        if not 0 <= lane <= len(score.parts):
            raise InputError(f"part {lane}: the score has parts 1 to {len(score.parts)}; 0 are the chords")


def sounding(score: Score) -> frozenset[Lane]:
    """Return the lanes of bars in which a note begins."""
    starts = score.bar_starts
    return frozenset((bar, lane + 1) for lane, part in enumerate(score.parts) for _, bar in _placed(part.notes, starts))


@dataclass(frozen=True)
class Ground:
    """A score whose notes and chords end and begin anew where holes end; `restated` are the chords said anew."""

    score: Score
    restated: frozenset[Fraction]

    @classmethod
    def of(cls, score: Score, holes: Collection[Lane]) -> Ground:
        """Cut a score at the edges of its holes; what lies in the holes stays until it is replaced."""
        starts = score.bar_starts
        parts = list(score.parts)
        for number, part in enumerate(parts):
            hidden = _bars(holes, number + 1)
            if hidden:
                parts[number] = replace(part, notes=_cut(part.notes, starts, hidden))
        chords, restated = _restated(score.chords, starts, _bars(holes, CHORDS))
        return cls(score.replace(parts=tuple(parts), chords=chords), restated)

    def finished(self, score: Score) -> Score:
        """Take back the chords said anew that only repeat the one before."""
        kept: list[ChordAt] = []
        for one in score.chords:
            before = kept[-1].chord if kept else NO_CHORD
            if one.start not in self.restated or one.chord != before:
                kept.append(one)
        return score.replace(chords=tuple(kept))


def entering(score: Score, holes: Collection[Lane]) -> dict[Lane, int]:
    """Return for each hole of a part the ticks from its start through which a kept note rings, where one does."""
    starts = score.bar_starts
    found: dict[Lane, int] = {}
    for number, part in enumerate(score.parts):
        hidden = _bars(holes, number + 1)
        for note, bar in _placed(part.notes, starts) if hidden else ():
            if bar in hidden:
                continue
            for over in range(bar + 1, bisect_left(starts, note.end)):
                ticks = round((min(note.end, starts[over + 1]) - starts[over]) * TICKS)
                if over in hidden and ticks:
                    found[over, number + 1] = max(ticks, found.get((over, number + 1), 0))
    return found


def _bars(holes: Collection[Lane], lane: int) -> frozenset[int]:
    return frozenset(bar for bar, which in holes if which == lane)


def _placed(notes: Notes, starts: Sequence[Fraction]) -> Iterator[tuple[Note, int]]:
    """Notes with the bar that each begins in."""
    place = 0
    for note in notes:
        while place < len(starts) - 2 and starts[place + 1] <= note.start:
            place += 1
        yield note, place


def _cut(notes: Notes, starts: Sequence[Fraction], hidden: frozenset[int]) -> Notes:
    found: list[Note] = []
    for note, bar in _placed(notes, starts):
        kept = bar
        while kept in hidden:
            kept += 1
        if kept == bar or note.end <= starts[kept]:
            found.append(note)
            continue
        if (starts[kept] - note.start) * TICKS >= 1:  # less than a tick would be said in the kept bar
            found.append(replace(note, length=starts[kept] - note.start))
        found.append(replace(note, start=starts[kept], length=note.end - starts[kept]))
    return _columns(notes, found)


def _columns(like: Notes, notes: Sequence[Note]) -> Notes:
    """Gather notes at a resolution that says exactly what `like` held, and the others if that is possible."""
    exact = lcm(like.resolution, *(time.denominator for note in notes for time in (note.start, note.length)))
    resolution = exact if exact <= _FINEST else like.resolution
    rows = sorted(
        (round(note.start * resolution), note.pitch, max(1, round(note.length * resolution)), note.velocity)
        for note in notes
    )
    return Notes(resolution, *([row[column] for row in rows] for column in (0, 2, 1, 3)))


def _restated(
    chords: Sequence[ChordAt], starts: Sequence[Fraction], hidden: frozenset[int]
) -> tuple[tuple[ChordAt, ...], frozenset[Fraction]]:
    """Say the sounding chord anew where a kept bar follows a hole and begins none itself."""
    edges = [starts[bar + 1] for bar in hidden if bar + 1 not in hidden and bar + 2 < len(starts)]
    begins = [one.start for one in chords]
    said: list[ChordAt] = []
    for edge in edges:
        place = bisect_right(begins, edge)
        if not place or begins[place - 1] != edge:
            said.append(ChordAt(edge, chords[place - 1].chord if place else NO_CHORD))
    whole = sorted((*chords, *said), key=lambda one: one.start)
    return tuple(whole), frozenset(one.start for one in said)


# ---- putting in what was drawn


@dataclass(frozen=True)
class Drawn:
    """What was drawn for holes: a score of the bars from `first` on, whose parts are those of `voices` (from 0)."""

    score: Score
    first: int
    voices: tuple[int, ...]
    holes: frozenset[Lane]


def put_in(score: Score, drawn: Drawn) -> Score:
    """Return the score with its holes filled by what was drawn there; everything else is as it was.

    Drawn notes end where their hole does, have the loudness of their part, and leave room to kept notes of their own
    pitch. Syllables of a rewritten bar go to its new notes in their order; `Score.notice` says where they are more.
    """
    parts, notice = list(score.parts), list(score.notice)
    for place, number in enumerate(drawn.voices):
        hidden = _bars(drawn.holes, number + 1)
        if hidden:
            parts[number], left = _rewritten(score, number, hidden, list(_moved(score, drawn, place, hidden)))
            if left:
                notice.append(f"{left} syllables of part {number + 1} have no note in the bars that were rewritten")
    chords = score.chords
    hidden = _bars(drawn.holes, CHORDS)
    if hidden:
        chords = _rechorded(score, drawn, hidden)
    return score.replace(parts=tuple(parts), chords=chords, notice=tuple(notice))


def _moved(score: Score, drawn: Drawn, place: int, hidden: frozenset[int]) -> Iterator[Note]:
    """The notes drawn in the holes of one part, moved to where the bars of the score lie."""
    starts, theirs = score.bar_starts, drawn.score.bar_starts
    for note, bar in _placed(drawn.score.parts[place].notes, theirs):
        mine = bar + drawn.first
        if mine not in hidden:
            continue
        stop = mine
        while stop in hidden:
            stop += 1
        start = starts[mine] + note.start - theirs[bar]
        end = min(start + note.length, starts[stop])
        if start < starts[mine + 1]:
            yield Note(start, end - start, note.pitch)


def _rewritten(score: Score, number: int, hidden: frozenset[int], new: list[Note]) -> tuple[Part, int]:
    """A part with new notes in the hidden bars, and how many syllables found no note."""
    part, starts = score.parts[number], score.bar_starts
    kept = [note for note, bar in _placed(part.notes, starts) if bar not in hidden]
    loudness = median_low([note.velocity for note in kept or part.notes]) if len(part.notes) else _LOUDNESS
    if part.is_drums:
        stroke = median_low([note.length for note in kept]) if kept else _STROKE
        new = [replace(note, length=min(stroke, _end_of_hole(note, starts, hidden) - note.start)) for note in new]
    ringing = _Ringing(kept)
    new = [replace(note, velocity=loudness) for note in new if not ringing.meets(note)]
    words, left = _resung(part.words, starts, hidden, sorted({note.start for note in new}))
    return replace(part, notes=_columns(part.notes, [*kept, *new]), words=words), left


class _Ringing:
    """Notes by pitch, asked whether one of them sounds at the time of another note."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self._longest = max((note.length for note in notes), default=Fraction(0))
        self._notes: dict[int, list[Note]] = {}
        for note in notes:
            self._notes.setdefault(note.pitch, []).append(note)
        self._starts = {pitch: [note.start for note in held] for pitch, held in self._notes.items()}

    def meets(self, note: Note) -> bool:
        """Whether a note of the same pitch sounds while this one does."""
        starts = self._starts.get(note.pitch, [])
        near = range(bisect_left(starts, note.start - self._longest), bisect_left(starts, note.end))
        return any(note.start < self._notes[note.pitch][place].end for place in near)


def _end_of_hole(note: Note, starts: Sequence[Fraction], hidden: frozenset[int]) -> Fraction:
    bar = bisect_right(starts, note.start) - 1
    while bar in hidden:
        bar += 1
    return starts[bar]


def _resung(
    words: Sequence[Sung], starts: Sequence[Fraction], hidden: frozenset[int], onsets: Sequence[Fraction]
) -> tuple[tuple[Sung, ...], int]:
    """Lay the syllables of hidden bars under new notes, verse by verse, in their order."""
    kept = [one for one in words if bisect_right(starts, one.start) - 1 not in hidden]
    left = 0
    for run in _runs(hidden):
        here = [start for start in onsets if starts[run.start] <= start < starts[run.stop]]
        for verse in sorted({one.verse for one in words}):
            sung = [one for one in words if one.verse == verse and starts[run.start] <= one.start < starts[run.stop]]
            kept += [replace(one, start=start) for one, start in zip(sung, here, strict=False)]
            left += max(0, len(sung) - len(here))
    return tuple(sorted(kept, key=lambda one: (one.start, one.verse))), left


def _runs(hidden: frozenset[int]) -> Iterator[range]:
    """Bars that follow one another, as ranges."""
    for first in sorted(bar for bar in hidden if bar - 1 not in hidden):
        last = first
        while last in hidden:
            last += 1
        yield range(first, last)


def _rechorded(score: Score, drawn: Drawn, hidden: frozenset[int]) -> tuple[ChordAt, ...]:
    starts, theirs = score.bar_starts, drawn.score.bar_starts
    found = {one.start: one for one in score.chords if bisect_right(starts, one.start) - 1 not in hidden}
    for one in drawn.score.chords:
        bar = min(bisect_right(theirs, one.start), len(theirs) - 1) - 1
        mine = bar + drawn.first
        start = starts[mine] + one.start - theirs[bar]
        if mine in hidden and start < starts[mine + 1]:
            key = score.bars[mine].key
            found[start] = ChordAt(start, _spelled(one.chord, key.spell))
    lines = set(starts)
    said: list[ChordAt] = []
    for start in sorted(found):  # a chord is said again only at bar lines
        is_new = bisect_right(starts, start) - 1 in hidden and start not in lines
        if not (is_new and said and said[-1].chord == found[start].chord):
            said.append(found[start])
    return tuple(said)


def _spelled(chord: Chord, spell: Callable[[int], Tone]) -> Chord:
    """A chord spelled as one writes it in the key of its bar."""
    if chord.root is None:
        return chord
    return replace(chord, root=spell(chord.root.pc), bass=spell(chord.bass.pc) if chord.bass else None)
