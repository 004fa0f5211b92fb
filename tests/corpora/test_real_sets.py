"""The real sets, where they are: every file is read, and each holds what it is known to hold."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from segue.corpora import BY_NAME
from segue.corpora.corpus import Broken, Piece
from segue.errors import InputError

# name -> pieces, notes, chords; sets of hundreds of scores in MusicXML are read in part
COUNTS = {
    "nottingham": (1034, 104_775, 26_898),
    "jsb": (382, 82_722, 0),
    "mcgill_billboard": (890, 0, 88_181),
    "rock_corpus": (200, 59_009, 18_526),
    "oneill": (2009, 217_057, 0),
    "ryan": (1059, 121_594, 1),
    "aird": (1180, 109_411, 0),
    "ceol_rince": (1195, 213_934, 0),
    "groove": (1150, 446_311, 0),
    "mutopia_midi": (2408, 2_596_631, 0),
}
SOME = {"openewld": 30, "pop909_cl": 20, "bach": 20, "lieder": 5, "jazz_bunks": 100}


def found_in(name: str, root: Path, most: int | None = None) -> list[Piece | Broken]:
    corpus = BY_NAME[name]
    try:
        folder = corpus.place(root)
    except InputError as absent:
        pytest.skip(str(absent))
    return list(islice(corpus.read(folder), most))


def pieces_of(found: list[Piece | Broken]) -> list[Piece]:
    assert [one for one in found if isinstance(one, Broken)] == []
    return [one for one in found if isinstance(one, Piece)]


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTS)
def test_a_set_is_read_whole(name: str, data: Path) -> None:
    pieces = pieces_of(found_in(name, data))
    notes = sum(len(part.notes) for piece in pieces for part in piece.score.parts)
    chords = sum(len(piece.score.chords) for piece in pieces)
    assert len(pieces) == COUNTS[name][0]
    assert (notes, chords) == pytest.approx(COUNTS[name][1:], rel=0.005)  # readers learn: grace notes, overlays
    assert len({piece.name for piece in pieces}) == len(pieces)


@pytest.mark.parametrize("name", SOME)
def test_the_first_pieces_of_a_set_are_read(name: str, data: Path) -> None:
    pieces = pieces_of(found_in(name, data, SOME[name]))
    assert len(pieces) == SOME[name]
    assert all(piece.score.bars and (piece.score.parts or piece.score.chords) for piece in pieces)
    assert all(piece.score.title for piece in pieces) or name == "pop909_cl"


def test_the_three_lanes_of_pop909_are_told_apart(data: Path) -> None:
    first = pieces_of(found_in("pop909_cl", data, 1))[0].score
    assert [(part.name, len(part.notes)) for part in first.parts] == [("Melody", 264), ("Bridge", 307), ("Piano", 985)]
    assert [str(one.chord) for one in first.chords[:4]] == ["Cb", "Db", "Bbm", "Ebm"]


@pytest.mark.slow
def test_the_splits_of_billboard_are_those_of_its_songs(data: Path) -> None:
    parts = {piece.key: piece.part for piece in pieces_of(found_in("mcgill_billboard", data))}
    assert [list(parts.values()).count(split) for split in ("train", "valid", "test")] == [574, 79, 86]


def test_an_analysis_lies_over_its_score(data: Path) -> None:
    from segue.corpora.when_in_rome import AGREE, agreement

    pieces = pieces_of(found_in("when_in_rome", data, 20))
    both = [piece.score for piece in pieces if piece.score.parts and piece.score.chords]
    shares = sorted(agreement(score, score.chords) for score in both)
    assert len(both) >= 15
    assert shares[0] >= AGREE
    assert shares[len(shares) // 2] > 0.9


def test_a_tune_book_agrees_with_the_tonics_that_experts_gave(data: Path) -> None:
    pieces = pieces_of(found_in("ceol_rince", data, 40))
    last = [piece.score.parts[0].notes[-1].pitch % 12 == piece.score.key.tonic.pc for piece in pieces]
    assert sum(last) > 20
    assert {int(part.notes[0].start) for piece in pieces for part in piece.score.parts} <= {0, 1}
