"""The coach on Bach's chorales: hardly a remark, the same parallels as music21, and planted faults found."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest
from benchmarks.compose_review import PLANTS, planted

from segue.compose.coach import review
from segue.corpora import jsb
from segue.corpora.corpus import Piece
from segue.music.score import Score
from tests.compose.reviewed import by

CHORALES = 6


@pytest.fixture(scope="module")
def chorales() -> list[Score]:
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("SEGUE_DATA") or root.parent / "shared" / "data") / "jsb"
    if not folder.is_dir():
        pytest.skip(f"no chorales in {folder} (SEGUE_DATA names another place)")
    pieces = (piece for piece in jsb.read(folder) if isinstance(piece, Piece) and piece.part == "valid")
    return [piece.score for piece in islice(pieces, CHORALES)]


def test_bach_is_hardly_criticised(chorales: list[Score]) -> None:
    remarks = [one for score in chorales for one in review(score)]
    assert len(remarks) <= 4 * len(chorales)
    assert sum(one.severity == "fault" for one in remarks) <= len(chorales)


@pytest.mark.parametrize("rule", PLANTS)
def test_a_planted_fault_is_found_where_it_was_planted(chorales: list[Score], rule: str) -> None:
    faulty = [(score, found) for seed, score in enumerate(chorales) if (found := planted(score, rule, seed))]
    assert faulty
    for score, (changed, start) in faulty:
        assert start in {one.start for one in by(rule, changed)}
        assert start not in {one.start for one in by(rule, score)}


def test_parallels_are_those_that_music21_finds(chorales: list[Score]) -> None:
    voice_leading = pytest.importorskip("music21.voiceLeading", reason="music21 is not installed")
    note = pytest.importorskip("music21.note")
    from segue.compose.coach.reading import Reading
    from segue.compose.coach.voices import motion

    for score in chorales:
        changed = planted(score, "parallel-fifths", 0)
        if changed is None:
            continue  # nowhere do all voices move at once
        reading = Reading(changed[0])
        expected = set()
        for before, now in reading.steps():
            for high in range(4):
                for low in range(high + 1, 4):
                    pair = motion(before, now, high), motion(before, now, low)
                    if pair[0] is None or pair[1] is None:
                        continue
                    notes = [note.Note(pitch) for moved in pair for pitch in moved]
                    quartet = voice_leading.VoiceLeadingQuartet(*notes)
                    if quartet.parallelFifth() and min(one.pitch.midi for one in notes[:2]) > max(
                        one.pitch.midi for one in notes[2:]
                    ):
                        expected.add((now.start, (reading.strict[high].name, reading.strict[low].name)))
        found = {(one.start, one.parts) for one in by("parallel-fifths", changed[0])}
        assert expected <= found and changed[1] in {start for start, _ in expected}
