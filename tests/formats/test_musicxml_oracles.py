"""Other people's programs read our MusicXML: notes, bars, chords and words are those of the score.

music21 and partitura are libraries of development; Verovio is what draws our scores. Data as in `benchmarks.result`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from benchmarks.result import data_dir
from hypothesis import given, settings

from segue.errors import UnavailableError
from segue.formats import musicxml
from segue.music.score import Score
from tests.formats import drawn_scores

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

Row = tuple[Fraction, int]  # onset in quarter notes, pitch
_NUMBER = re.compile(r"\d+\.\s*")
_MEI = "{http://www.music-encoding.org/ns/mei}"


@cache
def scores() -> list[Score]:
    """Forty lead sheets of OpenEWLD and twenty songs of the Lieder corpus."""
    try:
        folder = data_dir()
    except UnavailableError as error:
        pytest.skip(str(error))
    found: list[Score] = []
    for pattern, count in (("openewld/dataset/*/*/*.mxl", 40), ("lieder/scores/**/*.mxl", 20)):
        files = sorted(path for path in folder.glob(pattern) if path.stat().st_size < 30_000)
        if not files:
            pytest.skip(f"no {pattern} in {folder}")
        found += [_read(path) for path in random.Random(7).sample(files, count)]
    return found


def _read(path: Path) -> Score:
    return musicxml.read(path.read_bytes(), file=path.name)


def onsets(score: Score) -> Counter[Row]:
    """When which pitch begins, in all parts."""
    return Counter((_near(note.start), note.pitch) for part in score.parts for note in part.notes)


def _near(time: float | Fraction) -> Fraction:
    """A time as programs keep it that count in floats or ticks."""
    return Fraction(round(time * 48), 48)


def sung(score: Score) -> Counter[tuple[int, str]]:
    """Verse and text of all syllables."""
    return Counter((word.verse, _joined(word.syllable.text)) for part in score.parts for word in part.words)


def _joined(text: str) -> str:
    """A syllable with its elisions, which some programs give as blanks."""
    return text.replace(" ", "‿")


def sounds(score: Score) -> list[tuple[Fraction, frozenset[int], int | None]]:
    """Onset, pitch classes and bass of all chords."""
    return [
        (
            _near(each.start),
            frozenset(each.chord.pitch_classes),
            (each.chord.bass or each.chord.root).pc if each.chord.root else None,
        )
        for each in score.chords
    ]


# ---- music21


def _music21_notes(stream: Any) -> Iterator[Row]:
    for part in stream.parts:
        for element in part.recurse().notes:
            if "Harmony" in element.classes:
                continue
            start = element.getOffsetInHierarchy(part)
            for note in element.notes if element.isChord else [element]:
                if note.tie is None or note.tie.type == "start":
                    yield _near(start), note.pitch.midi


def _music21_chord(symbol: Any, quality: str) -> tuple[frozenset[int], int | None]:
    """Pitch classes and bass, but for what music21 hears otherwise: a 13 with an 11, a suspended 7 as a major one."""
    pitches = {pitch.pitchClass for pitch in symbol.pitches}
    root = symbol.root().pitchClass if pitches else 0
    if "13" in quality:
        pitches.discard((root + 5) % 12)
    if quality.startswith(("7sus", "9sus", "13sus")):
        pitches = (pitches - {(root + 11) % 12}) | {(root + 10) % 12}
    return frozenset(pitches), symbol.bass().pitchClass if pitches else None


def test_music21_reads_the_same() -> None:
    music21 = pytest.importorskip("music21")
    for score in scores():
        stream = music21.converter.parseData(musicxml.write(score).decode(), format="musicxml")
        assert Counter(_music21_notes(stream)) == onsets(score), score.title
        assert {len(part.getElementsByClass("Measure")) for part in stream.parts} == {len(score.bars)}
        lyrics = [lyric for note in stream.recurse().notes for lyric in note.lyrics if lyric.text]
        assert Counter((lyric.number, _joined(lyric.text)) for lyric in lyrics) == sung(score), score.title
        symbols = list(stream.recurse().getElementsByClass("ChordSymbol"))
        told = [
            (_near(symbol.getOffsetInHierarchy(stream)), *_music21_chord(symbol, each.chord.quality))
            for symbol, each in zip(symbols, score.chords, strict=True)
        ]
        assert told == sounds(score), score.title


# ---- partitura


def test_partitura_reads_the_same(tmp_path: Path) -> None:
    partitura = pytest.importorskip("partitura")
    path = tmp_path / "score.musicxml"
    for score in scores():
        path.write_bytes(musicxml.write(score))
        parts = partitura.load_musicxml(str(path)).parts
        found: Counter[Row] = Counter()
        for part in parts:
            first = min(0.0, float(part.quarter_map(part.first_point.t)))  # a pick-up lies before 0
            found.update((_near(float(row["onset_quarter"]) - first), int(row["pitch"])) for row in part.note_array())
        assert found == onsets(score), score.title
        assert {len(list(part.iter_all(partitura.score.Measure))) for part in parts} == {len(score.bars)}
        labels = [
            f"{each.root}{'#' * each.alter}{'b' * -each.alter}{each.kind or ''}"
            for part in parts
            for each in part.iter_all(partitura.score.ChordSymbol)
        ]
        chords = [each.chord for each in score.chords]
        assert labels == [f"{chord.root}{chord.quality}" if chord.root else "CN.C." for chord in chords], score.title


# ---- Verovio


def test_verovio_reads_the_same() -> None:
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    for score in scores():
        engraver = verovio.toolkit()
        engraver.setOptions({"inputFrom": "xml", "expandNever": True})
        assert engraver.loadData(musicxml.write(score).decode())
        tree = ElementTree.fromstring(engraver.getMEI())
        tied = {tie.get("endid", "").removeprefix("#") for tie in tree.iter(f"{_MEI}tie")}
        found = {
            (_near(event["qstamp"]), engraver.getMIDIValuesForElement(name)["pitch"])
            for event in engraver.renderToTimemap()
            for name in event.get("on", ())
            if name not in tied
        }
        assert found == set(onsets(score)), score.title  # it tells unisons once
        assert len(list(tree.iter(f"{_MEI}measure"))) == len(score.bars)
        syllables = [
            (int(verse.get("n") or 1), "".join(syllable.itertext()))
            for verse in tree.iter(f"{_MEI}verse")
            for syllable in verse.iter(f"{_MEI}syl")
        ]
        assert _pieces(syllables) == _pieces(sung(score).elements()), score.title
        assert _harmonies(tree, score) == [(each.start, str(each.chord)[0]) for each in score.chords], score.title


def _pieces(syllables: Iterable[tuple[int, str]]) -> Counter[tuple[int, str]]:
    """Verse and text of syllables, cut at elisions, without the numbers of verses, which Verovio takes out."""
    pieces = ((verse, _NUMBER.sub("", piece)) for verse, text in syllables for piece in _joined(text).split("‿"))
    return Counter((verse, piece) for verse, piece in pieces if piece)


def _harmonies(tree: ElementTree.Element, score: Score) -> list[tuple[Fraction, str]]:
    found = []
    for start, bar, measure in zip(score.bar_starts, score.bars, tree.iter(f"{_MEI}measure"), strict=False):
        for harmony in measure.iter(f"{_MEI}harm"):
            beats = Fraction(harmony.get("tstamp") or 1).limit_denominator(96) - 1
            found.append((start + beats * 4 / bar.metre.value, "".join(harmony.itertext()).strip()[0]))
    return sorted(found)


# ---- the standard's schema


@cache
def schema() -> Any:
    """The XML schema of MusicXML 3.1, which partitura carries, without what it imports from elsewhere."""
    etree = pytest.importorskip("lxml.etree")
    partitura = pytest.importorskip("partitura")
    text = Path(partitura.__file__).with_name("assets").joinpath("musicxml.xsd").read_bytes()
    for foreign in (rb"<xs:import [^>]*/>", rb'<xs:attribute ref="(xml|xlink):[^>]*/>'):
        text = re.sub(foreign, b"", text)
    return etree.XMLSchema(etree.fromstring(text))


def _faults(score: Score) -> list[str]:
    etree = pytest.importorskip("lxml.etree")
    checked = schema()
    checked.validate(etree.fromstring(musicxml.write(score)))
    return [fault.message for fault in checked.error_log]


def test_what_is_written_is_valid() -> None:
    for score in scores():
        assert _faults(score) == [], score.title


@given(drawn_scores.scores())
@settings(max_examples=100, deadline=None)
def test_whatever_is_written_is_valid(score: Score) -> None:
    faults = [fault for fault in _faults(score) if "octave" not in fault]  # the schema has none below C0, MIDI has
    assert faults == []
