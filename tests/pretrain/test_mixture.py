"""A mixture takes pieces as often as its weights say, and the same ones for the same seed; windows outlive the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.corpora.corpus import Piece
from segue.errors import FormatError, InputError
from segue.music.score import Score
from segue.pretrain.mixture import Mixture, held_windows, train_windows
from segue.pretrain.windows import Bundles, Windows
from tests.pretrain.tunes import pieces

PIECES = [*pieces(20, 1, "jsb"), *pieces(20, 2, "ryan"), *pieces(20, 3, "aird")]


def quiet(_what: str, _done: int, _total: int) -> None:
    """Tell nothing."""


def test_pieces_are_taken_as_often_as_their_weight() -> None:
    found = train_windows(PIECES, Mixture({"jsb": 2.0, "ryan": 0.5, "aird": 0.0}, passes=4), quiet)
    counts = dict(zip(found.names, np.bincount(found.sources, minlength=3), strict=True))
    assert counts["jsb"] == 160 and counts["aird"] == 0
    assert counts["ryan"] == pytest.approx(40, abs=12)


def test_the_same_seed_gives_the_same_windows_and_another_seed_others() -> None:
    made = [train_windows(PIECES, Mixture(passes=2, seed=seed), quiet).sha256() for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_passes_say_a_piece_in_other_ways() -> None:
    found = train_windows(PIECES[:1], Mixture(passes=6), quiet)
    assert len({found[row].tokens.tobytes() for row in range(len(found))}) > 2


def test_of_each_corpus_no_more_is_held_than_asked_for() -> None:
    found = held_windows(PIECES, Mixture(held_tokens=500), quiet)
    counts = found.tokens_by_source()
    assert set(counts) == {"jsb", "ryan", "aird"}
    assert all(500 <= count < 800 for count in counts.values())
    whole = held_windows(PIECES, Mixture(held_tokens=10**9), quiet)
    assert len(whole) == 60 and int(whole.notes.sum()) == 60 * 64


def test_a_piece_with_nothing_to_say_is_passed_over() -> None:
    found = train_windows([Piece("nothing", Score(), "jsb"), *pieces(1)], Mixture(passes=1), quiet)
    assert len(found) == 1


def test_windows_read_back_as_they_were_written(tmp_path: Path) -> None:
    made = train_windows(PIECES, Mixture(passes=1), quiet)
    made.save(tmp_path)
    found = Windows.load(tmp_path)
    assert found.sha256() == made.sha256() and found.names == made.names
    assert isinstance(found.tokens, np.memmap)
    for row in (0, len(made) - 1):
        one, other = found[row], made[row]
        assert np.array_equal(one.tokens, other.tokens)
        assert (one.source, one.notes, one.given) == (other.source, other.notes, other.given)


def test_bundles_are_all_windows_once() -> None:
    made = train_windows(PIECES, Mixture(passes=1), quiet)
    found = Bundles(made, 1000, seed=3)
    assert sum(len(bundle) for bundle in found) == len(made)
    assert sum(len(window.tokens) for bundle in found for window in bundle) == len(made.tokens)
    assert found.mean_tokens == pytest.approx(len(made.tokens) / len(found))
    assert len(found[:2]) == 2


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"corpus 'nottinghan' is none of .*did you mean"):
        Mixture({"nottinghan": 1.0})
    with pytest.raises(InputError, match=r"weight -1 of jsb is outside 0 to 100"):
        Mixture({"jsb": -1})
    with pytest.raises(InputError, match="passes 0 must be at least 1"):
        Mixture(passes=0)
    with pytest.raises(FormatError, match="not a folder of windows"):
        Windows.load(tmp_path)
    train_windows(PIECES, Mixture(passes=1), quiet).save(tmp_path)
    np.save(tmp_path / "notes.npy", np.zeros(3, dtype=np.int32))
    with pytest.raises(FormatError, match=r"3 windows of .* tokens, not those it names"):
        Windows.load(tmp_path)
