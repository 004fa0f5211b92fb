"""The McGill Billboard annotations (salami_chords.txt): bars of Harte labels under times, metres, tonics and sections.

A chord that only goes on is not said again. A tonic says no mode: it is minor where more of the chords on it are.
`x4` becomes a repeat. Of the times the tempo is kept: the median over the lines. Silence, applause and other passages
without bars (`Z`), and who plays, are left out. The artist stands as composer. Burgoyne, Wild & Fujinaga, "An expert
ground truth set for audio chord recognition and music analysis", ISMIR 2011.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from statistics import median

from segue.errors import FormatError, InputError
from segue.formats.sheet import Sheet, check_bar_lines
from segue.formats.text import head, lines_of
from segue.music.chord import NO_CHORD, Chord
from segue.music.key import Key
from segue.music.metre import Metre
from segue.music.pitch import Tone
from segue.music.score import Bar, ChordAt, Score, Tempo, sum_lengths

NAME = "Billboard annotation"
SUFFIXES = (".txt",)
EXAMPLE = (
    b"# title: Little waltz\n# artist: Nobody\n# metre: 3/4\n# tonic: G\n\n0.0\tsilence\n"
    b"1.5\tA, intro, | G:maj | D:7 | x2, (guitar\n13.5\tB, verse, | C:maj . D:sus4(b7,9) | (2/4) G:maj |, guitar)\n"
    b"18.5\tend\n"
)

_LINE = re.compile(r"(\d{1,6}(?:\.\d{1,20})?(?:e-?\d{1,2})?)\t(.*)")
_HEADER = re.compile(r"#\s*(title|artist|metre|tonic)\s*:\s*(.*)")
_METRE = re.compile(r"\((\d{1,2}/\d{1,2})\)")
_TIMES = re.compile(r"\s*x(\d{1,3})\b")
_LETTER = re.compile(r"[A-Z]'*")


def is_like(data: bytes) -> bool:
    """Whether a text looks like an annotation: a tonic or metre after `#`, and lines of a time, a tab and bars."""
    text = head(data)
    return bool(re.search(r"^# (tonic|metre):", text, re.MULTILINE) and re.search(r"^\d[\d.e-]*\t", text, re.MULTILINE))


@dataclass
class _Reader:
    sheet: Sheet = field(default_factory=Sheet)
    words: dict[str, str] = field(default_factory=dict)
    tonics: list[tuple[int, Tone]] = field(default_factory=list)  # from which bar on
    last: Chord | None = None
    running: tuple[float, Fraction] | None = None  # time and length (as played) of the line before
    rates: list[float] = field(default_factory=list)  # quarter notes a minute, line by line

    def line(self, text: str) -> None:
        if not text:
            return
        if found := _HEADER.fullmatch(text):
            self.header(found[1], found[2].strip())
        elif found := _LINE.fullmatch(text):
            self.timed(float(found[1]), found[2])
        elif not text.startswith("#"):
            raise InputError(f"{text[:40]!r} is no line of an annotation: seconds, a tab, then | A:min | C:maj |")

    def header(self, name: str, value: str) -> None:
        if name == "metre":
            self.sheet.metre = Metre.parse(value)
        elif name == "tonic":
            self.tonics.append((len(self.sheet.bars), Tone.parse(value)))
        else:
            self.words["composer" if name == "artist" else name] = value

    def timed(self, seconds: float, text: str) -> None:
        if self.running is not None and seconds > self.running[0]:
            self.rates.append(60 * float(self.running[1]) / (seconds - self.running[0]))
        self.running = None
        above, bar, rest = text.partition("|")
        self.named([part.strip() for part in above.split(",")])
        if not bar:
            return
        body, _, after = rest.rpartition("|")
        first, end = len(self.sheet.bars), self.sheet.end
        found = _TIMES.match(after)
        times = int(found[1]) if found else 1
        self.bars(body.split("|") if body else [rest], is_repeated=times > 1)
        if times > 1:
            self.repeat(first, times)
        self.running = (seconds, times * (self.sheet.end - end))

    def named(self, parts: list[str]) -> None:
        """Take a section's letter and name: "B, verse" is "verse B"; what goes on has neither."""
        letter = next((part for part in parts if _LETTER.fullmatch(part)), "")
        name = next(
            (part for part in parts if part and part != letter and not part.endswith(")") and part[0] != "("), ""
        )
        if name in ("silence", "end") or letter.startswith("Z"):
            return
        if letter or name:
            self.sheet.section = f"{name} {letter}".strip()

    def bars(self, bars: list[str], *, is_repeated: bool) -> None:
        for place, bar in enumerate(bars):
            tokens = bar.split()
            if not tokens:
                raise InputError("a bar without a chord")
            metre = self.sheet.metre
            if found := _METRE.fullmatch(tokens[0]):
                self.sheet.metre = Metre.parse(found[1])
                tokens = tokens[1:] or ["."]
            self.sheet.add(self.slots(tokens, is_repeated=is_repeated and place == 0))
            self.sheet.metre = metre

    def slots(self, tokens: list[str], *, is_repeated: bool) -> list[Chord | None]:
        slots: list[Chord | None] = []
        for token in tokens:
            chord = self.last if token == "." else self.chord(token)
            slots.append(None if chord == self.last and not (is_repeated and not slots) else chord)
            self.last = chord
        return slots

    def chord(self, token: str) -> Chord:
        if token in ("*", "&pause"):
            self.sheet.say("a pause (`&pause`) is N.C." if token == "&pause" else "`*`, chords not told, is N.C.")
            return NO_CHORD
        return Chord.parse(token)

    def repeat(self, first: int, times: int) -> None:
        self.sheet.mark(first, repeats_from=True)
        self.sheet.mark(-1, repeats_to=times)

    def score(self) -> Score:
        if not self.sheet.bars:
            raise InputError("no bar in it")
        bars = tuple(_with_keys(self.sheet.bars, self.sheet.chords, self.tonics))
        self.sheet.tempos.clear()
        score = self.sheet.score(**self.words).replace(bars=bars)
        bpm = round(median(self.rates), 2) if self.rates else 0.0
        return score.replace(tempos=(Tempo(Fraction(0), bpm),)) if 1 <= bpm <= 2000 else score


def _with_keys(bars: list[Bar], chords: list[ChordAt], tonics: list[tuple[int, Tone]]) -> Iterable[Bar]:
    """Give the bars their keys; a tonic that is said again while it holds is one passage."""
    ends = [place for place, _ in tonics[1:]] + [len(bars)]
    before = bars[: tonics[0][0] if tonics else len(bars)]
    start, at = sum_lengths(before), 0
    yield from before
    for (first, tonic), last in zip(tonics, ends, strict=False):
        passage = bars[first:last]
        end = start + sum_lengths(passage)
        while at < len(chords) and chords[at].start < start:
            at += 1
        begin = at
        while at < len(chords) and chords[at].start < end:
            at += 1
        mode = _mode(tonic, [one.chord for one in chords[begin:at]])
        keys: dict[int, Bar] = {}
        for bar in passage:
            if id(bar) not in keys:
                keys[id(bar)] = replace(bar, key=Key(tonic, mode))
            yield keys[id(bar)]
        start = end


def _mode(tonic: Tone, chords: list[Chord]) -> str:
    """Return "minor" where more chords on the tonic are minor than major; of none, whether the third is flat."""
    on_it = [chord.majmin() for chord in chords if chord.root is not None and chord.root.pc == tonic.pc]
    minor = sum(1 for chord in on_it if chord and chord.quality == "m")
    major = sum(1 for chord in on_it if chord and chord.quality == "")
    if minor == major:
        thirds = [(pc - tonic.pc) % 12 for chord in chords for pc in chord.pitch_classes]
        minor, major = thirds.count(3), thirds.count(4)
    return "minor" if minor > major else "major"


def read(data: bytes, *, file: str = "") -> Score:
    """Read an annotation into a score of bars and chords; FormatError with the line where it is none."""
    lines = lines_of(data, file=file)
    check_bar_lines(lines, file)
    reader, number = _Reader(), 0
    try:
        for line in lines:
            number += 1
            reader.line(line.strip("\n "))
        return reader.score()
    except FormatError:
        raise
    except InputError as problem:
        raise FormatError(str(problem), file=file, place=f"line {number}") from None
