"""Chord charts of jazz standards: the corpus of Carey Bunks, and the iReal Pro standards of Mike Oliphant.

Neither states a licence: they serve to measure, and no weights that are shipped are trained on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from segue.corpora.corpus import Found, Piece
from segue.corpora.files import below, each_file, json_of
from segue.errors import FormatError
from segue.formats import ireal
from segue.music.chord import Chord
from segue.music.key import Key
from segue.music.keyfinding import find_key, find_key_in_signature, weights_of_chords
from segue.music.metre import Metre
from segue.music.score import Bar, ChordAt, Score
from segue.music.styles import style_named

_HEAD = re.compile(r"^(\w+) *= *(.*)$")


def read_bunks(folder: Path) -> Found:
    """Give the songs of the Bunks corpus by path; the key's mode is found from the chords, in the given signature."""

    def song(file: Path) -> Iterator[Piece]:
        head, lines = _head_and_lines(file.read_text(encoding="utf-8", errors="replace"))
        count, _, value = head.get("TimeSig", "4 4").partition(" ")
        bars = [bar.split() for bar in "".join(lines).split("|")]
        score = _score([bar for bar in bars if bar], Metre.parse(f"{count}/{value.strip()}"))
        signature = Key.parse(head.get("DBKeySig", "C")).signature
        key = find_key_in_signature(weights_of_chords(score.chords, float(score.end)), signature)
        score = _in_key(score, key).replace(title=head.get("Title", file.stem), composer=head.get("ComposedBy", ""))
        yield Piece(file.name, score, "jazz_bunks", "jazz", head.get("ComposedBy", ""), file=below(folder, file))

    return each_file(folder, "SongDB/*/*.txt", song)


def read_ireal(folder: Path) -> Found:
    """Give the iReal Pro standards in the file's order; their style is the rhythm that they name."""
    name = "JazzStandards.json"
    data = (folder / name).read_bytes()
    songs = json_of(data, name)
    for at, (score, song) in enumerate(zip(ireal.read_all(data, file=name), songs, strict=True)):
        style = _style(score.style)
        if not song.get("Key"):
            score = _in_key(score, find_key(weights_of_chords(score.chords, float(score.end))))
        score = score.replace(style=style)
        yield Piece(score.title, score, "jazz_standards_ireal", style, score.composer, file=f"{at} {score.title}")


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


def _score(labels_of_bars: Sequence[Sequence[str]], metre: Metre) -> Score:
    """A score of bars whose labels share them equally; a chord that follows itself is one."""
    chords: list[ChordAt] = []
    for number, labels in enumerate(labels_of_bars):
        for at, label in enumerate(labels):
            chord = Chord.parse(label)
            if not chords or chord != chords[-1].chord:
                chords.append(ChordAt(metre.length * (number + Fraction(at, len(labels))), chord))
    return Score(bars=(Bar(metre),) * len(labels_of_bars), chords=tuple(chords), style="jazz")


def _in_key(score: Score, key: Key) -> Score:
    return score.replace(bars=tuple(replace(bar, key=key) for bar in score.bars))
