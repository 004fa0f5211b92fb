"""Harte's label files (.lab): start and end in seconds and a chord, as in Isophonics, POP909 and mir_eval.

Such a file tells no beats. A steady beat of 60 to 180 a minute is looked for on which most changes fall; each chord
then lasts a whole number of beats (or a half, a quarter ... of one), and the tempo changes wherever the times would
otherwise drift by more than half a millisecond: written again, they are the same within a millisecond, but that gaps
below 10 ms are closed and longer ones are N.C. Bars of 4/4 are
counted from the first chord, and the last one is as long as what is left. Labels are written in their canonical form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from segue.errors import FormatError, InputError
from segue.formats.sheet import MOST_BARS, MOST_CHORDS
from segue.formats.text import head, lines_of
from segue.music.chord import NO_CHORD, Chord
from segue.music.form import unfold
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Score, Tempo

NAME = "Harte label file"
SUFFIXES = (".lab", ".txt")
EXAMPLE = b"0.000000\t1.000000\tN\n1.000000\t3.000000\tC:maj\n3.000000\t5.000000\tA:min7/b3\n5.000000\t5.500000\tG:7\n"

_NUMBER = r"\d{1,6}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,2})?"
_LINE = re.compile(rf"({_NUMBER})[ \t,]+({_NUMBER})[ \t,]+(\S{{1,64}})")
_SLACK, _SHORTEST = 0.0005, 0.0002  # seconds
_SLOWEST, _FASTEST, _USUAL = 60, 180, 110.0  # beats a minute


def is_like(data: bytes) -> bool:
    """Whether a text looks like labels: its first line is two numbers and a chord."""
    first = next((line for line in head(data).splitlines() if line.strip() and not line.startswith("#")), "")
    found = _LINE.fullmatch(first.strip())
    if not found:
        return False
    try:
        Chord.parse(found[3])
    except InputError:
        return False
    return True


@dataclass(frozen=True)
class _Span:
    start: float
    end: float
    chord: Chord


def read(data: bytes, *, file: str = "") -> Score:
    """Read labels into a score of bars, chords and tempos; FormatError with the line where it is none."""
    spans = _spans(lines_of(data, file=file), file)
    beat = _beat([span.end - span.start for span in spans])
    chords: list[ChordAt] = []
    tempos: list[Tempo] = []
    at, clock = Fraction(0), 0.0  # in quarter notes, and the seconds that the tempos make of it
    for span in spans:
        chords.append(ChordAt(at, span.chord))
        count = _beats(span.end - span.start, beat)
        steady = clock + float(count) * 60 / tempos[-1].bpm if tempos else -1.0
        if abs(steady - span.end) > _SLACK:
            tempos.append(Tempo(at, 60 * float(count) / (span.end - clock)))
            steady = span.end
        at, clock = at + count, steady
        if at > 4 * MOST_BARS:
            raise FormatError(f"more than {4 * MOST_BARS:,} beats", file=file)
    bars = (Bar(Metre(4, 4)),) * int(at // 4)
    return Score(
        bars=(*bars, Bar(Metre(4, 4), length=at % 4)) if at % 4 else bars,
        chords=tuple(chords),
        tempos=tuple(tempos),
        notice=("beats and bars are inferred from the times of the chords; the key is not told",),
    )


def _spans(lines: list[str], file: str) -> list[_Span]:
    """The labels in their order, gaps filled with N.C."""
    spans: list[_Span] = []
    last = 0.0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        span = _span(text, file, f"line {number}")
        if span.start < last - 0.01 or span.end < span.start:
            raise FormatError(f"{text[:40]!r} begins or ends before {last:.3f} s", file=file, place=f"line {number}")
        if span.start > last + 0.01:
            spans.append(_Span(last, span.start, NO_CHORD))
            last = span.start
        if span.end - last >= _SHORTEST:
            spans.append(_Span(last, span.end, span.chord))
            last = span.end
    if not spans or len(spans) > MOST_CHORDS:
        raise FormatError(f"{len(spans):,} labels; 1 to {MOST_CHORDS:,} are accepted", file=file)
    return spans


def _span(text: str, file: str, place: str) -> _Span:
    found = _LINE.fullmatch(text)
    if not found:
        raise FormatError(
            f"{text[:40]!r} is no label; start and end in seconds and a chord, such as 0.0 2.5 C:maj",
            file=file,
            place=place,
        )
    try:
        return _Span(float(found[1]), float(found[2]), Chord.parse(found[3]))
    except InputError as problem:
        raise FormatError(str(problem), file=file, place=place) from None


def _beat(lengths: Sequence[float]) -> float:
    """Return the beat (seconds) of which most lengths are multiples, near 110 a minute where several fit as well."""
    some = lengths[:: max(1, len(lengths) // 100)][:100]

    def misfit(bpm: int) -> float:
        shares = [length * bpm / 60 for length in some]
        off = sum(min(abs(share - max(1, round(share))), 0.5) for share in shares) / len(shares)
        return off + 0.05 * abs(bpm - _USUAL) / _USUAL

    return 60 / min(range(_SLOWEST, _FASTEST + 1), key=misfit)


def _beats(length: float, beat: float) -> Fraction:
    share = length / beat
    if share >= 0.75:
        return Fraction(round(share))
    part = Fraction(1, 2)
    while float(part) > 1.5 * share and part.denominator < 4096:
        part /= 2
    return part


def write(score: Score) -> bytes:
    """Write the chords of a score as they sound, with their times in seconds; bars, keys and sections are not kept.

    InputError where it has notes or no bar.
    """
    if any(len(part.notes) for part in score.parts):
        raise InputError("labels hold chords and no notes; `score.progression.score` is the chords alone")
    if not score.bars:
        raise InputError("labels need at least one bar")
    return "".join(_lines(unfold(score))).encode()


def _lines(score: Score) -> Iterator[str]:
    chords = list(score.chords)
    if not chords or chords[0].start > 0:
        chords.insert(0, ChordAt(Fraction(0), NO_CHORD))
    times = _seconds(score, [one.start for one in chords] + [score.end])
    for one, (start, end) in zip(chords, pairwise(times), strict=True):
        yield f"{start:.6f}\t{end:.6f}\t{one.chord.harte()}\n"


def _seconds(score: Score, places: Sequence[Fraction]) -> list[float]:
    """The seconds at which quarter notes sound, rising ones."""
    tempos = list(score.tempos)
    if not tempos or tempos[0].start > 0:
        tempos.insert(0, Tempo(Fraction(0), tempos[0].bpm if tempos else 120.0))
    times: list[float] = []
    clock, at, bpm, following = 0.0, Fraction(0), tempos[0].bpm, 1
    for place in places:
        while following < len(tempos) and tempos[following].start <= place:
            clock += float(tempos[following].start - at) * 60 / bpm
            at, bpm = tempos[following].start, tempos[following].bpm
            following += 1
        times.append(clock + float(place - at) * 60 / bpm)
    return times
