"""Chord charts of jazz standards: the corpus of Carey Bunks, and the iReal Pro standards of Mike Oliphant.

Neither states a licence: they serve to measure, and no weights that are shipped are trained on them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

from segue.corpora.corpus import Broken, Found, Piece
from segue.corpora.files import below, each_file
from segue.errors import FormatError, InputError
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.keyfinding import find_key, find_key_in_signature, weights_of_chords
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Score
from segue.music.styles import style_named

_ALTERNATIVE = re.compile(r"\([^)|]*\)")  # another chord that one may play instead
_HEAD = re.compile(r"^(\w+) *= *(.*)$")


@dataclass(frozen=True)
class _Chart:
    """Bars of chord labels; the labels share a bar equally. Sections are named by the bar that they begin with."""

    bars: Sequence[Sequence[str]]
    metre: Metre
    sections: dict[int, str]


def read_bunks(folder: Path) -> Found:
    """Give the songs of the Bunks corpus by path; the key's mode is found from the chords, in the given signature."""

    def song(file: Path) -> Iterator[Piece]:
        head, lines = _head_and_lines(file.read_text(encoding="utf-8", errors="replace"))
        count, _, value = head.get("TimeSig", "4 4").partition(" ")
        bars = [bar.split() for bar in "".join(lines).split("|")]
        chart = _Chart([bar for bar in bars if bar], Metre.parse(f"{count}/{value.strip()}"), {})
        score = _score(chart, "")
        signature = Key.parse(head.get("DBKeySig", "C")).signature
        key = find_key_in_signature(weights_of_chords(score.chords, float(score.end)), signature)
        score = _in_key(score, key).replace(title=head.get("Title", file.stem), composer=head.get("ComposedBy", ""))
        yield Piece(file.name, score, "jazz_bunks", "jazz", head.get("ComposedBy", ""), file=below(folder, file))

    return each_file(folder, "SongDB/*/*.txt", song)


def read_ireal(folder: Path) -> Found:
    """Give the iReal Pro standards in the file's order, sections unfolded; their style is the rhythm that they name."""
    songs = json.loads((folder / "JazzStandards.json").read_text(encoding="utf-8"))
    for at, song in enumerate(songs):
        name = f"{at} {song['Title']}"
        try:
            score = _ireal(song)
        except InputError as error:
            yield Broken(name, str(error))
        else:
            group = song.get("Composer", "")
            yield Piece(song["Title"], score, "jazz_standards_ireal", score.style, group, file=name)


def _ireal(song: dict[str, Any]) -> Score:
    bars: list[list[str]] = []
    sections: dict[int, str] = {}
    for section in song["Sections"]:
        main = section["MainSegment"]["Chords"]
        endings = [ending["Chords"] for ending in section.get("Endings", ())]
        for ending in endings or [""]:
            sections[len(bars)] = section.get("Label", "")
            for segment in filter(None, (main, ending)):
                bars += [
                    [label.strip() for label in _ALTERNATIVE.sub("", bar).split(",")] for bar in segment.split("|")
                ]
    metre = Metre.parse(song.get("TimeSignature", "4/4"))
    score = _score(_Chart(bars, metre, sections), _style(song.get("Rhythm", "")))
    weights = weights_of_chords(score.chords, float(score.end))
    key = Key.parse(song["Key"]) if song.get("Key") else find_key(weights)
    return _in_key(score, key).replace(title=song["Title"], composer=song.get("Composer", ""))


def _style(rhythm: str) -> str:
    """A style by the rhythm that a chart names; swing and ballads are jazz."""
    style = style_named(rhythm)
    return style if style in ("bossa", "latin", "funk", "rock", "blues", "waltz") else "jazz"


def _head_and_lines(text: str) -> tuple[dict[str, str], list[str]]:
    head: dict[str, str] = {}
    lines: list[str] = []
    for line in text.splitlines():
        found = _HEAD.match(line.strip())
        if found and not lines:
            head[found[1]] = found[2].strip()
        elif line.strip():
            lines.append(line)
    if not lines:
        raise FormatError("a chart without bars")
    return head, lines


def _score(chart: _Chart, style: str) -> Score:
    """A score of the chart's chords; a label that is empty, or the chord before it again, lets that chord sound on."""
    bars = [Bar(chart.metre, section=chart.sections.get(at, "")) for at in range(len(chart.bars))]
    starts = list(accumulate((bar.length for bar in bars), initial=Fraction(0)))
    chords: list[ChordAt] = []
    for start, bar, labels in zip(starts, bars, chart.bars, strict=False):
        for at, label in enumerate(labels):
            chord = Chord.parse(label) if label else None
            if chord is not None and (not chords or chord != chords[-1].chord):
                chords.append(ChordAt(start + bar.length * at / len(labels), chord))
    return Score(bars=tuple(bars), chords=tuple(chords), style=style)


def _in_key(score: Score, key: Key) -> Score:
    bars = tuple(Bar(bar.metre, key, section=bar.section) for bar in score.bars)
    return score.replace(bars=bars)
