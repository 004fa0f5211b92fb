"""MusicXML as it lies in the world: four collections are read, and read as music21 reads them.

Data as in `benchmarks.result`; what is not there is skipped.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from benchmarks.result import data_dir

from segue.errors import FormatError, UnavailableError
from segue.formats import musicxml
from segue.formats.musicxml import container
from segue.music.score import Score

pytestmark = pytest.mark.slow


def files(pattern: str, least: int) -> list[Path]:
    try:
        folder = data_dir()
    except UnavailableError as error:
        pytest.skip(str(error))
    found = sorted(folder.glob(pattern))
    if len(found) < least:
        pytest.skip(f"{len(found)} of {least} files {pattern} in {folder}")
    return found


def read(path: Path) -> Score:
    return musicxml.read(path.read_bytes(), file=path.name)


def readable(paths: list[Path]) -> int:
    """How many are read, with notes in them."""
    count = 0
    for path in paths:
        try:
            score = read(path)
        except FormatError as error:
            warnings.warn(str(error), stacklevel=1)
            continue
        count += any(len(part.notes) for part in score.parts)
    return count


def test_every_lead_sheet_of_openewld_is_read_written_and_read_again() -> None:
    scores = [read(path) for path in files("openewld/dataset/*/*/*.mxl", 502)]
    assert len(scores) == 502
    assert sum(len(part.notes) for score in scores for part in score.parts) == 52_417
    assert sum(len(score.chords) for score in scores) == 20_050
    assert not any("not understood" in line for score in scores for line in score.notice)
    for score in scores:
        assert musicxml.read(musicxml.write(score)) == score, score.title


def test_all_lieder_are_read() -> None:
    paths = files("lieder/scores/**/*.mxl", 1_460)
    assert readable(paths) == len(paths)


def test_lieder_are_written_and_read_again() -> None:
    for path in random.Random(1).sample(files("lieder/scores/**/*.mxl", 1_460), 100):
        score = read(path)
        assert musicxml.read(musicxml.write(score)) == score, path.name


def test_all_scores_of_when_in_rome_are_read() -> None:
    paths = files("when_in_rome/Corpus/**/*.mxl", 700)
    assert readable(paths) == len(paths) - 1  # Reger's 41st modulation is a bar of nothing


def test_the_corpus_of_music21_is_read() -> None:
    music21 = pytest.importorskip("music21")
    folder = Path(music21.__file__).with_name("corpus")
    paths = [path for kind in ("mxl", "xml", "musicxml") for path in sorted(folder.rglob(f"*.{kind}"))]
    assert len(paths) > 600
    assert readable(paths) == len(paths)


def _music21_notes(path: Path) -> tuple[Counter[tuple[Fraction, int]], int]:
    """Onsets and pitches of all notes, tied ones once, and the number of bars."""
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    make: Any = MusicXMLImporter
    importer = make()
    importer.xmlText = container.score_of(path.read_bytes()).decode()
    importer.parseXMLText()
    found: Counter[tuple[Fraction, int]] = Counter()
    for part in importer.stream.parts:
        for element in part.recurse().notes:
            if "Harmony" in element.classes or element.duration.isGrace:
                continue
            start = Fraction(round(element.getOffsetInHierarchy(part) * 48), 48)
            for note in element.notes if element.isChord else [element]:
                if note.tie is None or note.tie.type == "start":
                    found[start, note.pitch.midi] += 1
    return found, max(len(part.getElementsByClass("Measure")) for part in importer.stream.parts)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("pattern", "count"), [("openewld/dataset/*/*/*.mxl", 60), ("lieder/scores/**/*.mxl", 30)])
def test_notes_are_those_that_music21_reads(pattern: str, count: int) -> None:
    """What differs is meant: cue notes sound in music21 alone; here alone the ends of ties that do not meet.

    Those are found in arpeggios that are written out and tied to the chord that they make. Left out is a song whose
    parts have metres of different lengths: bars are common to all parts here, and not there.
    """
    pytest.importorskip("music21")
    paths = [path for path in files(pattern, count) if path.stat().st_size < 20_000]
    for path in random.Random(3).sample(paths, count):
        if path.name == "lc30437453.mxl":
            continue
        score = read(path)
        mine = Counter(
            (Fraction(round(note.start * 48), 48), note.pitch) for part in score.parts for note in part.notes
        )
        theirs, bars = _music21_notes(path)
        assert len(score.bars) == bars, path.name
        cues = sum(int(line.split()[0]) for line in score.notice if "cue notes" in line)
        assert (theirs - mine).total() == cues, path.name
        assert (mine - theirs).total() <= 5, path.name
