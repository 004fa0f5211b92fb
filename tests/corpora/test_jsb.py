"""The chorales on a grid: known voices of a small one, and the counts of the real set."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from segue.corpora import jsb
from segue.corpora.corpus import Piece
from segue.errors import FormatError

STEPS = [[72, 67, 64, 48]] * 8 + [[71, 67, 62, 55]] * 4 + [[72, -1, 64, 48]] * 4


def test_equal_pitches_that_follow_become_one_note_and_minus_one_a_rest() -> None:
    score = jsb.chorale(STEPS)
    assert [part.name for part in score.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    heard = [[(note.start, note.length, note.pitch) for note in part.notes] for part in score.parts]
    assert heard[0] == [(Fraction(0), Fraction(2), 72), (Fraction(2), Fraction(1), 71), (Fraction(3), Fraction(1), 72)]
    assert heard[1] == [(Fraction(0), Fraction(3), 67)]
    assert len(score.bars) == 1
    assert str(score.key) == "C major"


def test_an_empty_chorale_is_a_bar_of_silence() -> None:
    assert jsb.chorale([]).parts == ()


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "Jsb16thSeparated.json").write_text("{", encoding="utf-8")
    with pytest.raises(FormatError, match=r"Jsb16thSeparated\.json, line 1"):
        list(jsb.read(tmp_path))


def test_the_real_set_has_the_canonical_split(data: Path) -> None:
    pieces = [found for found in jsb.read(data / "jsb") if isinstance(found, Piece)]
    parts = [piece.part for piece in pieces]
    assert [parts.count(split) for split in ("train", "valid", "test")] == [229, 76, 77]
    assert all(len(piece.score.parts) == 4 for piece in pieces)
