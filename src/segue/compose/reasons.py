"""Reasons in musical words, read off a result: what its chords do, how the melody lies in them, where it leads.

Bars are counted from 1, as musicians do. Nothing is said that the notes and chords do not bear out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from segue.compose.holes import CHORDS
from segue.compose.theory import Setting, motion
from segue.music.cadence import cadence_of, function_of
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.language.encode import Lane
from segue.music.note import Note
from segue.music.pitch import name
from segue.music.roman import applied_to, roman, step_of
from segue.music.score import ChordAt, Score

_MOST = 4
_MOST_CHORDS = 8  # that are named in one reason
_DEGREES = {
    "1": "root", "b2": "flat ninth", "2": "ninth", "#2": "sharp ninth", "b3": "third", "3": "third", "4": "fourth",
    "#4": "sharp eleventh", "b5": "fifth", "5": "fifth", "#5": "fifth", "b6": "flat sixth", "6": "sixth",
    "bb7": "seventh", "b7": "seventh", "7": "seventh",
}  # fmt: skip
_PLAIN = ("", "m", "dim", "aug", "dim7", "m7b5")  # that numerals say by their case and sign
_DOES = {
    "authentic": "authentic cadence",
    "plagal": "plagal cadence",
    "deceptive": "deceptive cadence",
    "half": "half cadence",
}


def reasons(score: Score, holes: Collection[Lane]) -> tuple[str, ...]:
    """Return what of the bars that were rewritten is worth saying, at most four sentences without a full stop."""
    here = Setting(score, frozenset(holes))
    chords = {bar for bar, lane in holes if lane == CHORDS}
    found: list[str] = []
    if chords:
        found += [*_progressions(here, chords), *_applied(here, chords), *_bearing(here, chords)]
        found += _numerals(here, chords)
    for lane in sorted({lane for _, lane in holes} - {CHORDS}):
        bars = {bar for bar, which in holes if which == lane}
        if not score.parts[lane - 1].is_drums:
            rows = _by_bar(here, lane)
            found += [*_entry(here, lane, bars, rows), *_echo(here, bars, rows), *_summit(here, bars, rows)]
    return tuple(dict.fromkeys(found))[:_MOST]


def functions(chords: Sequence[ChordAt], score: Score) -> list[str]:
    """Return for each chord its numeral and function in its bar's key: "ii7 (S)"; N.C. where none sounds."""
    here = Setting(score, frozenset())
    found = []
    for one in chords:
        key = score.bars[here.bar_at(one.start)].key
        what = function_of(one.chord, key)
        said = numeral(one.chord, key)
        found.append(f"{said} ({what})" if what else said)
    return found


def cadences(score: Score) -> list[tuple[int, str]]:
    """Return the bars (from 1) that begin with the last chord of a cadence, and its kind."""
    here = Setting(score, frozenset())
    found = []
    for before, after in pairwise(score.chords):
        bar = here.bar_at(after.start)
        kind = cadence_of(before.chord, after.chord, score.bars[bar].key)
        if kind and after.start == here.starts[bar]:
            found.append((bar + 1, kind))
    return found


# ---- chords


def _progressions(here: Setting, bars: Collection[int]) -> Iterator[str]:
    """ "ii-V-I into bar 5", and cadences at bar lines near what is new."""
    score, chords = here.score, here.score.chords
    for place in range(1, len(chords)):
        bar = here.bar_at(chords[place].start)
        if not {bar, bar - 1} & set(bars) or chords[place].start != here.starts[bar]:
            continue
        key = score.bars[bar].key
        before, last = chords[place - 1].chord, chords[place].chord
        if place > 1 and _steps(chords[place - 2 : place + 1], key) == [2, 5, 1] and _is_two_five_one(before):
            names = "-".join(_bare(one.chord, key) for one in chords[place - 2 : place + 1])
            yield f"{names} into bar {bar + 1}"
            continue
        kind = "" if applied_to(last, key) else cadence_of(before, last, key)
        if kind and (kind != "half" or bar + 1 == len(score.bars) or score.bars[bar + 1].section):
            yield f"{_DOES[kind]} ({numeral(before, key)}-{numeral(last, key)}) into bar {bar + 1}"


def _steps(chords: Sequence[ChordAt], key: Key) -> list[int]:
    found = [step_of(one.chord.root, key) if one.chord.root else (0, 0) for one in chords]
    return [step for step, alter in found if alter == 0]


def _is_two_five_one(dominant: Chord) -> bool:
    return dominant.triad in ("maj", "aug", "sus")


def _bare(chord: Chord, key: Key) -> str:
    """A numeral without figures: "ii", "V", "bVII"."""
    step, alter = step_of(chord.root, key) if chord.root else (0, 0)
    said = ("", "I", "II", "III", "IV", "V", "VI", "VII")[step]
    return "#" * alter + "b" * -alter + (said.lower() if chord.triad in ("min", "dim") else said)


def numeral(chord: Chord, key: Key) -> str:
    """Return a roman numeral as one says it: "V65/V"; where figures do not do, with the chord's name: "Vsus4", "ii11".

    >>> numeral(Chord.parse("G7sus4"), Key.parse("C")), numeral(Chord.parse("A7"), Key.parse("C"))
    ('V7sus4', 'V7/ii')
    """
    said = roman(chord, key)
    plain = chord.bass is not None or chord.quality in _PLAIN
    if "[" not in said and (plain or "/" in said):
        return said
    quality = chord.quality.removeprefix("m") if chord.triad == "min" else chord.quality
    return f"{_bare(chord, key)}{quality}" + (f"/{chord.bass}" if chord.bass else "")


def _applied(here: Setting, bars: Collection[int]) -> Iterator[str]:
    score = here.score
    for before, after in pairwise(score.chords):
        bar = here.bar_at(before.start)
        key = score.bars[bar].key
        if bar not in bars or before.chord.root is None or after.chord.root is None:
            continue
        step = applied_to(before.chord, key)
        if step and step_of(after.chord.root, key)[0] == step:
            yield f"{before.chord} in bar {bar + 1} is {numeral(before.chord, key)} and leads to {after.chord}"


def _bearing(here: Setting, bars: Collection[int]) -> Iterator[str]:
    """How the longest notes of the melody lie in the new chords."""
    score, part = here.score, here.melody
    if part is None:
        return
    found: list[tuple[Fraction, Note, int, Chord, str]] = []
    rows = _by_bar(here, part + 1)
    for bar, note in ((number, note) for number in sorted(bars) for note in rows[number]):
        chord = here.chord_at(note.start)
        if chord.root is not None:
            tone = score.bars[bar].key.spell(note.pitch)
            degree = _DEGREES.get(_degree(chord, tone.pc), "")
            if degree and degree not in ("root", "fifth") and tone.pc in chord.pitch_classes:
                found.append((note.length, note, bar, chord, f"{tone} is the {degree} of {chord}"))
    for _, _, bar, _, text in sorted(found, key=lambda one: (-one[0], one[1].start))[:1]:
        yield f"the melody's {text} in bar {bar + 1}"


def _degree(chord: Chord, pc: int) -> str:
    """The degree of a pitch class above a chord's root, as the chord spells it where it has it."""
    if chord.root is None:
        return ""
    step = (pc - chord.root.pc) % 12
    plain = ("1", "b2", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7")[step]
    if step == 3 and chord.triad == "maj":
        return "#2"
    if step == 6 and chord.triad in ("dim", "min") and step in {one % 12 for one in chord.intervals}:
        return "b5"
    if step == 8 and chord.triad == "aug":
        return "#5"
    if step == 9 and chord.triad == "dim":
        return "bb7"
    return plain


def _numerals(here: Setting, bars: Collection[int]) -> Iterator[str]:
    """The new chords as numerals, and how little the voices move between them."""
    score = here.score
    inside = [one for one in score.chords if here.bar_at(one.start) in bars]
    if not inside:
        return
    told = [numeral(one.chord, score.bars[here.bar_at(one.start)].key) for one in inside]
    first, last = min(bars) + 1, max(bars) + 1
    where = f"bar {first}" if first == last else f"bars {first} to {last}"
    more = "" if len(told) <= _MOST_CHORDS else " ..."
    yield f"{'-'.join(told[:_MOST_CHORDS])}{more} in {where}"
    moves = [motion(one.chord, other.chord) for one, other in pairwise(inside) if one.chord.root and other.chord.root]
    if len(moves) > 1 and sum(moves) / len(moves) <= 1:
        yield f"voices move {sum(moves) / len(moves):.1f} semitones from chord to chord on average"


# ---- notes


_Rows = Sequence[Sequence[Note]]  # the notes of a part, bar by bar


def _by_bar(here: Setting, lane: int) -> _Rows:
    """The notes that begin in each bar; one way through the part, however long it is."""
    found: list[list[Note]] = [[] for _ in here.score.bars]
    bar, starts = 0, here.starts
    for note in here.score.parts[lane - 1].notes:
        while bar + 1 < len(found) and starts[bar + 1] <= note.start:
            bar += 1
        found[bar].append(note)
    return found


def _inside(rows: _Rows, bars: Collection[int]) -> list[Note]:
    return [note for bar in sorted(bars) for note in rows[bar]]


def _entry(here: Setting, lane: int, bars: Collection[int], rows: _Rows) -> Iterator[str]:
    """How the first new note follows what was kept, and lies in its chord."""
    score, notes = here.score, _inside(rows, bars)
    if not notes:
        return
    first = notes[0]
    bar = here.bar_at(first.start)
    key = score.bars[bar].key
    chord = here.chord_at(first.start)
    said = name(first.pitch, key.signature)
    if chord.root is not None and first.pitch % 12 in chord.pitch_classes:
        degree = _DEGREES.get(_degree(chord, first.pitch % 12), "")
        if degree:
            yield f"bar {bar + 1} begins on {said}, the {degree} of {chord}"
    before = [note for note in score.parts[lane - 1].notes if note.start < first.start]
    if before and 0 < abs(first.pitch - before[-1].pitch) <= 2 and before[-1].end >= first.start:
        yield f"it goes on by step from {name(before[-1].pitch, key.signature)} to {said}"


def _rhythm(here: Setting, bar: int, rows: _Rows) -> tuple[tuple[Fraction, Fraction], ...]:
    start = here.starts[bar]
    return tuple((note.start - start, note.length) for note in rows[bar])


def _echo(here: Setting, bars: Collection[int], rows: _Rows) -> Iterator[str]:
    """Whether a new bar has the rhythm, or the notes, of a kept one."""
    kept = [bar for bar in range(len(here.score.bars)) if bar not in bars]
    rhythms: dict[tuple[tuple[Fraction, Fraction], ...], int] = {}
    for bar in kept:
        rhythms.setdefault(_rhythm(here, bar, rows), bar)
    for bar in sorted(bars):
        mine = _rhythm(here, bar, rows)
        if len(mine) > 2 and mine in rhythms:
            other = rhythms[mine]
            same = [note.pitch for note in rows[bar]] == [note.pitch for note in rows[other]]
            yield f"bar {bar + 1} has the {'notes' if same else 'rhythm'} of bar {other + 1}"
            return


def _summit(here: Setting, bars: Collection[int], rows: _Rows) -> Iterator[str]:
    inside = _inside(rows, bars)
    if not inside or len(inside) == sum(map(len, rows)):
        return
    top = max(inside, key=lambda note: (note.pitch, -note.start))
    if all(note.pitch < top.pitch for bar, row in enumerate(rows) if bar not in bars for note in row):
        bar = here.bar_at(top.start)
        said = name(top.pitch, here.score.bars[bar].key.signature)
        yield f"the highest note of the piece, {said}, comes in bar {bar + 1}"
