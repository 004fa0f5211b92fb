"""The frame of a lyric: what music, a form or a tune name asks of each line; and its sources.

A frame is made from a melody (`of_score`), a rhythm (`of_rhythm`), a chord chart (`of_chart`), a plain form
(`of_form`) or a ci's tune name (`of_tune`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from segue.compose.lyrics.tunes import find_tune
from segue.errors import InputError, did_you_mean
from segue.music.metre import Metre
from segue.music.phrases import LONGEST, Onset, is_strong, onsets, phrases, strong_onsets
from segue.music.score import Part, Progression, Score

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
MOST_LINES, MOST_SYLLABLES = 400, 24
# hymn metres by their names, and feet as strong and weak syllables
HYMNS = {"CM": "8 6 8 6", "LM": "8 8 8 8", "SM": "6 6 8 6", "CMD": "8 6 8 6 8 6 8 6"}
FEET = {
    "iambic": (False, True),
    "trochaic": (True, False),
    "anapaestic": (False, False, True),
    "dactylic": (True, False, False),
}
_FREE = ("-", "x", "_")  # letters of a scheme that ask for no rhyme


@dataclass(frozen=True, slots=True)
class LineFrame:
    """What is asked of one line.

    `length` is its number of syllables (characters in Chinese), `strong` says of each whether its note is a strong
    beat (empty where there is no metre), `starts` where the notes begin in quarter notes (empty without a melody).
    Lines with the same `rhyme` rhyme ("" with none). `tones` is a sign per character: 平, 仄, or 中 for either (""
    asks for none); `sign` closes the line; `section` is the section that it belongs to.
    """

    length: int
    strong: tuple[bool, ...] = ()
    rhyme: str = ""
    section: str = ""
    starts: tuple[Fraction, ...] = ()
    tones: str = ""
    sign: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.length <= MOST_SYLLABLES:
            raise InputError(f"a line of {self.length} syllables: 1 to {MOST_SYLLABLES} are accepted")
        for name, held in (("strong beats", self.strong), ("starts", self.starts), ("tones", self.tones)):
            if held and len(held) != self.length:
                raise InputError(f"{len(held)} {name} for a line of {self.length} syllables")


@dataclass(frozen=True)
class Frame:
    """What is asked of a lyric, line by line, in which language; `tune` is a ci's tune name."""

    lines: tuple[LineFrame, ...]
    language: Language = "en"
    tune: str = ""

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise InputError(
                f"language {self.language!r} is none of {', '.join(LANGUAGES)}{did_you_mean(self.language, LANGUAGES)}"
            )
        if not 1 <= len(self.lines) <= MOST_LINES:
            raise InputError(f"a lyric of {len(self.lines)} lines: 1 to {MOST_LINES} are accepted")

    def with_rhymes(self, scheme: str) -> Frame:
        """Return the frame with a rhyme scheme, a letter for each line; "-" and "x" rhyme with nothing.

        A scheme that is shorter than a section is used again for its next lines, with new rhymes. InputError where it
        has other signs or is longer than all the lines.
        """
        letters = scheme.replace(" ", "")
        if not letters or not all(letter in _FREE or (letter.isascii() and letter.isupper()) for letter in letters):
            raise InputError(f"rhyme scheme {scheme!r} is none; capital letters, and - for a line without: ABAB, AA-A")
        if len(letters) > len(self.lines):
            raise InputError(f"rhyme scheme {scheme!r} has {len(letters)} letters for {len(self.lines)} lines")
        lines, place, turn, section = [], 0, 0, self.lines[0].section
        for line in self.lines:
            if place == len(letters) or line.section != section:
                place, turn, section = 0, turn + 1, line.section
            letter = letters[place]
            lines.append(replace(line, rhyme="" if letter in _FREE else letter + (str(turn + 1) if turn else "")))
            place += 1
        return replace(self, lines=tuple(lines))

    @property
    def rhyme_groups(self) -> dict[str, list[int]]:
        """The lines, from 0 on, that rhyme with each other, by the name of their rhyme; two or more each."""
        groups: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines):
            if line.rhyme:
                groups.setdefault(line.rhyme, []).append(number)
        return {name: held for name, held in groups.items() if len(held) > 1}


# ---- a plain form

_HEADING = re.compile(r"\[([^\[\]]{1,40})\]")


def of_form(text: str, language: Language = "en", foot: str = "") -> Frame:
    """Read a form: numbers of syllables, then letters of rhyme, sections under headings: "[verse] 8 6 8 6 ABAB".

    Numbers may stand with blanks, commas or full stops between; CM, LM, SM and CMD are the hymn metres. `foot` (iambic,
    trochaic, anapaestic, dactylic) says which syllables are strong. InputError names what is not understood.
    """
    if foot and foot not in FEET:
        raise InputError(f"foot {foot!r} is none of {', '.join(FEET)}{did_you_mean(foot, FEET)}")
    frames = [_section(heading, body, language, foot) for heading, body in _sections(text)]
    lines, taken = [], 0
    for turn, lines_of in enumerate(frames):
        lines += [
            replace(line, rhyme=line.rhyme and (f"{line.rhyme}{turn + 1}" if turn else line.rhyme)) for line in lines_of
        ]
        taken += len(lines_of)
    if not lines:
        raise InputError(f"form {text[:40]!r} names no line; such as: 8 8 8 8 ABAB")
    return Frame(tuple(lines), language)


def _sections(text: str) -> Iterable[tuple[str, str]]:
    parts = _HEADING.split(text)
    if parts[0].strip():
        yield "", parts[0]
    yield from zip(parts[1::2], parts[2::2], strict=True)


def _section(heading: str, body: str, language: Language, foot: str) -> tuple[LineFrame, ...]:
    lengths: list[int] = []
    scheme = ""
    for word in re.split(r"[\s,;]+", body.strip()):
        if word in HYMNS:
            lengths += [int(number) for number in HYMNS[word].split()]
        elif re.fullmatch(r"\d{1,3}(?:\.\d{1,3})*\.?", word):
            lengths += [int(number) for number in word.split(".") if number]
        elif re.fullmatch(r"[A-Zx_\-]+", word):
            scheme += word
        elif word:
            raise InputError(
                f"form: {word[:20]!r} is neither a number of syllables, a hymn metre ({', '.join(HYMNS)}) nor a rhyme "
                "scheme; such as: 8 8 8 8 ABAB"
            )
    lines = tuple(LineFrame(length, _footed(length, foot), section=heading.strip()) for length in lengths)
    if scheme and not lines:
        raise InputError(f"form: rhyme scheme {scheme!r} stands without numbers of syllables")
    return Frame(lines, language).with_rhymes(scheme).lines if scheme else lines


def _footed(length: int, foot: str) -> tuple[bool, ...]:
    return tuple(FEET[foot][place % len(FEET[foot])] for place in range(length)) if foot else ()


def of_tune(name: str, variant: int = 0) -> Frame:
    """Return the frame of a ci by its tune name: lengths, rhymes, tones and signs of its commonest form.

    `variant` picks another form, from 1 on. NotFoundError for a tune that is not known, InputError for such a form.
    """
    tune = find_tune(name)
    if not 0 <= variant < len(tune.forms):
        raise InputError(f"form {variant} of {tune.name}: 0 to {len(tune.forms) - 1} are known")
    form = tune.forms[variant]
    lines = tuple(
        LineFrame(
            length,
            rhyme=letter.strip(),
            tones=tones,
            sign=sign,
            section="下片" if form.turn and number >= form.turn else "上片" if form.turn else "",
        )
        for number, (length, letter, tones, sign) in enumerate(
            zip(form.lengths, form.rhymes, form.tones, form.signs, strict=True)
        )
    )
    return Frame(lines, "zh", tune.name)


# ---- music


def of_score(score: Score, language: Language = "en", part: str = "", longest: int = LONGEST) -> Frame:
    """Return the frame of a melody: a syllable to each note, lines where it breathes, strong beats by its metre.

    The melody is the part of that name, else the one that has words, else the first that is no drums. Where the part
    has words, its notes without a syllable are held ones (melismas), and get none here either. InputError where there
    is no such part, or no note in it.
    """
    melody_part = melody_of(score, part)
    melody = onsets(melody_part)
    sung = {each.start for each in melody_part.words if each.verse == 1}
    if sung:
        melody = _with_melismas(melody, sung)
    if not melody:
        raise InputError(f"part {melody_part.name!r} of {score.title or 'the score'} has no note to sing")
    sections = _section_names(score)
    lines = []
    for phrase in phrases(melody, longest=min(longest, MOST_SYLLABLES)):
        starts = tuple(onset.start for onset in phrase)
        strong = tuple(strong_onsets(score, starts))
        lines.append(LineFrame(len(phrase), strong, section=_section_at(sections, starts[0]), starts=starts))
    return Frame(tuple(lines), language)


def melody_of(score: Score, name: str = "") -> Part:
    """Return the part that is sung; see `of_score`."""
    parts = [part for part in score.parts if not part.is_drums and len(part.notes)]
    if name:
        names = [part.name for part in parts]
        if name not in names:
            raise InputError(
                f"no part {name!r} with notes; there are {', '.join(names) or 'none'}{did_you_mean(name, names)}"
            )
        return parts[names.index(name)]
    if not parts:
        raise InputError(f"{score.title or 'the score'} has no part with notes to sing; at least one note is needed")
    return next((part for part in parts if part.words), parts[0])


def _with_melismas(melody: Sequence[Onset], sung: Iterable[Fraction]) -> list[Onset]:
    """Join notes that have no syllable of their own to the one before them."""
    starts, found = set(sung), []
    for onset in melody:
        if onset.start in starts:
            found.append(onset)
        elif found:
            found[-1] = Onset(found[-1].start, onset.end)
    return found


def _section_names(score: Score) -> list[tuple[Fraction, str]]:
    return [(start, bar.section) for start, bar in zip(score.bar_starts, score.bars, strict=False) if bar.section]


def _section_at(names: Sequence[tuple[Fraction, str]], time: Fraction) -> str:
    return next((name for start, name in reversed(names) if start <= time), "")


_LENGTH = re.compile(r"([r~]?)(\d*\.?\d+|\d+/\d+)")


def of_rhythm(text: str, metre: Metre | None = None, language: Language = "en") -> Frame:
    """Read a rhythm: lengths of notes in quarter notes (1, .5, 3/2), r before a rest, ~ before a note that is held on
    the syllable before it; a / alone ends a line, a | is a bar line to read by and says nothing.

    Without / lines end where the rhythm breathes. InputError names what is not understood.
    """
    metre = metre or Metre()
    time, lines = Fraction(0), [[]]  # type: ignore[var-annotated]
    for word in text.split():
        if word == "/":
            lines.append([])
        elif word != "|":
            time = _add_length(word, time, lines[-1])
    rows = [line for line in lines if line]
    if not rows:
        raise InputError(f"rhythm {text[:40]!r} has no note; such as: 1 1 .5 .5 1 / 1 1 2")
    if len(lines) == 1:
        rows = phrases(rows[0])
    return Frame(
        tuple(
            LineFrame(
                len(row),
                tuple(is_strong(onset.start % metre.length, metre) for onset in row),
                starts=tuple(onset.start for onset in row),
            )
            for row in rows
        ),
        language,
    )


def _add_length(word: str, time: Fraction, line: list[Onset]) -> Fraction:
    """Add a note of a rhythm to its line; returns where it ends."""
    found = _LENGTH.fullmatch(word)
    length = Fraction(found[2]) if found and not found[2].endswith("/0") else Fraction(0)
    if not found or length <= 0:
        raise InputError(f"rhythm: {word[:20]!r} is no length; such as 1, .5, 3/2, r1 for a rest, ~1 for a held note")
    if found[1] == "":
        line.append(Onset(time, time + length))
    elif found[1] == "~":
        if not line:
            raise InputError(f"rhythm: {word!r} is held, but no note stands before it in its line")
        line[-1] = Onset(line[-1].start, time + length)
    return time + length


def of_chart(progression: Progression, language: Language = "en", bars: int = 2, syllables: int = 8) -> Frame:
    """Return the frame of a chord chart: a line of so many syllables to every so many bars, evenly over their time.

    Sections are the chart's; a line ends where a section does. InputError where there is no bar.
    """
    if bars < 1 or not progression.bars:
        raise InputError(f"a line of {bars} bars in a chart of {len(progression.bars)}; 1 or more are accepted")
    score = progression.score
    starts = score.bar_starts
    lines, at, section = [], 0, ""
    while at < len(score.bars):
        section = score.bars[at].section or section
        after = at + 1
        while after < min(at + bars, len(score.bars)) and not score.bars[after].section:
            after += 1
        step = (starts[after] - starts[at]) / syllables
        times = tuple(starts[at] + place * step for place in range(syllables))
        lines.append(LineFrame(syllables, tuple(strong_onsets(score, times)), section=section, starts=times))
        at = after
    return Frame(tuple(lines), language)
