"""What other people's programs read in our files of a drawn piece: abcjs (in node), music21 and symusic.

A piece is valid where abcjs has nothing to warn of and finds the bars of every voice where the score has them, music21
its bars and notes, and symusic its notes as they are played. Stress without words cannot be written as words and is
left out. Whether abcjs also plays the notes where they stand is told apart: it lays overlays (`&`) behind tuplets, and
what follows a tuplet of p unequal notes (which it takes for equal ones), elsewhere than it reads them.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.result import ROOT
from segue.errors import InputError, UnavailableError
from segue.formats import abc, midi, musicxml
from segue.music.form import unfold
from segue.music.score import Score

DUMP = ROOT / "benchmarks" / "abcjs_bars.js"
_TICKS = 48  # to a quarter note, for times that programs keep as floats
_MOST_SECONDS = 600
Notes = Counter[tuple[int, int]]  # onset in ticks, MIDI pitch


def without_words(score: Score) -> Score:
    """A score without syllables."""
    return score.replace(parts=tuple(replace(part, words=()) for part in score.parts))


@dataclass(frozen=True)
class Abcjs:
    """What abcjs finds amiss with a piece: its bars, what it warns of, and what it plays; "" where nothing is."""

    bars: str
    warned: str
    played: str


def abcjs_faults(scores: Sequence[Score]) -> list[Abcjs]:
    """What abcjs finds amiss with the ABC of each score; UnavailableError without node or abcjs."""
    found = [Abcjs("", "", "")] * len(scores)
    texts, asked = [], []
    for place, score in enumerate(scores):
        try:
            texts.append(abc.write(score).decode())
            asked.append(place)
        except InputError as error:
            found[place] = Abcjs(f"not written: {error}", "", "not written")
    for place, dump in zip(asked, _dumped(texts), strict=True):
        found[place] = _abcjs_fault(scores[place], dump)
    return found


def _dumped(texts: Sequence[str]) -> list[dict[str, Any]]:
    """What abcjs reads in tunes, one object each."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.abc"
        book.write_text("\n".join(texts), encoding="utf-8")
        try:
            found = subprocess.run(
                ["node", str(DUMP), str(book)], capture_output=True, text=True, timeout=_MOST_SECONDS, check=False
            )
        except FileNotFoundError:
            raise UnavailableError("no node, in which abcjs runs; install Node.js") from None
    if "Cannot find module" in found.stderr:
        raise UnavailableError("no abcjs; `npm install abcjs@6.7.2` and name its node_modules in NODE_PATH")
    lines = found.stdout.splitlines()
    if len(lines) != len(texts):
        raise InputError(f"abcjs read {len(lines)} of {len(texts)} tunes: {found.stderr[-400:]}")
    return [json.loads(line) for line in lines]


def _abcjs_fault(score: Score, dump: dict[str, Any]) -> Abcjs:
    played: Notes = Counter((_tick(4 * start), pitch) for start, pitch in dump["notes"])
    ends = {_tick(start) for start in score.bar_starts[1:]}
    bars = ""
    for number, times in enumerate(dump["voices"], 1):
        found = {_tick(4 * time) for time in times if time}
        if found != ends:
            wrong = min(found ^ ends) / _TICKS
            bars = f"voice {number} has {len(found)} bars of {len(ends)}, wrong from quarter {wrong:g} on"
    return Abcjs(bars, "; ".join(dump["warnings"][:1]), difference(played, _sounding(unfold(score))))


def music21_fault(score: Score) -> str:
    """What music21 finds amiss with a score's MusicXML, or ""."""
    music21: Any = import_module("music21")  # a library of development, slow to import
    try:
        data = musicxml.write(score)
    except InputError as error:
        return f"not written: {error}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = music21.converter.parse(data.decode(), format="musicxml")
    starts = [_tick(start) for start in score.bar_starts[:-1]]
    found: Notes = Counter()
    for part in read.parts:
        measures = list(part.getElementsByClass(music21.stream.Measure))
        if [_tick(measure.offset) for measure in measures] != starts:
            return f"a part has {len(measures)} bars of {len(starts)}, or they begin elsewhere"
        for note in part.flatten().notes:
            if isinstance(note, music21.harmony.Harmony) or (note.tie is not None and note.tie.type != "start"):
                continue
            found.update((_tick(note.offset), pitch.midi) for pitch in note.pitches)
    return difference(found, _pitched(score))


def symusic_fault(score: Score) -> str:
    """What symusic finds amiss with a score's MIDI file, or ""."""
    symusic: Any = import_module("symusic")  # its types do not tell which kind of score is read
    try:
        data = midi.write(score)
    except InputError as error:
        return f"not written: {error}"
    read = symusic.Score.from_midi(data)
    quarter = read.ticks_per_quarter
    found: Notes = Counter()
    for track in read.tracks:
        found.update((_tick(Fraction(note.time, quarter)), note.pitch) for note in track.notes)
    return difference(found, _sounding(unfold(score)))


def _pitched(score: Score) -> Notes:
    """Notes of a score but for drums, which MusicXML writes on places without pitch."""
    return _sounding(score.replace(parts=tuple(part for part in score.parts if not part.is_drums)))


def _sounding(score: Score) -> Notes:
    return Counter((_tick(note.start), note.pitch) for part in score.parts for note in part.notes)


def difference(found: Notes, wanted: Notes) -> str:
    """Say how many notes are missing and how many are added, or ""."""
    missing, added = wanted - found, found - wanted
    return f"{missing.total()} notes are missing, {added.total()} added" if missing or added else ""


def _tick(time: float | Fraction) -> int:
    return round(time * _TICKS)


def faults(scores: Sequence[Score]) -> list[dict[str, str]]:
    """For each score what each program finds amiss, by its name; empty where nothing is."""
    plain = [without_words(score) for score in scores]
    by_abcjs = abcjs_faults(plain)
    read = {
        "abcjs": [found.bars or found.warned for found in by_abcjs],
        "abcjs_bars": [found.bars for found in by_abcjs],
        "abcjs_played": [found.played for found in by_abcjs],
        "music21": [music21_fault(score) for score in plain],
        "symusic": [symusic_fault(score) for score in plain],
    }
    return [{name: found[place] for name, found in read.items() if found[place]} for place in range(len(scores))]
