"""When in Rome: analyses of harmony, with the scores that lie beside them or in the installed music21.

What its NC_FILES.txt lists is left out: those analyses may not be used commercially. A score and its analysis become
one piece where they agree, that is, where most of what sounds are tones of the chords; else there is the score alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from segue.corpora import romantext
from segue.corpora.corpus import Found, Piece, in_music21
from segue.corpora.files import below, each, json_of
from segue.corpora.romantext import Analysis
from segue.formats import musicxml
from segue.music.key import Key
from segue.music.keyfinding import key_of, with_modes
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Score

AGREE = 0.6  # of the time that notes sound they must be tones of the chord
_LISTED = "data/when_in_rome/"
_STYLES = {"OpenScore-LiederCorpus": "lied", "Early_Choral": "renaissance"}
_OF_COMPOSER = {"Bach": "baroque", "Haydn": "classical", "Mozart": "classical", "Beethoven": "classical"}


def read(folder: Path) -> Found:
    """Give the analysed pieces by path; a group is a composer."""
    listed = {line.strip() for line in (folder / "NC_FILES.txt").read_text(encoding="utf-8").splitlines()}

    def movement(file: Path) -> Iterator[Piece]:
        genre, composer, *rest = file.relative_to(folder / "Corpus").parts[:-1]
        name = below(folder, file)
        analysis = romantext.read(file.read_text(encoding="utf-8", errors="replace"), file=name)
        style = _style(genre, composer)
        score = _score(file.parent, analysis)
        score = score.replace(
            notice=(*score.notice, *([f"{analysis.unnamed} numerals not read"] if analysis.unnamed else [])),
            title=analysis.title or " ".join(rest).replace("_", " "),
            composer=composer.replace("_", " "),
            style=style,
        )
        yield Piece("/".join((composer, *rest)), score, "when_in_rome", style, composer, file=name)

    files = sorted(folder.glob("Corpus/**/analysis.txt"))
    return each(folder, [file for file in files if _LISTED + below(folder, file) not in listed], movement)


def _style(genre: str, composer: str) -> str:
    if composer.startswith("Bach") and genre == "Early_Choral":
        return "chorale"
    return _STYLES.get(genre) or _OF_COMPOSER.get(composer.partition(",")[0], "romantic")


def _score(folder: Path, analysis: Analysis) -> Score:
    file = _score_file(folder)
    if file is None:
        return _chords_alone(analysis)
    score = with_modes(musicxml.read(file.read_bytes(), file=file.name))
    chords = tuple(_placed(analysis, _numbers(score.bars), score.bars))
    if not chords or agreement(score, chords) < AGREE:
        return score.replace(bars=_in_key(score.bars, key_of(score)))
    return score.replace(chords=chords, bars=_in_key(score.bars, analysis.key))


def _in_key(bars: Sequence[Bar], home: Key) -> tuple[Bar, ...]:
    """The bars, those whose signature is that of the home key in that key."""
    return tuple(replace(bar, key=home) if bar.key.signature == home.signature else bar for bar in bars)


def _score_file(folder: Path) -> Path | None:
    """The score beside an analysis, else Bach's chorale in music21; others there have licences of their own."""
    if (folder / "score.mxl").is_file():
        return folder / "score.mxl"
    if not (folder / "remote.json").is_file():
        return None
    place = json_of((folder / "remote.json").read_bytes(), "remote.json").get("remote_score_music21", "")
    inside = in_music21(place) if place.startswith("bach/") and ".." not in place else None
    return inside if inside is not None and inside.is_file() else None


def _numbers(bars: Sequence[Bar]) -> list[int]:
    """The number of each bar as printed: a pick-up is 0, and two parts of a bar that is cut by a repeat share one."""
    numbers: list[int] = []
    number, missing = 0, Fraction(0)
    for at, bar in enumerate(bars):
        if at == 0:
            number = 0 if bar.length < bar.metre.length else 1
        elif bar.length != missing:
            number += 1
            missing = bar.metre.length - bar.length
        else:
            missing = Fraction(0)
        numbers.append(number)
    return numbers


def _placed(analysis: Analysis, numbers: Sequence[int], bars: Sequence[Bar]) -> Iterator[ChordAt]:
    """The chords at their places in a score, each where another one begins."""
    starts = list(accumulate((bar.length for bar in bars), initial=Fraction(0)))
    found: dict[Fraction, ChordAt] = {}
    for number, group in _grouped(numbers):
        length = sum((bars[at].length for at in group), Fraction(0))
        late = bars[group[0]].metre.length - length if number == 0 else Fraction(0)
        for figure in analysis.figures.get(number, ()):
            offset = figure.offset - late
            if 0 <= offset < length:
                start = starts[group[0]] + offset
                found[start] = ChordAt(start, figure.chord)
    last = None
    for start in sorted(found):
        if found[start].chord != last:
            yield found[start]
        last = found[start].chord


def _grouped(numbers: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    groups: dict[int, list[int]] = {}
    for at, number in enumerate(numbers):
        groups.setdefault(number, []).append(at)
    yield from groups.items()


def _chords_alone(analysis: Analysis) -> Score:
    """A score of the bars that an analysis numbers, from the pick-up to the last; each in the home key."""
    numbers = range(min(analysis.figures), max(analysis.figures) + 1)
    bars: list[Bar] = []
    metre = Metre()
    for number in numbers:
        metre = analysis.metres.get(number, analysis.metres[min(analysis.metres)] if not bars else metre)
        first = min((figure.offset for figure in analysis.figures.get(number, ())), default=Fraction(0))
        length = metre.length - first if number == 0 else metre.length
        bars.append(Bar(metre, analysis.key, length))
    return Score(bars=tuple(bars), chords=tuple(_placed(analysis, numbers, bars)))


def agreement(score: Score, chords: Sequence[ChordAt]) -> float:
    """Return the share of the time of all notes in which they are tones of the chord where they begin."""
    starts = [float(one.start) for one in chords]
    inside = whole = 0.0
    for notes in (part.notes for part in score.parts if not part.is_drums):
        for start, length, pitch in zip(notes.starts, notes.lengths, notes.pitches, strict=True):
            at = bisect_right(starts, start / notes.resolution) - 1
            if at >= 0 and not chords[at].chord.is_none:
                whole += length / notes.resolution
                inside += length / notes.resolution * (pitch % 12 in chords[at].chord.pitch_classes)
    return inside / whole if whole else 0.0
